"""Writes about orders and bookings. Whoever takes a slot does it here, and the database's index has the last word."""

from sponsorship.booking.services.details import give_details
from sponsorship.booking.services.hold import book_manually, extend_hold, hold_again, hold_slots, propose_order
from sponsorship.booking.services.order import (
    await_funds,
    cancel_order,
    confirm_order,
    enter_checkout,
    lapse_order,
    lapse_order_when_due,
    leave_checkout,
    release_order,
)
from sponsorship.booking.services.prices import change_price, expire_credits, grant_credits
from sponsorship.booking.services.slot import (
    block_slot,
    book_archived,
    book_house,
    hold_courtesy,
    lapse_booking_when_due,
    release_booking,
    run_bookings,
    unblock_slot,
)

__all__ = [
    "await_funds",
    "block_slot",
    "book_archived",
    "book_house",
    "book_manually",
    "cancel_order",
    "change_price",
    "confirm_order",
    "enter_checkout",
    "expire_credits",
    "extend_hold",
    "give_details",
    "grant_credits",
    "hold_again",
    "hold_courtesy",
    "hold_slots",
    "lapse_booking_when_due",
    "lapse_order",
    "lapse_order_when_due",
    "leave_checkout",
    "propose_order",
    "release_booking",
    "release_order",
    "run_bookings",
    "unblock_slot",
]
