"""Clicks a second, beside a bare Flask redirect under the same server program, interleaved in one run.

`python -m benchmarks.clicks [--rounds 5] [--seconds 5] [--postgresql URL]` starts the product as `make run` does, its worker
importing all the while, and sends clicks with wrk over 16 connections. Ratios to the bare redirect are what may be compared;
recorded / acknowledged is asked of the database after the importer has settled. "dashboard" means that the revenue page is
loaded without a pause during the run.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.servers import Target, cpu_seconds, running_bare, running_product

CONNECTIONS = 16
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
TARGETS = {"process": 2.5, "power": 0.9}


@dataclass(slots=True)
class Runs:
    """What one server did, round by round; microseconds."""

    target: Target
    rates: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    acknowledged: int = 0
    recorded: int = 0
    errors: int = 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Start all, measure in turn, print the table and whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--postgresql", help="an empty PostgreSQL database, postgresql://...")
    parser.add_argument("--dashboard", action="store_true", help="load the start page without a pause during the run")
    given = parser.parse_args(arguments)
    if shutil.which("wrk") is None:
        print("wrk is missing: install it (Debian: apt install wrk), then run this again.")
        return 2
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} over {os.cpu_count()} processors")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        runs = [Runs(stack.enter_context(running_bare()))]
        for durability in TARGETS:
            product = running_product(folder / durability, durability, durability=durability)
            runs.append(Runs(stack.enter_context(product)))
        if given.postgresql:
            product = running_product(folder / "pg", "process, PostgreSQL", database=given.postgresql)
            runs.append(Runs(stack.enter_context(product)))
        for one in runs:
            _wrk(one.target.url, 2)
        for number in range(given.rounds):
            for one in runs[number % len(runs) :] + runs[: number % len(runs)]:
                _measure(one, given.seconds, given.dashboard)
    return _print(runs)


def _wrk(url: str, seconds: int) -> dict[str, float]:
    script = Path(__file__).with_name("wrk.lua")
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "--timeout",
        "10s",
        "-s",
        str(script),
        "-H",
        f"User-Agent: {AGENT}",
    ]
    said = subprocess.run([*command, url], capture_output=True, text=True, timeout=seconds + 60, check=True).stdout
    found = re.search(r"JSON (\{.*\})", said)
    if found is None:
        raise SystemExit(f"wrk said nothing that can be read about {url}:\n{said}")
    return dict(json.loads(found[1]))


def _measure(runs: Runs, seconds: int, with_dashboard: bool) -> None:
    before, used = _settled(runs.target, 0), cpu_seconds(runs.target.pid)
    stop = threading.Event()
    reader = threading.Thread(target=_read_pages, args=(runs.target.url, stop))
    if with_dashboard:
        reader.start()
    said = _wrk(runs.target.url, seconds)
    stop.set()
    if with_dashboard:
        reader.join()
    if runs.target.database:
        runs.recorded += _settled(runs.target, before + int(said["requests"])) - before
    runs.cpu.append((cpu_seconds(runs.target.pid) - used) / said["requests"] * 1e6)
    runs.acknowledged += int(said["requests"])
    runs.errors += int(said["errors"])
    runs.rates.append(said["requests"] / said["microseconds"] * 1e6)
    runs.p50.append(said["p50"])
    runs.p99.append(said["p99"])


def _read_pages(url: str, stop: threading.Event) -> None:
    base = url.rsplit("/c/", 1)[0]
    while not stop.is_set():
        try:
            with urllib.request.urlopen(f"{base}/", timeout=30) as answer:
                answer.read()
        except urllib.error.URLError:
            stop.wait(0.1)


def _settled(target: Target, expected: int) -> int:
    """The number of recorded clicks once it stands still, or once all that are expected are there."""
    last, still_since = target.recorded(), time.monotonic()
    while time.monotonic() - still_since < (3 if last < expected else 0.7):
        time.sleep(0.2)
        if (count := target.recorded()) != last:
            last, still_since = count, time.monotonic()
    return last


def _print(runs: list[Runs]) -> int:
    bare = runs[0]
    code = 0
    print(f"{'':26}{'req/s':>8}{'ratio':>8}{'p50 ms':>9}{'p99 ms':>9}{'CPU us':>8}{'rec/ack':>9}{'errors':>8}")
    for one in runs:
        rate = statistics.median(one.rates)
        ratios = [mine / theirs for mine, theirs in zip(one.rates, bare.rates, strict=True)]
        share = f"{one.recorded / one.acknowledged:.4f}" if one.target.database else "-"
        print(
            f"{one.target.name:26}{rate:8.0f}{statistics.median(ratios):8.2f}{statistics.median(one.p50) / 1000:9.2f}"
            f"{statistics.median(one.p99) / 1000:9.2f}{statistics.median(one.cpu):8.0f}{share:>9}{one.errors:8}"
        )
        wanted = TARGETS.get(one.target.name.split(",")[0])
        if wanted is not None:
            met = statistics.median(ratios) >= wanted and one.recorded >= one.acknowledged
            met = met and (wanted < 1 or statistics.median(one.p99) <= statistics.median(bare.p99))
            print(
                f"{'':26}target {wanted:.1f} x, p99 not above the bare one's, all recorded: {'met' if met else 'MISSED'}"
            )
            code = code if met else 1
    return code


if __name__ == "__main__":
    raise SystemExit(main())
