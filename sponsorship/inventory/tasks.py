"""Issues are planned ahead as time goes on."""

from datetime import datetime, timedelta

from sponsorship.core.db import transaction
from sponsorship.core.worker import Task
from sponsorship.inventory.queries import list_newsletters
from sponsorship.inventory.services import plan_horizon


def plan_ahead(now: datetime) -> None:
    """Make the issues and slots of every newsletter's horizon that do not exist yet."""
    with transaction() as session:
        for newsletter in list_newsletters(session):
            plan_horizon(session, newsletter=newsletter, now=now)


TASKS: tuple[Task, ...] = (Task("inventory.plan_ahead", timedelta(hours=1), plan_ahead),)
