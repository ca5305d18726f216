"""Rows of booking, one file a noun."""

from sponsorship.booking.models.demand import Challenge, Promise, Waiting
from sponsorship.booking.models.displacements import Displacement
from sponsorship.booking.models.orders import OCCUPIED, Booking, Order, OrderPriceLine
from sponsorship.booking.models.prices import CreditEntry, CreditGrant

__all__ = [
    "OCCUPIED",
    "Booking",
    "Challenge",
    "CreditEntry",
    "CreditGrant",
    "Displacement",
    "Order",
    "OrderPriceLine",
    "Promise",
    "Waiting",
]
