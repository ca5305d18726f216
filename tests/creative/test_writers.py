"""A copywriter's link: it opens one ad, shows no price, ends by itself or when it is taken back, and opens nothing else."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.core.db import transaction
from sponsorship.core.errors import DomainError, NotFound
from sponsorship.creative.models import CreativeVersion, WriterLink
from sponsorship.creative.queries import open_writer_link
from sponsorship.creative.rules import Side
from sponsorship.creative.services import make_writer_link, revoke_writer_link, submit_copy
from sponsorship.inventory.models import Newsletter
from tests.factories.creative import GOOD, OTHER, SPONSOR, booked, submitted
from tests.page_checks import CheckedClient

DAY = date(2026, 12, 13)
FIELDS = {"heading": OTHER.heading, "body": OTHER.body, "link_url": OTHER.link_url, "link_text": ""}


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    """The edge asks the real clock: it stands still at the tests' moment."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def booking(app: Flask, newsletter: Newsletter, now: datetime) -> Booking:
    with transaction() as session:
        return booked(session, newsletter, DAY, now=now)


def invite(booking: Booking, now: datetime, days: int = 14) -> tuple[WriterLink, str]:
    with transaction() as session:
        return make_writer_link(session, booking=booking, name="Ines", days=days, actor=SPONSOR, now=now)


def test_a_writer_writes_this_ad_and_sees_no_price_and_no_order(
    client: CheckedClient, session: Session, booking: Booking, now: datetime
) -> None:
    _, token = invite(booking, now)
    order = booking.order
    assert order is not None
    page = client.get(f"/copy/{token}").get_data(as_text=True)
    for secret in ("$", "1,650", order.token, order.number, SPONSOR, "Send for review", "Somebody writes for you"):
        assert secret not in page, secret
    assert client.post_form(f"/copy/{token}", FIELDS).status_code == 303
    version = session.scalars(select(CreativeVersion)).one()
    assert (version.heading, version.side, version.saved_by) == (OTHER.heading, Side.WRITER, "Ines (copywriter)")
    for act in ("preview", "check"):
        answer = client.post_form(f"/copy/{token}/{act}", FIELDS, page=f"/copy/{token}")
        assert answer.status_code == 200 and order.token not in answer.get_data(as_text=True)
    talk = client.post_form(f"/copy/{token}/comments", {"comment": "Short enough?"}, page=f"/copy/{token}")
    assert talk.status_code == 303
    versions = client.get(f"/copy/{token}/versions").get_data(as_text=True)
    assert "One version was kept." in versions and order.token not in versions
    own = client.get(f"/orders/{order.token}/copy/{booking.id}").get_data(as_text=True)
    assert "Short enough?" in own and OTHER.heading in own


@pytest.mark.parametrize("end", ["over", "revoked", "unknown"])
@pytest.mark.parametrize("act", ["", "/versions"])
def test_a_link_that_ended_opens_nothing(
    client: CheckedClient, booking: Booking, now: datetime, end: str, act: str
) -> None:
    link, token = invite(booking, now - timedelta(days=2 if end == "over" else 0), days=1)
    if end == "revoked":
        with transaction() as session:
            revoke_writer_link(session, link=link, actor=SPONSOR, now=now)
    opened = "x" * 32 if end == "unknown" else token
    assert client.get(f"/copy/{opened}{act}").status_code == 404
    with pytest.raises(NotFound), transaction() as session:
        open_writer_link(session, opened, now)


def test_a_writers_token_opens_no_order_and_an_orders_token_is_no_writers(
    client: CheckedClient, booking: Booking, now: datetime
) -> None:
    _, token = invite(booking, now)
    assert booking.order is not None
    for path in (f"/orders/{token}", f"/orders/{token}/copy/{booking.id}", f"/copy/{booking.order.token}"):
        assert client.get(path).status_code == 404, path


def test_what_is_sent_is_no_longer_the_writers_to_change(
    client: CheckedClient, booking: Booking, now: datetime
) -> None:
    _, token = invite(booking, now)
    page = client.get(f"/copy/{token}").get_data(as_text=True)
    with transaction() as session:
        submitted(session, booking, GOOD, now=now)
    csrf = page.split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post(f"/copy/{token}", data={"csrf_token": csrf, **FIELDS}).status_code == 409
    locked = client.get(f"/copy/{token}").get_data(as_text=True)
    assert 'id="body"' not in locked and "Take it back" not in locked


def test_the_sponsor_makes_a_link_sees_it_once_and_takes_it_back(
    client: CheckedClient, session: Session, newsletter: Newsletter, booking: Booking, now: datetime
) -> None:
    assert booking.order is not None
    own = f"/orders/{booking.order.token}/copy/{booking.id}"
    wrong = client.post_form(f"{own}/writers", {"name": "", "days": "99"}, page=own)
    assert wrong.status_code == 422 and "From 1 to 30 days." in wrong.get_data(as_text=True)
    made = client.post_form(f"{own}/writers", {"name": "Ines", "days": "7"}, page=own).get_data(as_text=True)
    assert "It is shown this once." in made
    token = made.split('id="new-link"')[1].split("/copy/")[1].split('"')[0]
    assert client.get(f"/copy/{token}").status_code == 200
    assert token not in client.get(own).get_data(as_text=True)
    link = session.scalars(select(WriterLink)).one()
    with transaction() as writing:
        other = booked(writing, newsletter, DAY, "sponsored", now=now)
    assert other.order is not None
    foreign = f"/orders/{other.order.token}/copy/{other.id}"
    assert client.post_form(f"{foreign}/writers/{link.id}/revoke", {}, page=foreign).status_code == 404
    assert client.post_form(f"{own}/writers/{link.id}/revoke", {}, page=own).status_code == 303
    assert client.get(f"/copy/{token}").status_code == 404


def test_links_are_few_and_named(booking: Booking, now: datetime) -> None:
    for _ in range(10):
        invite(booking, now)
    with pytest.raises(DomainError, match="10 links are open"):
        invite(booking, now)
    with pytest.raises(DomainError, match="whose link"), transaction() as session:
        make_writer_link(session, booking=booking, name=" ", days=3, actor=SPONSOR, now=now)


def test_what_a_writer_kept_is_the_sponsors_to_send(
    session: Session, client: CheckedClient, booking: Booking, now: datetime
) -> None:
    _, token = invite(booking, now)
    client.post_form(f"/copy/{token}", FIELDS)
    with transaction() as writing:
        creative = session.scalars(select(CreativeVersion)).one().creative
        submit_copy(writing, creative=creative, actor=SPONSOR, now=now)
    assert creative.submitted_at == now
