"""Rows of booking, one file a noun."""

from sponsorship.booking.models.demand import Challenge, Promise, Waiting
from sponsorship.booking.models.orders import OCCUPIED, Booking, Order

__all__ = ["OCCUPIED", "Booking", "Challenge", "Order", "Promise", "Waiting"]
