"""The publisher's edit and the sponsor's consent, comments, versions against each other: services, pages and mails."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.rules import TeamRole
from sponsorship.booking.models import Booking
from sponsorship.core import outbox
from sponsorship.core.db import transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.mail import Mail
from sponsorship.creative.errors import ConsentMissing, CopyInvalid, CopyUnchanged, NoteMissing, NothingAsked
from sponsorship.creative.models import Creative
from sponsorship.creative.queries import compare_versions, current_copy, current_version, list_words
from sponsorship.creative.rules import Consent, CreativeState, Side
from sponsorship.creative.services import (
    add_comment,
    answer_edit,
    approve_copy,
    edit_copy,
    take_back_copy,
    vouch_for_consent,
)
from sponsorship.inventory.models import Newsletter
from tests.factories.creative import GOOD, OTHER, PUBLISHER, SPONSOR, approved, booked, copy_of, submitted
from tests.page_checks import CheckedClient

DAY = date(2026, 12, 13)
EDITED = copy_of(heading="Know what your containers do at night")


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    """The edge asks the real clock: it stands still at the tests' moment."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def creative(app: Flask, newsletter: Newsletter, now: datetime) -> Creative:
    """Copy that waits for the publisher."""
    with transaction() as session:
        return submitted(session, booked(session, newsletter, DAY, now=now), now=now)


def edit(creative: Creative, now: datetime, **more: Any) -> None:
    with transaction() as session:
        values = {"copy": EDITED, "why": "“Night” says it.", "actor": PUBLISHER} | more
        edit_copy(session, creative=creative, now=now, **values)


def answer(creative: Creative, now: datetime, agrees: bool, number: int = 2, note: str = "") -> None:
    with transaction() as session:
        answer_edit(session, creative=creative, version_number=number, agrees=agrees, note=note, actor=SPONSOR, now=now)


def page_of(booking: Booking, act: str = "") -> str:
    assert booking.order is not None
    return f"/orders/{booking.order.token}/copy/{booking.id}{act}"


def mails(session: Session, now: datetime) -> dict[str, Mail]:
    with transaction() as writing:
        outbox.deliver_within(writing, now)
    return {mail.subject: mail for mail in session.scalars(select(Mail))}


def test_an_edit_waits_for_the_sponsor_and_agreed_it_is_approved(
    session: Session, creative: Creative, now: datetime
) -> None:
    edit(creative, now)
    mails(session, now)
    version = current_version(creative)
    assert version is not None and (version.side, version.consent, version.number) == (Side.PUBLISHER, Consent.ASKED, 2)
    with pytest.raises(ConsentMissing), transaction() as writing:
        approve_copy(writing, creative=creative, actor=PUBLISHER, now=now)
    answer(creative, now, agrees=True, note="Better.")
    assert (version.consent, version.consent_by, version.consent_note, version.consent_at) == (
        Consent.GIVEN, SPONSOR, "Better.", now,
    )  # fmt: skip
    assert creative.state is CreativeState.APPROVED and current_copy(creative) == EDITED
    told = mails(session, now)
    assert f"{SPONSOR}" == told["Do you agree? Changes to your Primary ad in No. 815"].to_address
    assert told["Tidewatch Ltd agreed to your edit of Primary, No. 815"].to_address == PUBLISHER


def test_declined_the_sponsors_own_words_are_in_review_again(
    session: Session, creative: Creative, now: datetime
) -> None:
    edit(creative, now)
    answer(creative, now, agrees=False, note="Keep the hour.")
    assert creative.state is CreativeState.SUBMITTED and current_copy(creative) == GOOD
    assert [v.consent for v in creative.versions] == [None, Consent.DECLINED, None]
    assert [(w.side, w.body, w.version_number) for w in list_words(creative)] == [(Side.SPONSOR, "Keep the hour.", 2)]
    assert "Keep the hour." in mails(session, now)["Tidewatch Ltd declined your edit of Primary, No. 815"].text
    with pytest.raises(NothingAsked):
        answer(creative, now, agrees=True, number=3)


def test_consent_that_was_given_elsewhere_is_written_down_and_approves(
    session: Session, creative: Creative, now: datetime
) -> None:
    edit(creative, now, agreed_how="By telephone, Tuesday.")
    version = current_version(creative)
    assert version is not None and (version.consent_by, version.consent_note) == (PUBLISHER, "By telephone, Tuesday.")
    assert creative.state is CreativeState.APPROVED
    told = mails(session, now)
    assert "By telephone, Tuesday." in told["Changed as agreed: your Primary ad in No. 815"].text
    assert not any("agreed to your edit" in subject for subject in told)


