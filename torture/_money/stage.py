"""A product on a database that can be put back, and the provider as a process beside it."""

import json
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import make_url

from sponsorship import create_app
from sponsorship.core.config import load_settings
from sponsorship.core.db import db, transaction
from sponsorship.inventory.services import plan_issues
from tests.factories.inventory import make_newsletter
from tests.ports import free_port
from tests.postgresql import postgresql_url, server_url

ROOT = Path(__file__).parents[2]
WAIT_SECONDS = 60


@dataclass(frozen=True)
class Provider:
    """The stand-in as a process: its address, and the file that keeps its state."""

    url: str
    state: Path

    def control(self, path: str, **order: Any) -> None:
        """Order something of it."""
        self._send(f"/_ctl/{path}", json.dumps(order).encode(), "application/json")

    def press(self, session_id: str, act: str, page: str = "") -> None:
        """Press a button of a payment page; a page that has ended takes no notice."""
        form = f"act={act}&email=buyer@example.com&name=Example+Buyer"
        self._send(f"/pay/{session_id}{page}", form.encode(), "application/x-www-form-urlencoded")

    def _send(self, path: str, body: bytes, content_type: str) -> None:
        request = urllib.request.Request(self.url + path, body, {"Content-Type": content_type})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())
        with opener.open(request, timeout=20):
            pass


class _Stay(urllib.request.HTTPRedirectHandler):
    """Where the page leads to is not followed: nobody may listen there."""

    def http_error_303(self, _request: Any, answer: Any, *_: Any) -> Any:
        return answer


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until something answers at an address; raises RuntimeError where its process ended, or after a minute."""
    opener, ends = urllib.request.build_opener(urllib.request.ProxyHandler({})), time.monotonic() + WAIT_SECONDS
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError(f"what should answer at {url} ended with {process.returncode}")
        try:
            with opener.open(url, timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nothing answers at {url}")


@contextmanager
def running_provider(folder: Path, *arguments: str, port: int = 0) -> Iterator[Provider]:
    """Run the stand-in as a process of its own."""
    port = port or free_port()
    state = folder / "provider.sqlite3"
    command = [sys.executable, "-m", "sponsorship.standin", "--port", str(port), "--state", str(state), *arguments]
    with (folder / "provider.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/", process)
            yield Provider(f"http://127.0.0.1:{port}", state)
        finally:
            process.terminate()
            process.wait(20)


class Stage:
    """An application on a database of its own, with a newsletter whose every day has an issue, and a way back to that."""

    def __init__(self, folder: Path, database: str, provider: Provider, days: int, **settings: str) -> None:
        self.database, self.provider, self._folder = database, provider, folder
        self.url = f"sqlite:///{folder / 'product.sqlite3'}" if database == "sqlite" else postgresql_url()
        environment = {
            "FLATPLAN_VAR": str(folder), "APP_ENV": "test", "DATABASE_URL": self.url, "STRIPE_API_BASE": provider.url,
            "FLATPLAN_DEMO": "0", **settings,
        }  # fmt: skip
        self.environment = environment
        self.app: Flask = create_app(load_settings(environment))
        with self.app.app_context():
            upgrade()
            now = datetime.now(UTC)
            with transaction() as session:
                newsletter = make_newsletter(session, now=now, rhythm_rule="FREQ=DAILY")
                self.newsletter_id, self.first = newsletter.id, now.date() + timedelta(days=20)
                last = self.first + timedelta(days=days - 1)
                plan_issues(session, newsletter=newsletter, first=self.first, last=last)
            db.session.remove()
            db.engine.dispose()
        self.keep()

    def keep(self) -> None:
        """Keep the database as it is now, for `put_back`; nothing may be connected to it."""
        if self.database == "sqlite":
            _copy_database(self._folder / "product.sqlite3", self._folder / "kept.sqlite3")
            return
        name = str(make_url(self.url).database)
        self._name, self._template = name, f"{name}_kept"
        self._administer(f'DROP DATABASE IF EXISTS "{self._template}"')
        self._administer(f'CREATE DATABASE "{self._template}" TEMPLATE "{name}"')

    def put_back(self) -> None:
        """Put the database back to how it was kept."""
        if self.database == "sqlite":
            _copy_database(self._folder / "kept.sqlite3", self._folder / "product.sqlite3")
            return
        self._administer(f'DROP DATABASE "{self._name}" WITH (FORCE)')
        self._administer(f'CREATE DATABASE "{self._name}" TEMPLATE "{self._template}"')

    def close(self) -> None:
        """Let go of the databases that were made."""
        with self.app.app_context():
            db.engine.dispose()
        if self.database == "postgresql":
            for name in (self._name, self._template):
                self._administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _administer(self, statement: str) -> None:
        with psycopg.connect(server_url(), autocommit=True) as connection:
            connection.execute(statement.encode())


def _copy_database(source: Path, target: Path) -> None:
    for ending in ("-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
    shutil.copy(source, target)
