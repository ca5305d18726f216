"""A dozen stories about money, told to a product that may die at any word; and the picking up afterwards."""

import hashlib
import hmac
import json
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import requests

from sponsorship.booking.models import Order
from sponsorship.booking.queries import get_order
from sponsorship.booking.rules import OrderState
from sponsorship.booking.services import lapse_order
from sponsorship.core import outbox
from sponsorship.core.config import Settings
from sponsorship.core.db import db, transaction
from sponsorship.core.mail import send_due
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import find_issue_on, list_slots
from sponsorship.inventory.services import mark_issue_sent
from sponsorship.payments import flows
from sponsorship.payments.models import Invoice, Seller
from sponsorship.payments.rules.reversals import MoneyBack
from sponsorship.payments.services import Return, cancel_order, confirm_on_invoice, record_bank_payment
from sponsorship.payments.stripe_gateway import StripeGateway
from tests.factories.booking import detailed_order, make_sponsor
from torture._money.stage import Stage

HOLD_IS_OVER = timedelta(minutes=100)


@dataclass
class Teller:
    """What a story may do: buy, pay, send webhooks, let the worker work. `now` is passed to the product, and may be moved."""

    stage: Stage
    settings: Settings
    gateway: StripeGateway
    ahead: timedelta = timedelta(0)

    @classmethod
    def of(cls, stage: Stage, deployment: str) -> "Teller":
        """A teller whose orders the provider can tell from all others by their deployment."""
        settings = replace(stage.app.config["SETTINGS"], deployment=deployment)
        gateway = StripeGateway(settings)
        stage.app.extensions["payment_gateway"] = gateway
        return cls(stage, settings, gateway)

    @property
    def now(self) -> datetime:
        """The present, moved as far as the story has moved it."""
        return datetime.now(UTC) + self.ahead

    @property
    def day(self) -> date:
        """The issue that stories are about."""
        return self.stage.first

    def hold(self, key: str = "primary", email: str = "noor@tidewatch.example", **details: Any) -> str:
        """Hold a slot of the day; returns the order's token."""
        with transaction() as session:
            newsletter = session.get_one(Newsletter, self.stage.newsletter_id)
            issue = find_issue_on(session, newsletter.id, self.day)
            assert issue is not None
            slot = next(one for one in list_slots(session, [issue.id]) if one.placement.key == key)
            moment = self.now - timedelta(minutes=1)
            return detailed_order(session, newsletter, [slot], now=moment, contact_email=email, **details).token

    def open(self, token: str) -> str:
        """Open the payment page; returns the provider's id of it."""
        url = flows.open_checkout(order_token=token, gateway=self.gateway, settings=self.settings, now=self.now)
        assert url is not None
        return url.rsplit("/", 1)[-1]

    def pay(self, session_id: str, act: str = "pay", page: str = "") -> None:
        """Press a button of the payment page."""
        self.stage.provider.press(session_id, act, page)

    def webhook(self, topic: str) -> None:
        """Have the provider's newest event of a type come in, over the endpoint, as it is signed."""
        listed = self.gateway._events.list({"type": topic, "limit": 1}).data  # the event as it is, for the body
        body = json.dumps(listed[0].to_dict(for_json=True)).encode()
        stamp = str(int(datetime.now(UTC).timestamp()))
        secret = self.settings.stripe_webhook_secrets[0].encode()
        signature = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {"Stripe-Signature": f"t={stamp},v1={signature}"}
        answer = self.stage.app.test_client().post("/webhooks/stripe", data=body, headers=headers)
        assert answer.status_code == 200, answer.status_code

    def work(self) -> None:
        """The worker's rounds, until nothing is left to do now."""
        flows.settle_inbox(gateway=self.gateway, settings=self.settings, now=self.now)
        flows.send_due_refunds(gateway=self.gateway, now=self.now)
        while outbox.deliver_due(self.now):
            pass
        send_due(self.now, self.settings)

    def reconcile(self) -> None:
        """Look at everything open."""
        flows.reconcile(gateway=self.gateway, settings=self.settings, now=self.now, deep=True)

    def let_go(self, token: str) -> None:
        """Have the slots let go without asking the provider, as an operator by hand might."""
        with transaction() as session:
            lapse_order(session, order=get_order(session, token), now=self.now)


