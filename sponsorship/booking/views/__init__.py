"""The publisher's acts on bookings and orders."""

from sponsorship.booking.portal import blueprint
from sponsorship.booking.views import moves, slots

__all__ = ["blueprint", "moves", "slots"]
