"""Wishes on the waiting list, promises, requests and proposals for tests, made through the services."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Promise, Waiting
from sponsorship.booking.queries import find_promise
from sponsorship.booking.services import hold_courtesy, join_waiting
from sponsorship.inventory.models import Newsletter, Slot
from tests.factories.booking import make_sponsor


def wait_for(session: Session, slot: Slot, *, who: str = "ropewalk", now: datetime, **more: Any) -> Waiting:
    """Somebody who waits for a slot's placement in its issue."""
    wish: dict[str, Any] = {
        "issue": slot.issue, "placement": slot.placement, "first_day": slot.issue.publish_on,
        "last_day": slot.issue.publish_on,
    }  # fmt: skip
    return _join(session, slot.issue.newsletter, who, now, wish | more)


def wait_between(
    session: Session, newsletter: Newsletter, first: date, last: date, *, who: str, now: datetime, **more: Any
) -> Waiting:
    """Somebody who waits for any issue of a range of days; any placement, unless `placement` says which."""
    wish = {"issue": None, "placement": None, "first_day": first, "last_day": last} | more
    return _join(session, newsletter, who, now, wish)


def _join(session: Session, newsletter: Newsletter, who: str, now: datetime, wish: dict[str, Any]) -> Waiting:
    return join_waiting(
        session, newsletter=newsletter, company=who.title(), contact_name=f"Ada {who.title()}",
        contact_email=f"ada@{who}.example", now=now, **wish,
    )  # fmt: skip


def promise_slot(
    session: Session, slot: Slot, *, until: datetime, now: datetime, who: str = "ferrywork", **more: Any
) -> Promise:
    """A courtesy hold for a sponsor who can be written to; `is_first_refusal=True` for a first refusal."""
    sponsor = make_sponsor(session, slot.issue.newsletter, name=who.title(), email=f"ada@{who}.example", now=now)
    booking = hold_courtesy(session, slot=slot, sponsor=sponsor, until=until, actor="Imogen Hale", now=now, **more)
    return promise_of(session, booking)


def promise_of(session: Session, booking: Booking) -> Promise:
    """The promise on a booking."""
    promise = find_promise(session, booking)
    assert promise is not None
    return promise
