"""Fixtures of copy's tests."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from sponsorship.core.db import db


@pytest.fixture
def query_count(app: Flask) -> Iterator[Callable[[], int]]:
    """A function that returns how many SELECTs ran since it was called last."""
    seen = [0]

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen[0] += statement.lstrip().upper().startswith("SELECT")

    def since_last() -> int:
        counted, seen[0] = seen[0], 0
        return counted

    event.listen(db.engine, "before_cursor_execute", note)
    yield since_last
    event.remove(db.engine, "before_cursor_execute", note)
