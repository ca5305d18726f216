"""Commands for newsletters and their issues."""

import click
from flask.cli import AppGroup

from sponsorship.core import clock
from sponsorship.core.db import transaction
from sponsorship.inventory.queries import get_newsletter
from sponsorship.inventory.services import plan_horizon

group = AppGroup("inventory", help="Newsletters, issues and slots.")


@group.command("plan")
@click.argument("newsletter")
def plan(newsletter: str) -> None:
    """Plan a newsletter's issues ahead.

    Makes the issues and slots of NEWSLETTER's horizon that do not exist yet; the worker does the same each hour.
    """
    with transaction() as session:
        new = plan_horizon(session, newsletter=get_newsletter(session, newsletter), now=clock.now())
        click.echo(f"{len(new)} new issues planned.")
