"""R69: histories of booking at random, each step checked against a small model that shares no code with the product.

Hypothesis draws so many histories of at most so many steps, and shrinks the first that differs. Every step is a call of the
booking services against a real database, in one transaction that is undone when its history ends. `--plant` breaks one
service, and a history must be found that shows it.
"""

import time
from collections.abc import Callable
from typing import Any

import hypothesis
from hypothesis import HealthCheck, settings
from hypothesis.stateful import get_state_machine_test

from torture.harness.options import databases, parser_of
from torture.harness.product import local_product
from torture.states.machine import BookingMachine, Census
from torture.states.plants import PLANTS, planted
from torture.states.world import make_world
from torture.verdict import Verdict, tell


def main(arguments: list[str]) -> int:
    """Draw histories as the options say."""
    parser = parser_of("states", __doc__ or "", plants=tuple(PLANTS))
    parser.add_argument("--examples", type=int, default=2000, help="histories")
    parser.add_argument("--steps", type=int, default=50, help="steps of a history, at most")
    chosen = parser.parse_args(arguments)
    return tell(
        run_histories(database, plant=plant, examples=chosen.examples, steps=chosen.steps, seed=chosen.seed)
        for database in databases(chosen.database)
        for plant in dict.fromkeys(("", chosen.plant))
    )


def run_histories(database: str, *, plant: str, examples: int, steps: int, seed: int) -> Verdict:
    """Draw histories on an empty database; the verdict says how many steps were taken, and what differed first."""
    started, difference = time.perf_counter(), ""
    with local_product(database), planted(plant):
        world, census = make_world(), Census()
        try:
            draw_histories(lambda: BookingMachine(world, census), examples=examples, steps=steps, seed=seed)
        except AssertionError as found:
            difference = str(found).splitlines()[0]
    figure = {
        "differences": int(bool(difference)), "first": difference, "histories": census.histories, "steps": census.steps,
        "refusals": census.refusals, "by_act": dict(sorted(census.done.items())),
        "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip
    size = f"{examples} histories of at most {steps} steps"
    return Verdict("R69", "states", database, size, seed, figure, {"differences": 0}, not difference, plant)


def draw_histories(machine: Callable[[], BookingMachine], *, examples: int, steps: int, seed: int) -> None:
    """Let Hypothesis draw and run histories; raises AssertionError with the smallest one that differs from the model."""
    wanted = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, print_blob=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    factory: Any = machine  # any callable will do, though its type says a class
    hypothesis.seed(seed)(get_state_machine_test(factory, settings=wanted))()
