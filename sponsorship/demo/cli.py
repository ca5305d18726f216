"""Commands of the demo newsletter."""

import json
from datetime import date, datetime

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from sponsorship.accounts.rules import LINK_LIVES
from sponsorship.accounts.services import ask_sign_in_link
from sponsorship.core import clock
from sponsorship.core.cli import Step
from sponsorship.core.config import Settings
from sponsorship.core.db import transaction
from sponsorship.core.web import page_url, settings
from sponsorship.demo.errors import NotADemo
from sponsorship.demo.queries import find_demo, list_payments_before
from sponsorship.demo.rules.newsletter import NAME, PUBLISHER_ADDRESS, SLUG, seeded_at
from sponsorship.demo.rules.sponsors import SIGNS_IN, SPONSORS
from sponsorship.demo.services import make_sure_of_demo

group = AppGroup("demo", help="The demo newsletter.")


@group.command("seed")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Make it as it would stand on that day, YYYY-MM-DD.")
def seed(today: datetime | None) -> None:
    """Make the demo newsletter, where it is not there yet.

    Half a year of issues that ran, the coming quarter, orders, copy, invoices and clicks; the same for each date.
    """
    try:
        click.echo(_seed(today.date() if today else None))
    except NotADemo as refusal:
        raise click.ClickException(refusal.message) from refusal


def _seed(day: date | None = None) -> str:
    now = seeded_at(day) if day else clock.now()
    with transaction() as session:
        is_new = make_sure_of_demo(session, now=now)
    return f"{NAME} is made." if is_new else f"{NAME} is here already. Nothing was changed."


def _prepare() -> None:
    """Before the servers start: somebody's own newsletter in the database is no reason not to serve it."""
    try:
        _seed()
    except NotADemo as refusal:
        click.echo(refusal.message)
    if settings().stripe_mode == "standin":
        _tell_standin(settings())


def _tell_standin(loaded: Settings) -> None:
    """Leave word for the stand-in of what the story says was paid by card, so that it can be refunded there."""
    with transaction() as session:
        payments = list_payments_before(session, loaded.deployment)
    loaded.paid_before.write_text(json.dumps(payments, indent=1), encoding="utf-8")


def greet() -> list[str]:
    """Return the lines that end the start of a demo: sign-in links for publisher and sponsor, the storefront, the outbox."""
    with transaction() as session:
        if find_demo(session) is None:
            return []
        now = clock.now()
        publisher = _sign_in_url(session, PUBLISHER_ADDRESS, now)
        sponsor = _sign_in_url(session, SPONSORS[SIGNS_IN].address, now)
    return [
        f"  Storefront             {page_url('storefront.show_storefront', slug=SLUG)}",
        f"  Sign in as publisher   {publisher}",
        f"  Sign in as a sponsor   {sponsor}",
        f"  Mail that was sent     {page_url('demo.list_mail')}",
        f"Each sign-in link works once, for {int(LINK_LIVES.total_seconds() // 60)} minutes.",
    ]


def _sign_in_url(session: Session, address: str, now: datetime) -> str:
    def url_of(token: str) -> str:
        return page_url("accounts.use_link", token=token)

    token = ask_sign_in_link(session, email=address, browser=None, url_of=url_of, now=now)
    return url_of(token) if token else page_url("accounts.ask_link")


PREPARE: list[Step] = [Step("Making sure of the demo newsletter", _prepare)]
