"""R46: the database locked, refusing writes or away, the disk full: the reader still gets the page, and no click is lost unseen.

`python -m torture faults` clicks a thousand times or more under each fault, heals it, imports the spool, and compares. With a
full disk clicks are lost, and the loss has to be counted: recorded + counted as lost = acknowledged. `--plant blind` takes the
count away, and the run must fail.
"""

import argparse
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from torture._clicking import Crowd, Ground
from torture.verdict import Verdict, tell

FULL_AT_BYTES = 96 * 1024


def main(arguments: list[str]) -> int:
    """Bring each fault about in turn."""
    parser = argparse.ArgumentParser(prog="torture faults", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each fault lasts")
    parser.add_argument("--plant", choices=["blind"], default="")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder))
        return tell(_verdicts(ground, given.seconds, given.plant))


def _verdicts(ground: Ground, seconds: float, plant: str) -> Iterator[Verdict]:
    following = 1
    faults: dict[str, Callable[[Ground], object]] = {"locked": locked, "refuses writes": refusing, "away": away}
    for name, fault in faults.items():
        with fault(ground), ground.server() as _:  # type: ignore[attr-defined]
            crowd = Crowd(ground, following)
            time.sleep(seconds)
            during = ground.flask("tracking", "import-spool").returncode if name != "locked" else 1
            crowd.stop()
        ground.import_spool()
        yield _verdict(f"database {name}", ground, crowd, following, 0, seconds, plant, [f"import meanwhile: {during}"])
        following = crowd.next
    with ground.server(largest_file=FULL_AT_BYTES) as _:
        crowd = Crowd(ground, following)
        time.sleep(seconds)
        crowd.stop()
    ground.import_spool()
    counted = 0 if plant else int(str(ground.ask("SELECT coalesce(sum(lost), 0) FROM spool_file")[0][0]))
    said = ground.flask("tracking", "status")
    yield _verdict("disk full", ground, crowd, following, counted, seconds, plant, [said.stderr.strip()[-200:]])


def _verdict(
    name: str, ground: Ground, crowd: Crowd, first: int, counted: int, seconds: float, plant: str, notes: list[str]
) -> Verdict:
    found = Counter(number for number in ground.recorded() if number >= first)
    lost = sum(number not in found for number in crowd.acknowledged)
    figure = {
        "acknowledged": len(crowd.acknowledged), "refused": crowd.refused, "lost": lost, "counted as lost": counted,
        "twice": sum(count > 1 for count in found.values()),
    }  # fmt: skip
    # a click in flight when the clients stop may be counted as lost without having been acknowledged
    seen = lost <= counted <= lost + 12 if name == "disk full" else lost == 0
    passed = crowd.refused == 0 and seen and figure["twice"] == 0 and len(crowd.acknowledged) > 100
    return Verdict(
        promise="R46", name=name, database="sqlite", size=f"{seconds:g} s", seed=0, figure=figure,
        target={"refused": 0, "lost unseen": 0, "twice": 0}, passed=passed, plant=plant, notes=notes,
    )  # fmt: skip


@contextmanager
def locked(ground: Ground) -> Iterator[None]:
    """Another program holds the database's lock all the while, once the server has started."""
    connection = sqlite3.connect(ground.database, isolation_level=None, timeout=60)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@contextmanager
def refusing(ground: Ground) -> Iterator[None]:
    """The database takes no click, as where it is read-only or full."""
    ground.ask("CREATE TRIGGER torture BEFORE INSERT ON click BEGIN SELECT RAISE(ABORT, 'attempt to write'); END")
    try:
        yield
    finally:
        ground.ask("DROP TRIGGER torture")


@contextmanager
def away(ground: Ground) -> Iterator[None]:
    """The database is not there at all, not even when the server starts: what was written down of the links serves."""
    hidden = ground.database.with_suffix(".away")
    ground.ask("PRAGMA wal_checkpoint(TRUNCATE)")
    ground.database.rename(hidden)
    ground.database.mkdir()  # so that nobody makes an empty one in its place
    try:
        yield
    finally:
        ground.database.rmdir()
        hidden.rename(ground.database)
