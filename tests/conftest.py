"""Fixtures that every test may use: the application on both databases, a checked HTTP client, people who are signed in."""

import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import text
from sqlalchemy.orm import Session

from sponsorship import create_app
from sponsorship.accounts.models import User, UserSession
from sponsorship.accounts.portal import session_cookie_name
from sponsorship.accounts.rules import TeamRole
from sponsorship.accounts.services import add_member, make_sure_of_user
from sponsorship.core.config import Settings, load_settings
from sponsorship.core.db import Base, db, transaction
from sponsorship.core.tokens import hash_token, new_token
from sponsorship.inventory.models import Newsletter
from tests.page_checks import CheckedClient
from tests.postgresql import postgresql_url

NOW = datetime(2026, 11, 19, 9, 40, tzinfo=UTC)  # a Thursday; the demo newsletter's next issue is on Sunday 22
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True)
def no_outgoing_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the tests may leave this machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


def settings_for(var_dir: Path, **environment: str) -> Settings:
    """Settings of a test installation that keeps its files in `var_dir`."""
    own = {
        "FLATPLAN_VAR": str(var_dir),
        "APP_ENV": "test",
        "CLICK_FAST_LANE": "0",
    }  # its thread would share the database
    return load_settings(own | environment)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def migrated_app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application per database, its schema made by the migrations, once in a process however often databases take turns."""
    app = MIGRATED.get(request.param) or _migrate(request.param, tmp_path_factory.mktemp(request.param))
    MIGRATED[request.param] = app
    yield app
    with app.app_context():
        db.engine.dispose()


MIGRATED: dict[str, Flask] = {}


def _migrate(database: str, var_dir: Path) -> Flask:
    url = f"sqlite:///{var_dir / 'test.sqlite3'}" if database == "sqlite" else postgresql_url()
    app = create_app(settings_for(var_dir, DATABASE_URL=url))
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=True)
    with app.app_context():
        upgrade()
        if database == "sqlite":
            db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            db.session.remove()
            db.engine.dispose()
            shutil.copy(var_dir / "test.sqlite3", var_dir / "empty.sqlite3")
    return app


@pytest.fixture
def app(migrated_app: Flask) -> Iterator[Flask]:
    """The application on an empty database, inside its context."""
    with migrated_app.app_context():
        empty_database(migrated_app)
        yield migrated_app
        db.session.rollback()
        db.session.remove()


def empty_database(app: Flask) -> None:
    """Put the application's database and spool back to how the migrations leave them."""
    app.extensions["fast_lane"].close()
    shutil.rmtree(app.config["SETTINGS"].spool_dir, ignore_errors=True)
    if db.engine.dialect.name == "sqlite":
        db.engine.dispose()
        var_dir = app.config["SETTINGS"].var_dir
        for leftover in ("test.sqlite3-wal", "test.sqlite3-shm"):
            (var_dir / leftover).unlink(missing_ok=True)
        shutil.copy(var_dir / "empty.sqlite3", var_dir / "test.sqlite3")
        return
    tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with db.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))


@pytest.fixture
def session(app: Flask) -> Session:
    """The session for reading, and for handing to services inside `transaction()`."""
    return db.session()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An HTTP client that checks every page it fetches (tests/page_checks.py)."""
    app.test_client_class = CheckedClient
    return app.test_client()


@pytest.fixture
def now() -> datetime:
    """The moment at which tests take place: Thursday 19 November 2026, 09:40 UTC."""
    return NOW


@pytest.fixture
def newsletter(app: Flask, now: datetime) -> Newsletter:
    """The Sunday Runbook with its three placements, planned from 1 November 2026 to 28 February 2027."""
    from tests.factories.inventory import make_newsletter

    with transaction() as session:
        return make_newsletter(session, now=now)


@pytest.fixture
def sign_in(app: Flask) -> Callable[..., User]:
    """Return a function that signs a client in as somebody: `sign_in(client, email, newsletter=..., role=...)`.

    The session is a real row that lives from 2026 to 2030, whatever the test's clock says.
    """

    def sign_in_as(
        client: FlaskClient, email: str, *, newsletter: Newsletter | None = None, role: TeamRole = TeamRole.OWNER
    ) -> User:
        token, moment = new_token(), datetime(2026, 1, 1, tzinfo=UTC)
        with transaction() as session:
            user = make_sure_of_user(session, email=email, name=email.split("@")[0].title(), now=moment)
            if newsletter is not None:
                add_member(session, newsletter_id=newsletter.id, user=user, role=role)
            expires = moment + timedelta(days=1461)
            session.add(
                UserSession(token_hash=hash_token(token), user_id=user.id, created_at=moment, expires_at=expires)
            )
        with app.test_request_context():
            client.set_cookie(session_cookie_name(), token)
        return user

    return sign_in_as
