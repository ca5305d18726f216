"""What booking does when something happened elsewhere."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from sponsorship.booking.handlers import mail_confirmation, run_issue
from sponsorship.booking.rules import BookingState
from sponsorship.booking.services import cancel_order
from sponsorship.core.db import transaction
from sponsorship.core.mail import Mail
from sponsorship.core.outbox import deliver_due
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.services import mark_issue_sent
from tests.factories.booking import confirmed_order
from tests.factories.inventory import issue_on, slot_on

DAY = date(2026, 12, 13)


def test_bookings_run_when_their_issue_was_sent(session: Session, newsletter: Newsletter, now: datetime) -> None:
    issue = issue_on(session, newsletter, DAY)
    with transaction() as writing:
        order = confirmed_order(writing, newsletter, [slot_on(session, newsletter, DAY)], now=now)
        mark_issue_sent(writing, issue=issue, now=issue.publish_at)
    deliver_due(issue.publish_at)
    session.expire_all()
    assert order.bookings[0].state is BookingState.RAN
    with transaction() as writing:
        run_issue(writing, {"issue_id": issue.id}, issue.publish_at)  # delivered a second time


def test_the_contact_of_a_confirmed_order_is_told_once_what_is_booked_and_where_to_write_copy(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        order = confirmed_order(writing, newsletter, [slot_on(session, newsletter, DAY)], now=now)
    deliver_due(order.confirmed_at or now)
    with transaction() as writing:
        mail_confirmation(writing, {"order_id": order.id}, now)
    mail = session.query(Mail).one()
    assert (mail.to_address, mail.subject) == ("noor@tidewatch.example", "Booked: IO-2026-0001 in The Sunday Runbook")
    assert mail.reply_to == "imogen@sundayrunbook.example"
    for part in (mail.text, mail.html):
        assert f"/orders/{order.token}" in part
        assert "$1,650.00" in part
        assert "Primary, Sun 13 Dec 2026" in part
        assert "Thu 10 Dec, 18:00 GMT" in part


def test_nobody_is_told_of_an_order_that_was_cancelled_meanwhile(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        order = confirmed_order(writing, newsletter, [slot_on(session, newsletter, DAY)], now=now)
        cancel_order(writing, order=order, reason="", actor="imogen", now=now)
    deliver_due(now.replace(hour=12))
    assert session.query(Mail).count() == 0
