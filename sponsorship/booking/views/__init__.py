"""The publisher's acts on bookings and orders."""

from sponsorship.booking.portal import (
    blueprint,
)
from sponsorship.booking.views import (
    credits,
    displacements,
    moves,
    rhythm,
    slots,
)

__all__ = [
    "blueprint",
    "credits",
    "displacements",
    "moves",
    "rhythm",
    "slots",
]
