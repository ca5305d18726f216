"""R14: web server and worker are killed with SIGKILL at random, under load, with webhooks doubled, late and lost.

Buyers hold slots, check out and pay, and take no notice of what breaks. Whatever was killed is started again. When the last kill
is over, everybody who paid must have exactly one confirmed order, or all of the money back, within 90 s; a checker that shares
no code with the product reads the databases and says so. `--plant unattended` starts no worker again, loses all webhooks, and
must fail.
"""

import contextlib
import http.client
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO

from sponsorship.core.cli import WEB_OPTIONS
from tests.ports import free_port
from torture._money.checker import list_faults, provider_bodies, read_rows
from torture._money.stage import ROOT, Provider, Stage, running_provider, wait_for
from torture.harness.buyers import Buyer
from torture.harness.options import databases, parser_of
from torture.verdict import Verdict, tell

SECRET = "whsec_of_the_proof_by_killing_0123456789"
MOST_SECONDS = 90
DAYS, BUYERS = 150, 8
PAUSE_SECONDS = 4.0  # between two purchases of one buyer, at most
MEAN_PAUSE_SECONDS = 1.0
SERVED_SECONDS = 5.0  # the web server is up for half of that before it is killed, on the average
SLOTS = "SELECT s.id FROM slot s JOIN issue i ON i.id = s.issue_id WHERE i.publish_on >= '{first}' ORDER BY s.id"


