"""A shop with a stand-in for its payment provider: real HTTP, real webhooks, the real library in between."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import time_machine
from flask import Flask
from werkzeug.serving import make_server

from sponsorship.booking.models import Order
from sponsorship.booking.queries import get_order
from sponsorship.core.config import Settings
from sponsorship.core.db import db, transaction
from sponsorship.core.mail import Mail
from sponsorship.inventory.models import Newsletter
from sponsorship.payments import flows
from sponsorship.payments.models import JournalEntry, PaymentSession, Receipt, Refund
from sponsorship.payments.stripe_gateway import TIMEOUT_SECONDS, StripeGateway
from sponsorship.standin.server import QuietRequestHandler, run_standin
from tests.factories.booking import detailed_order
from tests.factories.inventory import slot_on
from tests.payments.ledger_checks import check_books
from tests.stripe_contract.client import CheckedHttpClient

DAYS = (date(2026, 12, 13), date(2026, 12, 20), date(2027, 1, 17))
BUYER = {
    "email": "noor@tidewatch.example", "name": "Noor Vermeer", "line1": "Kade 41", "city": "Amsterdam",
    "postal_code": "1011", "country": "NL",
}  # fmt: skip


def wait_until(condition: Callable[[], Any], seconds: float = 8.0) -> Any:
    """Return what the condition gives as soon as it is true; fail where it is not within that time."""
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        if result := condition():
            return result
        threading.Event().wait(0.01)
    raise AssertionError("it did not happen in time")


class WatchedGateway(StripeGateway):
    """The real gateway, which fails a test that calls the provider while a transaction is open."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name.split("_")[0] in ("open", "find", "fetch", "expire", "send", "list"):
            assert not db.session().in_transaction(), f"{name} was called inside a transaction"
        return found


@dataclass
class Provider:
    """The stand-in as a buyer, a bank and a test see it."""

    url: str
    gateway: StripeGateway

    def press(self, session_id: str, act: str, page: str = "") -> str | None:
        """Press a button of the payment page, and return where it leads."""
        answer = requests.post(
            f"{self.url}/pay/{session_id}{page}", data={"act": act, **BUYER}, allow_redirects=False, timeout=5
        )
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def try_to_pay(self, session_id: str) -> bool:
        """Press "Pay" on a page that may have ended; returns whether it was open still."""
        form = {"act": "pay", **BUYER}
        answer = requests.post(f"{self.url}/pay/{session_id}", data=form, allow_redirects=False, timeout=5)
        return answer.status_code == 303 and "/pay/" not in answer.headers["Location"]

    def order(self, what: str, /, **order: Any) -> dict[str, Any]:
        """Order a fault, move the clock, add an endpoint."""
        answer = requests.post(f"{self.url}/_ctl/{what}", json=order, timeout=5)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def mend(self) -> None:
        """Call off every fault that is still to come."""
        requests.delete(f"{self.url}/_ctl/faults", timeout=5)

    def list(self, path: str) -> list[dict[str, Any]]:
        """What the provider has of a kind: checkout/sessions, refunds, events, newest first."""
        headers = {"Authorization": f"Bearer {self.gateway.settings.stripe_secret_key}"}
        found: list[dict[str, Any]] = requests.get(
            f"{self.url}/v1/{path}", params={"limit": 100}, headers=headers, timeout=5
        ).json()["data"]
        return found


