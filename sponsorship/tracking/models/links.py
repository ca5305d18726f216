"""Tracked links: where each leads, what it led to before, whose domain it stands on, and when any of that last changed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from sponsorship.core.db import Base, word_enum
from sponsorship.tracking.rules import LinkPosition


class TrackedLink(Base):
    """One link in one issue: the approved destination behind /c/<token>.

    An issue's trap belongs to no booking: it is printed where no person sees it. Clicks after `counts_until` do not count.
    """

    __tablename__ = "tracked_link"
    __table_args__ = (
        UniqueConstraint("token"),
        UniqueConstraint("booking_id", "position"),
        CheckConstraint("(booking_id IS NULL) = (position = 'trap')", name="owner"),
        Index(
            "ix_tracked_link_trap",
            "issue_id",
            unique=True,
            sqlite_where=text("position = 'trap'"),
            postgresql_where=text("position = 'trap'"),
        ),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    position: Mapped[LinkPosition] = mapped_column(word_enum(LinkPosition))
    destination: Mapped[str] = mapped_column(Text)
    counts_until: Mapped[datetime | None]
    carries_click_id: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class DestinationChange(Base):
    """A booking's links were pointed elsewhere after the issue had gone out: from where, to where, by whom and why."""

    __tablename__ = "destination_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    at: Mapped[datetime]
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str]
    note: Mapped[str] = mapped_column(Text, default="")


class LinkRegister(Base):
    """One row: a number that grows with every change of links, keys or domains, so that web servers know to look again."""

    __tablename__ = "link_register"
    id: Mapped[int] = mapped_column(primary_key=True)
    generation: Mapped[int]


class TrackingSettings(Base):
    """How one newsletter's links are made and its clicks kept; a newsletter without a row has what the columns default to.

    `link_host` is a domain of the publisher's own; it is used once `link_host_checked_at` says that it leads here.
    """

    __tablename__ = "tracking_settings"
    __table_args__ = (
        UniqueConstraint("link_host"),
        CheckConstraint("count_days BETWEEN 1 AND 3650", name="count_days"),
        CheckConstraint("agent_days BETWEEN 14 AND 3650", name="agent_days"),
    )
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"), primary_key=True)
    link_host: Mapped[str | None]
    link_host_checked_at: Mapped[datetime | None]
    link_host_fault: Mapped[str | None] = mapped_column(Text)
    count_days: Mapped[int | None]  # clicks count so long after the issue; None: for good
    agent_days: Mapped[int] = mapped_column(default=180)  # so long is known with what browser somebody clicked
    prints_trap: Mapped[bool] = mapped_column(default=True)
    carries_click_id: Mapped[bool] = mapped_column(default=False)


class ReaderKey(Base):
    """The secret of one issue that readers' hashes are made with; deleted 14 days after the issue."""

    __tablename__ = "reader_key"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class LateReaderKey(Base):
    """One day's secret for clicks on issues whose own is deleted: repeats are recognised, readers are no longer counted."""

    __tablename__ = "late_reader_key"
    day: Mapped[date] = mapped_column(primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
