"""Sponsors' and buyers' acts on orders."""

from sponsorship.booking.portal import buying, moves, pricing
from sponsorship.booking.portal.door import blueprint

__all__ = ["blueprint", "buying", "moves", "pricing"]
