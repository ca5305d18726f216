"""Who is told what about copy, once each time."""

from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.services import cancel_order
from sponsorship.checks.queries import find_text
from sponsorship.checks.rules import CopySource
from sponsorship.core.db import transaction
from sponsorship.core.mail import Mail
from sponsorship.core.outbox import deliver_due
from sponsorship.creative.handlers import mail_approved, mail_changes_requested, mail_submitted
from sponsorship.creative.services import request_changes, send_copy, take_back_copy
from sponsorship.inventory.models import Newsletter
from tests.factories.creative import GOOD, OTHER, PUBLISHER, SPONSOR, approved, booked, copy_of, submitted

DAY = date(2026, 12, 13)
EVIL = "<b>Read</b> {{ this }}"


@pytest.fixture
def booking(app: Flask, newsletter: Newsletter, now: datetime) -> Booking:
    with transaction() as session:
        return booked(session, newsletter, DAY, now=now)


def mails(session: Session, word: str) -> list[Mail]:
    session.rollback()
    return list(session.scalars(select(Mail).where(Mail.key.startswith(f"creative.{word}")).order_by(Mail.id)))


def test_the_publisher_is_told_what_was_sent_and_what_the_checks_found(
    session: Session, newsletter: Newsletter, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        approved(writing, booked(writing, newsletter, DAY, "sponsored", now=now), OTHER, now=now)
        creative = submitted(writing, booking, copy_of(heading=EVIL, link_url=OTHER.link_url), now=now)
    deliver_due(now)
    mail = mails(session, "submitted")[-1]
    assert (mail.to_address, mail.reply_to) == (PUBLISHER, None)
    assert mail.subject == "Copy to read: Tidewatch Ltd, Primary, No. 815"
    for part in (mail.text, mail.html):
        assert f"/desk/sunday-runbook/review?creative={creative.id}" in part
        assert "Stops it: The Sponsored slot of No. 815 on 13 Dec leads to tidewatch.example/builds too." in part
        assert "Sun 13 Dec 2026" in part and "Thu 10 Dec, 18:00 GMT" in part
        assert "Cinderbox watches every process" in part
    assert EVIL in mail.text
    assert "<b>Read" not in mail.html and "&lt;b&gt;Read" in mail.html


def test_the_sponsor_is_told_which_changes_are_asked_for(session: Session, booking: Booking, now: datetime) -> None:
    with transaction() as writing:
        creative = submitted(writing, booking, now=now)
        request_changes(writing, creative=creative, note="Shorter,\nplease <b>.", actor=PUBLISHER, now=now)
    deliver_due(now)
    (mail,) = mails(session, "changes_requested")
    assert (mail.to_address, mail.reply_to) == (SPONSOR, PUBLISHER)
    assert mail.subject == "Changes asked: your Primary ad in No. 815"
    assert booking.order is not None
    for part in (mail.text, mail.html):
        assert f"/orders/{booking.order.token}/copy/{booking.id}" in part
        assert "Shorter,\nplease" in part and "Thu 10 Dec, 18:00 GMT" in part
    assert "please <b>." not in mail.html


def test_the_sponsor_is_told_that_copy_is_approved_and_when_it_runs(
    session: Session, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        approved(writing, booking, now=now)
    deliver_due(now)
    (mail,) = mails(session, "approved")
    assert (mail.to_address, mail.subject) == (SPONSOR, "Approved: your Primary ad in No. 815")
    for part in (mail.text, mail.html):
        assert "Sun 13 Dec, 08:00 GMT" in part and "Cinderbox watches every process" in part


def test_an_event_that_is_delivered_twice_writes_one_mail(session: Session, booking: Booking, now: datetime) -> None:
    with transaction() as writing:
        creative = approved(writing, booking, now=now)
    deliver_due(now)
    payload = {"creative_id": creative.id, "booking_id": booking.id, "at": now.isoformat()}
    with transaction() as writing:
        mail_approved(writing, payload, now)
    assert len(mails(session, "approved")) == 1


def test_each_round_of_changes_writes_its_own_mail(session: Session, booking: Booking, now: datetime) -> None:
    later = now.replace(hour=12)
    with transaction() as writing:
        creative = submitted(writing, booking, now=now)
        request_changes(writing, creative=creative, note="One.", actor=PUBLISHER, now=now)
    deliver_due(now)
    with transaction() as writing:
        send_copy(writing, booking=booking, copy=GOOD, actor=SPONSOR, now=later)
        request_changes(writing, creative=creative, note="Two.", actor=PUBLISHER, now=later)
    deliver_due(later)
    assert ["One." in mail.text for mail in mails(session, "changes_requested")] == [True, False]
    assert "Two." in mails(session, "changes_requested")[1].text


def test_nobody_is_told_what_is_no_longer_true(session: Session, booking: Booking, now: datetime) -> None:
    with transaction() as writing:
        creative = submitted(writing, booking, now=now)
        take_back_copy(writing, creative=creative, actor=SPONSOR, now=now)
        payload = {"creative_id": creative.id, "booking_id": booking.id, "at": now.isoformat()}
        for handler in (mail_submitted, mail_changes_requested, mail_approved):
            handler(writing, payload, now)
    deliver_due(now)
    assert mails(session, "") == []


def test_an_order_without_an_address_has_nobody_to_be_told(session: Session, booking: Booking, now: datetime) -> None:
    with transaction() as writing:
        creative = approved(writing, booking, now=now)
        assert booking.order is not None
        booking.order.contact_email = ""
        writing.flush()
        mail_approved(writing, {"creative_id": creative.id, "at": now.isoformat()}, now)
    assert mails(session, "approved") == []


def test_the_copy_of_a_cancelled_order_is_compared_with_nothing(
    session: Session, newsletter: Newsletter, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        creative = submitted(writing, booking, now=now)
        assert booking.order is not None
        cancel_order(writing, order=booking.order, reason="Budget.", actor=PUBLISHER, now=now)
    deliver_due(now)
    session.rollback()
    text = find_text(session, CopySource.CREATIVE, creative.id)
    assert text is not None and text.withdrawn_at == now
    with transaction() as writing:
        other = booked(writing, newsletter, DAY, "sponsored", now=now)
        assert (
            send_copy(writing, booking=other, copy=copy_of(OTHER, link_url=GOOD.link_url), actor=SPONSOR, now=now) == []
        )
