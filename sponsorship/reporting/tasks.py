"""What reporting does when its time comes round."""

from datetime import datetime, timedelta

from sponsorship.core.db import transaction
from sponsorship.core.worker import Task
from sponsorship.reporting import services


def mail_reports(now: datetime) -> None:
    """Tell sponsors how it went, a week after they ran."""
    with transaction() as session:
        services.mail_reports(session, now=now)


TASKS: tuple[Task, ...] = (Task("reporting.mail_reports", timedelta(minutes=10), mail_reports),)
