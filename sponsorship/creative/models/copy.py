"""The copy of a booking, with every version that was saved and every word said about it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.booking.models import Booking
from sponsorship.core.db import Base, word_enum
from sponsorship.creative.rules import Consent, Copy, CreativeState, Side, check_consent_step, check_creative_step


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
    unlocked_at: Mapped[datetime | None]  # the publisher opened the copy lock; the next approval closes it again
    booking: Mapped[Booking] = relationship(lazy="joined", innerjoin=True)
    versions: Mapped[list["CreativeVersion"]] = relationship(
        back_populates="creative", order_by="CreativeVersion.number"
    )
    notes: Mapped[list["ReviewNote"]] = relationship(order_by="ReviewNote.id")
    comments: Mapped[list["CopyComment"]] = relationship(order_by="CopyComment.id")

    def move_to(self, state: CreativeState) -> None:
        """Step to another state; raises InvalidTransition where the table has no such step."""
        check_creative_step(self.state, state)
        self.state = state


class CreativeVersion(Base):
    """One saved state of the copy, whose words never change afterwards; an edit of the publisher's awaits `consent`."""

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
    side: Mapped[Side] = mapped_column(word_enum(Side), default=Side.SPONSOR)
    note: Mapped[str] = mapped_column(
        Text, default=""
    )  # what the publisher changed and why, or where it was taken from
    consent: Mapped[Consent | None] = mapped_column(word_enum(Consent))
    consent_by: Mapped[str | None]
    consent_note: Mapped[str] = mapped_column(Text, default="")
    consent_at: Mapped[datetime | None]
    taken_from_id: Mapped[int | None] = mapped_column(ForeignKey("creative_version.id"), index=True)
    creative: Mapped[Creative] = relationship(back_populates="versions")

    @property
    def copy(self) -> Copy:
        """The version's text as a value."""
        return Copy(self.heading, self.body, self.link_url, self.link_text)

    @property
    def is_asked(self) -> bool:
        """Whether the sponsor is still to say what they think of this edit."""
        return self.consent is Consent.ASKED

    def answer(self, consent: Consent, *, by: str, note: str, now: datetime) -> None:
        """Write down what became of the question; raises InvalidTransition where it is not open."""
        check_consent_step(self.consent, consent)
        self.consent, self.consent_by, self.consent_note, self.consent_at = consent, by, note, now


class ReviewNote(Base):
    """A note of the publisher's on one version: what to change."""

    __tablename__ = "review_note"
    id: Mapped[int] = mapped_column(primary_key=True)
    creative_id: Mapped[int] = mapped_column(ForeignKey("creative.id"), index=True)
    version_number: Mapped[int]
    author: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]


class CopyComment(Base):
    """A word between sponsor and publisher beside the copy, about the version that stood there when it was written."""

    __tablename__ = "copy_comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    creative_id: Mapped[int] = mapped_column(ForeignKey("creative.id"), index=True)
    version_number: Mapped[int]
    side: Mapped[Side] = mapped_column(word_enum(Side))
    author: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
