"""A placement that ran and was clicked on."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from sponsorship.core.db import transaction
from sponsorship.creative.rules import CreativeState
from sponsorship.inventory.models import Newsletter
from sponsorship.tracking.rules import LinkPosition
from sponsorship.tracking.services import enter_statistics, make_links
from tests.factories.assembly import sell_slot, write_copy
from tests.factories.desk import click, send
from tests.factories.inventory import issue_on, slot_on

RAN = date(2026, 11, 15)


@dataclass(frozen=True)
class Printed:
    """Ids of what ran on 15 November: two orders of the same issue."""

    booking_id: int
    token: str
    other_booking_id: int
    other_token: str
    issue_id: int


@pytest.fixture
def printed(newsletter: Newsletter, now: datetime) -> Printed:
    """The Primary of 15 November: 40 people at the head within 40 minutes, 12 at the foot a day later, 30 scanners."""
    before = now - timedelta(days=20)
    with transaction() as session:
        slot, other_slot = slot_on(session, newsletter, RAN), slot_on(session, newsletter, RAN, "sponsored")
        booking = sell_slot(session, slot, now=before, sponsor_name="Cinderbox")
        other = sell_slot(session, other_slot, now=before, sponsor_name="Mooring")
        write_copy(session, booking, CreativeState.APPROVED, now=before)
        links = make_links(session, booking=booking, destination="https://cinderbox.example/start", now=before)
        start = slot.issue.publish_at
        click(session, links[LinkPosition.HEAD], people=40, scanners=30, start=start)
        click(session, links[LinkPosition.FOOT], people=12, start=start + timedelta(hours=25), first=500)
        send(session, newsletter, RAN)
        assert booking.order is not None and other.order is not None
        return Printed(booking.id, booking.order.token, other.id, other.order.token, slot.issue_id)


def tell_delivered(newsletter: Newsletter, day: date, delivered: int, now: datetime) -> None:
    """The mail provider counted so many mails of that day's issue."""
    with transaction() as session:
        issue = issue_on(session, newsletter, day)
        enter_statistics(session, issue=issue, delivered=delivered, opens=None, entered_by="Imogen Hale", now=now)


def run_earlier(newsletter: Newsletter, days: list[date], people: list[int], now: datetime) -> None:
    """Primaries of earlier issues, clicked on by so many people each."""
    with transaction() as session:
        for day, clicks in zip(days, people, strict=True):
            slot = slot_on(session, newsletter, day)
            booking = sell_slot(session, slot, now=slot.issue.publish_at - timedelta(days=20), sponsor_name="Tidewatch")
            links = make_links(session, booking=booking, destination="https://tidewatch.example/", now=now)
            click(session, links[LinkPosition.HEAD], people=clicks, start=slot.issue.publish_at)
            send(session, newsletter, day)
