"""Past issues as they were read: the file, and each placement found in it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sponsorship.core.db import Base


class ArchivedIssue(Base):
    """A published issue that was imported; `digest` is the file's SHA-256, so that a second import changes nothing."""

    __tablename__ = "archived_issue"
    __table_args__ = (
        UniqueConstraint("issue_id"),
        UniqueConstraint("newsletter_id", "digest"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    file_name: Mapped[str]
    digest: Mapped[str]
    imported_at: Mapped[datetime]


class ArchivedPlacement(Base):
    """A placement that was found in a published issue, with the booking that stands for it."""

    __tablename__ = "archived_placement"
    __table_args__ = (Index("ix_archived_placement_issue", "archived_issue_id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    archived_issue_id: Mapped[int] = mapped_column(ForeignKey("archived_issue.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    slot_word: Mapped[str]  # primary, secondary, partner, classified, footer-repeat, house
    sponsor_name: Mapped[str | None]
    heading: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    line_start: Mapped[int]
    line_end: Mapped[int]
    is_house: Mapped[bool]
    confidence: Mapped[float]