def paid_by_card(tell: Teller) -> None:
    """Paid, and told by webhook."""
    tell.pay(tell.open(tell.hold()))
    tell.webhook("checkout.session.completed")
    tell.work()


def paid_and_came_back(tell: Teller) -> None:
    """Paid, the webhook lost, settled by the page to which the buyer comes back."""
    token = tell.hold()
    tell.pay(tell.open(token))
    tell.stage.app.test_client().get(f"/orders/{urllib.parse.quote(token)}/return")
    tell.work()


def paid_and_nobody_told(tell: Teller) -> None:
    """Paid, and only reconciling finds out."""
    tell.pay(tell.open(tell.hold()))
    tell.reconcile()
    tell.work()


def debit_that_succeeds(tell: Teller) -> None:
    """A bank debit that is paid later."""
    session_id = tell.open(tell.hold())
    tell.pay(session_id, "debit")
    tell.webhook("checkout.session.completed")
    tell.work()
    tell.pay(session_id, "succeed", "/later")
    tell.webhook("checkout.session.async_payment_succeeded")
    tell.work()


def debit_that_fails(tell: Teller) -> None:
    """A bank debit that the bank returns."""
    session_id = tell.open(tell.hold())
    tell.pay(session_id, "debit")
    tell.webhook("checkout.session.completed")
    tell.work()
    tell.pay(session_id, "fail", "/later")
    tell.webhook("checkout.session.async_payment_failed")
    tell.work()


def given_up(tell: Teller) -> None:
    """The buyer presses back and lets the dates go."""
    token = tell.hold()
    tell.open(token)
    flows.give_up(order_token=token, gateway=tell.gateway, now=tell.now)
    tell.work()


def abandoned(tell: Teller) -> None:
    """Nobody comes back; the hold ends, and the sweeper ends the page."""
    tell.open(tell.hold())
    tell.ahead = HOLD_IS_OVER
    tell.reconcile()
    tell.work()


def late_and_still_free(tell: Teller) -> None:
    """Paid after the slots were let go, which are free still."""
    token = tell.hold()
    session_id = tell.open(token)
    tell.let_go(token)
    tell.pay(session_id)
    tell.webhook("checkout.session.completed")
    tell.work()


def late_and_sold(tell: Teller) -> None:
    """Paid after the slots were let go and sold to another: all of it goes back."""
    token = tell.hold()
    session_id = tell.open(token)
    tell.let_go(token)
    other = tell.open(tell.hold(email="kim@other.example", company="Other Ltd"))
    tell.pay(other)
    tell.webhook("checkout.session.completed")
    tell.work()
    tell.pay(session_id)
    tell.webhook("checkout.session.completed")
    tell.work()


def answer_lost(tell: Teller) -> None:
    """The provider opens the page, and its answer is lost; the refund's answer as well."""
    tell.stage.provider.control("faults", target="api", kind="reset_after", method="POST", path="/v1/", times=2)
    late_and_sold(tell)


def on_invoice(tell: Teller) -> None:
    """Confirmed on invoice, paid to the bank in two parts."""
    token = tell.hold()
    with transaction() as session:
        order = get_order(session, token)
        sponsor = make_sponsor(session, order.newsletter, now=tell.now)
        sponsor.may_pay_by_invoice = True
        order.sponsor = sponsor
        confirm_on_invoice(session, order=order, now=tell.now)
    tell.work()
    for part in (1000, None):
        with transaction() as session:
            invoice = session.query(Invoice).one()
            amount = part or invoice.open_minor
            record_bank_payment(
                session, invoice=invoice, amount_minor=amount, reference=f"line {amount}", actor="ann", now=tell.now
            )
    tell.work()


