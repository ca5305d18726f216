"""Periodic work about people: the audit trail's chain."""

from datetime import datetime, timedelta

from sponsorship.accounts.services import seal_audit
from sponsorship.core.db import transaction
from sponsorship.core.worker import Task


def seal_trail(_now: datetime) -> None:
    """Bring what was written since into the chain."""
    with transaction() as session:
        seal_audit(session)


TASKS: tuple[Task, ...] = (Task("accounts.seal_trail", timedelta(minutes=5), seal_trail),)
