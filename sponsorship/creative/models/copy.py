"""The copy of a booking, with every version that was saved and every word said about it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.booking.models import Booking
from sponsorship.core.db import Base, word_enum
from sponsorship.creative.rules import Copy, CreativeState, check_creative_step


class Creative(Base):
    """The copy of one booking; its text is its latest version."""

    __tablename__ = "creative"
    __table_args__ = (
        UniqueConstraint("booking_id"),
        Index("ix_creative_state", "state", "booking_id"),  # who waits to be read, asked on every page of a desk
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    state: Mapped[CreativeState] = mapped_column(word_enum(CreativeState))
    version_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    booking: Mapped[Booking] = relationship(lazy="joined", innerjoin=True)
    versions: Mapped[list["CreativeVersion"]] = relationship(
        back_populates="creative", order_by="CreativeVersion.number"
    )
    notes: Mapped[list["ReviewNote"]] = relationship(order_by="ReviewNote.id")

    def move_to(self, state: CreativeState) -> None:
        """Step to another state; raises InvalidTransition where the table has no such step."""
        check_creative_step(self.state, state)
        self.state = state


class CreativeVersion(Base):
    """One saved state of the copy; never changed afterwards."""

    __tablename__ = "creative_version"
    __table_args__ = (UniqueConstraint("creative_id", "number"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    creative_id: Mapped[int] = mapped_column(ForeignKey("creative.id"))
    number: Mapped[int]
    heading: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    link_url: Mapped[str] = mapped_column(Text)
    link_text: Mapped[str] = mapped_column(Text)
    saved_by: Mapped[str]
    saved_at: Mapped[datetime]
    creative: Mapped[Creative] = relationship(back_populates="versions")

    @property
    def copy(self) -> Copy:
        """The version's text as a value."""
        return Copy(self.heading, self.body, self.link_url, self.link_text)


class ReviewNote(Base):
    """A note of the publisher's on one version: what to change."""

    __tablename__ = "review_note"
    id: Mapped[int] = mapped_column(primary_key=True)
    creative_id: Mapped[int] = mapped_column(ForeignKey("creative.id"), index=True)
    version_number: Mapped[int]
    author: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