@dataclass
class Shop:
    """A newsletter with slots to sell, and shorthands for what happens to its orders."""

    newsletter_id: int
    provider: Provider
    settings: Settings
    clock: time_machine.Traveller

    @property
    def gateway(self) -> StripeGateway:
        """The door to the provider."""
        return self.provider.gateway

    @property
    def now(self) -> datetime:
        """The moment on the test's clock."""
        return datetime.now().astimezone()

    def hold(self, *days: date, key: str = "primary", **details: Any) -> str:
        """Hold the slots of these days for a buyer whose details are known; returns the order's token."""
        with transaction() as session:
            newsletter = session.get_one(Newsletter, self.newsletter_id)
            slots = [slot_on(session, newsletter, day, key) for day in days or DAYS]
            moment = self.now - timedelta(minutes=1)
            return detailed_order(session, newsletter, slots, now=moment, **details).token

    def open(self, token: str) -> str:
        """Open the order's payment page; returns the provider's session id."""
        url = flows.open_checkout(order_token=token, gateway=self.gateway, settings=self.settings, now=self.now)
        assert url is not None and url.startswith(self.provider.url), url
        return url.rsplit("/", 1)[-1]

    def checkout(self, *days: date, **details: Any) -> tuple[str, str]:
        """Hold slots and open their payment page; returns the order's token and the session's id."""
        token = self.hold(*days, **details)
        return token, self.open(token)

    def read(self, token: str) -> Order:
        """The order as it stands in the database."""
        db.session().rollback()
        db.session().expire_all()
        return get_order(db.session(), token)

    def session_of(self, token: str) -> PaymentSession:
        """The order's newest payment session."""
        order = self.read(token)
        query = db.select(PaymentSession).where(PaymentSession.order_id == order.id).order_by(PaymentSession.id.desc())
        return db.session.scalars(query).first()

    def settle(self, token: str) -> str:
        """Do what every path ends in, with the order's newest session; returns the order's state."""
        session_id = self.session_of(token).id
        return flows.settle_session(session_id, gateway=self.gateway, now=self.now).value

    def reconcile(self, **options: Any) -> flows.Reconciled:
        """Look after everything open."""
        return flows.reconcile(gateway=self.gateway, settings=self.settings, now=self.now, **options)

    def wait(self, **length: float) -> None:
        """Let time pass, here and at the provider."""
        self.clock.shift(timedelta(**length))

    def rows(self, model: type[Any]) -> list[Any]:
        """Every row of a table."""
        db.session().rollback()
        return list(db.session.scalars(db.select(model).order_by(model.id)))

    def posted(self) -> list[str]:
        """The keys of what was posted, in order."""
        return [entry.key for entry in self.rows(JournalEntry)]

    @property
    def receipts(self) -> list[Receipt]:
        """Money that came in."""
        return self.rows(Receipt)

    @property
    def refunds(self) -> list[Refund]:
        """Money that goes back."""
        return self.rows(Refund)

    def subjects(self, address: str = "noor@tidewatch.example") -> list[str]:
        """What was mailed to somebody."""
        return [mail.subject for mail in self.rows(Mail) if mail.to_address == address]


@pytest.fixture
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    """The test's clock, here and at the provider; it ticks."""
    with time_machine.travel(now, tick=True) as traveller:
        yield traveller


@pytest.fixture
def shop(app: Flask, clock: time_machine.Traveller, newsletter: Newsletter, tmp_path: Path) -> Iterator[Shop]:
    """A shop whose provider answers on a free port and sends no webhooks; its books are checked at the end."""
    settings: Settings = app.config["SETTINGS"]
    newsletter_id = newsletter.id
    db.session.rollback()
    with run_standin(tmp_path / "provider.sqlite3", retry_delays=(0.05, 0.1, 0.2)) as url:
        ours = replace(settings, stripe_api_base=url)
        before = app.extensions["payment_gateway"]
        reading = CheckedHttpClient(timeout=TIMEOUT_SECONDS, proxy={"http": "", "https": ""})
        gateway = app.extensions["payment_gateway"] = WatchedGateway(ours, reading)
        yield Shop(newsletter_id, Provider(url, gateway), ours, clock)
        app.extensions["payment_gateway"] = before
    check_books(db.session())


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve the application in a thread, and yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietRequestHandler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def webhooks(app: Flask, shop: Shop) -> Iterator[None]:
    """The provider's webhooks reach the application, over HTTP."""
    with serving(app) as url:
        shop.provider.order("endpoints", url=f"{url}/webhooks/stripe", secret=shop.settings.stripe_webhook_secrets[0])
        yield
