"""The publisher's acts on bookings and orders."""

from sponsorship.booking.portal import blueprint
from sponsorship.booking.views import demand, moves, proposals, slots

__all__ = ["blueprint", "demand", "moves", "proposals", "slots"]