def test_approved_copy_that_is_edited_is_not_printed_until_they_agree(creative: Creative, now: datetime) -> None:
    with transaction() as session:
        approve_copy(session, creative=creative, actor=PUBLISHER, now=now)
    edit(creative, now)
    assert creative.state is CreativeState.SUBMITTED
    with transaction() as session:
        vouch_for_consent(session, creative=creative, how="In a mail.", actor=PUBLISHER, now=now)
    assert creative.state is CreativeState.APPROVED


def test_a_second_edit_takes_the_first_ones_place_and_taking_back_declines(creative: Creative, now: datetime) -> None:
    edit(creative, now)
    edit(creative, now, copy=copy_of(heading="At night"))
    assert [v.consent for v in creative.versions] == [None, Consent.WITHDRAWN, Consent.ASKED]
    with transaction() as session:
        take_back_copy(session, creative=creative, actor=SPONSOR, now=now)
    assert creative.versions[-1].consent is Consent.DECLINED and creative.state is CreativeState.DRAFT


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"why": " "}, NoteMissing), ({"copy": GOOD}, CopyUnchanged),
        ({"copy": copy_of(body="word " * 64)}, CopyInvalid), ({"version_number": 9}, DomainError),
    ],
)  # fmt: skip
def test_edits_that_are_none_are_refused(
    creative: Creative, now: datetime, changes: dict[str, Any], error: type[DomainError]
) -> None:
    with pytest.raises(error):
        edit(creative, now, **changes)
    assert len(creative.versions) == 1


def test_any_two_versions_are_compared_word_by_word(creative: Creative, now: datetime) -> None:
    edit(creative, now)
    edit(creative, now, copy=copy_of(EDITED, link_url="https://tidewatch.example/night", link_text=""))
    last = compare_versions(creative)
    assert last is not None and (last.before.number, last.after.number) == (2, 3)
    whole = compare_versions(creative, 3, 1)  # in either order
    assert whole is not None and (whole.before.number, whole.after.number) == (1, 3)
    runs = {name: [(run.kind.value, run.text) for run in found] for name, found in whole.fields}
    assert runs["Headline"] == [
        ("kept", "Know what your containers do at"), ("added", "night"), ("removed", "3 a.m."),
    ]  # fmt: skip
    assert runs["Link address"] == [
        ("added", "https://tidewatch.example/night"), ("removed", "https://tidewatch.example/runbook"),
    ]  # fmt: skip
    same = compare_versions(creative, 2, 2)
    assert same is not None and same.is_same
    assert compare_versions(creative, 77, -4) == last


def test_a_comment_is_mailed_to_the_other_side(
    session: Session, newsletter: Newsletter, creative: Creative, now: datetime
) -> None:
    with transaction() as writing:
        add_comment(
            writing,
            booking=creative.booking,
            body="Is <b>that</b> right?",
            side=Side.PUBLISHER,
            actor=PUBLISHER,
            now=now,
        )
        other = booked(writing, newsletter, DAY, "sponsored", now=now)  # before the first draft
        add_comment(writing, booking=other, body="Tomorrow.", side=Side.SPONSOR, actor=SPONSOR, now=now)
    told = mails(session, now)
    ours = told["Imogen Hale on Primary, No. 815"]
    assert ours.to_address == SPONSOR and "&lt;b&gt;that" in ours.html and "<b>that" not in ours.html
    assert told["Tidewatch Ltd on Sponsored, No. 815"].to_address == PUBLISHER


def test_the_sponsor_sees_the_edit_answers_and_compares_over_http(
    client: CheckedClient, session: Session, creative: Creative, now: datetime
) -> None:
    edit(creative, now)
    own = page_of(creative.booking)
    page = client.get(own).get_data(as_text=True)
    assert "Imogen Hale changed your copy." in page and "<ins>night</ins>" in page and "Agree to these words" in page
    answered = client.post_form(page_of(creative.booking, "/answer"), {"version": "2", "answer": "agree"}, page=own)
    assert answered.status_code == 303
    session.expire_all()
    assert creative.state is CreativeState.APPROVED
    versions = client.get(page_of(creative.booking, "/versions?from=1&to=2")).get_data(as_text=True)
    assert (
        "Two versions were kept." in versions and "The sponsor agreed" in versions and "<del>3 a.m.</del>" in versions
    )
    late = client.post_form(page_of(creative.booking, "/answer"), {"version": "2", "answer": "decline"}, page=own)
    assert late.status_code == 409


