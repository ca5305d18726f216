"""The stage of the acceptance tests: the product and its provider over HTTP, the worker by hand, the clock in the test's hand.

Each test ends with the invariants I1-I15: those that SQL can say (tests/payments/ledger_checks.py), that settling every event
again changes nothing (I10), and that the ledger's Stripe balance is the sum of Stripe's own balance transactions (I12).
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import requests
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import text

from sponsorship.accounts.models import User
from sponsorship.accounts.portal import session_cookie_name
from sponsorship.booking.models import Order
from sponsorship.core import outbox
from sponsorship.core.db import db, transaction
from sponsorship.core.mail import Mail, send_due
from sponsorship.inventory.models import Newsletter
from sponsorship.payments import flows
from sponsorship.payments.models import JournalLine, WebhookEvent
from sponsorship.payments.rules import InboxState
from tests.factories.booking import make_sponsor
from tests.factories.inventory import slot_on
from tests.payments.conftest import DAYS, Shop, serving, wait_until

DETAILS = {
    "company": "Tidewatch Ltd", "contact_name": "Noor Vermeer", "contact_email": "noor@tidewatch.example",
    "website": "", "street": "Kade 41", "city": "1011 LX Amsterdam", "country": "NL", "vat_number": "",
    "purchase_order_number": "", "pay": "card", "accept_terms": "y",
}  # fmt: skip
MEMORY_SECONDS = 5


@dataclass
class Visitor:
    """A browser without JavaScript: keeps cookies, posts forms with the token that their page has."""

    url: str
    http: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **options: Any) -> requests.Response:
        """Fetch a page and follow no redirect."""
        return self.http.get(self._full(path), allow_redirects=False, timeout=20, **options)

    def post(self, path: str, fields: dict[str, Any], *, page: str) -> requests.Response:
        """Post a form that stands on `page`."""
        tree = LexborHTMLParser(self.http.get(self._full(page), timeout=20).text)
        token = tree.css_first("input[name=csrf_token]")
        assert token is not None, f"no form on {page}"
        form = {"csrf_token": token.attributes["value"], **fields}
        return self.http.post(self._full(path), data=form, allow_redirects=False, timeout=20)

    def _full(self, path: str) -> str:
        return path if path.startswith("http") else self.url + path


@dataclass
class Stage:
    """The product at an address, its shop, and what buyers, the provider and the worker do."""

    url: str
    shop: Shop
    app: Flask
    buyer: Visitor = field(init=False)

    def __post_init__(self) -> None:
        """A first buyer stands at the door."""
        self.buyer = Visitor(self.url)

    @property
    def secret(self) -> str:
        """What webhooks are signed with."""
        return self.shop.settings.stripe_webhook_secrets[0]

    def hold(self, *days: date, key: str = "primary", visitor: Visitor | None = None) -> str:
        """Tick slots on the rate card and hold them; returns the order's token."""
        visitor = visitor or self.buyer
        with transaction() as session:
            newsletter = session.get_one(Newsletter, self.shop.newsletter_id)
            ids = [slot_on(session, newsletter, day, key).id for day in days or DAYS[:1]]
            slug = newsletter.slug
        answer = visitor.post(f"/newsletters/{slug}/orders", {"slot": ids}, page=f"/newsletters/{slug}")
        assert answer.status_code == 303, answer.text[:2000]
        return re.findall(r"/orders/([^/]+)/checkout", answer.headers["Location"])[0]

    def check_out(self, token: str, visitor: Visitor | None = None, **changes: str) -> requests.Response:
        """Fill in the checkout and send it."""
        path = f"/orders/{token}/checkout"
        return (visitor or self.buyer).post(path, DETAILS | changes, page=path)

    def to_payment(
        self, *days: date, key: str = "primary", visitor: Visitor | None = None, **changes: str
    ) -> tuple[str, str]:
        """Hold, check out, and stand before the payment page; returns the order's token and the session's id."""
        token = self.hold(*days, key=key, visitor=visitor)
        answer = self.check_out(token, visitor, **changes)
        assert answer.status_code == 303 and "/pay/" in answer.headers["Location"], answer.text[:2000]
        return token, answer.headers["Location"].rsplit("/", 1)[-1]

    def press(self, session_id: str, act: str, page: str = "") -> str | None:
        """Press a button of the payment page; returns where it leads."""
        return self.shop.provider.press(session_id, act, page)

    def come_back(self, token: str, visitor: Visitor | None = None, query: str = "") -> requests.Response:
        """Open the page to which the payment page leads."""
        return (visitor or self.buyer).get(f"/orders/{token}/return{query}")

    def read(self, token: str) -> Order:
        """The order as the database has it."""
        return self.shop.read(token)

    def state(self, token: str) -> str:
        """The order's state as a word."""
        return self.read(token).state.value

    def work(self) -> None:
        """One round of the worker: webhooks settled, refunds sent, handlers run, mail sent."""
        db.session().rollback()  # the worker sees the present, not what the test last looked at
        now = self.shop.now
        flows.settle_inbox(gateway=self.shop.gateway, settings=self.shop.settings, now=now)
        flows.send_due_refunds(gateway=self.shop.gateway, now=now)
        while outbox.deliver_due(now):
            pass
        send_due(now, self.shop.settings)

    def deliver(self) -> None:
        """Wait until the provider has delivered its webhooks, then let the worker have them."""
        wait_until(lambda: all(one["state"] != "pending" for one in self.deliveries()))
        self.work()

    def deliveries(self) -> list[dict[str, Any]]:
        """What the provider sent, or did not."""
        body: dict[str, Any] = requests.get(f"{self.shop.provider.url}/_ctl/deliveries", timeout=5).json()
        return list(body["deliveries"])

    def lose_webhooks(self, times: int = 50) -> None:
        """Let the next webhooks get lost."""
        self.shop.provider.order("faults", target="webhook", kind="drop", times=times)

    def send_event(self, body: Any, *, secret: str = "", at: datetime | None = None, **extra: str) -> requests.Response:
        """Post a webhook as the provider signs it, with this secret, as of that moment."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = str(int((at or self.shop.now).timestamp()))
        digest = hmac.new((secret or self.secret).encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
        headers = {"Stripe-Signature": f"t={stamp},v1={digest}", "Content-Type": "application/json"} | extra
        return requests.post(f"{self.url}/webhooks/stripe", data=raw, headers=headers, timeout=20)

    def events(self, *topics: str) -> list[dict[str, Any]]:
        """The provider's events of these types, oldest first."""
        return [one for one in reversed(self.shop.provider.list("events")) if one["type"] in topics]

    def receipts(self, token: str) -> list[int]:
        """What came in for an order."""
        order_id = self.read(token).id
        return [one.amount_minor for one in self.shop.receipts if one.order_id == order_id]

    def mails(self, subject: str, address: str = "noor@tidewatch.example") -> int:
        """How many mails with these words in the subject somebody got."""
        rows = [row for row in self.shop.rows(Mail) if row.to_address == address]
        return sum(subject.lower() in row.subject.lower() for row in rows)

    def balance(self, account: str) -> int:
        """An account's balance over all that was posted, debits positive."""
        db.session().rollback()
        query = text("SELECT COALESCE(SUM(amount_minor), 0) FROM journal_line WHERE account = :account")
        return int(db.session.execute(query, {"account": account}).scalar_one())

    def is_on_sale(self, day: date, key: str = "primary") -> bool:
        """Whether somebody else can hold the slot of a day: asked by trying, and let go at once."""
        stranger = Visitor(self.url, requests.Session())
        with transaction() as session:
            newsletter = session.get_one(Newsletter, self.shop.newsletter_id)
            slot_id, slug = slot_on(session, newsletter, day, key).id, newsletter.slug
        answer = stranger.post(f"/newsletters/{slug}/orders", {"slot": [slot_id]}, page=f"/newsletters/{slug}")
        if answer.status_code != 303:
            return False
        token = re.findall(r"/orders/([^/]+)/checkout", answer.headers["Location"])[0]
        released = stranger.post(f"/orders/{token}/release", {}, page=f"/orders/{token}/checkout")
        assert released.status_code in (302, 303), released.status_code
        return True

    def check_replay(self) -> None:
        """I10: settling every event once more posts nothing."""
        before = len(self.shop.rows(JournalLine))
        with transaction() as session:
            for row in session.query(WebhookEvent).filter(WebhookEvent.state == InboxState.SETTLED):
                row.state, row.next_attempt_at = InboxState.NEW, self.shop.now
        self.shop.provider.mend()
        self.work()
        assert len(self.shop.rows(JournalLine)) == before, "I10: settling the events again posted something"

    def check_stripe_balance(self) -> None:
        """I12: of each payment the ledger says what Stripe's own balance transactions say, or the publisher is told."""
        found = flows.check_books(gateway=self.shop.gateway, settings=self.shop.settings, now=self.shop.now)
        query = text(
            "SELECT e.currency, SUM(l.amount_minor) FROM journal_line l JOIN journal_entry e ON e.id = l.entry_id"
            " WHERE l.account = 'stripe' GROUP BY e.currency"
        )
        db.session().rollback()
        ours = {row[0]: int(row[1]) for row in db.session.execute(query) if row[1]}
        theirs: dict[str, int] = {}
        for one in self.shop.provider.list("balance_transactions"):
            theirs[one["currency"].upper()] = theirs.get(one["currency"].upper(), 0) + one["net"]
        assert ours == {code: net for code, net in theirs.items() if net} or found, "I12: Stripe's balance"


