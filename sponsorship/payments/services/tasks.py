"""What a person has to look at: asked once for each cause, closed by whoever looked."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Order
from sponsorship.payments.models import MoneyTask
from sponsorship.payments.rules.reversals import TaskKind


def ask_person(
    session: Session, *, key: str, kind: TaskKind, order: Order, sentence: str, now: datetime
) -> MoneyTask | None:
    """Ask for somebody's look at an order's money; None where this cause was asked about before."""
    if session.scalar(select(MoneyTask.id).where(MoneyTask.key == key)):
        return None
    task = MoneyTask(
        key=key, kind=kind, newsletter_id=order.newsletter_id, order=order, sentence=sentence, created_at=now
    )
    session.add(task)
    session.flush()
    return task


def close_task(session: Session, *, task: MoneyTask, actor: str, now: datetime) -> None:
    """Note that somebody looked; a second look changes nothing."""
    if task.done_at is not None:
        return
    task.done_at, task.done_by = now, actor
    session.flush()
    record_act(
        session, actor=actor, action="task_closed", object_type="order", object_id=task.order_id,
        newsletter_id=task.newsletter_id, now=now, after={"kind": task.kind.value},
    )  # fmt: skip


def close_tasks_of(session: Session, *, key: str, actor: str, now: datetime) -> None:
    """Close the task of a cause that has been seen to, where one is open."""
    task = session.scalars(select(MoneyTask).where(MoneyTask.key == key)).one_or_none()
    if task is not None:
        close_task(session, task=task, actor=actor, now=now)
