"""Acceptance 21, 22 and 30: one session and one refund whatever times out; tampering; every currency, to the minor unit."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine

from sponsorship.booking.models import Order
from sponsorship.core.db import db, transaction
from sponsorship.core.money import smallest_step
from sponsorship.inventory.models import Newsletter
from sponsorship.payments import flows
from sponsorship.payments.queries.books import LedgerFilter, find_closed_through, sum_figure
from sponsorship.payments.rules.books import Figure
from sponsorship.payments.services import close_month
from tests.factories.booking import detailed_order
from tests.factories.inventory import slot_on
from tests.payments.acceptance.conftest import Stage, Visitor
from tests.payments.conftest import DAYS

CURRENCIES = ("USD", "JPY", "KWD", "ISK", "UGX", "MGA")


@pytest.mark.parametrize("fault", ["reset_after", "error_500_after", "latency"])
def test_21_retry_after_time_out_is_one_session_one_refund(stage: Stage, fault: str) -> None:
    token = stage.hold()
    stage.shop.provider.order("faults", target="api", kind=fault, method="POST", path="/v1/checkout/sessions", times=3)
    stage.check_out(token)
    frozen = stage.shop.session_of(token)
    key, request = frozen.idempotency_key, dict(frozen.request)
    stage.shop.provider.mend()
    stage.shop.wait(minutes=1)
    stage.shop.reconcile()
    assert len(stage.shop.provider.list("checkout/sessions")) == 1
    again = stage.shop.session_of(token)
    assert (again.idempotency_key, again.request) == (key, request)
    session_id = stage.shop.provider.list("checkout/sessions")[0]["id"]
    stage.shop.wait(minutes=50)
    stage.shop.provider.order("clock", offset_seconds=-3000)  # the provider's clock lags: its page is open still
    with transaction() as session:  # the dates were let go, and somebody else has them
        order = session.get_one(Order, stage.read(token).id)
        order_id = order.id
    other = _sell_away(stage, order_id)
    stage.shop.provider.try_to_pay(session_id)
    stage.shop.provider.order("faults", target="api", kind=fault, method="POST", path="/v1/refunds", times=3)
    stage.shop.reconcile(deep=True)
    stage.shop.provider.mend()
    stage.shop.wait(minutes=5)
    stage.shop.reconcile(deep=True)
    paid = [one for one in stage.shop.provider.list("checkout/sessions") if one["payment_status"] == "paid"]
    assert len(stage.shop.provider.list("refunds")) == len(paid)
    assert stage.read(other).state.value in ("held", "lapsed")


def _sell_away(stage: Stage, order_id: int) -> str:
    """Take the order's slots from it without asking the provider, and hold them for another."""
    db.session().rollback()
    with transaction() as session:
        order = session.get_one(Order, order_id)
        slots = [booking.slot for booking in order.bookings]
        for booking in order.bookings:
            booking.state = type(booking.state).LAPSED
        order.state = type(order.state).LAPSED
        session.flush()
        newsletter = session.get_one(Newsletter, stage.shop.newsletter_id)
        return detailed_order(session, newsletter, slots, now=stage.shop.now, contact_email="kim@other.example").token


@pytest.mark.parametrize("change", ["amount", "currency", "metadata", "reference"])
def test_22_amount_or_currency_tampering(stage: Stage, change: str) -> None:
    token, session_id = stage.to_payment()
    stage.lose_webhooks()
    before = {"amount": ("amount_minor", 1), "currency": ("currency", "JPY")}.get(change)
    with transaction() as session:  # as if the session at the provider differed from what we had agreed on
        payment = session.merge(stage.shop.session_of(token))
        if before:
            setattr(payment, *before)
        elif change == "metadata":
            payment.request = {**payment.request, "metadata": payment.request["metadata"] | {"attempt": "9"}}
        else:
            payment.order.token = payment.order.token[::-1]
            token = payment.order.token
    stage.press(session_id, "pay")
    assert stage.send_event(stage.events("checkout.session.completed")[0]).status_code == 200
    stage.work()
    assert stage.state(token) == "needs_review"
    assert stage.mails("booked:") == 0
    total = stage.shop.receipts[0].amount_minor
    assert stage.balance("unapplied") == -total < 0
    assert stage.balance("ar") == stage.balance("deferred") == 0


@pytest.fixture
def currencies(stage: Stage) -> Iterator[dict[str, str]]:
    """An order in each currency, paid by card; currency to token."""
    tokens: dict[str, str] = {}
    for number, currency in enumerate(CURRENCIES):
        with transaction() as session:
            newsletter = session.get_one(Newsletter, stage.shop.newsletter_id)
            newsletter.currency = currency
            day = date(2026, 12, 6 + 7 * (number % 3)) if number < 3 else date(2027, 1, 3 + 7 * (number % 3))
            slots = [slot_on(session, newsletter, day, "sponsored"), slot_on(session, newsletter, day, "classified")]
            for slot in slots:
                slot.issue.newsletter = newsletter
            order = detailed_order(session, newsletter, slots, now=stage.shop.now, contact_email=f"a{number}@x.example")
            assert order.currency == currency and order.net_minor % smallest_step(currency) == 0
            tokens[currency] = order.token
        visitor = Visitor(stage.url)
        answer = stage.check_out(tokens[currency], visitor, contact_email=f"a{number}@x.example")
        assert answer.status_code == 303, answer.text[:1500]
        stage.press(answer.headers["Location"].rsplit("/", 1)[-1], "pay")
        stage.deliver()
    yield tokens


def test_30_money_across_currencies_and_the_six_numbers(stage: Stage, currencies: dict[str, str]) -> None:
    for currency, token in currencies.items():
        sent = next(one for one in stage.shop.provider.list("checkout/sessions") if one["client_reference_id"] == token)
        assert (sent["amount_total"], sent["currency"]) == (stage.read(token).total_minor, currency.lower())
    charges = stage.shop.provider.list("charges")
    db.session().rollback()
    newsletter_id = stage.shop.newsletter_id
    raw = {code: sum(c["amount"] for c in charges if c["currency"] == code.lower()) for code in CURRENCIES}
    tax = {code: stage.read(token).tax_minor for code, token in currencies.items()}
    for figure in (Figure.BOOKED, Figure.INVOICED, Figure.COLLECTED, Figure.DEFERRED):
        sums = sum_figure(db.session(), newsletter_id, LedgerFilter(figure=figure))
        assert sums == {code: raw[code] - tax[code] for code in CURRENCIES}, figure
    for figure in (Figure.REFUNDED, Figure.RECOGNISED):
        assert not any(sum_figure(db.session(), newsletter_id, LedgerFilter(figure=figure)).values())
    with time_machine.travel(datetime(2026, 12, 2, 9, tzinfo=UTC)), transaction() as session:
        newsletter = session.get_one(Newsletter, newsletter_id)
        close_month(session, newsletter=newsletter, month=DAYS[0].replace(month=11, day=1), actor="ann@example.org",
                    now=datetime(2026, 12, 2, 9, tzinfo=UTC))  # fmt: skip
    assert find_closed_through(db.session(), newsletter_id) == date(2026, 11, 30)
    assert sum_figure(db.session(), newsletter_id, LedgerFilter(figure=Figure.BOOKED)) == {
        code: raw[code] - tax[code] for code in CURRENCIES
    }
    assert flows.reconcile(gateway=stage.shop.gateway, settings=stage.shop.settings, now=stage.shop.now).confirmed == 0
