"""Invoices: drafted, finalised, sent, paid on their page by card or bank, marked as paid elsewhere, voided, given up."""

import pytest
import requests
import stripe

from tests.standin.conftest import Desk, wait_until
from tests.stripe_contract.published import object_problems

FOOTER = "Registered in England"


def open_invoice(desk: Desk, amount: int = 165_000, number: str = "2026-0001") -> stripe.Invoice:
    """An invoice of one item, finalised and sent."""
    client = desk.client.v1
    customer = client.customers.create({"name": "Tidewatch Ltd", "email": "noor@tidewatch.example"})
    draft = client.invoices.create({
        "customer": customer.id, "collection_method": "send_invoice", "due_date": 1_900_000_000, "auto_advance": False,
        "pending_invoice_items_behavior": "exclude", "number": number, "currency": "usd", "footer": FOOTER,
        "custom_fields": [{"name": "PO number", "value": "PO-4711"}],
    })  # fmt: skip
    assert draft.id is not None
    client.invoice_items.create({
        "invoice": draft.id, "customer": customer.id, "amount": amount, "currency": "usd", "description": "Primary",
    })  # fmt: skip
    client.invoices.finalize_invoice(draft.id, {"auto_advance": False})
    return client.invoices.send_invoice(draft.id)


def press(desk: Desk, invoice: stripe.Invoice, act: str) -> int:
    """Press a button of the invoice's page; returns the answer's status."""
    assert invoice.hosted_invoice_url is not None
    return requests.post(invoice.hosted_invoice_url, data={"act": act}, allow_redirects=False, timeout=5).status_code


def read(desk: Desk, invoice: stripe.Invoice) -> stripe.Invoice:
    """The invoice as it is now."""
    return desk.client.v1.invoices.retrieve(str(invoice.id))


def test_an_invoice_is_open_with_its_number_and_a_page(desk: Desk) -> None:
    invoice = open_invoice(desk)
    assert (invoice.status, invoice.number, invoice.total, invoice.amount_remaining) == (
        "open", "2026-0001", 165_000, 165_000,
    )  # fmt: skip
    page = requests.get(str(invoice.hosted_invoice_url), timeout=5).text
    assert "PO-4711" in page and FOOTER in page and "The bank pays the invoice" in page
    with pytest.raises(stripe.InvalidRequestError, match="already in use"):
        open_invoice(desk)


@pytest.mark.parametrize(("act", "method", "fee"), [("card", "card", 4815), ("bank", "customer_balance", 500)])
def test_an_invoice_is_paid_by_card_or_by_bank_and_its_payment_can_be_found(
    desk: Desk, act: str, method: str, fee: int
) -> None:
    invoice = open_invoice(desk)
    assert press(desk, invoice, act) == 303
    paid = read(desk, invoice)
    assert (paid.status, paid.amount_paid, paid.amount_remaining) == ("paid", 165_000, 0)
    (payment,) = desk.client.v1.invoice_payments.list({"invoice": str(invoice.id), "status": "paid"}).data
    intent = desk.client.v1.payment_intents.retrieve(
        str(payment.payment.payment_intent), {"expand": ["latest_charge.balance_transaction"]}
    )
    charge = intent.to_dict()["latest_charge"]
    assert charge["payment_method_details"]["type"] == method and charge["balance_transaction"]["fee"] == fee
    assert press(desk, invoice, act) == 409


def test_half_of_it_leaves_it_open_and_elsewhere_closes_the_rest(desk: Desk) -> None:
    invoice = open_invoice(desk)
    assert press(desk, invoice, "part") == 303
    half = read(desk, invoice)
    assert (half.status, half.amount_remaining) == ("open", 82_500)
    done = desk.client.v1.invoices.pay(str(invoice.id), {"paid_out_of_band": True})
    assert (done.status, done.amount_paid_off_stripe, done.amount_paid) == ("paid", 82_500, 165_000)


def test_void_is_final_and_given_up_is_not(desk: Desk) -> None:
    first, second = open_invoice(desk), open_invoice(desk, number="2026-0002")
    client = desk.client.v1.invoices
    assert client.void_invoice(str(first.id)).status == "void"
    assert press(desk, first, "card") == 409
    assert client.mark_uncollectible(str(second.id)).status == "uncollectible"
    assert press(desk, second, "bank") == 303 and read(desk, second).status == "paid"
    with pytest.raises(stripe.InvalidRequestError, match="cannot be voided"):
        client.void_invoice(str(second.id))


def test_invoices_items_payments_and_their_events_are_as_published(desk: Desk) -> None:
    invoice = open_invoice(desk)
    press(desk, invoice, "part")
    press(desk, invoice, "bank")
    wait_until(lambda: desk.receiver.events("invoice.paid"))
    bodies = [event.to_dict(for_json=True)["data"]["object"] for event in desk.receiver.events()]
    assert {"invoice", "invoice_payment", "charge", "payment_intent"} <= {body["object"] for body in bodies}
    for body in bodies:
        assert not object_problems(body), body["object"]
