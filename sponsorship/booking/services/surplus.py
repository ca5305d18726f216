"""A slot that a lower capacity or a retired placement has no room for goes off sale in the moment it comes free."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.queries import occupants_of
from sponsorship.booking.rules import CLOCK, OCCUPYING, BookingKind, BookingState
from sponsorship.booking.services.occupy import note, occupy
from sponsorship.inventory.models import Placement, Slot
from sponsorship.inventory.rules import IssueState

CAPACITY_LOWERED = "Capacity lowered"
NO_LONGER_SOLD = "No longer sold"


def take_off_surplus(session: Session, slots: Sequence[Slot], *, now: datetime) -> list[Slot]:
    """Block those of these freed slots that are one too many in their issue; returns the others.

    Called in the transaction that frees them, before anything is offered: nobody is offered, and nobody can buy, what there
    is no room for. Capacity is read from the database and not from rows that were loaded before a lock was waited for.
    """
    occupants = occupants_of(session, [slot.id for slot in slots])
    left = []
    for slot in slots:
        reason = "" if slot.id in occupants else _surplus_reason(session, slot, now)
        if not reason:
            left.append(slot)
            continue
        block = Booking(slot=slot, kind=BookingKind.BLOCK, state=BookingState.CONFIRMED, reason=reason, created_at=now)
        occupy(session, [slot], [block])
        note(session, block, "blocked", actor=CLOCK, now=now, slot=slot.id, reason=reason)
    return left


def _surplus_reason(session: Session, slot: Slot, now: datetime) -> str:
    """Why a free slot cannot be sold again, or "" where it can, or where its issue is over anyway."""
    if slot.issue.state is not IssueState.PLANNED or slot.issue.publish_at <= now:
        return ""
    capacity, retired_at = session.execute(
        select(Placement.capacity, Placement.retired_at).where(Placement.id == slot.placement_id)
    ).one()
    if retired_at is not None and retired_at <= now:
        return NO_LONGER_SOLD
    blocked = exists().where(
        and_(Booking.slot_id == Slot.id, Booking.state.in_(OCCUPYING), Booking.kind == BookingKind.BLOCK)
    )
    on_sale = select(func.count(Slot.id)).where(
        Slot.issue_id == slot.issue_id, Slot.placement_id == slot.placement_id, ~blocked
    )
    return CAPACITY_LOWERED if (session.scalar(on_sale) or 0) > capacity else ""
