"""The publisher's acts on bookings and orders."""

from sponsorship.booking.portal import (
    blueprint,
)
from sponsorship.booking.views import (
    credits,
    demand,
    displacements,
    merge,
    moves,
    proposals,
    rhythm,
    slots,
)

__all__ = [
    "blueprint",
    "credits",
    "demand",
    "displacements",
    "merge",
    "moves",
    "proposals",
    "rhythm",
    "slots",
]
