"""Commands for newsletters and their issues."""

from collections.abc import Iterator
from datetime import datetime

import click
from flask.cli import AppGroup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.core import clock
from sponsorship.core.config import Settings
from sponsorship.core.db import transaction
from sponsorship.core.doctor import Remark, ill, well
from sponsorship.core.format import count
from sponsorship.inventory.models import Issue, Newsletter
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


def examine_newsletters(session: Session, _settings: Settings, now: datetime) -> Iterator[Remark]:
    """For the doctor: whether each newsletter has something to sell."""
    ahead = select(Issue.newsletter_id, func.count()).where(Issue.publish_at > now).group_by(Issue.newsletter_id)
    planned = dict(session.execute(ahead).all())
    for newsletter in session.scalars(select(Newsletter).order_by(Newsletter.id)):
        if issues := planned.get(newsletter.id, 0):
            yield well(f"{newsletter.name} has {count(issues, 'issue')} ahead.")
        else:
            yield ill(
                f"{newsletter.name} has no issue ahead: nothing of it can be sold.",
                f"Set its rhythm, or run flask --app app inventory plan {newsletter.slug}.",
            )
