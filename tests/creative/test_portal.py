"""The sponsor's copy page over HTTP: write, preview, check, send; and whose page it is."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.checks.models import Finding
from sponsorship.core.db import transaction
from sponsorship.creative.models import Creative, CreativeVersion
from sponsorship.creative.queries import current_copy, find_creative
from sponsorship.creative.rules import Copy, CreativeState
from sponsorship.creative.services import request_changes
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.services import mark_issue_sent
from tests.factories.booking import detailed_order
from tests.factories.creative import GOOD, OTHER, PUBLISHER, SPONSOR, approved, booked, copy_of, submitted
from tests.factories.inventory import slot_on
from tests.page_checks import CheckedClient

DAY, BEFORE = date(2026, 12, 13), date(2026, 12, 6)


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    """The edge asks the real clock: it stands still at the tests' moment."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def booking(app: Flask, newsletter: Newsletter, now: datetime) -> Booking:
    with transaction() as session:
        return booked(session, newsletter, DAY, now=now)


def path_of(booking: Booking, act: str = "") -> str:
    assert booking.order is not None
    return f"/orders/{booking.order.token}/copy/{booking.id}{act}"


def fields(copy: Copy) -> dict[str, str]:
    return {"heading": copy.heading, "body": copy.body, "link_url": copy.link_url, "link_text": copy.link_text}


