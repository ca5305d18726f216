"""Reads about promises, challenges, the waiting list, requests and proposals."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from sponsorship.booking.models import Booking, Challenge, Order, Promise, Waiting
from sponsorship.booking.rules import (
    IN_LINE,
    OCCUPYING,
    BookingState,
    ChallengeState,
    OrderState,
    WaitingState,
    offer_until,
)
from sponsorship.core.errors import NotFound
from sponsorship.core.format import local
from sponsorship.inventory.models import Issue, Newsletter, Placement, Slot
from sponsorship.inventory.rules import IssueState, SponsorApproval
from sponsorship.sponsors.models import Sponsor

CLOSED_SHOWN = 8


def get_waiting(session: Session, token: str) -> Waiting:
    """Return the wish whose page the token opens; raises NotFound."""
    waiting = session.scalars(select(Waiting).where(Waiting.token == token)).one_or_none()
    if waiting is None:
        raise NotFound
    return waiting


def get_waiting_by_id(session: Session, waiting_id: int) -> Waiting:
    """Return a wish by its id; raises NotFound."""
    waiting = session.get(Waiting, waiting_id) if waiting_id < 2**31 else None
    if waiting is None:
        raise NotFound
    return waiting


def list_waiting(session: Session, newsletter_id: int) -> list[Waiting]:
    """Return who waits for what at a newsletter, first in line first; those with an offer stand in their place."""
    query = select(Waiting).where(Waiting.newsletter_id == newsletter_id, Waiting.state.in_(IN_LINE))
    options = (selectinload(Waiting.issue), selectinload(Waiting.placement))
    return list(session.scalars(query.options(*options).order_by(Waiting.rank, Waiting.id)))


def place_in_line(session: Session, waiting: Waiting) -> int:
    """Return the place of a wish among those that could be satisfied by a slot it could have; 1 is next."""
    line = list_waiting(session, waiting.newsletter_id)
    ahead = [one for one in line if (one.rank, one.id) < (waiting.rank, waiting.id) and _compete(one, waiting)]
    return len(ahead) + 1


def _compete(one: Waiting, other: Waiting) -> bool:
    """Whether one slot could satisfy both."""
    if None not in (one.placement_id, other.placement_id) and one.placement_id != other.placement_id:
        return False
    if None not in (one.issue_id, other.issue_id):
        return one.issue_id == other.issue_id
    return one.first_day <= other.last_day and other.first_day <= one.last_day


def find_same_wish(session: Session, waiting: Waiting) -> Waiting | None:
    """Return the wish of the same address for exactly the same that still stands in line, or None."""
    query = select(Waiting).where(
        Waiting.newsletter_id == waiting.newsletter_id,
        Waiting.state.in_(IN_LINE),
        Waiting.contact_email == waiting.contact_email,
        Waiting.issue_id.is_not_distinct_from(waiting.issue_id),
        Waiting.placement_id.is_not_distinct_from(waiting.placement_id),
        Waiting.first_day == waiting.first_day,
        Waiting.last_day == waiting.last_day,
    )
    return session.scalars(query.order_by(Waiting.id).limit(1)).one_or_none()


def first_in_line(session: Session, slot: Slot) -> Waiting | None:
    """Return who is asked next when this slot is free: the first who wishes for it, was never offered it, and has no offer."""
    day = slot.issue.publish_on
    had_it = exists().where(
        Promise.waiting_id == Waiting.id, Promise.booking_id == Booking.id, Booking.slot_id == slot.id
    )
    query = select(Waiting).where(
        Waiting.newsletter_id == slot.issue.newsletter_id,
        Waiting.state == WaitingState.WAITING,
        or_(Waiting.placement_id.is_(None), Waiting.placement_id == slot.placement_id),
        or_(
            Waiting.issue_id == slot.issue_id,
            and_(Waiting.issue_id.is_(None), Waiting.first_day <= day, Waiting.last_day >= day),
        ),
        ~had_it,
    )
    return session.scalars(query.order_by(Waiting.rank, Waiting.id).limit(1)).one_or_none()


def awaited_slots(session: Session, slots: Sequence[Slot], now: datetime) -> list[Slot]:
    """Return those of these free slots that belong to the waiting list: somebody is in line and there is time for an offer."""
    newsletters = {slot.issue.newsletter_id for slot in slots}
    is_waited = select(Waiting.id).where(Waiting.newsletter_id.in_(newsletters), Waiting.state == WaitingState.WAITING)
    if session.scalar(is_waited.limit(1)) is None:
        return []
    return [
        slot
        for slot in slots
        if offer_until(now, slot.deadlines.bookable_until) is not None and first_in_line(session, slot) is not None
    ]


def list_newsletters_with_line(session: Session) -> list[int]:
    """Return the ids of the newsletters at which somebody waits and has no offer."""
    query = select(Waiting.newsletter_id).where(Waiting.state == WaitingState.WAITING).distinct()
    return sorted(session.scalars(query))


def list_free_slots(session: Session, newsletter_id: int, now: datetime) -> list[Slot]:
    """Return the slots of a newsletter that nobody has and that can still be bought, by date, position and ordinal."""
    taken = exists().where(Booking.slot_id == Slot.id, Booking.state.in_(OCCUPYING))
    query = (
        select(Slot)
        .join(Slot.issue)
        .join(Issue.newsletter)
        .join(Slot.placement)
        .where(Issue.newsletter_id == newsletter_id, Issue.state == IssueState.PLANNED, Issue.publish_at > now, ~taken)
        .options(contains_eager(Slot.issue).contains_eager(Issue.newsletter), contains_eager(Slot.placement))
        .order_by(Issue.publish_at, Placement.position, Slot.ordinal)
    )
    found = session.scalars(query).unique()
    return [
        slot
        for slot in found
        if slot.deadlines.bookable_until > now
        and (slot.bookable_from is None or slot.bookable_from <= local(now, slot.issue.newsletter.timezone).date())
        and (slot.placement.retired_at is None or slot.placement.retired_at > now)
    ]


def list_wishes_over(session: Session, now: datetime) -> list[int]:
    """Return the ids of wishes without an offer whose last day lies more than a day behind."""
    query = select(Waiting.id).where(Waiting.state == WaitingState.WAITING, Waiting.last_day < now.date())
    return list(session.scalars(query.order_by(Waiting.id)))


def get_promise(session: Session, token: str) -> Promise:
    """Return the promise whose page the token opens; raises NotFound."""
    promise = session.scalars(select(Promise).where(Promise.token == token)).one_or_none()
    if promise is None:
        raise NotFound
    return promise


def promises_of(session: Session, booking_ids: Collection[int]) -> dict[int, Promise]:
    """Return the promises made on these bookings, by booking id."""
    query = select(Promise).where(Promise.booking_id.in_(booking_ids))
    return {promise.booking_id: promise for promise in session.scalars(query)}


def find_promise(session: Session, booking: Booking) -> Promise | None:
    """Return the promise made on a booking, or None."""
    return session.scalars(select(Promise).where(Promise.booking_id == booking.id)).one_or_none()


def find_offer_of(session: Session, waiting: Waiting) -> Promise | None:
    """Return the offer that somebody on the waiting list has now, or None."""
    found: Promise | None = session.scalars(_held_promises().where(Promise.waiting_id == waiting.id)).one_or_none()
    return found


def list_promises(session: Session, newsletter_id: int) -> list[Promise]:
    """Return what is promised at a newsletter and neither ordered nor over, soonest end first."""
    query = _held_promises().join(Slot, Booking.slot_id == Slot.id).join(Issue, Slot.issue_id == Issue.id)
    return list(session.scalars(query.where(Issue.newsletter_id == newsletter_id).order_by(Booking.held_until)))


def list_promises_to(session: Session, email: str, sponsor_ids: Collection[int]) -> list[Promise]:
    """Return what is kept for this address (in normal form) or these sponsors and waits for a yes, soonest end first."""
    theirs = or_(Promise.contact_email == email, Booking.sponsor_id.in_(sponsor_ids))
    return list(session.scalars(_held_promises().where(theirs).order_by(Booking.held_until)))


def list_proposals_to(session: Session, sponsor_ids: Collection[int]) -> list[Order]:
    """Return the proposals to these sponsors that wait for an answer, soonest end first."""
    query = _with_bookings().where(
        Order.sponsor_id.in_(sponsor_ids), Order.proposed_at.is_not(None), Order.accepted_at.is_(None),
        Order.state == OrderState.HELD,
    )  # fmt: skip
    return list(session.scalars(query.order_by(Order.held_until, Order.id)))


def list_wishes_of(session: Session, email: str) -> list[Waiting]:
    """Return what this address (in normal form) waits for without an offer, earliest first."""
    query = select(Waiting).where(Waiting.contact_email == email, Waiting.state == WaitingState.WAITING)
    return list(session.scalars(query.order_by(Waiting.joined_at, Waiting.id)))


def _held_promises() -> Select[Any]:
    return (
        select(Promise)
        .join(Promise.booking)
        .where(Booking.state == BookingState.HELD, Booking.order_id.is_(None))
        .options(contains_eager(Promise.booking))
    )


def find_open_challenge(session: Session, promise: Promise) -> Challenge | None:
    """Return the challenge to a promise that waits for its answer, or None."""
    query = select(Challenge).where(Challenge.promise_id == promise.id, Challenge.state == ChallengeState.OPEN)
    return session.scalars(query).one_or_none()


def find_challenge_by(session: Session, waiting_id: int) -> Challenge | None:
    """Return the open challenge that somebody on the waiting list made, or None."""
    query = select(Challenge).where(Challenge.challenger_id == waiting_id, Challenge.state == ChallengeState.OPEN)
    return session.scalars(query).one_or_none()


def challenges_of(session: Session, promise_ids: Collection[int]) -> dict[int, Challenge]:
    """Return the open challenges to these promises, by promise id."""
    query = select(Challenge).where(Challenge.promise_id.in_(promise_ids), Challenge.state == ChallengeState.OPEN)
    return {challenge.promise_id: challenge for challenge in session.scalars(query)}


def list_requests(session: Session, newsletter_id: int) -> list[Order]:
    """Return the orders that wait for the publisher's yes, the one whose time runs out first before the others."""
    query = _with_bookings().where(
        Order.newsletter_id == newsletter_id, Order.state == OrderState.DRAFT, Order.requested_at.is_not(None)
    )
    return list(session.scalars(query.order_by(Order.held_until, Order.id)))


