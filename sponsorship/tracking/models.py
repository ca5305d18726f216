"""Tracked links, every hit with its reason if it does not count, hourly sums, and what the mail provider counted."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sponsorship.core.db import Base, word_enum
from sponsorship.tracking.rules import ExclusionReason, LinkPosition


class TrackedLink(Base):
    """One link in one issue: the approved destination behind /c/<token>."""

    __tablename__ = "tracked_link"
    __table_args__ = (
        UniqueConstraint("token"),
        UniqueConstraint("booking_id", "position"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    position: Mapped[LinkPosition] = mapped_column(word_enum(LinkPosition))
    destination: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class UserAgent(Base):
    """A user-agent string, kept once and referred to."""

    __tablename__ = "user_agent"
    __table_args__ = (UniqueConstraint("digest"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]  # SHA-256 of the text, hexadecimal
    text: Mapped[str] = mapped_column(Text)
    is_bot: Mapped[bool]


class ReaderKey(Base):
    """The secret of one issue that readers' hashes are made with; deleted 14 days after the issue.

    Where clicks come later still, a key lives for a day: repeats are recognised, readers are no longer counted.
    """

    __tablename__ = "reader_key"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class Click(Base):
    """One hit on a tracked link; `reason` says why it does not count, None is a human click."""

    __tablename__ = "click"
    __table_args__ = (
        Index("ix_click_link_at", "link_id", "at"),
        Index("ix_click_link_reader", "link_id", "reader"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("tracked_link.id"))
    at: Mapped[datetime]
    reader: Mapped[str]  # hash keyed per issue: unique means unique per issue
    network: Mapped[str]  # the address cut to IPv4 /24 or IPv6 /48
    user_agent_id: Mapped[int | None] = mapped_column(ForeignKey("user_agent.id"))
    reason: Mapped[ExclusionReason | None] = mapped_column(word_enum(ExclusionReason))
    rules_version: Mapped[int]
    is_unique: Mapped[bool] = mapped_column(default=False)


class ClickHour(Base):
    """Sums per link and hour (UTC), kept with every click in the same transaction."""

    __tablename__ = "click_hour"
    link_id: Mapped[int] = mapped_column(ForeignKey("tracked_link.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    hits: Mapped[int] = mapped_column(default=0)
    human: Mapped[int] = mapped_column(default=0)
    unique: Mapped[int] = mapped_column(default=0)


class MailingStatistics(Base):
    """What the mail provider counted for one issue."""

    __tablename__ = "mailing_statistics"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    delivered: Mapped[int]
    opens: Mapped[int | None]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
