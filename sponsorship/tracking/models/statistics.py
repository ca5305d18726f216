"""What the mail provider counted, what a sponsor's shop reported back, and what each import brought."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sponsorship.core.db import Base


class MailingStatistics(Base):
    """What the mail provider counted for one issue. `opens` and `unique_clicks` are readers, `clicks` are all clicks."""

    __tablename__ = "mailing_statistics"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    delivered: Mapped[int]
    opens: Mapped[int | None]
    clicks: Mapped[int | None]
    unique_clicks: Mapped[int | None]
    source: Mapped[str] = mapped_column(default="typed in")
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]


class ProviderLink(Base):
    """A link as the provider's click export names it, and the booking it belongs to where one is known.

    `clicks` and `readers` are the sums of its rows, made anew by each import.
    """

    __tablename__ = "provider_link"
    __table_args__ = (
        UniqueConstraint("issue_id", "digest"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    digest: Mapped[str] = mapped_column(String(64))
    url: Mapped[str] = mapped_column(Text)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    clicks: Mapped[int] = mapped_column(default=0)
    readers: Mapped[int] = mapped_column(default=0)


class ProviderClick(Base):
    """One row of a provider's click export.

    `digest` is a hash of what the row says, so that a file imported twice changes nothing; `reader` is a hash of the
    subscriber, who is not kept. The table is its own index: rows come in the order of their key.
    """

    __tablename__ = "provider_click"
    __table_args__ = {"sqlite_with_rowid": False}
    link_id: Mapped[int] = mapped_column(ForeignKey("provider_link.id"), primary_key=True, autoincrement=False)
    digest: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[int] = mapped_column(BigInteger)  # seconds since 1970, UTC: a million rows are read at once
    reader: Mapped[int] = mapped_column(BigInteger)


class Conversion(Base):
    """Something a sponsor's shop reported for one signed click id; the same report again changes nothing."""

    __tablename__ = "conversion"
    __table_args__ = (
        UniqueConstraint("click_reference", "event"),
        Index("ix_conversion_link_at", "link_id", "at"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("tracked_link.id"))
    click_reference: Mapped[str] = mapped_column(String(32))
    event: Mapped[str] = mapped_column(String(40))
    clicked_at: Mapped[datetime]
    at: Mapped[datetime]
    value_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
