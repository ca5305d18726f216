"""Reads about orders, bookings, and who has which slot."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, selectinload

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries.demand import awaited_slots
from sponsorship.booking.queries.prices import quote_slots
from sponsorship.booking.rules import OCCUPYING, BookingState, OrderState, Quote
from sponsorship.core.errors import NotFound
from sponsorship.inventory.models import Issue, Newsletter, Slot
from sponsorship.inventory.queries import list_slots_by_id
from sponsorship.inventory.rules import IssueState
from sponsorship.sponsors.models import Sponsor

LARGEST_ID = 2**31 - 1
MOST_OFFERS = 3


@dataclass(frozen=True, slots=True)
class SwapOffer:
    """A slot that cannot be had, why, and what else is open: the first of `others` is what the page suggests."""

    slot: Slot
    why: str
    others: tuple[Slot, ...]
    without: Quote  # what the order costs when this slot is left out and the first others stand in for the rest


@dataclass(frozen=True, slots=True)
class Swap:
    """An order that cannot be held as it was picked, and how it could be: what is gone, what is still free."""

    offers: tuple[SwapOffer, ...]
    kept: tuple[Slot, ...]
    suggested: tuple[Slot, ...]  # what is kept, and the first of the others for each slot that is gone
    quote: Quote


def get_order(session: Session, token: str) -> Order:
    """Return the order that the token opens; raises NotFound."""
    order = session.scalars(select(Order).where(Order.token == token)).one_or_none()
    if order is None:
        raise NotFound
    return order


def get_order_by_id(session: Session, order_id: int) -> Order:
    """Return an order by its id; raises NotFound."""
    order = session.get(Order, order_id) if order_id <= LARGEST_ID else None
    if order is None:
        raise NotFound
    return order


def get_booking(session: Session, booking_id: int) -> Booking:
    """Return a booking by its id; raises NotFound."""
    booking = session.get(Booking, booking_id) if booking_id <= LARGEST_ID else None
    if booking is None:
        raise NotFound
    return booking


def get_order_booking(session: Session, order: Order, booking_id: int) -> Booking:
    """Return a booking of that order; raises NotFound for one of another order."""
    booking = get_booking(session, booking_id)
    if booking.order_id != order.id:
        raise NotFound
    return booking


def list_bookings(session: Session, order: Order) -> list[Booking]:
    """Return an order's bookings in order of date, position and ordinal, with slot, issue and placement; one query."""
    query = select(Booking).where(Booking.order_id == order.id)
    found = session.scalars(query)
    return sorted(found, key=lambda b: (b.slot.issue.publish_at, b.slot.placement.position, b.slot.ordinal))


def occupants_of(session: Session, slot_ids: Collection[int]) -> dict[int, Booking]:
    """Return who has which of these slots now (held, confirmed or ran), by slot id; a free slot has no entry."""
    query = (
        select(Booking)
        .where(Booking.slot_id.in_(slot_ids), Booking.state.in_(OCCUPYING))
        .options(selectinload(Booking.order), selectinload(Booking.sponsor))
    )
    return {booking.slot_id: booking for booking in session.scalars(query)}


def list_lapsable_orders(session: Session, now: datetime) -> list[int]:
    """Return the ids of held orders and of requests, no payment page open, whose time has run out."""
    query = select(Order.id).where(Order.state.in_((OrderState.DRAFT, OrderState.HELD)), Order.held_until <= now)
    return list(session.scalars(query.order_by(Order.held_until)))


def list_lapsable_bookings(session: Session, now: datetime) -> list[int]:
    """Return the ids of held bookings without an order (courtesy holds) whose time has run out."""
    query = select(Booking.id).where(
        Booking.state == BookingState.HELD, Booking.order_id.is_(None), Booking.held_until <= now
    )
    return list(session.scalars(query.order_by(Booking.held_until)))


def open_slots_like(session: Session, slot: Slot, now: datetime, limit: int) -> list[Slot]:
    """Return up to `limit` free slots of the same placement that can still be bought, nearest to the slot's date first.

    One for each issue, never the slot's own issue; of dates equally near the later comes first.
    """
    issue, taken = aliased(Issue), select(Booking.id).where(Booking.slot_id == Slot.id, Booking.state.in_(OCCUPYING))
    query = (
        select(Slot)
        .join(issue, Slot.issue_id == issue.id)
        .join(issue.newsletter)
        .options(contains_eager(Slot.issue.of_type(issue)).contains_eager(issue.newsletter))
        .where(Slot.placement_id == slot.placement_id, Slot.issue_id != slot.issue_id, ~taken.exists())
        .where(issue.state == IssueState.PLANNED, issue.publish_at > now)
        .order_by(Slot.ordinal)
    )
    wanted = slot.issue.publish_at
    by_issue = {found.issue_id: found for found in reversed(list(session.scalars(query)))}
    bookable = [found for found in by_issue.values() if found.deadlines.bookable_until > now]
    bookable.sort(key=lambda s: (abs(s.issue.publish_at - wanted), s.issue.publish_at < wanted))
    open_to_all = (found for found in bookable if not awaited_slots(session, [found], now))
    return list(islice(open_to_all, limit))


