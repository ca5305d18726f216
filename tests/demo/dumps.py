"""What a database holds, without what is random in every installation: tokens, secrets, and texts that print them."""

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.core.db import Base

ORDER_ADDRESS = re.compile(r"/orders/[\w-]{20,}")
RANDOM = {
    "purchase_order": {"token"},
    "tracked_link": {"token"},
    "click": {"reader", "source"},
    "late_reader_key": {"secret"},
    "reader_key": {"secret"},
    "issue_print": {"source"},
    "mail": {"text", "html"},
    "promise": {"token"},
    "waiting": {"token"},
    "writer_link": {"token_hash"},
}


def dump(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, in order of its key."""
    session.rollback()
    rows = {}
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if column.name not in RANDOM.get(table.name, set())]
        found = session.execute(select(*columns).order_by(*table.primary_key.columns))
        rows[table.name] = [tuple(_plain(value) for value in row) for row in found]
    session.rollback()
    return rows


def _plain(value: Any) -> Any:
    """A value that can be compared; a document that prints an order's address is compared without its token."""
    return ORDER_ADDRESS.sub("/orders/TOKEN", repr(sorted(value.items()))) if isinstance(value, dict) else value


def assert_equal(first: dict[str, list[tuple[Any, ...]]], second: dict[str, list[tuple[Any, ...]]]) -> None:
    """Fail with the first rows that differ, table by table; a comparison of whole dumps would print them whole."""
    assert first.keys() == second.keys()
    for name, rows in first.items():
        others = second[name]
        differing = next((pair for pair in zip(rows, others, strict=False) if pair[0] != pair[1]), None)
        assert differing is None, f"{name}: {differing}"
        assert len(rows) == len(others), f"{name}: {len(rows)} rows, then {len(others)}"
