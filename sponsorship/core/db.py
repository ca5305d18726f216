"""The database: one base class, one column type for time, one place that commits."""

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, Enum, MetaData, String, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeDecorator

from sponsorship.core.failpoint import passing

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


LOCK_SECONDS = 10  # that a writer waits for another, on SQLite


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into UTC; SQLite keeps it without its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware UTC moment, whatever the database gave."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The parent of every row; ids of deleted rows are never given again."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES), type_annotation_map={datetime: UTCDateTime(), str: String(255)}
    )
    __table_args__: Any = {"sqlite_autoincrement": True}


def word_enum(enum_class: type[StrEnum]) -> Enum:
    """A column that holds an enum as its word, checked by the database."""
    return Enum(
        enum_class,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=enum_class.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


db = SQLAlchemy(model_class=Base)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    """Make SQLite keep promises: foreign keys, write-ahead log, full sync, waiting instead of failing."""
    if not isinstance(dbapi_connection, sqlite3.Connection):
        return
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in (
        "foreign_keys=ON",
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={1000 * LOCK_SECONDS}",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """The driver's own BEGIN is off: a write takes the lock at once, so that it never has to upgrade and fail."""
    if connection.dialect.name == "sqlite":
        if connection.get_execution_options().get("is_write", False):
            _begin_writing(connection)
        else:
            connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    """Wait for SQLite's one writer's lock, asking every few milliseconds; raises OperationalError after LOCK_SECONDS.

    SQLite's own wait asks ever less often, so that under load whoever came last is served first and the first in vain.
    """
    deadline, cursor = time.monotonic() + LOCK_SECONDS, connection.connection.cursor()
    cursor.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                cursor.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as busy:
                if busy.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                    raise OperationalError("BEGIN IMMEDIATE", None, busy) from busy
            time.sleep(random.uniform(0.001, 0.006))
    finally:
        cursor.execute(f"PRAGMA busy_timeout={1000 * LOCK_SECONDS}")
        cursor.close()


@contextmanager
def transaction() -> Iterator[Session]:
    """Run one write transaction on the request's session: commits at the end, rolls back on any error.

    The only place that commits. Reads that went before are let go first, so that the write sees the present.
    """
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("a transaction is open already: services never open one")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("something was changed outside a transaction")
    session.rollback()
    session.connection(execution_options={"is_write": True})
    session.info["writing"] = True
    try:
        yield session
        passing("commit.before")
        session.commit()
        passing("commit.after")
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("writing", None)


def violates(error: IntegrityError, constraint: str, *columns: str) -> bool:
    """Tell whether the database refused because of that constraint; `columns` are "table.column", for SQLite."""
    text = str(error.orig)
    if constraint in text:
        return True
    return bool(columns) and text.endswith(": " + ", ".join(columns))


def lock_rows(session: Session, model: type[Base], ids: list[int]) -> list[Any]:
    """Lock rows for writing, in order of id, and return them fresh; on SQLite the transaction's own lock does it.

    Only the model's own rows are locked, not those loaded beside them, and rows that merely refer to them may still come.
    """
    key = model.__mapper__.primary_key[0]
    query = session.query(model).filter(key.in_(ids)).order_by(key).populate_existing()
    return query.with_for_update(of=model, key_share=True).all()
