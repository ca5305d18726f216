"""Commands of payments."""

import click
from flask import current_app
from flask.cli import AppGroup

from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.web import settings
from sponsorship.payments import flows
from sponsorship.payments.queries import list_ledger_faults

group = AppGroup("payments", help="Payments: settle what was missed, check that the books add up.")


@group.command("reconcile")
def reconcile() -> None:
    """Ask the provider about everything open: events, payment pages, holds, refunds."""
    gateway = current_app.extensions["payment_gateway"]
    done = flows.reconcile(gateway=gateway, settings=settings(), now=clock.now(), deep=True)
    click.echo(
        f"{done.events} events settled, {done.sessions} payment pages and {done.released} overdue holds looked at, "
        f"{done.refunds} refunds asked about; {done.confirmed} orders were found paid."
    )


@group.command("check")
def check() -> None:
    """Check that the ledger adds up; ends with an error where it does not."""
    faults = list_ledger_faults(db.session())
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise click.ClickException("The books do not add up.")
    click.echo("The books add up.")
