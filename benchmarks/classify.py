"""Programs told from people's browsers: what is found, what is wrongly accused, and how many strings a second.

`python -m benchmarks.classify` reads two lists, `user_agents/programs.txt` and `user_agents/people.txt`, and prints recall, false
positives and every string it got wrong. Then it times `flask tracking classify --json` as a process: strings that repeat, as
readers' do (warm), and strings of which no two are the same (cold). What the command takes to start is taken off.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from sponsorship.tracking.services.robots import robot_kind

LISTS = Path(__file__).parent / "user_agents"
WARM, COLD = 500_000, 25_000  # strings a round
COMMAND = [sys.executable, "-m", "flask", "--app", "app", "tracking", "classify", "--json"]
TARGETS = {"recall": 0.97, "false positives": 0.01, "warm": 100_000, "cold": 5_000}


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the lists, time the command, and say which targets are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lists-only", action="store_true", help="no timing")
    given = parser.parse_args(arguments)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} over {os.cpu_count()} processors")
    programs, people = _read("programs"), _read("people")
    missed = [agent for agent in programs if robot_kind(agent) is None]
    accused = [(agent, robot_kind(agent)) for agent in people if robot_kind(agent) is not None]
    for agent in missed:
        print(f"missed: {agent}")
    for agent, kind in accused:
        print(f"accused as {kind}: {agent}")
    recall, wrong = 1 - len(missed) / len(programs), len(accused) / len(people)
    print(f"recall {recall:.3f} of {len(programs)} programs, false positives {wrong:.3f} of {len(people)} browsers")
    is_met = recall >= TARGETS["recall"] and wrong <= TARGETS["false positives"]
    if not given.lists_only:
        warm, cold = _speeds(programs + people, given.rounds)
        print(f"strings a second: {warm:,.0f} warm, {cold:,.0f} cold, medians of {given.rounds}")
        is_met = is_met and warm >= TARGETS["warm"] and cold >= TARGETS["cold"]
    print(f"targets {'met' if is_met else 'MISSED'}: {TARGETS}")
    return 0 if is_met else 1


def _read(name: str) -> list[str]:
    return (LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def _speeds(agents: list[str], rounds: int) -> tuple[float, float]:
    """Medians of strings a second: the first pass over the list is taken off the warm run, which then knows every string."""
    random = Random(6)
    warm = [random.choice(agents) for _ in range(WARM)]
    cold = [f"{random.choice(agents)} {number}" for number in range(COLD)]
    rates: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        idle, once = _seconds([]), _seconds(agents)
        rates[0].append(WARM / (_seconds(agents + warm) - once))
        rates[1].append(COLD / (_seconds(cold) - idle))
    return statistics.median(rates[0]), statistics.median(rates[1])


def _seconds(lines: list[str]) -> float:
    """How long the command takes for some lines, its start included."""
    started = time.perf_counter()
    subprocess.run(
        COMMAND, input="".join(f"{line}\n" for line in lines), text=True, encoding="utf-8", stdout=subprocess.DEVNULL,
        cwd=LISTS.parents[1], check=True,
    )  # fmt: skip
    return time.perf_counter() - started


if __name__ == "__main__":
    raise SystemExit(main())