def suggest_swap(session: Session, newsletter: Newsletter, slot_ids: Collection[int], now: datetime) -> Swap:
    """Sort what was picked into gone and still free, and find other dates for what is gone; unknown slots are left out."""
    picked = [slot for slot in list_slots_by_id(session, slot_ids) if slot.issue.newsletter_id == newsletter.id]
    picked.sort(key=lambda slot: (slot.issue.publish_at, slot.placement.position, slot.ordinal))
    occupied = occupants_of(session, [slot.id for slot in picked])
    promised = {slot.id for slot in awaited_slots(session, [slot for slot in picked if slot.id not in occupied], now)}
    gone = {slot: why for slot in picked if (why := _why_gone(slot, slot.id in occupied, slot.id in promised, now))}
    kept = [slot for slot in picked if slot not in gone]
    used = {slot.id for slot in kept}
    others: dict[Slot, tuple[Slot, ...]] = {}
    for slot in gone:
        near = open_slots_like(session, slot, now, MOST_OFFERS + len(picked))
        others[slot] = tuple([other for other in near if other.id not in used][:MOST_OFFERS])
        used |= {other.id for other in others[slot][:1]}
    first = {slot: others[slot][:1] for slot in gone}
    offers = [
        SwapOffer(
            slot, gone[slot], others[slot], quote_slots(session, newsletter, [*kept, *_besides(first, slot)], now)
        )
        for slot in gone
    ]
    suggested = [*kept, *(other for found in first.values() for other in found)]
    return Swap(tuple(offers), tuple(kept), tuple(suggested), quote_slots(session, newsletter, suggested, now))


def _why_gone(slot: Slot, is_occupied: bool, is_awaited: bool, now: datetime) -> str:
    """Why a slot cannot be bought, or an empty text."""
    if is_awaited:
        return "Promised to the waiting list"
    if is_occupied:
        return "Gone to somebody else"
    if slot.issue.state is not IssueState.PLANNED:
        return "No longer in an issue to come"
    return "Too near its issue" if slot.deadlines.bookable_until <= now else ""


def _besides(found: dict[Slot, tuple[Slot, ...]], left_out: Slot) -> list[Slot]:
    return [slot for gone, slots in found.items() if gone is not left_out for slot in slots]


def list_orders(session: Session, newsletter_id: int) -> list[Order]:
    """Return a newsletter's orders, newest first."""
    query = select(Order).where(Order.newsletter_id == newsletter_id).order_by(Order.created_at.desc(), Order.id.desc())
    return list(session.scalars(query))


def list_orders_of_sponsor(session: Session, sponsor_ids: Collection[int]) -> list[Order]:
    """Return the orders of these sponsors with their bookings, newest first."""
    query = (
        select(Order)
        .where(Order.sponsor_id.in_(sponsor_ids))
        .options(selectinload(Order.bookings))
        .order_by(Order.created_at.desc(), Order.id.desc())
    )
    return list(session.scalars(query))


def list_bookings_of_sponsors(session: Session, sponsor_ids: Collection[int]) -> list[Booking]:
    """Return every booking of these sponsors, whatever its state and archive included, earliest issue first."""
    query = select(Booking).where(Booking.sponsor_id.in_(sponsor_ids)).options(selectinload(Booking.order))
    return sorted(session.scalars(query), key=lambda b: (b.slot.issue.publish_at, b.id))


def has_other_orders(session: Session, sponsor: Sponsor, order: Order) -> bool:
    """Whether a sponsor has any order or archived booking besides this order."""
    others = select(Booking.id).where(
        Booking.sponsor_id == sponsor.id, or_(Booking.order_id != order.id, Booking.order_id.is_(None))
    )
    return session.scalar(others.limit(1)) is not None


def list_bookings_of_issue(session: Session, issue: Issue) -> list[Booking]:
    """Return the bookings that occupy an issue's slots, by position and ordinal."""
    query = select(Booking).join(Slot).where(Slot.issue_id == issue.id, Booking.state.in_(OCCUPYING))
    return sorted(session.scalars(query), key=lambda b: (b.slot.placement.position, b.slot.ordinal))


def last_order_number(session: Session, newsletter_id: int, prefix: str) -> str | None:
    """Return the highest order number of a newsletter that begins with the prefix, or None."""
    query = select(Order.number).where(Order.newsletter_id == newsletter_id, Order.number.startswith(prefix))
    return session.scalar(query.order_by(func.length(Order.number).desc(), Order.number.desc()).limit(1))
