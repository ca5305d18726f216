"""Slots that fall away: an issue skipped or moved, a capacity lowered, a placement retired. Every booking is named."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Booking, Displacement, Order
from sponsorship.booking.queries import (
    Concerned,
    list_coming_slots,
    list_concerned,
    list_open_of_bookings,
    occupants_of,
)
from sponsorship.booking.rules import (
    OCCUPYING,
    BookingKind,
    BookingState,
    DisplacementCause,
    DisplacementState,
    OrderState,
    Outcome,
)
from sponsorship.booking.services.occupy import lock_issues, lock_order, name_slot
from sponsorship.booking.services.order import cancel_order
from sponsorship.booking.services.slot import block_slot, release_booking
from sponsorship.booking.services.surplus import CAPACITY_LOWERED, NO_LONGER_SOLD
from sponsorship.core import outbox
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import DomainError, InvalidTransition
from sponsorship.core.format import long_day
from sponsorship.core.text import clean_line
from sponsorship.inventory.models import Issue, Placement, Slot
from sponsorship.inventory.queries import list_slots
from sponsorship.inventory.rules import IssueState
from sponsorship.inventory.services import make_slots, note_moved, note_restored, note_skipped

UNPAID = (OrderState.DRAFT, OrderState.HELD)


def skip_issue(session: Session, *, issue: Issue, reason: str, actor: str, now: datetime) -> list[Displacement]:
    """Skip an issue: what is sold in it is displaced by name, holds are released, blocks and house ads go.

    Raises InvalidTransition for an issue that went out or is skipped already.
    """
    slots = list_slots(session, [issue.id])
    _lock(session, slots, [issue])
    _check_coming(issue, now)
    concerned = list_concerned(session, slots, DisplacementCause.ISSUE_SKIPPED)
    note_skipped(session, issue=issue, reason=clean_line(reason))
    _clear(session, slots, clean_line(reason), actor, now)
    _audit(
        session, issue, "skipped", actor, now, reason=clean_line(reason), concerned=[c.booking.id for c in concerned]
    )
    return _displace(session, concerned, DisplacementCause.ISSUE_SKIPPED, reason, actor, now, was_on=issue.publish_on)


def move_issue(
    session: Session, *, issue: Issue, day: date, reason: str, actor: str, now: datetime
) -> list[Displacement]:
    """Move an issue to another day: what is sold moves along, and each sponsor may keep it, or choose otherwise.

    Holds in carts are released, for nobody agreed to the new day. Raises DomainError for a day that is over or has an issue.
    """
    slots = list_slots(session, [issue.id])
    _lock(session, slots, [issue])
    _check_coming(issue, now)
    before = issue.publish_on
    concerned = list_concerned(session, slots, DisplacementCause.ISSUE_MOVED)
    note_moved(session, issue=issue, day=day, reason=clean_line(reason), now=now)
    for booking in occupants_of(session, [slot.id for slot in slots]).values():
        if booking.order is None and booking.held_until is not None:  # a promise ends before its issue
            booking.held_until = min(booking.held_until, issue.publish_at)
    _audit(session, issue, "moved", actor, now, before_day=before.isoformat(), day=day.isoformat(),
           reason=clean_line(reason), concerned=[c.booking.id for c in concerned])  # fmt: skip
    outbox.publish(session, "issue.moved", now=now, issue_id=issue.id)
    return _displace(session, concerned, DisplacementCause.ISSUE_MOVED, reason, actor, now, was_on=before)


def restore_issue(session: Session, *, issue: Issue, actor: str, now: datetime) -> list[Displacement]:
    """Bring a skipped issue back: whoever has not chosen yet keeps the slot; returns those displacements, resolved."""
    slots = list_slots(session, [issue.id])
    _lock(session, slots, [issue])
    if issue.publish_at <= now:
        raise InvalidTransition(f"{long_day(issue.publish_on)} is over.")
    note_restored(session, issue=issue)
    make_slots(session, issue=issue, placements=issue.newsletter.placements)
    _audit(session, issue, "restored", actor, now)
    ids = [booking.id for booking in occupants_of(session, [slot.id for slot in slots]).values()]
    waiting = [one for one in list_open_of_bookings(session, ids) if one.state is DisplacementState.OPEN]
    for displacement in waiting:
        resolve_displacement(
            session, displacement=displacement, outcome="The issue comes out after all", actor=actor, now=now
        )
    return waiting


def surplus_slots(session: Session, placement: Placement, capacity: int) -> list[Slot]:
    """Return the slots to come that a lower capacity has no room for: free ones first, then what was booked last."""
    by_issue: dict[int, list[Slot]] = {}
    for slot in list_coming_slots(session, placement):
        by_issue.setdefault(slot.issue_id, []).append(slot)
    occupants = occupants_of(session, [slot.id for slots in by_issue.values() for slot in slots])

    def keeps(slot: Slot) -> tuple[bool, float, int]:
        booking = occupants.get(slot.id)
        is_taken = booking is not None and booking.kind not in (BookingKind.BLOCK, BookingKind.HOUSE)
        since = booking.created_at.timestamp() if booking is not None else float("inf")
        return not is_taken, since, slot.ordinal

    return [slot for slots in by_issue.values() for slot in sorted(slots, key=keeps)[capacity:]]


def change_capacity(
    session: Session, *, placement: Placement, capacity: int, actor: str, now: datetime
) -> list[Displacement]:
    """Sell more or fewer slots of a placement in each issue to come; what is sold beyond it is displaced by name."""
    if not 1 <= capacity <= 12:
        raise DomainError("A placement has between 1 and 12 slots in an issue.")
    coming = list_coming_slots(session, placement)
    _lock(session, coming, _coming_issues(session, placement))
    before, placement.capacity = placement.capacity, capacity
    session.flush()
    surplus = surplus_slots(session, placement, capacity)
    kept = {slot.id for slot in list_coming_slots(session, placement)} - {slot.id for slot in surplus}
    _unblock(session, kept, actor, now)
    for issue in _coming_issues(session, placement):
        make_slots(session, issue=issue, placements=[placement])
    record_act(
        session, actor=actor, action="capacity_changed", object_type="placement", object_id=placement.id,
        newsletter_id=placement.newsletter_id, now=now, before={"capacity": before}, after={"capacity": capacity},
    )  # fmt: skip
    return _take_off(session, surplus, DisplacementCause.CAPACITY_LOWERED, CAPACITY_LOWERED, actor, now)


def retire_placement(
    session: Session, *, placement: Placement, displaces: bool, reason: str = "", actor: str, now: datetime
) -> list[Displacement]:
    """Sell a placement no longer; what is sold of it runs, or, with `displaces`, is displaced by name."""
    if placement.retired_at is not None:
        raise InvalidTransition(f"{placement.name} is not sold any more.")
    coming = list_coming_slots(session, placement)
    _lock(session, coming, _coming_issues(session, placement))
    placement.retired_at = now
    record_act(
        session, actor=actor, action="retired", object_type="placement", object_id=placement.id,
        newsletter_id=placement.newsletter_id, now=now, after={"displaces": displaces},
    )  # fmt: skip
    occupants = occupants_of(session, [slot.id for slot in coming])
    gone = coming if displaces else [slot for slot in coming if slot.id not in occupants]
    return _take_off(session, gone, DisplacementCause.PLACEMENT_RETIRED, reason or NO_LONGER_SOLD, actor, now)


def resolve_displacement(
    session: Session, *, displacement: Displacement, outcome: str, actor: str, now: datetime
) -> Displacement:
    """Close a displacement, saying how it ended."""
    lock_rows(session, Displacement, [displacement.id])
    was = displacement.state
    displacement.move_to(DisplacementState.RESOLVED)
    displacement.resolved_at, displacement.outcome = now, outcome
    session.flush()
    note_displacement(session, displacement, "displacement_resolved", actor, now, was=was)
    return displacement


def resolve_when_over(session: Session, *, displacement: Displacement, actor: str, now: datetime) -> bool:
    """Close a displacement whose booking has no slot any more, for its order lapsed or was cancelled; False otherwise."""
    lock_rows(session, Displacement, [displacement.id])
    if displacement.state is DisplacementState.RESOLVED or displacement.booking.state in OCCUPYING:
        return False
    words = f"The booking is {displacement.booking.state.label.lower()}"
    resolve_displacement(session, displacement=displacement, outcome=words, actor=actor, now=now)
    return True


def note_displacement(
    session: Session, displacement: Displacement, action: str, actor: str, now: datetime, was: DisplacementState | None
) -> None:
    """Write the audit entry of a displacement on its order, or on its booking where there is none."""
    booking = displacement.booking
    kind, object_id = ("order", booking.order_id) if booking.order_id else ("booking", booking.id)
    record_act(
        session, actor=actor, action=action, object_type=kind, object_id=object_id,
        newsletter_id=displacement.newsletter_id, now=now, before={"state": was.value} if was else None,
        after={
            "displacement": displacement.id, "booking": booking.id, "cause": displacement.cause.value,
            "state": displacement.state.value, "choice": displacement.choice.value if displacement.choice else None,
            "outcome": displacement.outcome, "place": name_slot(booking.slot),
        },
    )  # fmt: skip


def _lock(session: Session, slots: Sequence[Slot], issues: Sequence[Issue]) -> None:
    """Lock as everybody does: the orders that have these slots, their bookings, then the issues."""
    occupants = occupants_of(session, [slot.id for slot in slots]).values()
    order_ids = sorted({booking.order_id for booking in occupants if booking.order_id})
    lock_rows(session, Order, order_ids)
    lock_rows(session, Booking, sorted(booking.id for booking in occupants))
    lock_rows(session, Issue, sorted({issue.id for issue in issues}))
    lock_issues(session, slots)
    now_there = {booking.order_id for booking in occupants_of(session, [slot.id for slot in slots]).values()}
    if now_there - {None, *order_ids}:  # an order's lock comes before its issue's, so it cannot be had any more
        raise InvalidTransition("Somebody took one of these slots in this very moment. Look again whom it concerns.")


def _coming_issues(session: Session, placement: Placement) -> list[Issue]:
    query = select(Issue).where(Issue.newsletter_id == placement.newsletter_id, Issue.state == IssueState.PLANNED)
    return list(session.scalars(query.order_by(Issue.id)))


def _check_coming(issue: Issue, now: datetime) -> None:
    if issue.state is not IssueState.PLANNED or issue.publish_at <= now:
        raise InvalidTransition(f"The issue of {long_day(issue.publish_on)} went out, or is skipped already.")


def _clear(session: Session, slots: Sequence[Slot], reason: str, actor: str, now: datetime) -> None:
    """Let go of the publisher's own blocks and house ads."""
    for booking in occupants_of(session, [slot.id for slot in slots]).values():
        if booking.kind in (BookingKind.BLOCK, BookingKind.HOUSE):
            release_booking(session, booking=booking, actor=actor, now=now, reason=reason)


