"""The state file: what outlives a restart, a SIGTERM and a SIGKILL of the process."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sponsorship.standin.server import run_standin
from tests.standin.conftest import RETRY_DELAYS, SECRET, Desk, Receiver, session_params, wait_until


@contextmanager
def process(state: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the stand-in as `python -m sponsorship.standin` and yield it with the address that it prints."""
    command = [sys.executable, "-m", "sponsorship.standin", "--port", "0", "--state", str(state), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            address = re.search(r"http://127\.0\.0\.1:\d+", running.stdout.readline())
            assert address is not None
            yield running, address[0]
        finally:
            if running.poll() is None:
                running.kill()


def test_sessions_keys_account_and_clock_outlive_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    params = session_params(expires_at=None)
    with run_standin(tmp_path / "state.sqlite3") as url:
        desk = Desk(url, receiver)
        session = desk.client.v1.checkout.sessions.create(params, {"idempotency_key": "k"})
        desk.press(session.id, "pay")
        account = desk.client.v1.accounts.retrieve_current().id
        desk.control("clock", {"offset_seconds": 600})
    with run_standin(tmp_path / "state.sqlite3") as url:
        desk = Desk(url, receiver)
        assert desk.client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
        assert desk.client.v1.checkout.sessions.create(params, {"idempotency_key": "k"}).id == session.id
        assert desk.client.v1.accounts.retrieve_current().id == account
        assert desk.control("clock")["offset_seconds"] == 600


def test_webhooks_that_waited_are_sent_after_a_restart_to_where_the_product_is_then(
    tmp_path: Path, receiver: Receiver
) -> None:
    state = tmp_path / "state.sqlite3"
    with run_standin(state, "http://127.0.0.1:9/webhooks", SECRET, retry_delays=[0.02] * 1000) as url:
        session = Desk(url, receiver).paid_session()
    with run_standin(state, receiver.url, SECRET, retry_delays=RETRY_DELAYS):
        (event,) = wait_until(lambda: receiver.events("checkout.session.completed"))
    assert event.data.object["id"] == session.id


def test_the_process_says_where_it_is_and_ends_cleanly_on_sigterm(tmp_path: Path, receiver: Receiver) -> None:
    with process(tmp_path / "new folder" / "state.sqlite3") as (running, url):
        Desk(url, receiver).create_session()
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=10) == 0
        assert running.stderr is not None and running.stderr.read() == ""


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path, receiver: Receiver) -> None:
    state = tmp_path / "state.sqlite3"
    hook = ("--webhook-url", receiver.url, "--webhook-secret", SECRET)
    receiver.answers = [500] * 4
    with process(state, *hook) as (running, url):
        session = Desk(url, receiver).paid_session()
        os.kill(running.pid, signal.SIGKILL)
        running.wait(timeout=10)
    receiver.answers = []
    with process(state, *hook) as (_, url):
        assert Desk(url, receiver).client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
        events = wait_until(lambda: receiver.events("checkout.session.completed"))
    assert {event.data.object["id"] for event in events} == {session.id}


PAID_BEFORE = {
    "payment_intent": "pi_demo_io-1", "amount": 165_000, "currency": "usd", "fee": 4815, "created": 1_790_000_000,
    "metadata": {"order_id": "7"},
}  # fmt: skip


def test_a_payment_from_before_is_known_once_and_can_be_refunded(tmp_path: Path, receiver: Receiver) -> None:
    told = tmp_path / "paid.json"
    told.write_text(json.dumps([PAID_BEFORE]))
    for left in (115_000, 65_000):
        with process(tmp_path / "state.sqlite3", "--payments", str(told)) as (_, url):
            client = Desk(url, receiver).client
            client.v1.refunds.create({"payment_intent": "pi_demo_io-1", "amount": 50_000})
            (charge,) = client.v1.charges.list({"payment_intent": "pi_demo_io-1"}).data
            assert charge.amount - charge.amount_refunded == left
            (movement,) = client.v1.balance_transactions.list({"type": "charge"}).data
            assert (movement.net, movement.created) == (160_185, 1_790_000_000)


@pytest.mark.parametrize("text", ["no JSON", '{"a": 1}', '[{"payment_intent": "pi_1"}]'])
def test_a_file_of_payments_that_is_none_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    told = tmp_path / "paid.json"
    told.write_text(text)
    command = [sys.executable, "-m", "sponsorship.standin", "--state", str(tmp_path / "s"), "--payments", str(told)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "could not start" in done.stderr


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        (["--webhook-url", "http://127.0.0.1/"], 2, "go together"),
        (["--webhook-url", "http://127.0.0.1/", "--webhook-secret", "secret"], 1, "whsec_"),
    ],
)
def test_a_start_that_makes_no_sense_ends_with_a_sentence(
    tmp_path: Path, more: list[str], status: int, words: str
) -> None:
    command = [sys.executable, "-m", "sponsorship.standin", "--state", str(tmp_path / "state.sqlite3"), *more]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == status
    assert words in ended.stderr and "Traceback" not in ended.stderr


def test_a_state_file_that_is_none_is_named(tmp_path: Path) -> None:
    state = tmp_path / "notes.txt"
    state.write_text("These are notes, and no database at all. " * 50)
    command = [sys.executable, "-m", "sponsorship.standin", "--state", str(state)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert "notes.txt" in ended.stderr and "Traceback" not in ended.stderr
    assert state.read_text().startswith("These are notes")
