"""Counting the statements that are sent to the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from sponsorship.core.db import db


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile, without the transactions' own."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