def text_of(client: CheckedClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def test_an_empty_page_says_when_copy_is_due_and_how_much_may_be_written(
    client: CheckedClient, booking: Booking
) -> None:
    page = text_of(client, path_of(booking))
    assert "<span>Copy is due on Thu 10 Dec at 18:00 GMT.</span></h1>" in page
    assert "8 words in the headline, 60 in the body" in page
    assert 'data-limit="60"' in page and 'data-unit="words"' in page
    assert "Your words go here" in page and "Nothing to check yet" in page


def test_a_draft_is_kept_and_shown_again(client: CheckedClient, session: Session, booking: Booking) -> None:
    answer = client.post_form(path_of(booking), fields(GOOD))
    assert (answer.status_code, answer.location) == (303, path_of(booking))
    page = text_of(client, path_of(booking))
    assert "Draft saved." in page and "It is ready to send." in page and GOOD.heading in page
    creative = find_creative(session, booking.id)
    assert creative is not None and current_copy(creative) == GOOD
    assert session.scalars(select(CreativeVersion.saved_by)).all() == [f"{SPONSOR} (link)"]


def test_a_draft_over_the_limit_is_kept_and_told_by_how_much(client: CheckedClient, booking: Booking) -> None:
    client.post_form(path_of(booking), fields(copy_of(body="word " * 64)))
    page = text_of(client, path_of(booking))
    assert "The body has 64 words: 4 over the limit of 60." in page
    assert "One thing stops it." in page


def test_sending_what_is_over_the_limit_keeps_the_text_on_the_page_and_nothing_else(
    client: CheckedClient, session: Session, booking: Booking
) -> None:
    long = copy_of(body="word " * 64, link_url="javascript:alert(1)")
    answer = client.post_form(path_of(booking, "/submit"), fields(long), page=path_of(booking))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Not sent yet" in page and '<a href="#link_url">' in page
    assert 'id="body-error"' in page and "The body has 64 words: 4 over the limit of 60." in page
    assert 'id="link_url-error"' in page and "The address must start with https://" in page
    assert "word word word" in page and 'value="javascript:alert(1)"' in page
    assert 'href="javascript' not in page
    assert session.scalars(select(Creative)).all() == []


def test_copy_that_is_sent_is_read_by_the_publisher_and_locked(
    client: CheckedClient, session: Session, booking: Booking
) -> None:
    answer = client.post_form(path_of(booking, "/submit"), fields(GOOD), page=path_of(booking))
    assert answer.status_code == 303
    page = text_of(client, path_of(booking))
    assert "Imogen Hale is reading your copy." in page and "Take it back to change it" in page
    assert 'id="body"' not in page
    creative = find_creative(session, booking.id)
    assert creative is not None and creative.state is CreativeState.SUBMITTED


def test_copy_is_sent_with_findings_and_the_page_says_what_they_mean(
    client: CheckedClient, session: Session, newsletter: Newsletter, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        approved(writing, booked(writing, newsletter, DAY, "sponsored", now=now), OTHER, now=now)
        approved(writing, booked(writing, newsletter, BEFORE, now=now), copy_of(link_url="https://b.example"), now=now)
    edited = copy_of(link_url=OTHER.link_url, body=GOOD.body.replace("30 days", "60 days"))
    client.post_form(path_of(booking), fields(edited))
    page = text_of(client, path_of(booking))
    assert "Same link as your Sponsored slot in this issue" in page
    assert "Nearly the same copy as your Primary slot a week earlier" in page
    assert "<ins>60</ins> <del>30</del>" in page and "<mark>Know what your containers do" in page
    assert "You may send it as it is: it is approved once Imogen Hale allows what stops it." in page
    answer = client.post_form(path_of(booking, "/submit"), fields(edited), page=path_of(booking))
    assert answer.status_code == 303
    assert len(session.scalars(select(Finding)).all()) == 3
    assert "One thing stops it." in text_of(client, path_of(booking))


def test_another_sponsors_words_are_not_shown_before_they_are_printed(
    client: CheckedClient, newsletter: Newsletter, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        theirs = booked(
            writing, newsletter, DAY, "sponsored", now=now, company="Mooring", contact_email="a@mooring.example"
        )
        approved(
            writing, theirs, copy_of(body=GOOD.body + " Secret launch.", link_url="https://mooring.example"), now=now
        )
    client.post_form(path_of(booking), fields(GOOD))
    page = text_of(client, path_of(booking))
    assert "Nearly the same copy as another sponsor’s Sponsored slot in this issue" in page
    assert "Secret" not in page and "Mooring" not in page and "Compare with" not in page


def test_sent_copy_is_taken_back_and_written_on(client: CheckedClient, booking: Booking, now: datetime) -> None:
    with transaction() as writing:
        submitted(writing, booking, now=now)
    answer = client.post_form(path_of(booking, "/take-back"), page=path_of(booking))
    assert answer.status_code == 303
    assert "<textarea" in text_of(client, path_of(booking))


def test_what_the_publisher_wants_changed_stands_above_the_fields(
    client: CheckedClient, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        creative = submitted(writing, booking, now=now)
        request_changes(writing, creative=creative, note="Another <page>, please.", actor=PUBLISHER, now=now)
    page = text_of(client, path_of(booking))
    assert "Imogen Hale asks for changes" in page and "Another &lt;page&gt;, please." in page
    assert "<textarea" in page


def test_the_preview_prints_what_is_typed_at_the_top_and_at_the_foot(
    client: CheckedClient, session: Session, booking: Booking
) -> None:
    typed = copy_of(heading="<b>Bold</b>", body="Not *kept*.<script>alert(1)</script>", link_text="")
    answer = client.post_form(
        path_of(booking, "/preview"), fields(typed), page=path_of(booking), headers={"HX-Request": "true"}
    )
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "<html" not in html
    assert html.count("&lt;b&gt;Bold&lt;/b&gt;") == html.count("<em>kept</em>") == 2
    assert "<script" not in html and "<b>" not in html
    assert html.count('href="https://tidewatch.example/runbook"') == 2 and ">tidewatch.example/runbook</a>" in html
    assert html.index('id="ad-top"') < html.index(">Sponsor<") < html.index('id="ad-foot"')
    assert session.scalars(select(Creative)).all() == []


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://a@evil.example", "", "tidewatch.example"])
def test_the_preview_links_only_to_what_may_be_printed(client: CheckedClient, booking: Booking, link: str) -> None:
    answer = client.post_form(path_of(booking, "/preview"), fields(copy_of(link_url=link)), page=path_of(booking))
    assert "href" not in answer.get_data(as_text=True)


def test_a_classified_is_printed_once(client: CheckedClient, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as session:
        classified = booked(session, newsletter, DAY, "classified", now=now)
    answer = client.post_form(path_of(classified, "/preview"), fields(GOOD), page=path_of(classified))
    html = answer.get_data(as_text=True)
    assert "ad--line" in html and 'id="ad-foot"' not in html


def test_the_checks_can_be_asked_again_for_what_is_typed(
    client: CheckedClient, session: Session, newsletter: Newsletter, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        approved(writing, booked(writing, newsletter, BEFORE, now=now), GOOD, now=now)
    sent = {"data": fields(GOOD), "page": path_of(booking)}
    fragment = client.post_form(
        path_of(booking, "/check"), sent["data"], page=sent["page"], headers={"HX-Request": "true"}
    )
    html = fragment.get_data(as_text=True)
    assert html.lstrip().startswith("<section") and "Same copy as your Primary slot a week earlier" in html
    whole = client.post_form(path_of(booking, "/check"), sent["data"], page=sent["page"]).get_data(as_text=True)
    assert "<h1" in whole and GOOD.heading in whole and "Same copy as your Primary slot" in whole
    assert session.scalars(select(Finding)).all() == []
    assert find_creative(session, booking.id) is None


@pytest.mark.parametrize("act", ["", "/submit"])
def test_approved_copy_is_locked(
    client: CheckedClient, session: Session, booking: Booking, now: datetime, act: str
) -> None:
    page = client.get(path_of(booking)).get_data(as_text=True)
    with transaction() as writing:
        creative = approved(writing, booking, now=now)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post(path_of(booking, act), data={"csrf_token": token, **fields(OTHER)})
    assert answer.status_code == 409
    assert "This copy is approved, so it is locked." in answer.get_data(as_text=True)
    session.rollback()
    assert current_copy(creative) == GOOD
    assert 'id="body"' not in text_of(client, path_of(booking)) and "It runs Sun 13 Dec." in text_of(
        client, path_of(booking)
    )


def test_after_the_issue_went_out_the_page_only_shows(client: CheckedClient, booking: Booking, now: datetime) -> None:
    with transaction() as writing:
        approved(writing, booking, now=now)
        mark_issue_sent(writing, issue=booking.slot.issue, now=now)
    page = text_of(client, path_of(booking))
    assert "The issue of Sun 13 Dec 2026 has gone out." in page and "<textarea" not in page


@pytest.mark.parametrize("act", ["", "/submit", "/preview", "/check", "/take-back"])
def test_a_foreign_order_or_booking_is_not_there(
    client: CheckedClient, newsletter: Newsletter, booking: Booking, now: datetime, act: str
) -> None:
    with transaction() as session:
        other = booked(session, newsletter, BEFORE, now=now)
    token = text_of(client, path_of(booking)).split('name="csrf_token" value="')[1].split('"')[0]
    ours, theirs = path_of(booking).rsplit("/", 1)[0], path_of(other).rsplit("/", 1)[0]
    for path in (
        f"{ours}/{other.id}",
        f"{theirs}/{booking.id}",
        f"/orders/x/copy/{booking.id}",
        f"{ours}/999999999999",
    ):
        assert client.post(path + act, data={"csrf_token": token, **fields(GOOD)}).status_code == 404
        assert act or client.get(path).status_code == 404


def test_copy_waits_for_the_bookings_confirmation(client: CheckedClient, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as session:
        order = detailed_order(session, newsletter, [slot_on(session, newsletter, DAY)], now=now)
    answer = client.get(path_of(order.bookings[0]))
    assert answer.status_code == 409
    assert "Copy can be written as soon as the booking is confirmed." in answer.get_data(as_text=True)


def test_a_form_without_its_token_changes_nothing(client: CheckedClient, session: Session, booking: Booking) -> None:
    assert client.post(path_of(booking), data=fields(GOOD)).status_code == 400
    assert session.scalars(select(Creative)).all() == []


def test_absurd_input_is_refused_with_a_sentence(client: CheckedClient, session: Session, booking: Booking) -> None:
    answer = client.post_form(path_of(booking), fields(copy_of(body="x" * 20_001)))
    assert answer.status_code == 422 and "That is far too long to keep." in answer.get_data(as_text=True)
    assert client.post_form(path_of(booking), {**fields(GOOD), "body": "a\x00b"}).status_code == 303
    creative = find_creative(session, booking.id)
    assert creative is not None and creative.versions[-1].body == "ab"
