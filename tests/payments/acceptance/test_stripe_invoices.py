"""Acceptance 23 to 25 with invoices that go through Stripe as well: paid there by card or bank, partly, elsewhere, closed."""

import pytest
import requests

from sponsorship.core.db import db, transaction
from sponsorship.payments import flows
from sponsorship.payments.models import Dispute, Invoice, MoneyTask, PaymentSession, Refund
from sponsorship.payments.queries import get_invoice
from sponsorship.payments.services import void_invoice
from tests.payments.acceptance.conftest import Stage, Visitor
from tests.payments.acceptance.test_money_acts import DESK, SELLER, bank, give_back, invoice_of, invoiced, rows
from tests.payments.conftest import DAYS


@pytest.fixture(autouse=True)
def through_stripe(stage: Stage, publisher: Visitor) -> None:
    """The newsletter sends its invoices through Stripe, taxed by a rate of its own."""
    settings = f"{DESK}/money-settings"
    assert publisher.post(settings, SELLER | {"sends_by_stripe": "y"}, page=settings).status_code == 303
    rate = {"place": "NL", "buyer": "consumer", "label": "BTW 21 %", "percent": "21", "note": ""}
    assert publisher.post(f"{DESK}/tax-rates", rate, page=settings).status_code == 303


def sync(stage: Stage, *, deep: bool = False) -> int:
    """One round of the worker that looks after invoices at the provider."""
    db.session().rollback()  # the worker sees the present, not what the test last looked at
    return flows.sync_invoices(gateway=stage.shop.gateway, settings=stage.shop.settings, now=stage.shop.now, deep=deep)


def issued(stage: Stage, trusted: Visitor, **more: str) -> tuple[str, str]:
    """An order on invoice that is at Stripe too; returns its token and the address of its page there."""
    token = invoiced(stage, trusted, purchase_order_number="PO-4711", **more)
    assert sync(stage) == 1
    url = invoice_of(stage, token).provider_url
    assert url is not None
    return token, url


def press(url: str, act: str) -> int:
    """Press a button of Stripe's page; returns the answer's status."""
    return requests.post(url, data={"act": act}, allow_redirects=False, timeout=5).status_code


def at_stripe(stage: Stage) -> dict:
    """The one invoice that Stripe has."""
    (invoice,) = stage.shop.provider.list("invoices")
    return invoice


def test_23_it_is_drafted_filled_finalised_and_sent_with_our_number_once(stage: Stage, trusted: Visitor) -> None:
    token, url = issued(stage, trusted)
    made, ours = at_stripe(stage), invoice_of(stage, token)
    assert (made["number"], made["status"], made["total"]) == (ours.number, "open", 199_650)
    assert [(line["description"].split(",")[0], line["amount"]) for line in made["lines"]["data"]] == [
        ("Primary", 165_000), ("BTW 21 %", 34_650),
    ]  # fmt: skip
    assert made["custom_fields"] == [{"name": "PO number", "value": "PO-4711"}]
    assert made["footer"] == "Registered in England" and made["due_date"] > stage.shop.now.timestamp() + 29 * 86_400
    assert sync(stage) == 0 and len(stage.shop.provider.list("invoices")) == 1
    assert stage.events("invoice.sent")
    answer = trusted.post(f"/orders/{token}/invoice/pay", {}, page=f"/orders/{token}")
    assert answer.headers["Location"] == url and rows(stage, PaymentSession) == []


@pytest.mark.parametrize("fault", ["reset_after", "error_500_after", "reset_before"])
def test_21_an_answer_that_was_lost_makes_no_second_invoice(stage: Stage, trusted: Visitor, fault: str) -> None:
    token = invoiced(stage, trusted)
    stage.shop.provider.order("faults", target="api", kind=fault, method="POST", path="/v1/invoices", times=3)
    sync(stage)
    stage.shop.provider.mend()
    sync(stage)
    assert at_stripe(stage)["status"] == "open" and invoice_of(stage, token).provider_status == "open"
    assert rows(stage, MoneyTask) == []


@pytest.mark.parametrize("act", ["card", "bank"])
def test_24_it_is_paid_there_by_card_or_by_bank(stage: Stage, publisher: Visitor, trusted: Visitor, act: str) -> None:
    token, url = issued(stage, trusted)
    assert press(url, act) == 303
    stage.deliver()
    stage.deliver()
    assert (invoice_of(stage, token).state.value, stage.receipts(token)) == ("paid", [199_650])
    assert (stage.balance("ar"), stage.balance("tax")) == (0, -34_650)
    booking = stage.read(token).bookings[0].id
    assert give_back(stage, publisher, token, what="cancel", bookings=[booking]) == 303
    stage.deliver()
    assert [one.state.value for one in rows(stage, Refund)] == ["succeeded"] and stage.balance("refund_due") == 0


def test_24_partly_there_and_the_rest_there(stage: Stage, trusted: Visitor) -> None:
    token, url = issued(stage, trusted)
    press(url, "part")
    stage.deliver()
    assert (invoice_of(stage, token).state.value, stage.balance("ar")) == ("open", 199_650 - 99_800)
    press(url, "bank")
    stage.deliver()
    assert (invoice_of(stage, token).state.value, stage.balance("ar")) == ("paid", 0)
    assert stage.receipts(token) == [99_800, 99_850]


