"""The publisher's acts on bookings and orders."""

from sponsorship.booking.portal import blueprint
from sponsorship.booking.views import credits, displacements, rhythm, slots

__all__ = ["blueprint", "credits", "displacements", "rhythm", "slots"]
