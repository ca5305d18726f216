"""The one place that commits, and the column type for time."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.core.db import db, transaction
from tests.conftest import NOW


def person(name: str) -> User:
    return User(email=f"{name}@people.example", name=name, created_at=NOW)


def test_what_fails_leaves_no_trace(session: Session) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as writing:
        writing.add(person("ada"))
        writing.flush()
        _ = 1 / 0
    assert session.scalar(select(func.count(User.id))) == 0


def test_a_transaction_in_a_transaction_is_refused(app: Flask) -> None:
    with transaction(), pytest.raises(RuntimeError, match="open already"), transaction():
        pass


def test_a_change_outside_a_transaction_is_refused(session: Session) -> None:
    session.add(person("ada"))
    with pytest.raises(RuntimeError, match="outside a transaction"), transaction():
        pass


def test_a_moment_comes_back_aware_and_in_utc(session: Session) -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    with transaction() as writing:
        ada = person("ada")
        ada.created_at = datetime(2026, 11, 19, 15, 10, tzinfo=there)
        writing.add(ada)
    found = session.scalars(select(User)).one().created_at
    assert found == NOW and found.tzinfo is UTC


def test_a_naive_moment_is_refused(app: Flask) -> None:
    with pytest.raises(Exception, match="without a time zone"), transaction() as writing:
        ada = person("ada")
        ada.created_at = datetime(2026, 11, 19)
        writing.add(ada)
        writing.flush()


def test_eight_writers_that_read_first_never_meet_a_locked_database(app: Flask) -> None:
    with transaction() as writing:
        writing.add(person("counter"))
    errors: list[BaseException] = []

    def add_ten() -> None:
        with app.app_context():
            try:
                for _ in range(10):
                    with transaction() as session:
                        row = session.scalars(select(User).with_for_update()).one()
                        row.name = str(int(row.name) + 1) if row.name.isdigit() else "1"
            except BaseException as error:  # noqa: BLE001 - a thread's failure is shown by the test
                errors.append(error)

    threads = [threading.Thread(target=add_ten) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors
    db.session.rollback()
    assert db.session.scalars(select(User)).one().name == "80"


def test_sqlite_is_set_up_to_keep_promises(app: Flask, session: Session) -> None:
    if db.engine.dialect.name != "sqlite":
        assert session.scalar(text("SHOW transaction_isolation")) == "read committed"
        return
    pragmas = {name: session.scalar(text(f"PRAGMA {name}")) for name in ("foreign_keys", "journal_mode", "synchronous")}
    assert pragmas == {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2}
