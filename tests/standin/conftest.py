"""A stand-in on a free port, the real SDK talking to it over HTTP, and a tiny server that receives its webhooks."""

import http.server
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from sponsorship.standin.server import run_standin

SECRET = "whsec_for_tests"
RETRY_DELAYS = (0.02, 0.02, 0.05, 0.1)


def wait_until(condition: Callable[[], Any], seconds: float = 5.0) -> Any:
    """Return what the condition gives as soon as it is true; fail when it is not within that time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.005)
    raise AssertionError("it did not happen in time")


class Receiver:
    """An HTTP server that keeps the webhooks it gets, and answers 200 or what it is told."""

    def __init__(self) -> None:
        self.posts: list[tuple[bytes, str]] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                payload = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posts.append((payload, self.headers["Stripe-Signature"]))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/stripe"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.005,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def events(self, type: str | None = None) -> list[stripe.Event]:
        """Return the events received, each with its signature verified by the SDK."""
        events = [stripe.Webhook.construct_event(payload, header, SECRET) for payload, header in self.posts]
        return [event for event in events if type in (None, event.type)]


@dataclass
class Desk:
    """One stand-in and those who talk to it."""

    url: str
    receiver: Receiver
    client: stripe.StripeClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.make_client()

    def make_client(self, key: str = "sk_test_standin_1", **options: Any) -> stripe.StripeClient:
        options = {"max_network_retries": 0, **options}
        return stripe.StripeClient(key, base_addresses={"api": self.url}, **options)

    def create_session(self, options: dict[str, Any] | None = None, **changes: Any) -> stripe.checkout.Session:
        return self.client.v1.checkout.sessions.create(session_params(**changes), options or {})

    def press(self, session_id: str, act: str, page: str = "", **answers: str) -> requests.Response:
        """Press a button of the payment page, filled in as it comes."""
        form = {"act": act, "email": "buyer@example.com", "name": "Example Buyer", **answers}
        return requests.post(f"{self.url}/pay/{session_id}{page}", data=form, allow_redirects=False, timeout=5)

    def paid_session(self, act: str = "pay", **changes: Any) -> stripe.checkout.Session:
        session_id = self.create_session(**changes).id
        assert self.press(session_id, act).status_code == 303
        return self.client.v1.checkout.sessions.retrieve(session_id)

    def control(self, path: str, order: dict[str, Any] | None = None) -> dict[str, Any]:
        url = f"{self.url}/_ctl/{path}"
        response = requests.get(url, timeout=5) if order is None else requests.post(url, json=order, timeout=5)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body


def session_params(**changes: Any) -> dict[str, Any]:
    """Return what the product sends for an order of two slots, with some of it changed; None leaves a field out."""
    metadata = {"app": "flatplan", "deployment": "d-1", "order_id": "42", "attempt": "1"}
    params = {
        "mode": "payment",
        "client_reference_id": "ord_42",
        "line_items": [line_item(165_000, "Primary slot, issue of 6 Dec"), line_item(45_000, "Classified, 13 Dec")],
        "success_url": "http://127.0.0.1:8000/orders/t/return?sid={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:8000/orders/t/cancelled",
        "expires_at": int(time.time()) + 31 * 60,
        "adaptive_pricing": {"enabled": False},
        "allow_promotion_codes": False,
        "submit_type": "book",
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata, "description": "Order 42"},
        **changes,
    }
    return {name: value for name, value in params.items() if value is not None}


def line_item(unit_amount: int, name: str, currency: str = "usd", **more: Any) -> dict[str, Any]:
    price = {"currency": currency, "unit_amount": unit_amount, "product_data": {"name": name}}
    return {"price_data": {**price, "tax_behavior": "exclusive"}, "quantity": 1, **more}


def query_of(address: str) -> dict[str, list[str]]:
    return urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def desk(tmp_path: Path, receiver: Receiver) -> Iterator[Desk]:
    with run_standin(tmp_path / "state.sqlite3", receiver.url, SECRET, retry_delays=RETRY_DELAYS) as url:
        yield Desk(url, receiver)


@pytest.fixture(scope="module")
def empty_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One stand-in for all the tests of a module whose calls are refused, and so change nothing."""
    receiver = Receiver()
    with run_standin(tmp_path_factory.mktemp("standin") / "state.sqlite3") as url:
        yield Desk(url, receiver)
    receiver.close()