def test_a_comment_over_http_keeps_what_was_typed(client: CheckedClient, creative: Creative) -> None:
    own = page_of(creative.booking)
    empty = client.post_form(page_of(creative.booking, "/comments"), {"comment": " "}, page=own)
    assert empty.status_code == 422 and "Write a comment first." in empty.get_data(as_text=True)
    sent = client.post_form(page_of(creative.booking, "/comments"), {"comment": "Is it long enough?"}, page=own)
    assert sent.status_code == 303 and "Is it long enough?" in client.get(own).get_data(as_text=True)


def test_the_publisher_edits_and_talks_over_http(
    client: CheckedClient, session: Session, newsletter: Newsletter, creative: Creative,
    sign_in: Callable[..., Any],
) -> None:  # fmt: skip
    sign_in(client, PUBLISHER, newsletter=newsletter)
    own = f"/creatives/{creative.id}"
    fields = {
        "heading": EDITED.heading,
        "body": EDITED.body,
        "link_url": EDITED.link_url,
        "link_text": EDITED.link_text,
    }
    refused = client.post_form(f"{own}/edit", fields | {"version": "1"}, page=own)
    assert refused.status_code == 422 and "do at night" in refused.get_data(as_text=True)
    kept = client.post_form(f"{own}/edit", fields | {"version": "1", "why": "Shorter."}, page=own)
    assert kept.status_code == 303
    page = client.get(own).get_data(as_text=True)
    assert "Tidewatch Ltd has not agreed yet." in page and "Write down their consent" in page
    queue = client.get(f"/desk/{newsletter.slug}/review").get_data(as_text=True)
    assert "You changed it, and Tidewatch Ltd has not agreed yet." in queue
    assert client.post_form(f"{own}/comments", {"comment": "Look?"}, page=own).status_code == 303
    assert client.post_form(f"{own}/consent", {"reason": "By mail."}, page=own).status_code == 303
    session.expire_all()
    assert creative.state is CreativeState.APPROVED
    assert "Version 2 against version 1" in client.get(f"{own}/versions").get_data(as_text=True)
    assert client.post_form(f"{own}/unlock", {"reason": "Early."}, page=own).status_code == 409
    note = {"note": "The offer ended.", "version": "2"}
    assert client.post_form(f"{own}/reopen", note, page=own).status_code == 303
    session.expire_all()
    assert creative.state is CreativeState.CHANGES_REQUESTED


def test_a_viewer_reads_and_a_stranger_finds_nothing(
    client: CheckedClient, newsletter: Newsletter, creative: Creative, sign_in: Callable[..., Any]
) -> None:
    sign_in(client, "lee@sundayrunbook.example", newsletter=newsletter, role=TeamRole.VIEWER)
    page = client.get(f"/creatives/{creative.id}").get_data(as_text=True)
    assert "Edit it yourself" not in page and "Send the comment" not in page
    assert client.get("/creatives/99999").status_code == 404
    sign_in(client, "eve@elsewhere.example")
    assert client.get(f"/creatives/{creative.id}").status_code in (403, 404)


def test_rules_for_copy_are_set_over_http(
    client: CheckedClient, newsletter: Newsletter, sign_in: Callable[..., Any]
) -> None:
    sign_in(client, PUBLISHER, newsletter=newsletter)
    own = f"/desk/{newsletter.slug}/settings/copy"
    assert 'value="7, 3, 1"' in client.get(own).get_data(as_text=True)
    fields = {
        "late_policy": "house", "late_hours": "24", "utm_source": "x", "utm_medium": "y", "utm_campaign": "z", "adds_utm": "y",
    }  # fmt: skip
    wrong = client.post_form(own, fields | {"reminder_days": "soon"})
    assert wrong.status_code == 422 and "like 7, 3, 1" in wrong.get_data(as_text=True)
    assert client.post_form(own, fields | {"reminder_days": "5, 2"}).status_code == 303
    page = client.get(own).get_data(as_text=True)
    assert 'value="5, 2"' in page and 'value="24"' in page
    assert f'href="/desk/{newsletter.slug}/settings/checks"' in page


def test_an_approved_ad_can_be_asked_about(client: CheckedClient, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as session:
        booking = booked(session, newsletter, DAY, "sponsored", now=now)
        approved(session, booking, OTHER, now=now)
    assert "Send the comment" in client.get(page_of(booking)).get_data(as_text=True)
