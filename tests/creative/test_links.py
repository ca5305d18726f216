"""The links of copy: followed when it is sent and on the morning of the issue, told to the publisher, given UTM parameters."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.assembly.queries import preflight
from sponsorship.booking.models import Booking
from sponsorship.checks.models import LinkCheck
from sponsorship.checks.rules import LinkVerdict, Probe
from sponsorship.checks.services import record_probe
from sponsorship.core import outbox
from sponsorship.core.db import transaction
from sponsorship.core.mail import Mail
from sponsorship.creative.queries import check_draft, list_queue_checks, outgoing_url
from sponsorship.creative.rules import CopyPolicy
from sponsorship.creative.services import set_copy_policy
from sponsorship.creative.tasks import follow_links_again
from sponsorship.inventory.models import Newsletter
from sponsorship.tracking.models import TrackedLink
from tests.factories.creative import GOOD, PUBLISHER, approved, booked, copy_of, submitted

DAY = date(2026, 12, 13)
BROKEN = Probe(LinkVerdict.BROKEN, 404, GOOD.link_url)


@pytest.fixture
def booking(app: Flask, newsletter: Newsletter, now: datetime) -> Booking:
    with transaction() as session:
        return booked(session, newsletter, DAY, now=now)


def test_sent_copy_has_its_links_followed_and_both_sides_read_what_came_of_it(
    session: Session, booking: Booking, now: datetime
) -> None:
    copy = copy_of(body="Watch [every process](https://docs.tidewatch.example/p) day and night.")
    with transaction() as writing:
        creative = submitted(writing, booking, copy, now=now)
    asked = session.scalars(select(LinkCheck.url).order_by(LinkCheck.id)).all()
    assert asked == [GOOD.link_url, "https://docs.tidewatch.example/p"]
    with transaction() as writing:
        record_probe(writing, url=GOOD.link_url, probe=BROKEN, now=now)
    ours = list_queue_checks(session, [creative], now)[creative.id]
    assert [one.title for one in ours.links] == ["The link leads to no page"] and ours.looks == 1
    assert [one.title for one in check_draft(session, booking, copy, now).links] == ["The link leads to no page"]


def test_a_link_that_breaks_before_its_issue_stops_it_and_is_mailed_once(
    session: Session, booking: Booking, now: datetime
) -> None:
    morning = booking.slot.issue.publish_at - timedelta(hours=3)
    with transaction() as writing:
        approved(writing, booking, now=now)
        record_probe(writing, url=GOOD.link_url, probe=Probe(LinkVerdict.FINE, 200, GOOD.link_url), now=now)
    assert follow_links_again(morning - timedelta(hours=2)) == 0
    assert follow_links_again(morning) == 1
    with transaction() as writing:
        record_probe(writing, url=GOOD.link_url, probe=BROKEN, now=morning)
        record_probe(writing, url=GOOD.link_url, probe=BROKEN, now=morning)
        outbox.deliver_within(writing, morning)
    mails = session.scalars(select(Mail).where(Mail.key.like("link.turned%"))).all()
    assert [m.subject for m in mails] == ["The link leads to no page: Tidewatch Ltd, Primary, No. 815"]
    assert mails[0].to_address == PUBLISHER
    assert follow_links_again(morning) == 0
    titles = [line.title for line in preflight(session, booking.slot.issue, now)]
    assert "The link leads to no page: Primary" in titles


def test_parameters_are_added_where_the_newsletter_wants_them(
    session: Session, newsletter: Newsletter, booking: Booking, now: datetime
) -> None:
    own = f"{GOOD.link_url}?utm_medium=own"
    policy = CopyPolicy(adds_utm=True, utm_campaign="{sponsor}-{placement}-{number}")
    with transaction() as writing:
        creative = approved(writing, booking, copy_of(link_url=own), now=now)
        assert outgoing_url(writing, creative) == own
        set_copy_policy(writing, newsletter=newsletter, policy=policy, actor=PUBLISHER, now=now)
        outbox.deliver_within(writing, now)
    leads_to = f"{own}&utm_source=sunday-runbook&utm_campaign=tidewatch-ltd-primary-815"
    assert outgoing_url(session, creative) == leads_to
    query = select(TrackedLink.destination).where(TrackedLink.booking_id == booking.id)
    assert set(session.scalars(query)) == {leads_to}
    assert creative.versions[-1].link_url == own
