"""Holds lapse when their time has run out."""

from datetime import datetime, timedelta

from sponsorship.booking.queries import (
    get_booking,
    get_order_by_id,
    list_lapsable_bookings,
    list_lapsable_orders,
    list_to_fill,
)
from sponsorship.booking.rules import CLOCK
from sponsorship.booking.services import book_house, expire_credits, lapse_booking_when_due, lapse_order_when_due
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.format import local
from sponsorship.core.worker import Task
from sponsorship.inventory.queries import get_slot, list_newsletters


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


def fill_unsold(now: datetime) -> int:
    """Fill what stayed unsold with the house ad once its sale is over, each slot in a transaction of its own."""
    filled = 0
    for slot_id in list_to_fill(db.session(), now):
        try:
            with transaction() as session:
                slot = get_slot(session, slot_id)
                book_house(session, slot=slot, reason=slot.placement.house_ad, actor=CLOCK, now=now)
                filled += 1
        except DomainError:  # somebody took it, or the issue went out, in the meantime
            continue
    return filled


def expire_old_credits(now: datetime) -> int:
    """Write off credits whose last day is over, on each newsletter's calendar."""
    with transaction() as session:
        return sum(
            expire_credits(session, newsletter=one, today=local(now, one.timezone).date(), now=now)
            for one in list_newsletters(session)
        )


TASKS: tuple[Task, ...] = (
    Task("booking.lapse_orders", timedelta(seconds=5), lapse_orders),
    Task("booking.fill_unsold", timedelta(minutes=1), fill_unsold),
    Task("booking.expire_credits", timedelta(hours=1), expire_old_credits),
)
