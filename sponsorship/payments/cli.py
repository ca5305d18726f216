"""Commands of payments."""

import click
from flask import current_app
from flask.cli import AppGroup

from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.web import settings
from sponsorship.payments import flows
from sponsorship.payments.gateway import ProviderUnavailable
from sponsorship.payments.queries import list_ledger_faults

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
