"""Months that are closed, and what checking the books against the provider found."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sponsorship.core.db import Base


class LedgerClose(Base):
    """Up to and including which day a newsletter's books are closed; the newest row counts, the others are its history."""

    __tablename__ = "ledger_close"
    __table_args__ = (Index("ix_ledger_close_newsletter", "newsletter_id", "id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    closed_through: Mapped[date | None]  # the last day of a month; None where all is open again
    acted_at: Mapped[datetime]
    actor: Mapped[str]
    reason: Mapped[str] = mapped_column(Text, default="")


class Finding(Base):
    """Something that the books and the provider say differently: shown until it is so no more, and never mended silently."""

    __tablename__ = "books_finding"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_books_finding_open", "cleared_at", "newsletter_id"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    newsletter_id: Mapped[int | None] = mapped_column(ForeignKey("newsletter.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("purchase_order.id"))
    sentence: Mapped[str] = mapped_column(Text)
    advice: Mapped[str] = mapped_column(Text, default="")
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
