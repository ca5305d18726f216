"""Stripe Tax: nothing is added here, the provider works it out on its page, and books and papers say what it took."""

import pytest
import requests

from sponsorship.core.db import db, transaction
from sponsorship.payments.models import Invoice, OrderTerms
from tests.payments.acceptance.conftest import Stage, Visitor
from tests.payments.acceptance.test_money_acts import DESK, SELLER, give_back, invoiced, rows
from tests.payments.conftest import BUYER

BUYERS = {
    "at home": ({"country": "GB", "tax_id": "GB980780684"}, 33_000, "Tax 20 %"),
    "a consumer in the Union": ({"country": "NL"}, 34_650, "Tax 21 %"),
    "a business in the Union": ({"country": "NL", "tax_id": "NL001234567B01"}, 0, "Tax, reverse charge"),
    "abroad": ({"country": "US"}, 0, ""),
}


@pytest.fixture
def taxed(stage: Stage, publisher: Visitor) -> None:
    """The newsletter leaves tax to Stripe, and has a rate of its own for orders on invoice."""
    settings = f"{DESK}/money-settings"
    assert publisher.post(settings, SELLER | {"tax_mode": "stripe_tax"}, page=settings).status_code == 303
    rate = {"place": "NL", "buyer": "consumer", "label": "BTW 21 %", "percent": "21", "note": ""}
    assert publisher.post(f"{DESK}/tax-rates", rate, page=settings).status_code == 303


def pay_from(stage: Stage, session_id: str, act: str, **answers: str) -> requests.Response:
    """Press a button of the payment page as a buyer of that address."""
    form = {"act": act, **BUYER, **answers}
    return requests.post(f"{stage.shop.provider.url}/pay/{session_id}", data=form, allow_redirects=False, timeout=5)


@pytest.mark.usefixtures("taxed")
@pytest.mark.parametrize("who", BUYERS)
def test_the_tax_that_stripe_took_is_on_invoice_and_in_the_books(stage: Stage, publisher: Visitor, who: str) -> None:
    answers, tax, label = BUYERS[who]
    token, session_id = stage.to_payment()
    assert stage.read(token).tax_minor == 0
    shown = pay_from(stage, session_id, "work_out_tax", **answers)
    assert shown.status_code == 200 and f"Pay ${(165_000 + tax) / 100:,.2f}" in shown.text
    assert pay_from(stage, session_id, "decline", country="US").status_code == 303  # first from elsewhere, and refused
    assert pay_from(stage, session_id, "pay", **answers).status_code == 303
    stage.deliver()
    (invoice,), (terms,) = rows(stage, Invoice), terms_of()
    assert (stage.state(token), stage.receipts(token)) == ("confirmed", [165_000 + tax])
    assert (invoice.net_minor, invoice.tax_minor, invoice.state.value) == (165_000, tax, "paid")
    assert (stage.balance("tax"), stage.balance("deferred"), stage.balance("ar")) == (-tax, -165_000, 0)
    assert (terms.tax_label, terms.country) == (label, answers["country"])
    assert (label or "Net") in str(invoice.printed) and ("Article 196" in str(invoice.printed)) == ("reverse" in label)
    booking = stage.read(token).bookings[0].id
    assert give_back(stage, publisher, token, what="cancel", bookings=[booking]) == 303
    stage.deliver()
    assert [one["amount"] for one in stage.shop.provider.list("refunds")] == [165_000 + tax]
    assert stage.balance("tax") == stage.balance("deferred") == 0


@pytest.mark.usefixtures("taxed")
def test_an_order_on_invoice_bears_the_newsletters_own_rate(stage: Stage, trusted: Visitor) -> None:
    invoiced(stage, trusted)
    (invoice,) = rows(stage, Invoice)
    assert (invoice.net_minor, invoice.tax_minor) == (165_000, 34_650) and "BTW 21 %" in str(invoice.printed)


@pytest.mark.usefixtures("taxed")
def test_a_session_that_took_another_net_than_agreed_confirms_nothing(stage: Stage) -> None:
    token, session_id = stage.to_payment()
    with transaction() as session:
        session.merge(stage.shop.session_of(token)).amount_minor -= 1
    pay_from(stage, session_id, "pay", country="GB")
    stage.deliver()
    assert stage.state(token) == "needs_review" and stage.balance("unapplied") == -198_000


def terms_of() -> list[OrderTerms]:
    """What the orders' tax came from."""
    db.session().rollback()
    return list(db.session.scalars(db.select(OrderTerms)))
