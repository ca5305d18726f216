"""The demo, made once per database by its own command; tests that read it share it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from sponsorship.core.db import db
from sponsorship.demo.queries import find_demo
from sponsorship.demo.rules.newsletter import seeded_at
from sponsorship.inventory.models import Newsletter
from tests.conftest import empty_database

DAY = date(2026, 11, 19)  # a Thursday: copy for the next issue is due this evening


@dataclass(frozen=True, slots=True)
class Demo:
    """A database with the demo in it."""

    app: Flask
    session: Session
    newsletter: Newsletter
    now: datetime


def seed(app: Flask) -> str:
    """Run the command for the day of the tests, and return what it said."""
    result = app.test_cli_runner().invoke(args=["demo", "seed", "--today", DAY.isoformat()], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return str(result.output)


@pytest.fixture(scope="module")
def demo(migrated_app: Flask) -> Iterator[Demo]:
    """The demo of the day, on each database; says how long it took."""
    with migrated_app.app_context():
        empty_database(migrated_app)
        started = time.perf_counter()
        assert "is made" in seed(migrated_app)
        print(f"\nThe demo took {time.perf_counter() - started:.1f} s on {db.engine.dialect.name}.")
        session = db.session()
        newsletter = find_demo(session)
        assert newsletter is not None
        yield Demo(migrated_app, session, newsletter, seeded_at(DAY))
        db.session.rollback()
        db.session.remove()
