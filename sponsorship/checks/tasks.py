"""What comes round: texts that are not in the index yet are put into it, links are followed."""

from datetime import datetime, timedelta

from sponsorship.checks.flows import follow_due_links
from sponsorship.checks.probe import Prober
from sponsorship.checks.services import index_some
from sponsorship.core.config import Settings
from sponsorship.core.db import transaction
from sponsorship.core.worker import Task


def index_texts(_now: datetime) -> int:
    """Index what came into the corpus before there was an index, some at a time."""
    with transaction() as session:
        return index_some(session)


def make_tasks(settings: Settings) -> tuple[Task, ...]:
    """Return the task that follows links, in a thread of its own: a slow site delays nobody's mail."""
    prober = Prober(skips_reserved=settings.is_demo)

    def follow(now: datetime) -> int:
        return follow_due_links(prober=prober, now=now)

    return (Task("checks.follow_links", timedelta(seconds=5), follow, is_resident=True),)


TASKS = (Task("checks.index_texts", timedelta(minutes=1), index_texts),)
