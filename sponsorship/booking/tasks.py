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
    list_to_fill,
    list_wishes_over,
)
from sponsorship.booking.rules import CLOCK, REMIND_BEFORE
from sponsorship.booking.services import (
    book_house,
    close_over,
    expire_credits,
    lapse_booking_when_due,
    lapse_order_when_due,
    offer_free_slots,
    remind_of_proposal_when_due,
)
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.format import local
from sponsorship.core.worker import Task
from sponsorship.inventory.models import Newsletter
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
    Task("booking.fill_unsold", timedelta(minutes=1), fill_unsold),
    Task("booking.expire_credits", timedelta(hours=1), expire_old_credits),
    Task("booking.sweep_waiting", timedelta(seconds=5), sweep_waiting),
    Task("booking.remind_of_proposals", timedelta(minutes=10), remind_of_proposals),
)
