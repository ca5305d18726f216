"""An order's way after the hold: checkout, confirmation, lapse, cancellation."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sponsorship.booking.errors import NotYoursToRelease, SlotTaken
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import list_claims, list_displacements_of_order
from sponsorship.booking.rules import (
    BUYER,
    CLOCK,
    LONGEST_HOLD,
    OCCUPYING,
    OPEN_ORDERS,
    BookingState,
    DisplacementCause,
    OrderState,
    PaymentMethod,
)
from sponsorship.booking.services.hold import check_alive, hold_until
from sponsorship.booking.services.move import complete_move
from sponsorship.booking.services.occupy import (
    SLOT_INDEX,
    free_booking,
    lock_issues,
    lock_order,
    name_slot,
    name_slots,
    note,
    taken,
)
from sponsorship.booking.services.placing import check_order_placing
from sponsorship.booking.services.prices import retake_price, return_credits
from sponsorship.booking.services.waiting import offer_freed
from sponsorship.core.db import violates
from sponsorship.core.errors import InvalidTransition
from sponsorship.inventory.models import Slot
from sponsorship.inventory.rules import IssueState

LATE = (OrderState.LAPSED, OrderState.CANCELLED)


def enter_checkout(session: Session, *, order: Order, held_until: datetime, now: datetime) -> Order:
    """Note that a payment page is open: the hold lasts until `held_until`, at most 90 minutes from when it began.

    A hold is never made shorter. Raises HoldExpired where time has run out, InvalidTransition where nothing is to pay.
    """
    was = lock_order(session, order)
    check_alive(order, now)
    check_order_placing(session, order)
    if order.state is not OrderState.IN_CHECKOUT:
        order.move_to(OrderState.IN_CHECKOUT)
    longest = order.held_since(now) + LONGEST_HOLD
    hold_until(order, max(order.held_until or now, min(held_until, longest)))
    note(session, order, "in_checkout", actor=BUYER, now=now, was=was)
    return order


def leave_checkout(session: Session, *, order: Order, now: datetime) -> Order:
    """Note that the payment page is closed and nothing was paid; the hold's end stays as it is."""
    was = lock_order(session, order)
    order.move_to(OrderState.HELD)
    note(session, order, "left_checkout", actor=BUYER, now=now, was=was)
    return order


def await_funds(session: Session, *, order: Order, now: datetime) -> Order:
    """Note that the buyer is done and the money is on its way: the slots stay taken and no clock runs."""
    was = lock_order(session, order)
    order.move_to(OrderState.AWAITING_FUNDS)
    hold_until(order, None)
    note(session, order, "awaiting_funds", actor=BUYER, now=now, was=was)
    return order


def confirm_order(session: Session, *, order: Order, method: PaymentMethod, now: datetime) -> Order:
    """Confirm an order and its bookings; a confirmed order is returned as it is.

    Money that comes after the hold lapsed takes the slots again where they are free, all of them. Raises SlotTaken, and
    leaves everything as it was, where one is gone or its issue went out; InvalidTransition where bookings were cancelled.
    """
    was = lock_order(session, order)
    if order.state is OrderState.CONFIRMED:
        return order
    lock_issues(session, [booking.slot for row in order.bookings for booking in (row, row.moves) if booking])
    _check_not_run(order)
    _check_not_moved(session, order)
    try:
        with session.begin_nested():
            if order.state in LATE:
                check_order_placing(session, order)
                retake_price(session, order=order, now=now)
            _confirm(session, order, method, now)
            session.flush()
    except IntegrityError as refusal:
        if not violates(refusal, *SLOT_INDEX):
            raise
        slots = [booking.slot for booking in order.bookings]
        raise taken(session, slots, ours=frozenset(booking.id for booking in order.bookings)) from refusal
    note(session, order, "confirmed", actor=BUYER, now=now, was=was, method=method.value)
    return order


def lapse_order(session: Session, *, order: Order, now: datetime) -> Order:
    """Free the slots of an unpaid order whose time ran out; raises InvalidTransition where it is no longer unpaid."""
    was = lock_order(session, order)
    freed = _close(order, OrderState.LAPSED, BookingState.LAPSED, now)
    return_credits(session, bookings=order.bookings, actor=CLOCK, now=now)
    note(session, order, "lapsed", actor=CLOCK, now=now, was=was)
    offer_freed(session, freed, now=now)
    return order


def lapse_order_when_due(session: Session, *, order: Order, now: datetime) -> bool:
    """Lapse a held order or a request if, seen under its lock, its time has run out; False where it was paid or extended."""
    lock_order(session, order)
    if order.state not in (OrderState.DRAFT, OrderState.HELD) or order.held_until is None or order.held_until > now:
        return False
    lapse_order(session, order=order, now=now)
    return True


def release_order(session: Session, *, order: Order, reason: str, actor: str, now: datetime) -> Order:
    """Let go of an order that is held and has no payment page open; raises NotYoursToRelease for any other."""
    lock_order(session, order)
    if order.state not in (OrderState.DRAFT, OrderState.HELD):
        raise NotYoursToRelease
    return cancel_order(session, order=order, reason=reason, actor=actor, now=now)