@pytest.fixture
def stage(app: Flask, shop: Shop) -> Iterator[Stage]:
    """The product served over HTTP, webhooks and all; at the end the books are checked against themselves and Stripe."""
    with serving(app) as url:
        shop.provider.order("endpoints", url=f"{url}/webhooks/stripe", secret=shop.settings.stripe_webhook_secrets[0])
        made = Stage(url, shop, app)
        yield made
        made.check_replay()
        made.check_stripe_balance()


@pytest.fixture
def publisher(app: Flask, stage: Stage, sign_in: Callable[..., User]) -> Visitor:
    """The newsletter's owner, signed in."""
    client = app.test_client()
    with transaction() as session:
        newsletter = session.get_one(Newsletter, stage.shop.newsletter_id)
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    visitor = Visitor(stage.url)
    cookie = client.get_cookie(session_cookie_name_of(app))
    assert cookie is not None
    visitor.http.cookies.set(cookie.key, cookie.value)
    return visitor


@pytest.fixture
def trusted(app: Flask, stage: Stage, sign_in: Callable[..., User]) -> Visitor:
    """A buyer who is signed in and may pay by invoice."""
    with transaction() as session:
        newsletter = session.get_one(Newsletter, stage.shop.newsletter_id)
        make_sponsor(session, newsletter, now=stage.shop.now).may_pay_by_invoice = True
    client = app.test_client()
    sign_in(client, "noor@tidewatch.example")
    cookie = client.get_cookie(session_cookie_name_of(app))
    assert cookie is not None
    visitor = Visitor(stage.url)
    visitor.http.cookies.set(cookie.key, cookie.value)
    return visitor


def session_cookie_name_of(app: Flask) -> str:
    """The name of the cookie that signs somebody in."""
    with app.test_request_context():
        return session_cookie_name()


def later(stage: Stage, **length: float) -> datetime:
    """A moment after now, on the test's clock."""
    return stage.shop.now + timedelta(**length)
