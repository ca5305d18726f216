"""Idempotency keys: the first answer under a key is kept and given again; other parameters under it are refused."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sponsorship.standin.errors import ApiError
from sponsorship.standin.params import Tree
from sponsorship.standin.store import Body, Transaction

KEY_AT_MOST = 255
KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Answer:
    """An answer to a call; `replays` is the id of the first request when this is its answer given again."""

    status: int
    body: Body
    replays: str | None = None


class KeysUnderWay:
    """The keys of the calls that are being answered now: a second call under one of them is refused with 409."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[str] = set()

    @contextmanager
    def hold(self, key: str | None) -> Iterator[None]:
        """Hold the key while its call is answered; raises ApiError when another call holds it."""
        if key is None:
            yield
            return
        with self._lock:
            if key in self._keys:
                raise ApiError(
                    "Another request with this idempotency key is being processed.",
                    status=409,
                    type="idempotency_error",
                    code="idempotency_key_in_use",
                )
            self._keys.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(key)


def check_key(key: str | None) -> None:
    """Refuse an idempotency key that is empty or too long."""
    if key is not None and not 1 <= len(key) <= KEY_AT_MOST:
        raise ApiError(f"An idempotency key has 1 to {KEY_AT_MOST} characters.", type="idempotency_error")


def find_answer(tx: Transaction, key: str, endpoint: str, tree: Tree) -> Answer | None:
    """Return the answer kept under the key; raises ApiError when the key was used for a different call.

    Answers older than 24 hours are forgotten, as they may be at Stripe.
    """
    tx.execute("DELETE FROM kept_answer WHERE created <= ?", (tx.now - KEPT_SECONDS,))
    query = "SELECT endpoint, fingerprint, status, body, request_id FROM kept_answer WHERE key = ?"
    row = tx.execute(query, (key,)).fetchone()
    if row is None:
        return None
    if row[0] != endpoint:
        raise ApiError(
            f"This idempotency key was first used for {row[0]} and cannot be used for {endpoint}.",
            type="idempotency_error",
        )
    if row[1] != _fingerprint(tree):
        raise ApiError(
            f"The idempotency key '{key}' was first used with other parameters. Use another for a new request.",
            type="idempotency_error",
        )
    return Answer(row[2], json.loads(row[3]), replays=row[4])


def keep_answer(tx: Transaction, key: str, endpoint: str, tree: Tree, answer: Answer) -> None:
    """Keep the answer under its key, in the transaction of the act itself."""
    tx.execute(
        "INSERT INTO kept_answer VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            key,
            endpoint,
            _fingerprint(tree),
            answer.status,
            json.dumps(answer.body),
            tx.origin.request_id,
            tx.now,
        ),
    )


def _fingerprint(tree: Tree) -> str:
    return json.dumps(tree, sort_keys=True)
