"""Rows of booking, one file a noun."""

from sponsorship.booking.models.orders import OCCUPIED, Booking, Order

__all__ = ["OCCUPIED", "Booking", "Order"]
