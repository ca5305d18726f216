"""What comes round: texts that are not in the index yet are put into it."""

from datetime import datetime, timedelta

from sponsorship.checks.services import index_some
from sponsorship.core.db import transaction
from sponsorship.core.worker import Task


def index_texts(_now: datetime) -> int:
    """Index what came into the corpus before there was an index, some at a time."""
    with transaction() as session:
        return index_some(session)


TASKS = (Task("checks.index_texts", timedelta(minutes=1), index_texts),)
