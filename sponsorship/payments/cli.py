"""Commands of payments."""

import click
from flask import current_app
from flask.cli import AppGroup

from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.web import settings
from sponsorship.payments import flows
from sponsorship.payments.queries import list_ledger_faults

group = AppGroup("payments", help="Settle what was missed; check the books.")


@group.command("reconcile")
def reconcile() -> None:
    """Ask the provider about all that is open and settle it.

    Events, payment pages, holds and refunds: what webhooks told and what they missed.
    """
    gateway = current_app.extensions["payment_gateway"]
    done = flows.reconcile(gateway=gateway, settings=settings(), now=clock.now(), deep=True)
    click.echo(
        f"{done.events} events settled, {done.sessions} payment pages and {done.released} overdue holds looked at, "
        f"{done.refunds} refunds asked about; {done.confirmed} orders were found paid."
    )


@group.command("check")
def check() -> None:
    """Check that the ledger adds up.

    Ends with an error, and names each fault, where it does not.
    """
    faults = list_ledger_faults(db.session())
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise click.ClickException("The books do not add up.")
    click.echo("The books add up.")
