"""Sponsors' and buyers' acts on orders."""

from sponsorship.booking.portal import (
    buying,
    displaced,
    documents,
    moves,
    pricing,
    promises,
    proposals,
    series,
    waiting,
)
from sponsorship.booking.portal.door import (
    blueprint,
)

__all__ = [
    "blueprint",
    "buying",
    "displaced",
    "documents",
    "moves",
    "pricing",
    "promises",
    "proposals",
    "series",
    "waiting",
]
