"""A booked primary slot of No. 812 (Sunday 22 November 2026, 08:00), its copy approved, its two links made."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from sponsorship.booking.models import Booking
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.tracking.models import TrackedLink
from sponsorship.tracking.rules import LinkPosition
from sponsorship.tracking.services import make_links
from tests.factories.assembly import sell_slot
from tests.factories.inventory import slot_on

DESTINATION = "https://cinderbox.example/start?utm_source=runbook&utm_medium=email#try"
SENT_AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


@dataclass(frozen=True, slots=True)
class Tracked:
    """A booking with its links, by id and token, so that tests need no open session."""

    booking_id: int
    issue_id: int
    head_id: int
    foot_id: int
    head: str
    foot: str


@pytest.fixture
def tracked(newsletter: Newsletter, now: datetime) -> Tracked:
    """The booking, committed."""
    with transaction() as session:
        slot = slot_on(session, newsletter, date(2026, 11, 22))
        booking = sell_slot(session, slot, now=now)
        links = make_links(session, booking=booking, destination=DESTINATION, now=now)
        return _tracked(booking, links)


def _tracked(booking: Booking, links: dict[LinkPosition, TrackedLink]) -> Tracked:
    head, foot = links[LinkPosition.HEAD], links[LinkPosition.FOOT]
    return Tracked(booking.id, head.issue_id, head.id, foot.id, head.token, foot.token)
