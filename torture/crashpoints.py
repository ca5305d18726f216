"""R13: the process dies before or after any commit, call to Stripe, or mail; after a restart and reconciling the books balance.

Each story is told once for each point that it passes, and at that point the process ends with os._exit: no handler runs, no
buffer is written. A second process then does what a restart does. What is left is read by a checker that shares no code with the
product. All points are visited, none is sampled. `--plant forgetful` leaves the picking up out, and must fail.
"""

import logging
import os
import secrets
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from sponsorship.core import failpoint
from torture._money.checker import list_faults
from torture._money.stage import Provider, Stage, running_provider
from torture._money.stories import HOLD_IS_OVER, STORIES, Teller, pick_up
from torture.harness.options import databases, parser_of
from torture.verdict import Verdict, tell

DIED = 66
MOST_POINTS = 400


def main(arguments: list[str]) -> int:
    """Visit every point of every story."""
    parser = parser_of("crashpoints", (__doc__ or "").splitlines()[0], plants=("forgetful",))
    parser.add_argument("--story", help="one story only, by its function's name")
    parser.add_argument("--every", type=int, default=1, help="visit each so many'th point only; 1 visits all")
    chosen = parser.parse_args(arguments)
    stories = [one for one in STORIES if chosen.story in (None, one.__name__)]
    return tell(
        run_crashpoints(database, [story], every=chosen.every, plant=chosen.plant)
        for database in databases(chosen.database)
        for story in stories
    )


def run_crashpoints(
    database: str, stories: Sequence[Callable[[Teller], None]], *, every: int = 1, plant: str = ""
) -> Verdict:
    """Visit the points of these stories on one database, and say how many left books that do not balance."""
    points, notes = 0, []
    with tempfile.TemporaryDirectory() as name, running_provider(Path(name)) as provider:
        stage = Stage(Path(name), database, provider, days=2)
        for story in stories:
            for number, faults in visit_points(stage, provider, story, every=every, plant=plant):
                points += 1
                notes += [f"{story.__name__}, point {number}: {fault}" for fault in faults]
        stage.close()
    unbalanced = len({note.rsplit(": ", 1)[0] for note in notes})
    return Verdict(
        promise="R13", name="crashpoints", database=database,
        size=f"{', '.join(one.__name__ for one in stories)}, {'every point' if every == 1 else f'each {every}th point'}", seed=0,
        figure={"points": points, "unbalanced": unbalanced}, target={"unbalanced": 0},
        passed=points > len(stories) and not unbalanced, plant=plant, notes=notes[:10],
    )  # fmt: skip


def visit_points(
    stage: Stage, provider: Provider, story: Callable[[Teller], None], *, every: int, plant: str
) -> Iterator[tuple[int, list[str]]]:
    """Yield each point's number with what is wrong after it; the last is the story told to its end."""
    for number in range(1, MOST_POINTS, every):
        stage.put_back()
        provider.control("clock", offset_seconds=0)
        deployment = secrets.token_hex(8)
        has_died = _in_process(stage, partial(_tell, stage, story, deployment, number)) == DIED
        provider.control("clock", offset_seconds=HOLD_IS_OVER.total_seconds() * 2)
        if plant != "forgetful":
            code = _in_process(stage, partial(_pick_up, stage, deployment))
            if code:
                yield number, [f"picking up ended with {code}"]
        yield number, list_faults(stage.url, provider.state, deployment)
        if not has_died:
            return
    raise RuntimeError(f"{story.__name__} passes more than {MOST_POINTS} points")


def _tell(stage: Stage, story: Callable[[Teller], None], deployment: str, die_at: int) -> None:
    passed = 0

    def pass_point(_point: str) -> None:
        nonlocal passed
        passed += 1
        if passed == die_at:
            os._exit(DIED)

    teller = Teller.of(stage, deployment)
    failpoint.arm(teller.settings, pass_point)
    story(teller)


def _pick_up(stage: Stage, deployment: str) -> None:
    pick_up(Teller.of(stage, deployment))


def _in_process(stage: Stage, act: Callable[[], object]) -> int:
    """Do something in a child process and return how it ended: 0, DIED, or 1 with its trace on the error stream."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            logging.disable(logging.WARNING)
            with stage.app.app_context():
                act()
            code = 0
        except BaseException:  # noqa: BLE001 - whatever it was, the child must end here
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)
