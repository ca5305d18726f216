"""What the masthead counts: copy that waits to be read, and a sponsor's bookings that want copy or have a report."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.creative.models import Creative
from sponsorship.creative.rules import EDITABLE, CreativeState
from sponsorship.inventory.models import Issue, Newsletter, Slot
from sponsorship.inventory.rules import IssueState
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


@dataclass(frozen=True, slots=True)
class DeskNews:
    """What the team sees above every page: how many copies wait for it, and the next issue; None where none is planned."""

    to_review: int
    issue_id: int | None
    issue_number: int | None
    publish_at: datetime | None


def get_desk_news(session: Session, newsletter_id: int, now: datetime) -> DeskNews:
    """Return what the team sees above every page; one query.

    It starts at what was submitted, of which there is little, and not at the newsletter's bookings, of which there are many.
    """
    is_ours = (
        select(Booking.id)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .where(Booking.id == Creative.booking_id, Booking.state == BookingState.CONFIRMED)
        .where(Issue.newsletter_id == newsletter_id)
    )
    waiting = select(func.count(Creative.id)).where(Creative.state == CreativeState.SUBMITTED, is_ours.exists())
    ahead = (
        select(Issue.id)
        .where(Issue.newsletter_id == newsletter_id, Issue.state == IssueState.PLANNED, Issue.publish_at > now)
        .order_by(Issue.publish_at)
        .limit(1)
    )
    query = (
        select(waiting.scalar_subquery(), Issue.id, Issue.number, Issue.publish_at)
        .select_from(Newsletter)
        .outerjoin(Issue, Issue.id == ahead.scalar_subquery())
        .where(Newsletter.id == newsletter_id)
    )
    return DeskNews(*session.execute(query).one())


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
