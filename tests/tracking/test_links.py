"""Tracked links of a booking."""

from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Issue, Newsletter
from sponsorship.inventory.services import mark_issue_sent
from sponsorship.tracking.models import TrackedLink
from sponsorship.tracking.queries import links_of
from sponsorship.tracking.rules import DestinationInvalid, LinkPosition
from sponsorship.tracking.services import make_links
from tests.factories.assembly import sell_slot
from tests.factories.inventory import slot_on
from tests.tracking.conftest import DESTINATION, Tracked


def test_an_echoed_placement_has_a_link_at_the_head_and_one_at_the_foot(session: Session, tracked: Tracked) -> None:
    links = links_of(session, [tracked.booking_id])[tracked.booking_id]
    assert set(links) == {LinkPosition.HEAD, LinkPosition.FOOT}
    assert {link.destination for link in links.values()} == {DESTINATION}
    assert links[LinkPosition.HEAD].token != links[LinkPosition.FOOT].token


def test_a_placement_printed_once_has_one_link(newsletter: Newsletter, now: datetime) -> None:
    with transaction() as session:
        booking = sell_slot(session, slot_on(session, newsletter, date(2026, 11, 22), "sponsored"), now=now)
        assert set(make_links(session, booking=booking, destination=DESTINATION, now=now)) == {LinkPosition.HEAD}


def test_a_new_destination_keeps_the_tokens_until_the_issue_is_sent(tracked: Tracked, now: datetime) -> None:
    with transaction() as session:
        booking = session.get_one(Booking, tracked.booking_id)
        links = make_links(session, booking=booking, destination="https://cinderbox.example/new", now=now)
        assert links[LinkPosition.HEAD].token == tracked.head
        assert {link.destination for link in links.values()} == {"https://cinderbox.example/new"}
    with transaction() as session:
        mark_issue_sent(session, issue=session.get_one(Issue, tracked.issue_id), now=now)
        booking = session.get_one(Booking, tracked.booking_id)
        links = make_links(session, booking=booking, destination="https://elsewhere.example", now=now)
        assert {link.destination for link in links.values()} == {"https://cinderbox.example/new"}


@pytest.mark.parametrize("destination", ["javascript:alert(1)", "//cinderbox.example", "https://a.example@b.example"])
def test_a_link_that_is_not_http_is_refused_and_nothing_is_kept(
    newsletter: Newsletter, now: datetime, session: Session, destination: str
) -> None:
    with pytest.raises(DestinationInvalid), transaction() as writing:
        booking = sell_slot(writing, slot_on(writing, newsletter, date(2026, 11, 22)), now=now)
        make_links(writing, booking=booking, destination=destination, now=now)
    assert session.query(TrackedLink).count() == 0
