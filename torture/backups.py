"""R42: a backup made while buyers buy holds all that was told to them before it began, and comes back whole.

Buyers hold slots through the served product as fast as they can; meanwhile backups are made one after the other, each restored
beside the database, counted and audited. `--plant copy` copies the database's file as it lies on the disk instead (SQLite).
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sponsorship.core import clock
from sponsorship.core.backup import Backup, back_up, making, prove
from sponsorship.core.config import Settings
from sponsorship.payments.queries import list_ledger_faults
from torture.harness.buyers import Answer, Buyer, come_in, loopback_address, percentile
from torture.harness.market import Stall, open_market
from torture.harness.options import databases, parser_of
from torture.harness.product import served_product
from torture.verdict import Verdict, tell

TARGET = {"bad": 0, "missing": 0}
SLOTS_PER_BACKUP = 12


@dataclass
class Tally:
    """What the backups came to."""

    bad: int = 0  # backups of which something was wrong when they were restored
    missing: int = 0  # holds told to a buyer before a backup began, and not in it
    held: int = 0
    seconds: list[float] = field(default_factory=list)
    first_fault: str = ""


def main(arguments: list[str]) -> int:
    """Make the backups as the options say."""
    parser = parser_of("backups", __doc__ or "", plants=("copy",))
    parser.add_argument("--n", type=int, default=100, help="backups")
    parser.add_argument("--buyers", type=int, default=4)
    chosen = parser.parse_args(arguments)
    return tell(
        run_backups(database, plant=plant, number=chosen.n, buyers=chosen.buyers, seed=chosen.seed)
        for database in databases(chosen.database)
        for plant in dict.fromkeys(("", chosen.plant if database == "sqlite" else ""))
    )


def run_backups(database: str, *, plant: str, number: int, buyers: int, seed: int) -> Verdict:
    """Back up while buyers buy; the verdict says how many backups were bad and how many holds they lacked."""
    tally, started = Tally(), time.perf_counter()
    with served_product(database, workers=2) as product, tempfile.TemporaryDirectory() as folder, _planted(plant):
        settings: Settings = product.app.config["SETTINGS"]
        stalls = open_market(number * SLOTS_PER_BACKUP)
        crowd = come_in(product.url, f"/newsletters/{stalls[0].slug}", buyers)
        with _shopping(crowd, stalls, tally):
            for _ in range(number):
                told = tally.held
                begun = time.perf_counter()
                made = back_up(settings, Path(folder), clock.now())
                faults = prove(made.path, settings.database_url, [list_ledger_faults])
                tally.seconds.append(time.perf_counter() - begun)
                _count(tally, made, faults, told)
                made.path.unlink()
    figure = {
        "bad": tally.bad, "missing": tally.missing, "backups": number, "held": tally.held,
        "p50_s": percentile(tally.seconds, 0.5), "worst_s": max(tally.seconds),
        "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip
    passed = tally.bad == tally.missing == 0 and tally.held > 0
    size = f"{number} backups, {buyers} buyers buying"
    notes = [tally.first_fault] if tally.first_fault else []
    return Verdict("R42", "backups", database, size, seed, figure, dict(TARGET), passed, plant, notes)


def _count(tally: Tally, made: Backup, faults: list[str], told: int) -> None:
    tally.bad += bool(faults)
    tally.first_fault = tally.first_fault or next(iter(faults), "")
    tally.missing += max(0, told - made.manifest.tables.get("booking", 0))


@contextmanager
def _shopping(crowd: list[Buyer], stalls: list[Stall], tally: Tally) -> Iterator[None]:
    """Let buyers hold one slot after the other, each from a new address, until the block ends; a broken one ends the proof."""
    over, lock, waiting = threading.Event(), threading.Lock(), list(reversed(stalls))

    def shop(buyer: Buyer) -> None:
        while not over.is_set():
            with lock:
                if not waiting:
                    return
                stall, buyer.address = waiting.pop(), loopback_address(len(waiting))
            answer: Answer = buyer.post(f"/newsletters/{stall.slug}/orders", [("slot", stall.slot_id)])
            if answer.is_broken:
                raise RuntimeError(f"a buyer was answered {answer.status}")
            with lock:
                tally.held += answer.status == 303

    with ThreadPoolExecutor(len(crowd)) as pool:
        shopping = [pool.submit(shop, buyer) for buyer in crowd]
        try:
            yield
        finally:
            over.set()
        for one in shopping:
            one.result()


@contextmanager
def _planted(plant: str) -> Iterator[None]:
    """Copy the file as it lies there, as a shell would."""
    careful = making.copy_sqlite

    def careless(url: str, target: Path) -> tuple[str, dict[str, int]]:
        shutil.copyfile(making.sqlite_path(url), target)
        return making.describe(f"sqlite:///{target}")

    if plant:
        making.copy_sqlite = careless
    try:
        yield
    finally:
        making.copy_sqlite = careful
