"""The product on a database of its own: served by several processes as `make run` does, or in this process only."""

import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from sponsorship import create_app
from sponsorship.core.config import load_settings
from sponsorship.core.db import db
from tests.postgresql import temporary_postgresql
from tests.server import OURS, running_desk

OCCUPANCY_INDEX = "uq_booking_occupied_slot"
ERROR = re.compile(r"^\S*(?:Error|Exception|Timeout)\b|panicked|Traceback")


@dataclass(frozen=True, slots=True)
class Product:
    """A running product: its address, an application over the same database, whose context is open, and what it logged."""

    url: str
    app: Flask
    log: Path

    def complaints(self, most: int = 3) -> list[str]:
        """The last lines of its log that name an error: what the processes said when an answer broke."""
        lines = self.log.read_text(errors="replace").splitlines()
        found = [line.strip()[:200] for line in lines if ERROR.search(line)]
        return [f"{count} x {line}" for line, count in Counter(found).most_common(most)]


@contextmanager
def database_url(database: str, folder: Path) -> Iterator[str]:
    """An empty database of that kind, gone at the end."""
    if database == "postgresql":
        with temporary_postgresql() as url:
            yield url
    else:
        yield f"sqlite:///{folder / 'flatplan.sqlite3'}"


@contextmanager
def served_product(database: str, *, workers: int, plant: str = "") -> Iterator[Product]:
    """Serve the product, empty, with so many web processes, its worker and its stand-in; a plant breaks it on purpose."""
    with tempfile.TemporaryDirectory(prefix="torture-") as name, database_url(database, Path(name)) as url:
        settings = {"APP_ENV": "test", "DATABASE_URL": url, "FLATPLAN_DEMO": "0", "FLATPLAN_PLANT": plant}
        with running_desk(Path(name), workers=workers, **settings) as desk:
            wanted = {*OURS, "BASE_URL", "FLATPLAN_VAR", "STRIPE_API_BASE"} - {"FLATPLAN_PLANT"}
            ours = {key: value for key, value in desk.environment.items() if key in wanted}
            app = create_app(load_settings(ours))
            with app.app_context():
                yield Product(desk.url, app, desk.log)
                db.session.remove()
                db.engine.dispose()


@contextmanager
def local_product(database: str) -> Iterator[Flask]:
    """The product's application over an empty database, its context open, nothing served."""
    with tempfile.TemporaryDirectory(prefix="torture-") as name, database_url(database, Path(name)) as url:
        app = create_app(load_settings({"FLATPLAN_VAR": name, "APP_ENV": "test", "DATABASE_URL": url}))
        with app.app_context():
            upgrade()
            yield app
            db.session.remove()
            db.engine.dispose()


def drop_occupancy_index() -> None:
    """Take away the last word on who has a slot: for plants only."""
    with db.engine.begin() as connection:
        connection.execute(text(f"DROP INDEX {OCCUPANCY_INDEX}"))
