"""Reads about moving a booking: where to, at what price, until when; and how a newsletter lets cancel."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from sponsorship.accounts.models import AuditEntry
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import (
    OCCUPYING,
    BookingState,
    CancellationPolicy,
    MovePrice,
    move_deadline,
    price_move,
)
from sponsorship.inventory.models import Issue, Placement, Slot
from sponsorship.inventory.rules import IssueState
from sponsorship.sponsors.queries import policy_of


@dataclass(frozen=True, slots=True)
class MoveTarget:
    """A free slot to which a booking can move, and what it costs there."""

    slot: Slot
    price: MovePrice


@dataclass(frozen=True, slots=True)
class PastMove:
    """A move as the audit trail has it: from where to where, in words; the difference in minor units before tax."""

    from_place: str
    to_place: str
    difference_minor: int
    actor: str
    paid_by: int | None  # the order over the difference, where it was paid


def get_move(session: Session, entry_id: int) -> PastMove:
    """Return what the audit entry of a move says."""
    entry = session.get_one(AuditEntry, entry_id)
    before, after = entry.before or {}, entry.after or {}
    return PastMove(before["place"], after["place"], after["difference_minor"], entry.actor, after["paid_by"])


def price_of_move(booking: Booking, slot: Slot) -> MovePrice:
    """Return what a booking costs on another slot, at today's list price and with the discount it was sold with."""
    return price_move(
        slot.issue.newsletter.currency, list_minor=booking.price_minor, net_minor=booking.net_minor - booking.credited_minor,
        new_list_minor=slot.list_price_minor,
    )  # fmt: skip


def find_claim(session: Session, booking: Booking) -> Booking | None:
    """Return the claim that holds a dearer slot for this booking, or None."""
    query = select(Booking).where(Booking.moves_id == booking.id, Booking.state == BookingState.HELD)
    return session.scalars(query).one_or_none()


def list_claims(session: Session, booking_ids: Collection[int]) -> list[Order]:
    """Return the unpaid orders over moves of these bookings."""
    query = select(Order).join(Booking, Booking.order_id == Order.id)
    held = query.where(Booking.moves_id.in_(booking_ids), Booking.state == BookingState.HELD)
    return list(session.scalars(held.order_by(Order.id)))


def list_move_targets(session: Session, booking: Booking, now: datetime, *, as_sponsor: bool) -> list[MoveTarget]:
    """Return the free slots that a booking can move to, those of its own placement first, each by date.

    A sponsor is shown what is on sale, the publisher every free slot of the newsletter's horizon.
    """
    old = booking.slot
    last = now + timedelta(weeks=old.issue.newsletter.horizon_weeks)
    slots = [slot for slot in _free_slots(session, old.issue.newsletter_id, now, last) if slot.issue_id != old.issue_id
             or slot.placement_id != old.placement_id]  # fmt: skip
    if as_sponsor:
        slots = [slot for slot in slots if slot.deadlines.bookable_until > now]
    slots.sort(key=lambda s: (s.placement_id != old.placement_id, s.placement.position, s.issue.publish_at, s.ordinal))
    return [MoveTarget(slot, price_of_move(booking, slot)) for slot in slots]


def own_move_deadline(session: Session, booking: Booking) -> datetime | None:
    """Return until when a sponsor may move this booking, or None where the newsletter does not let sponsors move."""
    issue = booking.slot.issue
    policy = policy_of(session, issue.newsletter_id)
    if not policy.sponsors_may_move:
        return None
    return move_deadline(issue.publish_at, policy.move_cutoff_days, issue.newsletter.timezone)


def cancellation_policy(session: Session, newsletter_id: int) -> CancellationPolicy:
    """Return how a newsletter lets cancel, for rules.cancellation_share."""
    policy = policy_of(session, newsletter_id)
    return CancellationPolicy(policy.cancel_free_days, policy.cancel_kept_basis_points, policy.cancel_full_days)


def _free_slots(session: Session, newsletter_id: int, now: datetime, last: datetime) -> Sequence[Slot]:
    """One free slot for each placement of each issue, the lowest ordinal."""
    taken = select(Booking.id).where(Booking.slot_id == Slot.id, Booking.state.in_(OCCUPYING))
    query = (
        select(Slot)
        .join(Slot.issue)
        .join(Issue.newsletter)
        .join(Slot.placement)
        .options(contains_eager(Slot.issue).contains_eager(Issue.newsletter), contains_eager(Slot.placement))
        .where(Issue.newsletter_id == newsletter_id, Issue.state == IssueState.PLANNED, Issue.publish_at > now)
        .where(Issue.publish_at <= last, Placement.retired_at.is_(None), ~taken.exists())
        .order_by(Slot.ordinal.desc())
    )
    return list({(slot.issue_id, slot.placement_id): slot for slot in session.scalars(query)}.values())