def test_24_when_the_webhooks_are_lost_the_deep_pass_finds_the_money(stage: Stage, trusted: Visitor) -> None:
    token, url = issued(stage, trusted)
    stage.deliver()
    stage.lose_webhooks()
    press(url, "card")
    stage.shop.reconcile()
    assert invoice_of(stage, token).state.value == "open"
    stage.shop.reconcile(deep=True)
    assert (invoice_of(stage, token).state.value, stage.receipts(token)) == ("paid", [199_650])


def test_24_marked_as_paid_in_the_dashboard_is_money_at_the_bank(stage: Stage, trusted: Visitor) -> None:
    token, url = issued(stage, trusted)
    press(url, "elsewhere")
    stage.deliver()
    assert (invoice_of(stage, token).state.value, stage.balance("bank"), stage.balance("ar")) == ("paid", 199_650, 0)


def test_24_what_the_bank_paid_here_is_said_there(stage: Stage, publisher: Visitor, trusted: Visitor) -> None:
    token, url = issued(stage, trusted)
    assert bank(stage, publisher, token, "1,996.50", "all of it") == 303
    assert sync(stage) == 1
    assert (at_stripe(stage)["status"], at_stripe(stage)["amount_paid_off_stripe"]) == ("paid", 199_650)
    stage.deliver()
    assert stage.receipts(token) == [199_650] and press(url, "card") == 409


def test_24_a_page_over_another_sum_is_voided_and_the_rest_is_paid_on_ours(
    stage: Stage, publisher: Visitor, trusted: Visitor
) -> None:
    token, _ = issued(stage, trusted)
    assert bank(stage, publisher, token, "996.50", "a part") == 303
    assert sync(stage) == 1 and at_stripe(stage)["status"] == "void"
    stage.deliver()
    assert rows(stage, MoneyTask) == []
    answer = trusted.post(f"/orders/{token}/invoice/pay", {}, page=f"/orders/{token}")
    stage.press(answer.headers["Location"].rsplit("/", 1)[-1], "pay")
    stage.deliver()
    assert invoice_of(stage, token).state.value == "paid" and stage.receipts(token) == [99_650, 100_000]


def test_25_void_and_written_off_are_said_there_and_late_money_reverses_it(
    stage: Stage, publisher: Visitor, trusted: Visitor
) -> None:
    token, url = issued(stage, trusted)
    path = f"/invoices/{invoice_of(stage, token).id}"
    assert publisher.post(f"{path}/write-off", {"reason": "Insolvent"}, page=path).status_code == 303
    assert sync(stage) == 1 and at_stripe(stage)["status"] == "uncollectible" and sync(stage) == 0
    press(url, "bank")
    stage.deliver()
    assert (invoice_of(stage, token).state.value, stage.balance("bad_debt")) == ("paid", 0)
    second = invoiced(stage, trusted, DAYS[1])
    sync(stage)
    with transaction() as session:
        invoice = get_invoice(session, invoice_of(stage, second).id)
        void_invoice(session, invoice=invoice, reason="Booked twice", actor="imogen@x.example", now=stage.shop.now)
    assert sync(stage) == 1
    assert press(str(invoice_of(stage, second).provider_url), "card") == 409


def test_25_voided_in_the_dashboard_is_still_owed_here_and_a_person_is_asked(stage: Stage, trusted: Visitor) -> None:
    token, url = issued(stage, trusted)
    press(url, "void")
    stage.deliver()
    assert invoice_of(stage, token).state.value == "open" and stage.balance("ar") == 199_650
    assert [task.kind.value for task in rows(stage, MoneyTask)] == ["invoice_differs"]


def test_23_a_number_that_stripe_has_already_asks_a_person_and_ours_stands(stage: Stage, trusted: Visitor) -> None:
    token = invoiced(stage, trusted)
    request = {
        "customer": stage.shop.gateway._customers.create({"name": "x"}).id, "collection_method": "send_invoice",
        "due_date": 1_900_000_000, "number": invoice_of(stage, token).number, "currency": "usd",
    }  # fmt: skip
    stage.shop.gateway._invoices.create(request)
    assert sync(stage) == 1 and sync(stage) == 0
    assert [task.kind.value for task in rows(stage, MoneyTask)] == ["invoice_differs"]
    assert "/pay/" in trusted.post(f"/orders/{token}/invoice/pay", {}, page=f"/orders/{token}").headers["Location"]


def test_28_a_dispute_that_comes_before_its_payment_is_known_settles_the_payment_first(
    stage: Stage, trusted: Visitor
) -> None:
    token, url = issued(stage, trusted)
    stage.lose_webhooks(20)
    press(url, "card")
    stage.shop.provider.mend()
    (charge,) = stage.shop.provider.list("charges")
    stage.shop.provider.order(f"payments/{charge['payment_intent']}", act="withdraw")
    stage.deliver()
    assert stage.receipts(token) == [199_650]
    assert [one.state.value for one in rows(stage, Dispute)] == ["open"]
    assert [one.state.value for one in rows(stage, Invoice)] == ["paid"]
