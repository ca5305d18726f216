"""Faults to order: what shall go wrong with the next calls, webhooks or refunds. They are rows, used up one by one."""

import json
from dataclasses import dataclass
from typing import Any

from sponsorship.standin.errors import ApiError
from sponsorship.standin.store import Transaction

KINDS = {
    "api": ("latency", "rate_limit", "error_500", "error_500_after", "reset_before", "reset_after"),
    "webhook": ("drop", "duplicate", "delay", "shuffle"),
    "event": ("lost",),
    "refund": ("pending", "failed"),
}
FIELDS = {"target", "kind", "times", "seconds", "copies", "method", "path", "types"}


@dataclass(frozen=True)
class Fault:
    """One fault: `seconds` is how long (latency, delay, shuffle), `copies` how often a duplicated webhook arrives.

    `is_last` says that nothing is left of the order that this was part of; `id` names the order.
    """

    id: int
    target: str
    kind: str
    seconds: float
    copies: int
    is_last: bool


def add_fault(tx: Transaction, order: dict[str, Any]) -> None:
    """Order a fault for the next `times` calls or webhooks; raises ApiError when the order makes no sense.

    A fault of the API may name a `method` and the beginning of a `path`, a fault of webhooks the `types` that it hits.
    A shuffle holds so many webhooks back and sends the last first; `seconds` after the latest it waits for no more.
    """
    if unknown := set(order) - FIELDS:
        raise ApiError(f"A fault has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(FIELDS))}.")
    target, kind, times = order.get("target"), order.get("kind"), order.get("times", 1)
    if target not in KINDS or kind not in KINDS[target]:
        known = "; ".join(f"{name}: {', '.join(kinds)}" for name, kinds in KINDS.items())
        raise ApiError(f"There is no fault {kind!r} of {target!r}. There are {known}.")
    seconds, copies, types = order.get("seconds", 0), order.get("copies", 2), order.get("types", [])
    if any(type(number) is not int or number < 1 for number in (times, copies)):
        raise ApiError("times and copies must be whole numbers of at least 1.")
    if kind == "shuffle" and times < 2:
        raise ApiError("One webhook has no other order: times of a shuffle must be at least 2.")
    if type(seconds) not in (int, float) or seconds < 0 or not isinstance(types, list):
        raise ApiError("seconds must be a number that is not negative, and types a list.")
    row = (target, kind, times, seconds, copies)
    where = (order.get("method"), order.get("path"), json.dumps(types))
    tx.execute(
        "INSERT INTO fault (target, kind, remaining, seconds, copies, method, path, types)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, *where),
    )


def list_faults(tx: Transaction) -> list[dict[str, Any]]:
    """Return the faults that are still to come, in the order in which they were ordered."""
    names = ("target", "kind", "times", "seconds", "copies", "method", "path", "types")
    rows = tx.execute("SELECT target, kind, remaining, seconds, copies, method, path, types FROM fault ORDER BY id")
    return [{**dict(zip(names, row, strict=True)), "types": json.loads(row[7])} for row in rows]


def clear_faults(tx: Transaction) -> None:
    """Call off every fault that is still to come."""
    tx.execute("DELETE FROM fault")


def take_fault(
    tx: Transaction, target: str, *, method: str | None = None, path: str = "", type: str = ""
) -> Fault | None:
    """Use up one fault that fits this call or webhook, and return it; None when none does."""
    row = tx.execute(
        "SELECT id, kind, seconds, copies, remaining FROM fault WHERE target = ?1"
        " AND (method IS NULL OR method = ?2) AND (path IS NULL OR substr(?3, 1, length(path)) = path)"
        " AND (types = '[]' OR EXISTS (SELECT 1 FROM json_each(types) WHERE value = ?4)) ORDER BY id LIMIT 1",
        (target, method, path, type),
    ).fetchone()
    if row is None:
        return None
    fault_id, kind, seconds, copies, remaining = row
    if remaining == 1:
        tx.execute("DELETE FROM fault WHERE id = ?", (fault_id,))
    else:
        tx.execute("UPDATE fault SET remaining = remaining - 1 WHERE id = ?", (fault_id,))
    return Fault(fault_id, target, kind, seconds, copies, remaining == 1)