class Victim:
    """A part of the product that is killed and started again; it has a session of its own, which dies with it."""

    def __init__(self, command: list[str], environment: dict[str, str], log: IO[bytes]) -> None:
        self._command, self._environment, self._log = command, environment, log
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command, cwd=ROOT, env=self._environment, stdout=self._log, stderr=self._log, start_new_session=True
        )

    def kill(self, *, again: bool = True) -> None:
        """SIGKILL it and whatever it started, and start it again."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)
        if again:
            self.process = self._start()


def main(arguments: list[str]) -> int:
    """Kill as often as asked for, on one database or both."""
    parser = parser_of("kill9", (__doc__ or "").splitlines()[0], plants=("unattended",))
    parser.add_argument("--n", type=int, default=200, help="how many kills")
    chosen = parser.parse_args(arguments)
    return tell(
        run_kill9(database, n=chosen.n, seed=chosen.seed, plant=chosen.plant) for database in databases(chosen.database)
    )


def run_kill9(database: str, *, n: int, seed: int, plant: str = "") -> Verdict:
    """Kill `n` times under load, and say what became of everybody who paid."""
    dice, port = random.Random(seed), free_port()
    hook = ("--webhook-url", f"http://127.0.0.1:{port}/webhooks/stripe", "--webhook-secret", SECRET)
    with tempfile.TemporaryDirectory() as name, running_provider(Path(name), *hook) as provider:
        url = f"http://127.0.0.1:{port}"
        stage = Stage(Path(name), database, provider, days=DAYS, BASE_URL=url, STRIPE_WEBHOOK_SECRET=SECRET)
        _break_webhooks(provider, plant)
        with _victims(stage, Path(name), port) as (web, worker), _load(stage, url, dice) as stop:
            for _ in range(n):
                time.sleep(dice.expovariate(1 / MEAN_PAUSE_SECONDS))
                _kill_one(dice, web, worker, url, plant)
            stop()
            web.kill()
            worker.kill(again=not plant)
            wait_for(f"{url}/health", web.process)
            seconds, faults = _until_settled(stage, provider)
            figure = {"kills": n + 2, **_counts(stage, provider), "seconds": round(seconds, 1), "wrong": len(faults)}
        stage.close()
    return Verdict(
        promise="R14", name="kill9", database=database, size=f"{n} kills, {BUYERS} buyers", seed=seed, figure=figure,
        target={"wrong": 0, "seconds": MOST_SECONDS}, plant=plant, notes=faults[:10],
        passed=not faults and seconds <= MOST_SECONDS and figure["paid"] > 0,
    )  # fmt: skip


def _break_webhooks(provider: Provider, plant: str) -> None:
    """Some webhooks come twice, some late, some never; with the plant, none comes."""
    orders = [("drop", 10_000)] if plant else [("duplicate", 40), ("drop", 20), ("delay", 30), ("duplicate", 10_000)]
    for kind, times in orders:
        provider.control("faults", target="webhook", kind=kind, times=times, seconds=3)


@contextmanager
def _victims(stage: Stage, folder: Path, port: int) -> Iterator[tuple[Victim, Victim]]:
    environment = {**os.environ, **stage.environment, "PYTHONUNBUFFERED": "1"}
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    serve = [sys.executable, "-m", "granian", *options, *WEB_OPTIONS, "--no-ws", "--log-level", "warning"]
    with (folder / "product.log").open("ab") as log:
        web = Victim([*serve, "app:app"], environment, log)
        worker = Victim([sys.executable, "-m", "flask", "--app", "app", "worker"], environment, log)
        try:
            wait_for(f"http://127.0.0.1:{port}/health", web.process)
            yield web, worker
        finally:
            web.kill(again=False)
            worker.kill(again=False)


def _kill_one(dice: random.Random, web: Victim, worker: Victim, url: str, plant: str) -> None:
    """Kill one of the two; the web server not before it has answered since it was started, or nothing would ever be bought."""
    if dice.random() < 0.4:
        with contextlib.suppress(RuntimeError):
            wait_for(f"{url}/health", web.process)
        time.sleep(dice.random() * SERVED_SECONDS)
        web.kill()
    else:
        worker.kill(again=not plant)


@contextmanager
def _load(stage: Stage, url: str, dice: random.Random) -> Iterator["_Stop"]:
    """Buyers at work until `stop()`."""
    slots, stop = SimpleQueue[int](), _Stop()
    ids = [row[0] for row in read_rows(stage.url, SLOTS.format(first=stage.first))]
    dice.shuffle(ids)
    for slot_id in ids:
        slots.put(slot_id)
    for number in range(BUYERS):
        stop.add(threading.Thread(target=_buy, args=(url, stage.provider, slots, number, stop), daemon=True))
    try:
        yield stop
    finally:
        stop()


class _Stop:
    """Ends the buyers, and waits until each has finished what he was at."""

    def __init__(self) -> None:
        self.asked, self._threads = threading.Event(), list[threading.Thread]()

    def add(self, thread: threading.Thread) -> None:
        """Start another buyer."""
        self._threads.append(thread)
        thread.start()

    def __call__(self) -> None:
        self.asked.set()
        for thread in self._threads:
            thread.join(60)


def _buy(url: str, provider: Provider, slots: SimpleQueue[int], number: int, stop: _Stop) -> None:
    """Buy one slot after the other; what breaks is given up, as a buyer would."""
    dice = random.Random(number)
    for turn in range(10_000):
        if stop.asked.is_set():
            return
        try:
            slot_id = slots.get_nowait()
        except Empty:
            return
        buyer = Buyer(url, number * 1000 + turn)
        if buyer.get("/sign-in").is_broken:  # nobody serves just now: the slot is for later
            slots.put(slot_id)
            stop.asked.wait(dice.random())
            continue
        with contextlib.suppress(OSError, http.client.HTTPException):
            _buy_one(buyer, provider, slot_id, f"{number}-{turn}", dice)
        stop.asked.wait(dice.random() * PAUSE_SECONDS)


def _buy_one(buyer: Buyer, provider: Provider, slot_id: int, name: str, dice: random.Random) -> None:
    held = buyer.post("/newsletters/sunday-runbook/orders", [("slot", slot_id)])
    found = re.search(r"/orders/([^/]+)/checkout", held.location)
    if found is None:
        return
    path = f"/orders/{found[1]}/checkout"
    buyer.get(path)
    details = [
        ("company", f"Company {name}"), ("contact_name", "Noor"), ("contact_email", f"noor{name}@x{name}.example"),
        ("street", ""), ("city", ""), ("country", "NL"), ("website", ""), ("vat_number", ""), ("pay", "card"),
        ("purchase_order_number", ""), ("accept_terms", "y"),
    ]  # fmt: skip
    answer = buyer.post(path, details)
    session = re.search(r"/pay/(cs_\w+)", answer.location)
    if session is None or dice.random() < 0.1:
        return
    provider.press(session[1], "pay")
    if dice.random() < 0.5:
        buyer.get(f"/orders/{found[1]}/return")


def _until_settled(stage: Stage, provider: Provider) -> tuple[float, list[str]]:
    """Ask the checker until it is content, or for some minutes; returns the seconds that it took."""
    began, deployment = time.monotonic(), (Path(stage.environment["FLATPLAN_VAR"]) / "deployment").read_text().strip()
    while True:
        faults = list_faults(stage.url, provider.state, deployment, is_settled=False)
        seconds = time.monotonic() - began
        if not faults or seconds > MOST_SECONDS + 5:
            return seconds, faults
        time.sleep(0.5)


def _counts(stage: Stage, provider: Provider) -> dict[str, int]:
    paid = sum(one["payment_status"] == "paid" for one in provider_bodies(provider.state, "checkout.session"))
    confirmed = read_rows(stage.url, "SELECT COUNT(*) FROM purchase_order WHERE state = 'confirmed'")[0][0]
    orders = read_rows(stage.url, "SELECT COUNT(*) FROM purchase_order")[0][0]
    return {"orders": orders, "paid": paid, "confirmed": confirmed}
