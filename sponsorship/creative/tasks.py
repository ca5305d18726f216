"""What comes round: sponsors are reminded of copy, the rule for late copy is carried out, approved copy is locked."""

from datetime import datetime, timedelta

from sponsorship.booking.queries import get_booking
from sponsorship.checks.services import ask_links
from sponsorship.core.db import db, transaction
from sponsorship.core.worker import Task
from sponsorship.creative.queries import get_creative, list_missing_copy, list_morning_links, list_to_lock
from sponsorship.creative.services import close_when_due, remind_when_due


def chase_copy(now: datetime) -> int:
    """Do what is due about copy that is not in, each booking in a transaction of its own; returns how many were acted on."""
    missing = [booking.id for booking in list_missing_copy(db.session(), now)]
    done = 0
    for booking_id in missing:
        with transaction() as session:
            done += remind_when_due(session, booking=get_booking(session, booking_id), now=now) is not None
    return done


def lock_copy(now: datetime) -> int:
    """Lock approved copy whose deadline is over; returns how many."""
    due = list_to_lock(db.session(), now)
    locked = 0
    for creative_id in due:
        with transaction() as session:
            locked += close_when_due(session, creative=get_creative(session, creative_id), now=now)
    return locked


def follow_links_again(now: datetime) -> int:
    """Have the links of issues that go out within hours followed once more; returns how many."""
    morning = list_morning_links(db.session(), now)
    asked = 0
    for since, urls in morning:
        with transaction() as session:
            asked += len(ask_links(session, urls=urls, since=since, now=now))
    return asked


TASKS: tuple[Task, ...] = (
    Task("creative.chase_copy", timedelta(minutes=10), chase_copy),
    Task("creative.lock_copy", timedelta(minutes=1), lock_copy),
    Task("creative.follow_links_again", timedelta(minutes=10), follow_links_again),
)
