"""Reads about bookings whose slot falls away: whom it would concern, and who still waits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from sponsorship.booking.models import Booking, Displacement, Order
from sponsorship.booking.queries.orders import LARGEST_ID, occupants_of
from sponsorship.booking.rules import (
    OCCUPYING,
    BookingKind,
    BookingState,
    DisplacementCause,
    DisplacementState,
    OccupantFacts,
    Outcome,
    Remedy,
    outcome_of,
    remedies,
)
from sponsorship.core.errors import NotFound
from sponsorship.inventory.models import Issue, Placement, Slot
from sponsorship.inventory.rules import IssueState

FURTHEST_LEAD = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class Concerned:
    """Somebody whose slot would fall away: what happens to the booking, and what would be offered."""

    booking: Booking
    outcome: Outcome
    offers: tuple[Remedy, ...]

    @property
    def name(self) -> str:
        """Whose it is, as far as that is known."""
        order, sponsor = self.booking.order, self.booking.sponsor
        if sponsor is not None:
            return sponsor.name
        return (order.contact_email or "A buyer") if order else "Nobody in particular"

    @property
    def words(self) -> str:
        """What happens to it, in a sentence."""
        if self.outcome is Outcome.RELEASE:
            return "Not paid yet: the hold is released, and whoever holds it is told."
        offered = ", ".join(remedy.label.lower() for remedy in self.offers)
        later = "Is being paid: once it is, offered to " if self.outcome is Outcome.WAIT else "Offered to "
        return f"{later}{offered}."


def list_concerned(session: Session, slots: Sequence[Slot], cause: DisplacementCause) -> list[Concerned]:
    """Return who has these slots and must be told, in order of date and position; the publisher's own are left out."""
    occupants = occupants_of(session, [slot.id for slot in slots])
    found = [_concerned(occupants[slot.id], cause) for slot in slots if slot.id in occupants]
    return [one for one in found if one.outcome is not Outcome.CLEAR]


def _concerned(booking: Booking, cause: DisplacementCause) -> Concerned:
    order = booking.order
    outcome = outcome_of(OccupantFacts(booking.kind, booking.state, order.state if order else None))
    is_moved = cause is DisplacementCause.ISSUE_MOVED
    if is_moved and booking.kind in (BookingKind.COURTESY, BookingKind.OFFER) and outcome is Outcome.RELEASE:
        outcome = Outcome.CLEAR  # a promise goes along with its issue
    return Concerned(booking, outcome, remedies(cause, has_price=booking.net_minor > 0))


def list_coming_slots(session: Session, placement: Placement) -> list[Slot]:
    """Return a placement's slots in issues that are planned, by date and ordinal."""
    query = (
        select(Slot).join(Issue, Slot.issue_id == Issue.id)
        .where(Slot.placement_id == placement.id, Issue.state == IssueState.PLANNED)
        .order_by(Issue.publish_on, Slot.ordinal)
    )  # fmt: skip
    return list(session.scalars(query))


def get_displacement(session: Session, displacement_id: int) -> Displacement:
    """Return a displacement by its id; raises NotFound."""
    found = session.get(Displacement, displacement_id) if displacement_id <= LARGEST_ID else None
    if found is None:
        raise NotFound
    return found


def list_displacements(session: Session, newsletter_id: int, *, is_open: bool | None = None) -> list[Displacement]:
    """Return a newsletter's displacements, newest first: all, those that are not resolved, or those that are."""
    query = select(Displacement).where(Displacement.newsletter_id == newsletter_id)
    if is_open is not None:
        resolved = Displacement.state == DisplacementState.RESOLVED
        query = query.where(~resolved if is_open else resolved)
    loaded = selectinload(Displacement.booking)
    query = query.options(loaded.selectinload(Booking.order), loaded.selectinload(Booking.sponsor))
    return list(session.scalars(query.order_by(Displacement.created_at.desc(), Displacement.id.desc())))


def list_displacements_of_order(session: Session, order: Order) -> list[Displacement]:
    """Return the displacements of an order's bookings, oldest first."""
    query = select(Displacement).join(Booking).where(Booking.order_id == order.id)
    return list(session.scalars(query.order_by(Displacement.id)))


def list_displacements_to_choose(session: Session, sponsor_ids: Collection[int]) -> list[Displacement]:
    """Return what fell away of these sponsors' bookings and waits for their choice, earliest first."""
    query = select(Displacement).join(Booking).where(Booking.sponsor_id.in_(sponsor_ids))
    query = query.where(Displacement.state == DisplacementState.OPEN, Booking.state == BookingState.CONFIRMED)
    return list(session.scalars(query.order_by(Displacement.was_on, Displacement.id)))


def list_open_of_bookings(session: Session, booking_ids: Collection[int]) -> list[Displacement]:
    """Return what is not resolved of these bookings, in order of id."""
    query = select(Displacement).where(
        Displacement.booking_id.in_(booking_ids), Displacement.state != DisplacementState.RESOLVED
    )
    return list(session.scalars(query.order_by(Displacement.id)))


def list_refunds_chosen(session: Session) -> list[int]:
    """Return the ids of displacements whose sponsor chose the money and has not been given it."""
    query = select(Displacement.id).where(
        Displacement.state == DisplacementState.CHOSEN, Displacement.choice == Remedy.REFUND
    )
    return list(session.scalars(query.order_by(Displacement.id)))


def list_to_fill(session: Session, now: datetime) -> list[int]:
    """Return the ids of free slots whose sale is over, in issues to come, of placements that are filled with a house ad."""
    taken = select(Booking.id).where(Booking.slot_id == Slot.id, Booking.state.in_(OCCUPYING))
    query = (
        select(Slot).join(Issue, Slot.issue_id == Issue.id).join(Placement, Slot.placement_id == Placement.id)
        .where(Issue.state == IssueState.PLANNED, Issue.publish_at > now, Issue.publish_at < now + FURTHEST_LEAD)
        .where(Placement.fills_with_house, Placement.retired_at.is_(None), ~taken.exists())
        .order_by(Slot.id)
    )  # fmt: skip
    return [slot.id for slot in session.scalars(query) if slot.deadlines.bookable_until <= now]
