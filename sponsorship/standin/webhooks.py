"""Webhooks: each event is sent, signed, to each endpoint that wants it, until the endpoint answers with 2xx.

Deliveries are rows of the state file, so that they outlive a kill: an event may then arrive twice, but is never lost.
"""

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sponsorship.standin.errors import ApiError
from sponsorship.standin.expand import show
from sponsorship.standin.faults import Fault, take_fault
from sponsorship.standin.store import Body, Store, Transaction
from sponsorship.standin.thin import SNAPSHOT, STYLES, THIN, notification_of

TIMEOUT_SECONDS = 10.0
SHUFFLE_WAITS_SECONDS = 5.0
INSTANT_SECONDS = 0.001  # between two webhooks that a shuffle lets go
# Quick at first, since in the demo both ends have just been started; then slower, until some three days have passed.
RETRY_DELAYS_SECONDS = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0, 21600.0, 43200.0, 86400.0, 86400.0)


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one endpoint."""

    id: int
    url: str
    secret: str
    payload: bytes
    copies: int
    attempts: int


def set_endpoint(
    tx: Transaction,
    name: str,
    url: str,
    secret: str,
    enabled_events: Sequence[str] = ("*",),
    style: str | None = None,
) -> None:
    """Add or change the endpoint of that name; raises ApiError when the address, the secret or the style cannot be one.

    The style, snapshot or thin, is what its events are sent as; None leaves it as it was, snapshot at first.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ApiError(f"{url!r} is not an http or https address.")
    if not secret.startswith("whsec_"):
        raise ApiError("A webhook secret begins with whsec_.")
    if style not in (None, *STYLES):
        raise ApiError(f"A style is {' or '.join(STYLES)}.")
    if style is not None:
        tx.set_setting(_style_of(name), style)
    tx.execute(
        "INSERT INTO webhook_endpoint VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (name) DO UPDATE SET url = ?2, secret = ?3, enabled_events = ?4",
        (name, url, secret, json.dumps(list(enabled_events))),
    )


def enqueue_deliveries(tx: Transaction, event: Body) -> None:
    """Queue the event for every endpoint that wants its type; a fault may drop, double, delay or shuffle it."""
    for name, enabled in tx.execute("SELECT name, enabled_events FROM webhook_endpoint ORDER BY name").fetchall():
        if not {"*", event["type"]} & set(json.loads(enabled)):
            continue
        fault = take_fault(tx, "webhook", type=event["type"])
        kind = fault.kind if fault else None
        state = "dropped" if kind == "drop" else "pending"
        copies = fault.copies if fault and kind == "duplicate" else 1
        delay = fault.seconds if fault and kind == "delay" else 0.0
        added = tx.execute(
            "INSERT INTO delivery (event_id, endpoint, state, copies, next_attempt_at) VALUES (?, ?, ?, ?, ?)",
            (event["id"], name, state, copies, tx.moment + delay),
        )
        if fault and fault.kind == "shuffle":
            _hold_back(tx, added.lastrowid, fault)


def resend(tx: Transaction, event_id: str) -> None:
    """Send an event again to all its endpoints now, whatever became of it before."""
    tx.get(event_id, "event")
    tx.execute(
        "UPDATE delivery SET state = 'pending', copies = 1, attempts = 0, next_attempt_at = ? WHERE event_id = ?",
        (tx.moment, event_id),
    )


