"""Bookings whose slot fell away, each by name until it is resolved."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.booking.models.orders import Booking
from sponsorship.booking.rules import DisplacementCause, DisplacementState, Remedy, check_displacement_step
from sponsorship.core.db import Base, word_enum


class Displacement(Base):
    """A booking that cannot stay as it was: why, what was offered, what was chosen, when it was resolved and how."""

    __tablename__ = "displacement"
    __table_args__ = (
        Index("ix_displacement_newsletter_state", "newsletter_id", "state"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    cause: Mapped[DisplacementCause] = mapped_column(word_enum(DisplacementCause))
    state: Mapped[DisplacementState] = mapped_column(word_enum(DisplacementState))
    was_on: Mapped[date]  # the day of the issue that it was booked for
    reason: Mapped[str] = mapped_column(default="")
    offers: Mapped[list[str]] = mapped_column(JSON)  # words of Remedy
    choice: Mapped[Remedy | None] = mapped_column(word_enum(Remedy))
    to_slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id"))
    chosen_at: Mapped[datetime | None]
    chosen_by: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(default="")  # how it ended, in words
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    resolved_at: Mapped[datetime | None]
    booking: Mapped[Booking] = relationship(lazy="joined", innerjoin=True)

    def move_to(self, state: DisplacementState) -> None:
        """Step to another state; raises InvalidTransition where the table has no such step."""
        check_displacement_step(self.state, state)
        self.state = state
