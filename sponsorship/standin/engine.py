"""What runs behind the routes: the state, the keys in use, and two threads, one for webhooks and one for expiry."""

import threading
from collections.abc import Callable, Sequence

from flask import Flask

from sponsorship.standin.idempotency import KeysUnderWay
from sponsorship.standin.sessions import expire_overdue
from sponsorship.standin.store import Store
from sponsorship.standin.webhooks import deliver_due

LONGEST_WAIT_SECONDS = 1.0
STOP_WITHIN_SECONDS = 3.0


class Repeater:
    """A thread that repeats its work: when woken, when the work said it would be due, and at least each second."""

    def __init__(self, name: str, work: Callable[[], float | None]) -> None:
        self._work = work
        self._woken = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> bool:
        """Ask the thread to end, and return whether it has ended within a few seconds."""
        self._stopping = True
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join(STOP_WITHIN_SECONDS)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            due_in = self._work()
            wait = LONGEST_WAIT_SECONDS if due_in is None else min(due_in, LONGEST_WAIT_SECONDS)
            if not self._stopping:
                self._woken.wait(wait)


class Engine:
    """The running stand-in behind a Flask app."""

    def __init__(self, store: Store, retry_delays: Sequence[float]) -> None:
        self.store = store
        self.keys = KeysUnderWay()
        self._deliverer = Repeater("standin-webhooks", lambda: deliver_due(store, retry_delays))
        self._sweeper = Repeater("standin-expiry", self._sweep)

    @staticmethod
    def of(app: Flask) -> "Engine":
        """Return the engine of a stand-in's app."""
        engine = app.extensions["standin"]
        assert isinstance(engine, Engine)
        return engine

    def start(self) -> None:
        self._deliverer.start()
        self._sweeper.start()

    def wake(self) -> None:
        """Have the webhooks looked at now: an event was added, or the clock was moved."""
        self._deliverer.wake()
        self._sweeper.wake()

    def close(self) -> None:
        """End both threads and close the state file; what was under way goes on when the file is opened again."""
        stopped = [self._deliverer.stop(), self._sweeper.stop()]
        if all(stopped):
            self.store.close()

    def _sweep(self) -> float | None:
        with self.store.transaction() as tx:
            expired = expire_overdue(tx)
        if expired:
            self._deliverer.wake()
        return None
