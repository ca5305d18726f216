"""What tracking does when its time comes round."""

from datetime import datetime, timedelta

from sponsorship.core.db import transaction
from sponsorship.core.worker import Task
from sponsorship.tracking import services


def forget_readers(now: datetime) -> None:
    """Delete the secrets with which readers of old issues could be told apart."""
    with transaction() as session:
        services.forget_readers(session, now=now)


TASKS: tuple[Task, ...] = (Task("tracking.forget_readers", timedelta(hours=1), forget_readers),)
