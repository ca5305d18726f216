"""Commands of payments."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.core import clock
from sponsorship.core.config import Settings
from sponsorship.core.db import db
from sponsorship.core.doctor import Remark, ill, well
from sponsorship.core.format import count
from sponsorship.core.web import settings
from sponsorship.payments import flows
from sponsorship.payments.gateway import ProviderUnavailable
from sponsorship.payments.models import WebhookEvent
from sponsorship.payments.queries import list_ledger_faults
from sponsorship.payments.rules import InboxState

EVENT_PATIENCE = timedelta(minutes=10)

group = AppGroup("payments", help="Settle what was missed; check the books.")


@group.command("reconcile")
def reconcile() -> None:
    """Ask the provider about all that is open and settle it.

    Events, payment pages, holds, refunds and disputes: what webhooks told and what they missed.
    """
    gateway = current_app.extensions["payment_gateway"]
    done = flows.reconcile(gateway=gateway, settings=settings(), now=clock.now(), deep=True)
    click.echo(
        f"{done.events} events settled, {done.sessions} payment pages and {done.released} overdue holds looked at, "
        f"{done.refunds} refunds asked about; {done.confirmed} orders were found paid, {done.untold} refunds and disputes "
        "found that no event had told of."
    )


@group.command("check")
def check() -> None:
    """Check that the ledger adds up, and says what the provider says.

    Ends with an error, and names each difference, where there is one. The publisher sees them on the page of the books.
    """
    gateway = current_app.extensions["payment_gateway"]
    try:
        found = flows.check_books(gateway=gateway, settings=settings(), now=clock.now())
    except ProviderUnavailable:
        found = list_ledger_faults(db.session())
        click.echo("The provider did not answer: only the ledger itself was checked.", err=True)
    for one in found:
        click.echo(one, err=True)
    if found:
        raise click.ClickException("Something differs.")
    click.echo("The books add up.")


def examine_books(session: Session, loaded: Settings, now: datetime) -> Iterator[Remark]:
    """For the doctor: whether the ledger adds up and the provider's events come in and are settled."""
    faults = list_ledger_faults(session)
    for fault in faults[:5]:
        yield ill(fault, "Run flask --app app payments check, which names every difference.")
    if not faults:
        yield well("The books add up.")
    late = WebhookEvent.state.in_((InboxState.NEW, InboxState.FAILED)), WebhookEvent.received_at < now - EVENT_PATIENCE
    if waiting := session.scalar(select(func.count()).where(*late)):
        yield ill(
            f"{count(waiting, 'event')} of the payment provider's could not be settled yet.", "Is the worker running?"
        )
    if loaded.stripe_mode == "standin":
        yield well("Payments go to the stand-in: no money moves.")
    elif session.scalar(select(func.count()).select_from(WebhookEvent)) == 0:
        yield ill(
            "Stripe has not sent one event yet: a payment is only found by asking, minutes later.",
            f"Point a webhook at {loaded.base_url}/webhooks/stripe in Stripe's dashboard.",
        )
    else:
        yield well(f"Stripe's events come in, in {loaded.stripe_mode} mode.")
