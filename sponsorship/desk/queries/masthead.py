"""What the masthead counts: copy that waits to be read, and a sponsor's bookings that want copy or have a report."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.creative.models import Creative
from sponsorship.creative.rules import EDITABLE, CreativeState
from sponsorship.inventory.models import Issue, Slot
from sponsorship.sponsors.models import Contact

MOST_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class OwnBooking:
    """A booking of a sponsor's, as far as the masthead needs it."""

    booking_id: int
    order_token: str
    state: BookingState
    publish_at: datetime
    copy_state: CreativeState | None

    @property
    def wants_copy(self) -> bool:
        """Whether the sponsor is the one to write."""
        return self.state is BookingState.CONFIRMED and (self.copy_state is None or self.copy_state in EDITABLE)


def count_to_review(session: Session, newsletter_id: int) -> int:
    """Return how many sponsors' copies wait for the publisher."""
    query = (
        select(func.count(Creative.id))
        .join(Booking, Creative.booking_id == Booking.id)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .where(Issue.newsletter_id == newsletter_id, Creative.state == CreativeState.SUBMITTED)
        .where(Booking.state == BookingState.CONFIRMED)
    )
    return session.scalar(query) or 0


def list_own_bookings(session: Session, *, token: str | None, user_id: int | None) -> list[OwnBooking]:
    """Return the sold bookings of an order (by its token), else of the sponsors a person acts for; by issue date."""
    query = (
        select(Booking.id, Order.token, Booking.state, Issue.publish_at, Creative.state)
        .join(Order, Booking.order_id == Order.id)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .outerjoin(Creative, Creative.booking_id == Booking.id)
        .where(
            Booking.kind == BookingKind.SALE,
            Booking.state.in_((BookingState.CONFIRMED, BookingState.RAN)),
        )
        .order_by(Issue.publish_at.desc(), Booking.id.desc())
        .limit(MOST_LOOKED_AT)
    )
    if token is not None:
        query = query.where(Order.token == token)
    else:
        query = query.where(Booking.sponsor_id.in_(select(Contact.sponsor_id).where(Contact.user_id == user_id)))
    return [OwnBooking(*row) for row in reversed(session.execute(query).all())]
