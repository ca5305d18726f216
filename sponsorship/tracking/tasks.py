"""What tracking does when its time comes round."""

from datetime import datetime, timedelta

from sponsorship.core.config import Settings
from sponsorship.core.db import transaction
from sponsorship.core.worker import Task
from sponsorship.tracking import flows, services
from sponsorship.tracking.fastlane import Importer, delete_snapshot

IMPORT_EVERY = timedelta(milliseconds=300)


def make_tasks(settings: Settings) -> tuple[Task, ...]:
    """The tasks of one installation, whose spool lies where its settings say."""
    importer = Importer(settings.spool_dir)

    def import_spool(now: datetime) -> None:
        """Move what web servers spooled into the database."""
        flows.import_spool(importer, now)

    def forget_readers(now: datetime) -> None:
        """Delete the keys with which readers of old issues could be told apart, here and in what web servers wrote down."""
        with transaction() as session:
            gone = services.forget_readers(session, now=now)
        if gone:
            delete_snapshot(settings.spool_dir / "links.json")

    return (
        Task("tracking.import_spool", IMPORT_EVERY, import_spool, is_resident=True),
        Task("tracking.forget_readers", timedelta(hours=1), forget_readers),
        Task("tracking.forget_agents", timedelta(hours=24), _forget_agents),
    )


def _forget_agents(now: datetime) -> None:
    with transaction() as session:
        services.forget_agents(session, now=now)
