"""The worker: periodic tasks by their rows in the database, the outbox, the mail. One or many may run."""

import logging
import signal
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import FrameType

from sqlalchemy import Text, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from sponsorship.core import clock
from sponsorship.core.db import Base, db, transaction

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """Work that comes round: a name, how often, and what to do at a given moment.

    A resident task has a thread of its own in each worker, so that nothing delays it; it keeps others of its kind out itself.
    One that runs at the start is due whenever a worker begins, since the last one may have been killed in the middle.
    """

    name: str
    every: timedelta
    run: Callable[[datetime], object]
    is_resident: bool = False
    runs_at_start: bool = False


class ScheduledTask(Base):
    """When a task is due next; whoever moves the time forward first runs it."""

    __tablename__ = "scheduled_task"
    name: Mapped[str] = mapped_column(primary_key=True)
    next_run_at: Mapped[datetime]
    last_run_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


def bring_forward(tasks: Sequence[Task], now: datetime) -> None:
    """Make those tasks due at that moment that run when a worker starts."""
    names = [task.name for task in tasks if task.runs_at_start]
    with transaction() as session:
        later = ScheduledTask.name.in_(names) & (ScheduledTask.next_run_at > now)
        session.execute(update(ScheduledTask).where(later).values(next_run_at=now))


def run_due(tasks: Sequence[Task], now: datetime) -> int:
    """Run every task that is due at that moment once, and return how many ran."""
    return sum(_run(task, now) for task in tasks if task.is_resident or _claim(task, now))


def run_forever(
    tasks: Sequence[Task],
    *,
    within: Callable[[], AbstractContextManager[object]],
    pause: timedelta = timedelta(seconds=1),
) -> None:
    """Run due tasks until SIGTERM or SIGINT; what is at hand is finished first. Threads work `within` the application."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    residents = [threading.Thread(target=_reside, args=(task, within, stop)) for task in tasks if task.is_resident]
    for thread in residents:
        thread.start()
    others = [task for task in tasks if not task.is_resident]
    bring_forward(others, clock.now())
    while not stop.is_set():
        run_due(others, clock.now())
        stop.wait(pause.total_seconds())
    for thread in residents:
        thread.join()


def _reside(task: Task, within: Callable[[], AbstractContextManager[object]], stop: threading.Event) -> None:
    """Run a resident task again and again; what fails is tried again, later each time, at most ten seconds."""
    failures = 0
    with within():
        while not stop.is_set():
            failures = 0 if _attempt(task, clock.now(), is_told=failures == 0) is None else failures + 1
            stop.wait(min(task.every.total_seconds() * 2**failures, 10.0))


def _claim(task: Task, now: datetime) -> bool:
    """Move the task's time forward; False where it is not due or another worker was first."""
    row = db.session.get(ScheduledTask, task.name)
    due = row is None or row.next_run_at <= now
    db.session.rollback()
    if not due:
        return False
    try:
        with transaction() as session:
            query = select(ScheduledTask).where(ScheduledTask.name == task.name).with_for_update(skip_locked=True)
            row = session.scalars(query).one_or_none()
            if row is None:
                session.add(ScheduledTask(name=task.name, next_run_at=now + task.every, last_run_at=now))
                return True
            if row.next_run_at > now:
                return False
            row.next_run_at, row.last_run_at = now + task.every, now
            return True
    except IntegrityError:  # another worker wrote the task's first row in the same moment, or holds it
        return False


def _run(task: Task, now: datetime) -> bool:
    error = _attempt(task, now)
    if not task.is_resident:
        with transaction() as session:
            session.get_one(ScheduledTask, task.name).last_error = error
    return error is None


def _attempt(task: Task, now: datetime, *, is_told: bool = True) -> str | None:
    """Run a task and return what went wrong, or None."""
    try:
        task.run(now)
        return None
    except Exception:  # whatever a feature's task raises is its own: it is noted, and must not stop the other tasks
        db.session.rollback()
        if is_told:
            log.exception("task %s failed", task.name)
        return traceback.format_exc(limit=-3)
