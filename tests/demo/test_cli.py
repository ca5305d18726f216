"""The demo's command and what `make run` does with it."""

import re

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import consume_link, make_sure_of_user
from sponsorship.core import clock
from sponsorship.core.db import transaction
from sponsorship.demo.cli import PREPARE, greet
from sponsorship.demo.rules.newsletter import PUBLISHER_ADDRESS
from sponsorship.inventory.models import Newsletter
from sponsorship.sponsors.models import Sponsor
from tests.conftest import NOW
from tests.factories.inventory import make_newsletter


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
