"""What happened reaches every handler, once it was committed, until the handler is done."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.core import outbox
from sponsorship.core.db import transaction
from sponsorship.core.outbox import DeliveryState, OutboxDelivery
from tests.conftest import NOW

TOPIC = "test.happened"


class Failing:
    """A handler that fails so many times before it works; it leaves a row behind each time."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.__qualname__ = "failing"

    def __call__(self, session: Session, payload: dict[str, Any], now: datetime) -> None:
        session.add(User(email=f"{payload['name']}@people.example", created_at=now))
        session.flush()
        self.failures -= 1
        if self.failures >= 0:
            raise ValueError("not yet")


@pytest.fixture
def handler() -> Iterator[Failing]:
    failing = Failing(0)
    outbox.register({TOPIC: [failing]})
    yield failing
    outbox._handlers.pop(TOPIC)


def happen(name: str = "ada") -> None:
    with transaction() as session:
        outbox.publish(session, TOPIC, name=name, now=NOW)


def test_a_handler_runs_once(session: Session, handler: Failing) -> None:
    happen()
    assert outbox.deliver_due(NOW) == 1
    assert outbox.deliver_due(NOW) == 0
    assert session.scalars(select(User)).one().email == "ada@people.example"


def test_what_was_rolled_back_never_happened(session: Session, handler: Failing) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as writing:
        outbox.publish(writing, TOPIC, name="ada", now=NOW)
        _ = 1 / 0
    assert outbox.deliver_due(NOW) == 0


def test_a_failure_is_undone_written_down_and_tried_again_later(session: Session, handler: Failing) -> None:
    handler.failures = 1
    happen()
    assert outbox.deliver_due(NOW) == 0
    assert session.scalars(select(User)).all() == []
    row = session.scalars(select(OutboxDelivery)).one()
    assert row.attempts == 1 and "not yet" in (row.error or "")
    assert outbox.deliver_due(NOW) == 0
    assert outbox.deliver_due(NOW + timedelta(seconds=2)) == 1


def test_one_that_never_works_ends_as_a_dead_letter_and_stops_no_other(session: Session, handler: Failing) -> None:
    handler.failures = 99
    happen("ada")
    moment = NOW
    for _ in range(outbox.MOST_ATTEMPTS):
        outbox.deliver_due(moment)
        moment += timedelta(hours=2)
    session.rollback()
    assert session.scalars(select(OutboxDelivery)).one().state is DeliveryState.DEAD
    handler.failures = 0
    happen("grace")
    assert outbox.deliver_due(moment) == 1