def _unblock(session: Session, slot_ids: set[int], actor: str, now: datetime) -> None:
    """Put slots back on sale that a lower capacity had taken off."""
    for booking in occupants_of(session, slot_ids).values():
        if booking.kind is BookingKind.BLOCK and booking.reason == CAPACITY_LOWERED:
            release_booking(session, booking=booking, actor=actor, now=now, reason="Capacity raised")


def _take_off(
    session: Session, slots: Sequence[Slot], cause: DisplacementCause, reason: str, actor: str, now: datetime
) -> list[Displacement]:
    """Take slots off sale in issues that stay: free ones are blocked, the others' bookings displaced."""
    concerned = list_concerned(session, slots, cause)
    displaced = _displace(session, concerned, cause, reason, actor, now)
    occupied = occupants_of(session, [slot.id for slot in slots])
    for slot in slots:
        if slot.id not in occupied and slot.issue.publish_at > now:
            block_slot(session, slot=slot, reason=reason, actor=actor, now=now)
    return displaced


def _displace(
    session: Session,
    concerned: Sequence[Concerned],
    cause: DisplacementCause,
    reason: str,
    actor: str,
    now: datetime,
    was_on: date | None = None,
) -> list[Displacement]:
    """Give each booking its record; what was only held is released, and its record closed at once."""
    displaced = []
    for one in concerned:
        booking = one.booking
        if list_open_of_bookings(session, [booking.id]):
            continue  # it waits already: what was offered stands
        displacement = Displacement(
            newsletter_id=booking.slot.issue.newsletter_id, booking=booking, cause=cause, state=DisplacementState.OPEN,
            was_on=was_on or booking.slot.issue.publish_on, reason=clean_line(reason),
            offers=[remedy.value for remedy in one.offers], created_at=now, created_by=actor,
        )  # fmt: skip
        session.add(displacement)
        session.flush()
        note_displacement(session, displacement, "displaced", actor, now, was=None)
        if one.outcome is Outcome.RELEASE:
            _let_go(session, booking, clean_line(reason), actor, now)
            if booking.state not in OCCUPYING:
                resolve_displacement(
                    session, displacement=displacement, outcome="The hold was released, unpaid", actor=actor, now=now
                )
        outbox.publish(session, "booking.displaced", now=now, displacement_id=displacement.id)
        displaced.append(displacement)
    return displaced


def _let_go(session: Session, booking: Booking, reason: str, actor: str, now: datetime) -> None:
    """Release what is held: the whole order of a cart, or a promise. Whoever began to pay meanwhile is left to it."""
    order = booking.order
    if order is not None:
        lock_order(session, order)
    if booking.state is not BookingState.HELD or (order is not None and order.state not in UNPAID):
        return
    if order is None:
        release_booking(session, booking=booking, actor=actor, now=now, reason=reason)
    else:
        cancel_order(session, order=order, reason=reason, actor=actor, now=now)


def _audit(session: Session, issue: Issue, action: str, actor: str, now: datetime, **after: object) -> None:
    record_act(
        session, actor=actor, action=action, object_type="issue", object_id=issue.id,
        newsletter_id=issue.newsletter_id, now=now, after={"number": issue.number, **after},
    )  # fmt: skip