def cancel_order(session: Session, *, order: Order, reason: str, actor: str, now: datetime) -> Order:
    """Cancel an order: held slots are released, confirmed bookings cancelled. What was paid is for payments to give back.

    Raises InvalidTransition where the order is closed already or one of its slots has run.
    """
    was = lock_order(session, order)
    if any(booking.state is BookingState.RAN for booking in order.bookings):
        raise InvalidTransition("One of its slots has run already, so the order stands.")
    freed = _close(order, OrderState.CANCELLED, BookingState.RELEASED, now)
    for booking in order.bookings:
        booking.reason = reason
    return_credits(session, bookings=order.bookings, actor=actor, now=now)
    note(session, order, "cancelled", actor=actor, now=now, was=was, reason=reason)
    offer_freed(session, freed, now=now)
    return order


def cancel_bookings(
    session: Session, *, order: Order, bookings: Collection[Booking], reason: str, actor: str, now: datetime
) -> list[Booking]:
    """Cancel some bookings of an order, and the order with the last of them; returns those that were freed.

    What was paid is for payments to give back. Raises InvalidTransition for a booking that has run; those that are free
    already, or belong to another order, are left alone.
    """
    was = lock_order(session, order)
    chosen = [booking for booking in order.bookings if booking in bookings and booking.state in OCCUPYING]
    if any(booking.state is BookingState.RAN for booking in chosen):
        raise InvalidTransition("It has run already, so it cannot be cancelled.")
    if all(booking in chosen for booking in order.bookings if booking.state in OCCUPYING):
        cancel_order(session, order=order, reason=reason, actor=actor, now=now)
        return chosen
    for booking in chosen:
        state = booking.state
        free_booking(booking, BookingState.CANCELLED if state is BookingState.CONFIRMED else BookingState.RELEASED, now)
        booking.reason = reason
        note(
            session, booking, "cancelled", actor=actor, now=now, was=state, slot=booking.slot_id,
            place=name_slot(booking.slot), reason=reason,
        )  # fmt: skip
    return_credits(session, bookings=chosen, actor=actor, now=now)
    cut = [booking.id for booking in chosen]
    note(session, order, "cut", actor=actor, now=now, was=was, bookings=cut, reason=reason)
    session.flush()
    offer_freed(session, [booking.slot for booking in chosen], now=now)
    return chosen


def release_claims(session: Session, *, booking_ids: list[int], now: datetime) -> list[Order]:
    """Let go of dearer slots that wait for the difference of a move, now that their bookings ran or are gone."""
    dropped = []
    for order in list_claims(session, booking_ids):
        lock_order(session, order)
        if order.state in OPEN_ORDERS:
            reason = "The booking that was to move has run, or was cancelled."
            dropped.append(cancel_order(session, order=order, reason=reason, actor=CLOCK, now=now))
    return dropped


def _check_not_run(order: Order) -> None:
    gone = [b.slot for b in order.bookings if b.state not in OCCUPYING and b.slot.issue.state is not IssueState.PLANNED]
    if gone:
        ids = tuple(slot.id for slot in gone)
        raise SlotTaken(f"{name_slots(gone)} can no longer be had: the issue went out.", ids)


def _check_not_moved(session: Session, order: Order) -> None:
    """Late money does not take again what was released because its issue moved: nobody agreed to the other day."""
    gone = [
        one.booking.slot
        for one in (list_displacements_of_order(session, order) if order.state in LATE else ())
        if one.cause is DisplacementCause.ISSUE_MOVED and one.booking.state not in OCCUPYING
    ]
    if gone:
        ids = tuple(slot.id for slot in gone)
        raise SlotTaken(f"{name_slots(gone)} can no longer be had: the issue moved to that day meanwhile.", ids)


def _confirm(session: Session, order: Order, method: PaymentMethod, now: datetime) -> None:
    if order.state in LATE:
        order.move_to(OrderState.LATE_PAYMENT)
    order.move_to(OrderState.CONFIRMED)
    order.payment_method, order.confirmed_at = method, now
    order.held_until = order.closed_at = None
    for booking in order.bookings:
        if booking.moves_id is not None and booking.state is not BookingState.MOVED:
            complete_move(session, claim=booking, now=now)
        elif booking.state not in (BookingState.CONFIRMED, BookingState.RAN, BookingState.MOVED):
            booking.move_to(BookingState.CONFIRMED)
            booking.held_until = booking.closed_at = None


def _close(order: Order, state: OrderState, released: BookingState, now: datetime) -> list[Slot]:
    """Close an order: held bookings take that state, confirmed ones are cancelled, closed ones stay. Returns what is free."""
    order.move_to(state)
    order.closed_at, order.held_until = now, None
    freed = [booking for booking in order.bookings if booking.state in OCCUPYING]
    for booking in freed:
        free_booking(booking, BookingState.CANCELLED if booking.state is BookingState.CONFIRMED else released, now)
    return [booking.slot for booking in freed]