def ran(tell: Teller) -> None:
    """Paid, and the issue goes out: what was deferred is earned."""
    paid_by_card(tell)
    tell.ahead = timedelta(days=30)
    with transaction() as session:
        issue = find_issue_on(session, tell.stage.newsletter_id, tell.day)
        assert issue is not None
        mark_issue_sent(session, issue=issue, now=tell.now)
    tell.work()


def does_not_fit(tell: Teller) -> None:
    """What was paid is not what was agreed on: nothing is confirmed, the money is kept apart."""
    token = tell.hold()
    session_id = tell.open(token)
    with transaction() as session:
        order = session.query(Order).filter(Order.token == token).one()
        payment = flows.checkout.find_standing_session(session, order.id)
        assert payment is not None
        payment.amount_minor += 1
    tell.pay(session_id)
    tell.webhook("checkout.session.completed")
    tell.work()


def cancelled(tell: Teller) -> None:
    """Paid, and the publisher cancels: the slot is free, a credit note is sent, all of the money goes back."""
    paid_by_card(tell)
    with transaction() as session:
        order = session.query(Order).filter(Order.state == OrderState.CONFIRMED).one()
        cancel_order(
            session, order=order, booking_ids=[booking.id for booking in order.bookings], keep_basis_points=0,
            reason="Asked by phone", key="form:cancelled", actor="ann", now=tell.now,
            by=Return(tell.gateway.prepare_refund, tell.settings.deployment, MoneyBack.REFUND),
        )  # fmt: skip
    tell.work()


def disputed_and_lost(tell: Teller) -> None:
    """Paid, and the buyer's bank takes the money back for good."""
    session_id = tell.open(tell.hold())
    tell.pay(session_id)
    tell.webhook("checkout.session.completed")
    tell.work()
    payment_id = tell.gateway.fetch_session(session_id).payment_id
    for act, topic in (("withdraw", "charge.dispute.funds_withdrawn"), ("lose", "charge.dispute.closed")):
        tell.stage.provider.control(f"payments/{payment_id}", act=act)
        tell.webhook(topic)
        tell.work()


def invoice_at_the_provider(tell: Teller) -> None:
    """Confirmed on an invoice that goes through the provider as well, and is paid on its page there."""
    token = tell.hold()
    with transaction() as session:
        order = get_order(session, token)
        sponsor = make_sponsor(session, order.newsletter, now=tell.now)
        sponsor.may_pay_by_invoice, order.sponsor = True, sponsor
        session.merge(Seller(newsletter_id=order.newsletter_id, sends_by_stripe=True))
        confirm_on_invoice(session, order=order, now=tell.now)
    tell.work()
    flows.sync_invoices(gateway=tell.gateway, settings=tell.settings, now=tell.now)
    with transaction() as session:
        url = session.query(Invoice).one().provider_url
    assert url is not None
    answer = requests.post(url, data={"act": "card"}, allow_redirects=False, timeout=20)
    assert answer.status_code == 303, answer.status_code
    tell.webhook("invoice.paid")
    tell.work()


STORIES: tuple[Callable[[Teller], None], ...] = (
    paid_by_card, paid_and_came_back, paid_and_nobody_told, debit_that_succeeds, debit_that_fails, given_up, abandoned,
    late_and_still_free, late_and_sold, answer_lost, on_invoice, ran, does_not_fit,
    cancelled, disputed_and_lost, invoice_at_the_provider,
)  # fmt: skip


def pick_up(tell: Teller) -> None:
    """What happens after a restart, without anybody's doing: reconciling at start, then the worker, then time."""
    for ahead in (timedelta(0), timedelta(minutes=10), HOLD_IS_OVER * 2):
        tell.ahead = max(tell.ahead, ahead)
        tell.reconcile()
        tell.work()
    db.session.remove()
