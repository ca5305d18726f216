"""Holds lapse when their time has run out, freed slots reach the waiting list, proposals are reminded of once."""

from datetime import datetime, timedelta

from sponsorship.booking.queries import (
    get_booking,
    get_order_by_id,
    get_waiting_by_id,
    list_lapsable_bookings,
    list_lapsable_orders,
    list_newsletters_with_line,
    list_proposals_to_remind,
    list_wishes_over,
)
from sponsorship.booking.rules import CLOCK, REMIND_BEFORE
from sponsorship.booking.services import (
    close_over,
    lapse_booking_when_due,
    lapse_order_when_due,
    offer_free_slots,
    remind_of_proposal_when_due,
)
from sponsorship.core.db import db, transaction
from sponsorship.core.worker import Task
from sponsorship.inventory.models import Newsletter


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


def sweep_waiting(now: datetime) -> int:
    """Offer what is free and waited for, and close wishes whose dates are over; returns how many offers were made.

    Who frees a slot offers it in the same transaction; this finds what became free otherwise: a new issue, more slots.
    """
    offers = 0
    for newsletter_id in list_newsletters_with_line(db.session()):
        with transaction() as session:
            newsletter = session.get_one(Newsletter, newsletter_id)
            offers += len(offer_free_slots(session, newsletter=newsletter, now=now))
    for waiting_id in list_wishes_over(db.session(), now):
        with transaction() as session:
            close_over(session, waiting=get_waiting_by_id(session, waiting_id), now=now)
    return offers


def remind_of_proposals(now: datetime) -> int:
    """Remind, once, of proposals that end within a day and are older than a day; returns how many were reminded of."""
    before, reminded = now + REMIND_BEFORE, 0
    for order_id in list_proposals_to_remind(db.session(), before, now - REMIND_BEFORE):
        with transaction() as session:
            order = get_order_by_id(session, order_id)
            reminded += remind_of_proposal_when_due(session, order=order, actor=CLOCK, before=before, now=now)
    return reminded


TASKS: tuple[Task, ...] = (
    Task("booking.lapse_orders", timedelta(seconds=5), lapse_orders),
    Task("booking.sweep_waiting", timedelta(seconds=5), sweep_waiting),
    Task("booking.remind_of_proposals", timedelta(minutes=10), remind_of_proposals),
)
