"""R07: a hold that runs out, its payment and a new buyer, in interleavings drawn at random: no double award, no lost unit.

The real flows run against a real database and the stand-in for Stripe. Each transaction and each call to the provider is a
step; a deterministic scheduler draws whose turn it is, by the seed. After each step and at the end a checker looks at the slot,
the order and the money. `--plant noindex` lets late money take a slot that is sold; `--plant releasefirst` frees the slot
before the payment page has ended.
"""

import logging
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from flask import Flask

from sponsorship.booking.queries import get_order_by_id
from sponsorship.booking.services import lapse_order
from sponsorship.core import clock
from sponsorship.core.db import transaction
from sponsorship.payments.flows import settle
from sponsorship.payments.stripe_gateway import StripeGateway
from sponsorship.standin.server import run_standin
from torture.harness.market import open_market
from torture.harness.options import databases, parser_of
from torture.harness.product import drop_occupancy_index, local_product
from torture.interleavings.conductor import Actor, SteppedGateway, play, stops_before_transactions
from torture.interleavings.scene import Scene
from torture.verdict import Verdict, tell

PLANTS = ("noindex", "releasefirst")


def main(arguments: list[str]) -> int:
    """Draw schedules as the options say."""
    parser = parser_of("interleavings", __doc__ or "", plants=PLANTS)
    parser.add_argument("--schedules", type=int, default=20_000)
    chosen = parser.parse_args(arguments)
    return tell(
        run_schedules(database, plant=plant, schedules=chosen.schedules, seed=chosen.seed)
        for database in databases(chosen.database)
        for plant in dict.fromkeys(("", chosen.plant))
    )


def run_schedules(database: str, *, plant: str, schedules: int, seed: int) -> Verdict:
    """Play so many schedules, each at a slot of its own; the verdict counts those that ended wrongly."""
    with local_product(database) as app:
        return play_schedules(app, database, plant=plant, schedules=schedules, seed=seed)


def play_schedules(app: Flask, database: str, *, plant: str, schedules: int, seed: int) -> Verdict:
    """Play schedules on an application whose database is empty and whose context is open."""
    started, wrong, first, outcomes = time.perf_counter(), 0, "", Counter[str]()
    orders, steps = set[str](), 0
    with _provider(app) as (gateway, settings), _planted(plant):
        for number, stall in enumerate(open_market(schedules)):
            scene = Scene(stall, SteppedGateway(gateway), settings, clock.now(), number)
            scene.set()
            order = _play(app, scene, Random(f"{seed}:{number}"))
            orders.add(order)
            steps += len(order)
            outcomes["paid" if scene.is_paid else "not paid"] += 1
            if scene.violations:
                wrong, first = wrong + 1, first or f"schedule {number} ({order}): {'; '.join(scene.violations)}"
    figure = {
        "wrong": wrong, "first": first, "schedules": schedules, "different": len(orders),
        "steps": steps, "outcomes": dict(outcomes), "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip
    size = f"3 actors, {schedules} schedules"
    return Verdict("R07", "interleavings", database, size, seed, figure, {"wrong": 0}, not wrong, plant)


def _play(app: Flask, scene: Scene, random: Random) -> str:
    with stops_before_transactions():
        actors = [Actor(name, app, getattr(scene, act)) for name, act in
                  (("payer", "pay"), ("clock", "tick"), ("buyer", "buy"))]  # fmt: skip
        order = play(actors, random, scene.look)
    scene.violations += [f"{actor.name} {actor.error}" for actor in actors if actor.error.startswith("broke")]
    scene.end()
    return order


@contextmanager
def _provider(app: Flask) -> Iterator[tuple[StripeGateway, Any]]:
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="torture-") as folder, run_standin(Path(folder) / "standin.sqlite3") as url:
        settings = replace(app.config["SETTINGS"], stripe_api_base=url)
        try:
            yield StripeGateway(settings), settings
        finally:
            logging.disable(logging.NOTSET)


@contextmanager
def _planted(name: str) -> Iterator[None]:
    if name == "noindex":
        drop_occupancy_index()
    if name != "releasefirst":
        yield
        return
    with patch.object(settle, "release_order", partial(_release_first, settle.release_order)):
        yield


def _release_first(release: Any, order_id: int, *, gateway: Any, now: Any) -> Any:
    """Free the slot, then end the payment page: in between, it can be paid."""
    with transaction() as session:
        lapse_order(session, order=get_order_by_id(session, order_id), now=now)
    return release(order_id, gateway=gateway, now=now)
