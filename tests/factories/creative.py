"""Copy for tests: good words, and bookings with copy in any state, made through the services."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.creative.models import Creative
from sponsorship.creative.rules import Copy
from sponsorship.creative.services import approve_copy, save_draft, submit_copy
from sponsorship.inventory.models import Newsletter
from tests.factories.booking import confirmed_order
from tests.factories.checks import BUILDS, WATCH
from tests.factories.inventory import slot_on

SPONSOR, PUBLISHER = "noor@tidewatch.example", "imogen@sundayrunbook.example"
GOOD = Copy("Know what your containers do at 3 a.m.", WATCH, "https://tidewatch.example/runbook", "Start the 60 days")
OTHER = Copy("Builds on warm machines", BUILDS, "https://tidewatch.example/builds", "")


def copy_of(copy: Copy = GOOD, **changes: Any) -> Copy:
    """Good copy with some fields changed."""
    fields = ("heading", "body", "link_url", "link_text")
    return Copy(**({name: getattr(copy, name) for name in fields} | changes))


def booked(
    session: Session, newsletter: Newsletter, day: date, key: str = "primary", ordinal: int = 1, *, now: datetime,
    **details: Any,
) -> Booking:  # fmt: skip
    """A confirmed booking of one slot, by default Tidewatch's."""
    slot = slot_on(session, newsletter, day, key, ordinal)
    return confirmed_order(session, newsletter, [slot], now=now - timedelta(hours=1), **details).bookings[0]


def submitted(session: Session, booking: Booking, copy: Copy = GOOD, *, now: datetime) -> Creative:
    """Copy that waits for the publisher."""
    creative = save_draft(session, booking=booking, copy=copy, actor=SPONSOR, now=now)
    submit_copy(session, creative=creative, actor=SPONSOR, now=now)
    return creative


def approved(session: Session, booking: Booking, copy: Copy = GOOD, *, now: datetime) -> Creative:
    """Copy that is ready for print."""
    creative = submitted(session, booking, copy, now=now)
    return approve_copy(session, creative=creative, actor=PUBLISHER, now=now)
