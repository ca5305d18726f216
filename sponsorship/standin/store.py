"""The state: one SQLite file that survives a kill. Every act is one transaction: it happens wholly or not at all."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sponsorship.standin.errors import no_such_object

Body = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL,
    hidden TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS object_kind ON object (kind, sequence);
CREATE INDEX IF NOT EXISTS object_payment_intent ON object (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS object_charge ON object (kind, json_extract(body, '$.charge'));
CREATE INDEX IF NOT EXISTS object_open_session ON object (json_extract(body, '$.expires_at'))
    WHERE kind = 'checkout.session' AND json_extract(body, '$.status') = 'open';
CREATE TABLE IF NOT EXISTS kept_answer (
    key TEXT PRIMARY KEY,
    endpoint TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    request_id TEXT NOT NULL,
    created INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS webhook_endpoint (
    name TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    enabled_events TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL REFERENCES object (id),
    endpoint TEXT NOT NULL REFERENCES webhook_endpoint (name),
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dropped', 'given_up')),
    copies INTEGER NOT NULL DEFAULT 1,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at REAL NOT NULL,
    last_status INTEGER,
    last_error TEXT,
    UNIQUE (event_id, endpoint)
);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (next_attempt_at) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS held_delivery (
    delivery_id INTEGER PRIMARY KEY REFERENCES delivery (id),
    fault_id INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS fault (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL,
    kind TEXT NOT NULL,
    remaining INTEGER NOT NULL CHECK (remaining > 0),
    seconds REAL NOT NULL,
    copies INTEGER NOT NULL,
    method TEXT,
    path TEXT,
    types TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Origin:
    """The API call that a change comes from; both are None for what happens on a page or with the passing of time."""

    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Stored:
    """A stored object: its body as the API shows it, and what the API does not show."""

    body: Body
    hidden: Body


class Transaction:
    """What one act may read and write; `now` is the moment of the act on the stand-in's clock."""

    def __init__(self, connection: sqlite3.Connection, now: float, origin: Origin) -> None:
        self._connection = connection
        self.moment = now
        self.now = int(now)
        self.origin = origin

    def execute(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what happens inside when it raises; what happened before stays."""
        self.execute("SAVEPOINT act")
        try:
            yield
        except BaseException:
            self.execute("ROLLBACK TO act")
            self.execute("RELEASE act")
            raise
        self.execute("RELEASE act")

    def add(self, body: Body, hidden: Body | None = None) -> Body:
        self.execute(
            "INSERT INTO object (id, kind, created, body, hidden) VALUES (?, ?, ?, ?, ?)",
            (body["id"], body["object"], body["created"], json.dumps(body), json.dumps(hidden or {})),
        )
        return body

    def find(self, object_id: str, kind: str | None = None) -> Stored | None:
        row = self.execute("SELECT kind, body, hidden FROM object WHERE id = ?", (object_id,)).fetchone()
        if row is None or kind not in (None, row[0]):
            return None
        return Stored(json.loads(row[1]), json.loads(row[2]))

    def get(self, object_id: str, kind: str, *, param: str = "id") -> Stored:
        """Return the object; raises the API's refusal when there is none of that kind, naming `param`."""
        stored = self.find(object_id, kind)
        if stored is None:
            raise no_such_object(kind, object_id, param=param)
        return stored

    def change(self, object_id: str, **fields: Any) -> Body:
        """Set fields of a stored body and return it."""
        row = self.execute("SELECT body FROM object WHERE id = ?", (object_id,)).fetchone()
        body: Body = {**json.loads(row[0]), **fields}
        self.execute("UPDATE object SET body = ? WHERE id = ?", (json.dumps(body), object_id))
        return body

    def select(self, kind: str, condition: str = "1", values: Sequence[Any] = (), *, order: str = "DESC") -> list[Body]:
        """Return the bodies of a kind that meet an SQL condition, the newest first unless `order` is ASC."""
        rows = self.execute(
            f"SELECT body FROM object WHERE kind = ? AND {condition} ORDER BY sequence {order}", (kind, *values)
        )
        return [json.loads(row[0]) for row in rows]

    def setting(self, name: str, default: str) -> str:
        row = self.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return default if row is None else str(row[0])

    def set_setting(self, name: str, value: str) -> None:
        self.execute("INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = ?2", (name, value))


class Store:
    """The state file. One connection and one lock: acts follow one another, as their order at Stripe is Stripe's."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # NORMAL survives a kill of the process; only a power cut could lose the last acts, and no money moves here.
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "busy_timeout = 5000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(f"BEGIN; {SCHEMA} COMMIT;")
        self._offset_seconds = 0.0
        with self.transaction() as tx:
            self._offset_seconds = float(tx.setting("clock_offset_seconds", "0"))

    @contextmanager
    def transaction(self, origin: Origin | None = None) -> Iterator[Transaction]:
        """Run one act: committed when the block ends, undone when it raises."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(self._connection, self.now(), origin or Origin())
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def now(self) -> float:
        """Return the stand-in's time in seconds since 1970: the machine's, moved by the offset set with /_ctl/clock."""
        return time.time() + self._offset_seconds

    @property
    def offset_seconds(self) -> float:
        return self._offset_seconds

    def move_clock(self, offset_seconds: float) -> None:
        """Set how far the stand-in's clock is from the machine's; kept in the state file."""
        with self.transaction() as tx:
            tx.set_setting("clock_offset_seconds", str(offset_seconds))
        self._offset_seconds = offset_seconds

    def close(self) -> None:
        with self._lock:
            self._connection.close()
