"""What stands behind an order's price: its lines, and the prepaid credits of sponsors."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.booking.models.orders import Booking
from sponsorship.booking.rules import CreditChange, CreditOrigin, MakeGoodCause
from sponsorship.core.db import Base, word_enum
from sponsorship.inventory.models import Placement
from sponsorship.sponsors.models import Sponsor

SPENDING = (CreditChange.USED, CreditChange.RETURNED)


class CreditGrant(Base):
    """So many prepaid, undated slots for a sponsor: of one placement, or (None) of any. `value_minor` was paid for all."""

    __tablename__ = "credit_grant"
    __table_args__ = (
        CheckConstraint("slots BETWEEN 1 AND 100", name="slots"),
        CheckConstraint("value_minor >= 0", name="value"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    sponsor_id: Mapped[int] = mapped_column(ForeignKey("sponsor.id"), index=True)
    placement_id: Mapped[int | None] = mapped_column(ForeignKey("placement.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))  # the one that it makes up for
    origin: Mapped[CreditOrigin] = mapped_column(word_enum(CreditOrigin))
    cause: Mapped[MakeGoodCause | None] = mapped_column(word_enum(MakeGoodCause))  # of a make-good: what went wrong
    slots: Mapped[int]
    value_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str]
    note: Mapped[str] = mapped_column(Text, default="")
    expires_on: Mapped[date | None]  # the last day, on the newsletter's calendar
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    sponsor: Mapped[Sponsor] = relationship()
    placement: Mapped[Placement | None] = relationship()
    booking: Mapped[Booking | None] = relationship()
    entries: Mapped[list["CreditEntry"]] = relationship(back_populates="grant", order_by="CreditEntry.id")

    @property
    def left(self) -> int:
        """How many are neither used nor expired."""
        return sum(entry.slots for entry in self.entries)

    @property
    def used_for(self) -> Booking | None:
        """The last booking that a credit of it pays for, None where none does."""
        last = next((entry for entry in reversed(self.entries) if entry.change in SPENDING), None)
        return last.booking if last is not None and last.change is CreditChange.USED else None

    @property
    def is_cancelled(self) -> bool:
        """Whether the publisher took it back."""
        return any(entry.change is CreditChange.CANCELLED for entry in self.entries)

    @property
    def remaining_minor(self) -> int:
        """What the credits that are left were paid with, minor units."""
        return sum(entry.value_minor for entry in self.entries)


class CreditEntry(Base):
    """One line of a grant's account: granted, used, returned, expired; `slots` is signed, `value_minor` what they stand for."""

    __tablename__ = "credit_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("credit_grant.id"), index=True)
    change: Mapped[CreditChange] = mapped_column(word_enum(CreditChange))
    slots: Mapped[int]
    value_minor: Mapped[int] = mapped_column(default=0)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    grant: Mapped[CreditGrant] = relationship(back_populates="entries")
    booking: Mapped[Booking | None] = relationship()
