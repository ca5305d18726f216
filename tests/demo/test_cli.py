"""The demo's command and what `make run` does with it."""

import re
from datetime import date, timedelta

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import consume_link, make_sure_of_user
from sponsorship.booking.services import enter_checkout
from sponsorship.core import clock
from sponsorship.core.db import transaction
from sponsorship.demo.cli import PREPARE, greet
from sponsorship.demo.rules.newsletter import PUBLISHER_ADDRESS
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.services import confirm_on_card
from sponsorship.sponsors.models import Sponsor
from sponsorship.standin.paid_before import read_payments
from tests.conftest import NOW
from tests.factories.booking import detailed_order
from tests.factories.inventory import make_newsletter, slot_on


def make_somebodys_newsletter() -> None:
    with transaction() as session:
        make_newsletter(session, now=NOW, slug="tuesday-letter", contact_email="editor@tuesday.example")


def test_seed_refuses_a_database_with_somebodys_newsletter(app: Flask, session: Session) -> None:
    make_somebodys_newsletter()
    result = app.test_cli_runner().invoke(args=["demo", "seed"])
    assert result.exit_code == 1
    assert "not the demo's" in result.output
    assert session.scalar(select(func.count(Sponsor.id))) == 0
    assert session.scalar(select(func.count(Newsletter.id))) == 1


def test_seed_finds_its_newsletter_beside_others(app: Flask, newsletter: Newsletter, session: Session) -> None:
    make_somebodys_newsletter()
    result = app.test_cli_runner().invoke(args=["demo", "seed"])
    assert result.exit_code == 0 and "Nothing was changed" in result.output
    assert session.scalar(select(func.count(Sponsor.id))) == 0


def test_a_day_that_is_none_is_refused_in_a_sentence(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["demo", "seed", "--today", "yesterday"])
    assert result.exit_code == 2 and "'yesterday' does not match" in result.output


def test_make_run_serves_somebodys_newsletter_without_adding_to_it(app: Flask, session: Session) -> None:
    make_somebodys_newsletter()
    for step in PREPARE:
        step.run()
    assert session.scalar(select(func.count(Newsletter.id))) == 1
    assert greet() == []


def test_the_stand_in_is_told_what_the_story_says_was_paid_by_card(app: Flask, newsletter: Newsletter) -> None:
    with transaction() as session:
        slot = slot_on(session, session.merge(newsletter), date(2026, 12, 6))
        order = detailed_order(session, slot.issue.newsletter, [slot], now=NOW)
        enter_checkout(session, order=order, held_until=NOW + timedelta(hours=1), now=NOW)
        paid = {"amount_minor": order.total_minor, "fee_minor": 4815, "now": NOW}
        confirm_on_card(session, order=order, reference="pi_demo_io-1", **paid)
    for step in PREPARE:
        step.run()
    (told,) = read_payments(app.config["SETTINGS"].paid_before)
    assert (told["payment_intent"], told["amount"], told["currency"]) == ("pi_demo_io-1", 165_000, "usd")
    assert (told["fee"], told["created"]) == (4815, int(NOW.timestamp()))


def test_the_greeting_signs_in_publisher_and_sponsor(app: Flask, newsletter: Newsletter) -> None:
    with transaction() as session:
        for address in (PUBLISHER_ADDRESS, "joost@cinderbox.example"):
            make_sure_of_user(session, email=address, now=NOW)
    text = "\n".join(greet())
    tokens = re.findall(r"/sign-in/(\S+)", text)
    with transaction() as session:
        from_links = [
            consume_link(session, token=token, browser=None, code=None, now=clock.now()).email for token in tokens
        ]
    assert from_links == [PUBLISHER_ADDRESS, "joost@cinderbox.example"]
    assert "/newsletters/sunday-runbook" in text and "/outbox" in text