def list_proposals(session: Session, newsletter_id: int) -> list[Order]:
    """Return the proposals that are not answered or not paid yet, then the latest few that came to nothing."""
    mine = _with_bookings().where(Order.newsletter_id == newsletter_id, Order.proposed_at.is_not(None))
    alive = mine.where(Order.state.in_((OrderState.HELD, OrderState.IN_CHECKOUT, OrderState.AWAITING_FUNDS)))
    over = mine.where(Order.state.in_((OrderState.LAPSED, OrderState.CANCELLED)), Order.confirmed_at.is_(None))
    return [
        *session.scalars(alive.order_by(Order.held_until, Order.id)),
        *session.scalars(over.order_by(Order.closed_at.desc(), Order.id.desc()).limit(CLOSED_SHOWN)),
    ]


def _with_bookings() -> Select[Any]:
    return select(Order).options(selectinload(Order.bookings))


def list_proposals_to_remind(session: Session, before: datetime, made_before: datetime) -> list[int]:
    """Return the ids of unanswered proposals that end before a moment, were made before another, and had no reminder."""
    query = select(Order.id).where(
        Order.state == OrderState.HELD,
        Order.proposed_at <= made_before,
        Order.accepted_at.is_(None),
        Order.reminded_at.is_(None),
        Order.held_until <= before,
    )
    return list(session.scalars(query.order_by(Order.id)))


def needs_approval(session: Session, newsletter: Newsletter, sponsor: Sponsor | None) -> bool:
    """Whether what this sponsor (None: somebody unknown) picks becomes a request: as the newsletter's settings say.

    A sponsor is not new once the publisher accepted it, prepared an order for it, or an order of it was confirmed.
    """
    if newsletter.sponsor_approval is not SponsorApproval.NEW:
        return newsletter.sponsor_approval is SponsorApproval.ALL
    if sponsor is None:
        return True
    known = or_(Order.approved_at.is_not(None), Order.proposed_at.is_not(None), Order.confirmed_at.is_not(None))
    if session.scalar(select(Order.id).where(Order.sponsor_id == sponsor.id, known).limit(1)) is not None:
        return False
    ran = select(Booking.id).where(Booking.sponsor_id == sponsor.id, Booking.state == BookingState.RAN)
    return session.scalar(ran.limit(1)) is None


def count_requests(session: Session, newsletter_id: int) -> int:
    """Count the orders that wait for the publisher's yes."""
    query = select(func.count(Order.id)).where(
        Order.newsletter_id == newsletter_id, Order.state == OrderState.DRAFT, Order.requested_at.is_not(None)
    )
    return session.scalar(query) or 0
