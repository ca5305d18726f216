"""Holds lapse when their time has run out."""

from datetime import datetime, timedelta

from sponsorship.booking.queries import get_booking, get_order_by_id, list_lapsable_bookings, list_lapsable_orders
from sponsorship.booking.services import lapse_booking_when_due, lapse_order_when_due
from sponsorship.core.db import db, transaction
from sponsorship.core.worker import Task


def lapse_orders(now: datetime) -> int:
    """Lapse what is held and past its time, each order and each promise in a transaction of its own; returns how many."""
    order_ids, booking_ids = list_lapsable_orders(db.session(), now), list_lapsable_bookings(db.session(), now)
    lapsed = 0
    for order_id in order_ids:
        with transaction() as session:
            lapsed += lapse_order_when_due(session, order=get_order_by_id(session, order_id), now=now)
    for booking_id in booking_ids:
        with transaction() as session:
            lapsed += lapse_booking_when_due(session, booking=get_booking(session, booking_id), now=now)
    return lapsed


TASKS: tuple[Task, ...] = (Task("booking.lapse_orders", timedelta(seconds=5), lapse_orders),)
