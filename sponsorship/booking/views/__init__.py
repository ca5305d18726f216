"""The publisher's acts on bookings and orders."""

from sponsorship.booking.portal import blueprint
from sponsorship.booking.views import demand, proposals, slots

__all__ = ["blueprint", "demand", "proposals", "slots"]
