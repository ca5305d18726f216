"""A deterministic scheduler: actors in threads, of which one runs at a time, from one transaction or foreign call to the next."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import event

from sponsorship.core.db import db
from sponsorship.core.errors import DomainError

PATIENCE_SECONDS = 60
PERSISTENCE = (0.0, 0.5, 0.8, 0.9, 0.95)
_own = threading.local()


class Actor:
    """One who acts: a thread that stops before each transaction and each call to the provider until it is told to go on."""

    def __init__(self, name: str, app: Flask, act: Callable[[], object]) -> None:
        self.name, self.error, self.is_done = name, "", False
        self._app, self._act = app, act
        self._go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def step(self) -> None:
        """Let the actor run to its next stop, or to its end."""
        self._go.release()
        if not self._stopped.acquire(timeout=PATIENCE_SECONDS):
            raise RuntimeError(
                f"{self.name} waits for a lock that another, who is stopped, holds: not one step at a time"
            )

    def stop_here(self) -> None:
        """Called in the actor's own thread: wait until it is its turn."""
        self._stopped.release()
        self._go.acquire()

    def _run(self) -> None:
        _own.actor = self
        self._go.acquire()
        try:
            with self._app.app_context():
                try:
                    self._act()
                except DomainError as refusal:  # being refused is an outcome: the slot was gone, the hold over
                    self.error = type(refusal).__name__
                finally:
                    db.session.remove()
        except Exception as broken:  # noqa: BLE001 - whatever an actor dies of is what the proof is there to see
            self.error = f"broke: {broken!r}"
        self.is_done = True
        self._stopped.release()


def stop() -> None:
    """A place at which another may come between; nothing outside an actor's thread."""
    actor = getattr(_own, "actor", None)
    if actor is not None:
        actor.stop_here()


@contextmanager
def stops_before_transactions() -> Iterator[None]:
    """Make every transaction of an actor, reading or writing, a step of its own."""

    def before(*_connection: object) -> None:
        stop()

    event.listen(db.engine, "checkout", before)  # a session takes its connection when its transaction begins
    try:
        yield
    finally:
        event.remove(db.engine, "checkout", before)


class SteppedGateway:
    """The real gateway; each call to the provider is a step of its own."""

    def __init__(self, gateway: Any) -> None:
        self._gateway = gateway

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._gateway, name)
        if not name.startswith(("open_", "find_", "fetch_", "expire_", "send_", "list_")):
            return found

        def call(*given: Any, **named: Any) -> Any:
            stop()
            return found(*given, **named)

        return call


def play(actors: Sequence[Actor], random: Random, after_each: Callable[[], None]) -> str:
    """Let the actors act in an order drawn at random, and look after each step; returns the order: "pccp...".

    How readily one goes on after another is drawn first: some schedules change at every step, in others one acts alone for long.
    """
    order, chosen, persistence = "", random.choice(actors), random.choice(PERSISTENCE)
    while alive := [actor for actor in actors if not actor.is_done]:
        if chosen.is_done or random.random() >= persistence:
            chosen = random.choice(alive)
        chosen.step()
        order += chosen.name[0]
        after_each()
    return order
