"""Periodic tasks run when they are due, once, however many workers there are."""

import threading
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.core.worker import ScheduledTask, Task, run_due
from tests.conftest import NOW


def test_a_task_runs_when_it_is_due_and_not_before(app: Flask) -> None:
    ran: list[datetime] = []
    task = Task("test.count", timedelta(minutes=5), ran.append)
    for minutes in (0, 1, 4, 5, 9, 10):
        run_due([task], NOW + timedelta(minutes=minutes))
    assert [int((moment - NOW).total_seconds() // 60) for moment in ran] == [0, 5, 10]


def test_a_failing_task_is_noted_and_stops_no_other(session: Session) -> None:
    ran: list[datetime] = []

    def fail(_now: datetime) -> None:
        raise ValueError("it broke")

    run_due([Task("test.fail", timedelta(minutes=1), fail), Task("test.next", timedelta(minutes=1), ran.append)], NOW)
    assert len(ran) == 1
    row = session.scalars(select(ScheduledTask).where(ScheduledTask.name == "test.fail")).one()
    assert "it broke" in (row.last_error or "")


@pytest.mark.parametrize("round_number", range(3))
def test_of_many_workers_one_runs_the_task(app: Flask, round_number: int) -> None:
    ran: list[datetime] = []
    task = Task("test.once", timedelta(minutes=5), ran.append)
    start = threading.Barrier(6)

    def work() -> None:
        with app.app_context():
            start.wait()
            run_due([task], NOW)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(ran) == 1