def list_deliveries(tx: Transaction) -> list[dict[str, Any]]:
    """Return every delivery with the type of its event, the oldest first."""
    names = ("event", "endpoint", "state", "attempts", "next_attempt_at", "last_status", "last_error", "type")
    rows = tx.execute(
        "SELECT event_id, endpoint, state, attempts, next_attempt_at, last_status, last_error,"
        " json_extract(body, '$.type') FROM delivery JOIN object ON object.id = event_id ORDER BY delivery.id"
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


def sign(payload: bytes, secret: str, timestamp: int) -> str:
    """Return the Stripe-Signature header: the time, and an HMAC-SHA256 with the secret over `time.payload`."""
    signature = hmac.new(secret.encode(), b"%d." % timestamp + payload, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={signature}"


def deliver_due(store: Store, retry_delays: Sequence[float] = RETRY_DELAYS_SECONDS) -> float | None:
    """Attempt every delivery that is due, in order; return the seconds until the next one, or None when none waits."""
    with store.transaction() as tx:
        due = _due_deliveries(tx)
    for delivery in due:
        status, error = None, None
        try:
            for _ in range(delivery.copies):
                status = post(delivery.url, delivery.payload, delivery.secret)
        except (OSError, http.client.HTTPException) as failure:
            error = f"{type(failure).__name__}: {failure}"
        with store.transaction() as tx:
            _record_attempt(tx, delivery, status, error, retry_delays)
    with store.transaction() as tx:
        soonest = tx.execute("SELECT min(next_attempt_at) FROM delivery WHERE state = 'pending'").fetchone()[0]
        return None if soonest is None else max(0.0, soonest - tx.moment)


def post(url: str, payload: bytes, secret: str) -> int:
    """Post a payload, signed with the machine's time, and return the status; redirects and proxies are not followed.

    The signature tells the machine's time, not the moved clock's: the receiver compares it with its own.
    """
    parts = urlsplit(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": sign(payload, secret, int(time.time())),
        "User-Agent": "stand-in for Stripe",
    }
    try:
        connection.request("POST", parts.path + (f"?{parts.query}" if parts.query else ""), payload, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _hold_back(tx: Transaction, delivery_id: int | None, fault: Fault) -> None:
    """Hold a delivery until all that the fault shall shuffle are there, or none has come for a while; the last goes first."""
    tx.execute("INSERT INTO held_delivery VALUES (?, ?)", (delivery_id, fault.id))
    due = tx.moment + (0.0 if fault.is_last else fault.seconds or SHUFFLE_WAITS_SECONDS)
    held = tx.execute(
        "SELECT delivery_id FROM held_delivery WHERE fault_id = ? ORDER BY 1 DESC", (fault.id,)
    ).fetchall()
    for place, (held_id,) in enumerate(held):
        tx.execute(
            "UPDATE delivery SET next_attempt_at = ? WHERE id = ? AND state = 'pending' AND attempts = 0",
            (due + place * INSTANT_SECONDS, held_id),
        )


def _style_of(endpoint: str) -> str:
    return f"style of {endpoint}"


def _payload(tx: Transaction, endpoint: str, event: Body) -> bytes:
    is_thin = tx.setting(_style_of(endpoint), SNAPSHOT) == THIN
    return json.dumps(notification_of(event) if is_thin else show(tx, event), indent=2).encode()


def _due_deliveries(tx: Transaction) -> list[Delivery]:
    rows = tx.execute(
        "SELECT delivery.id, url, secret, body, copies, attempts, endpoint FROM delivery"
        " JOIN webhook_endpoint ON name = endpoint JOIN object ON object.id = event_id"
        " WHERE state = 'pending' AND next_attempt_at <= ? ORDER BY next_attempt_at, delivery.id LIMIT 50",
        (tx.moment,),
    ).fetchall()
    return [Delivery(row[0], row[1], row[2], _payload(tx, row[6], json.loads(row[3])), row[4], row[5]) for row in rows]


def _record_attempt(
    tx: Transaction, delivery: Delivery, status: int | None, error: str | None, retry_delays: Sequence[float]
) -> None:
    if status is not None and 200 <= status < 300:
        state, wait = "delivered", 0.0
    elif delivery.attempts < len(retry_delays):
        state, wait = "pending", retry_delays[delivery.attempts]
    else:
        state, wait = "given_up", 0.0
    tx.execute(
        "UPDATE delivery SET state = ?, attempts = attempts + 1, next_attempt_at = ?, last_status = ?, last_error = ?"
        " WHERE id = ?",
        (state, tx.moment + wait, status, error, delivery.id),
    )
