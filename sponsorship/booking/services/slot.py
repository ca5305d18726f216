"""Slots taken without an order: blocked, promised, filled by the publisher, known from the archive; and what ran."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.queries import list_bookings_of_issue, occupants_of
from sponsorship.booking.rules import CLOCK, BookingKind, BookingState
from sponsorship.booking.services.occupy import check_planned, free_booking, lock_issues, name_slot, note, occupy
from sponsorship.booking.services.order import release_order
from sponsorship.booking.services.promise import close_promise
from sponsorship.booking.services.waiting import offer_freed
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import InvalidTransition
from sponsorship.inventory.models import Issue, Slot
from sponsorship.sponsors.models import Sponsor


def block_slot(session: Session, *, slot: Slot, reason: str, actor: str, now: datetime) -> Booking:
    """Take a slot off sale, with the reason; raises SlotTaken where somebody has it, NotForSale where the issue is out."""
    return _take(
        session, slot, BookingKind.BLOCK, BookingState.CONFIRMED, "blocked", reason=reason, actor=actor, now=now
    )


def unblock_slot(session: Session, *, slot: Slot, actor: str, now: datetime) -> Booking:
    """Put a blocked slot back on sale; raises InvalidTransition where it is not blocked."""
    block = occupants_of(session, [slot.id]).get(slot.id)
    if block is None or block.kind is not BookingKind.BLOCK:
        raise InvalidTransition(f"{name_slot(slot)} is not blocked.")
    return _release(session, block, "unblocked", actor=actor, now=now)


def book_house(session: Session, *, slot: Slot, actor: str, now: datetime, reason: str = "") -> Booking:
    """Fill a slot with the publisher's own ad; raises SlotTaken, NotForSale."""
    return _take(
        session, slot, BookingKind.HOUSE, BookingState.CONFIRMED, "filled", reason=reason, actor=actor, now=now
    )


def book_archived(session: Session, *, slot: Slot, sponsor: Sponsor | None, now: datetime) -> Booking:
    """Note who, where known, had a slot of a past issue: it ran, has no price and is no money; raises SlotTaken."""
    booking = Booking(
        slot=slot, sponsor=sponsor, kind=BookingKind.ARCHIVE, state=BookingState.RAN, created_at=now,
        closed_at=slot.issue.publish_at,
    )  # fmt: skip
    occupy(session, [slot], [booking])
    return booking


def release_booking(session: Session, *, booking: Booking, actor: str, now: datetime, reason: str = "") -> Booking:
    """Free a slot that is promised, blocked or filled by the house, or whose order is held and not being paid.

    With a held sale its whole order is cancelled. Raises NotYoursToRelease for what is paid or being paid, for
    payments cancels that; InvalidTransition for what ran or is free already.
    """
    if booking.order is None:
        return _release(session, booking, "released", actor=actor, now=now, reason=reason)
    release_order(session, order=booking.order, reason=reason, actor=actor, now=now)
    return booking


def lapse_booking_when_due(session: Session, *, booking: Booking, now: datetime) -> bool:
    """Lapse a promise without an order if, seen under its lock, its time has run out; False where it was kept or freed."""
    lock_rows(session, Booking, [booking.id])
    if booking.state is not BookingState.HELD or booking.order_id is not None:
        return False
    if booking.held_until is None or booking.held_until > now:
        return False
    lock_issues(session, [booking.slot])
    free_booking(booking, BookingState.LAPSED, now)
    note(session, booking, "lapsed", actor=CLOCK, now=now, was=BookingState.HELD, slot=booking.slot_id)
    close_promise(session, booking, BookingState.LAPSED, actor=CLOCK, now=now)
    offer_freed(session, [booking.slot], now=now)
    return True


def run_bookings(session: Session, *, issue: Issue, now: datetime) -> list[Booking]:
    """Mark what was printed in an issue that went out: confirmed sales and house ads; returns those that are new.

    A block stays a block, and what was only held was not printed. A second call changes nothing.
    """
    printed = (BookingKind.SALE, BookingKind.HOUSE, BookingKind.COURTESY)
    occupants = lock_rows(session, Booking, [booking.id for booking in list_bookings_of_issue(session, issue)])
    bookings = [booking for booking in occupants if booking.kind in printed and booking.state is BookingState.CONFIRMED]
    for booking in bookings:
        booking.move_to(BookingState.RAN)
        booking.closed_at = now
        note(session, booking, "ran", actor=CLOCK, now=now, was=BookingState.CONFIRMED)
    return bookings


def _take(
    session: Session,
    slot: Slot,
    kind: BookingKind,
    state: BookingState,
    action: str,
    *,
    actor: str,
    now: datetime,
    reason: str = "",
) -> Booking:
    lock_issues(session, [slot])
    check_planned([slot], now)
    booking = Booking(slot=slot, kind=kind, state=state, reason=reason, created_at=now)
    occupy(session, [slot], [booking])
    note(session, booking, action, actor=actor, now=now, slot=slot.id, reason=reason)
    return booking


def _release(
    session: Session, booking: Booking, action: str, *, actor: str, now: datetime, reason: str = ""
) -> Booking:
    lock_rows(session, Booking, [booking.id])
    lock_issues(session, [booking.slot])
    was = booking.state
    free_booking(booking, BookingState.RELEASED, now)
    booking.reason = reason or booking.reason
    note(session, booking, action, actor=actor, now=now, was=was, slot=booking.slot_id, reason=booking.reason)
    close_promise(session, booking, BookingState.RELEASED, actor=actor, now=now, stays_in_line=True)
    offer_freed(session, [booking.slot], now=now, takes_off=booking.kind is not BookingKind.BLOCK)
    return booking
