"""The buyer's pages over HTTP: check out, wrong input, holds that ran out, invoices for those who may."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from sponsorship.accounts.models import User
from sponsorship.booking.queries import get_order
from sponsorship.booking.rules import OrderState, PaymentMethod
from sponsorship.booking.services import give_details, hold_slots
from sponsorship.core.db import db, transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import Invoice, PaymentSession
from sponsorship.payments.rules import InvoiceState
from sponsorship.sponsors.models import Sponsor
from tests.factories.booking import make_sponsor
from tests.factories.inventory import slot_on
from tests.payments.conftest import DAYS, Shop

SignIn = Callable[..., User]
DETAILS = {
    "company": "Cinderbox B.V.", "contact_name": "Joost Hermans", "contact_email": "Joost@Cinderbox.example",
    "website": "cinderbox.example", "street": "Kade 41", "city": "1011 LX Amsterdam", "country": "NL",
    "vat_number": "004495445B01", "purchase_order_number": "PO-7", "pay": "card", "accept_terms": "y",
}  # fmt: skip


def hold(shop: Shop, *days: date) -> str:
    """Hold slots as an anonymous visitor does: nobody's details are known."""
    with transaction() as session:
        newsletter = session.get_one(Newsletter, shop.newsletter_id)
        ids = [slot_on(session, newsletter, day).id for day in days or DAYS]
        return hold_slots(session, newsletter=newsletter, slot_ids=ids, now=shop.now).token


def post(client: FlaskClient, token: str, **changes: str) -> Any:
    return client.post_form(f"/orders/{token}/checkout", DETAILS | changes)


def text_of(html: str, selector: str) -> str:
    node = LexborHTMLParser(html).css_first(selector)
    return " ".join(node.text().split()) if node is not None else ""


def test_the_page_says_how_long_the_slots_are_held_and_what_they_cost(shop: Shop, client: FlaskClient) -> None:
    token = hold(shop)
    page = client.get(f"/orders/{token}/checkout")
    assert page.status_code == 200
    assert text_of(page.text, "h1") == "Three slots, held for you until 10:00."
    assert text_of(page.text, ".slip .total") == "Total$4,455.00"
    assert "Run of three, 10% off" in text_of(page.text, ".slip")
    assert text_of(page.text, "form.checkout button").startswith("Pay $4,455.00 on Stripe")
    countdown = LexborHTMLParser(page.text).css_first("[data-countdown]")
    assert countdown is not None and (countdown.attributes["data-countdown"] or "").startswith("2026-11-19T10:00:00")
    assert "Invoice" not in text_of(page.text, "fieldset.field")


def test_details_are_kept_and_the_buyer_goes_to_the_payment_page(shop: Shop, client: FlaskClient) -> None:
    token = hold(shop)
    answer = post(client, token)
    session_id = shop.provider.list("checkout/sessions")[0]["id"]
    assert (answer.status_code, answer.location) == (303, f"{shop.provider.url}/pay/{session_id}")
    order = shop.read(token)
    assert (order.state, order.contact_email) == (OrderState.IN_CHECKOUT, "joost@cinderbox.example")
    assert order.purchase_order_number == "PO-7"
    assert order.sponsor is not None
    assert (order.sponsor.name, order.sponsor.website) == ("Cinderbox B.V.", "https://cinderbox.example")
    assert (order.sponsor.country, order.sponsor.vat_number) == ("NL", "NL004495445B01")
    again = client.get(f"/orders/{token}/checkout")
    assert (again.status_code, again.location) == (303, f"/orders/{token}/return")


def test_the_provider_is_asked_for_exactly_what_is_on_the_slip(shop: Shop, client: FlaskClient) -> None:
    token = hold(shop)
    post(client, token)
    asked = shop.session_of(token).request
    assert [(i["price_data"]["unit_amount"], i["price_data"]["product_data"]["name"]) for i in asked["line_items"]] == [
        (148_500, "Primary, Sun 13 Dec, No. 815"),
        (148_500, "Primary, Sun 20 Dec, No. 816"),
        (148_500, "Primary, Sun 17 Jan, No. 820"),
    ]
    told = shop.provider.list("checkout/sessions")[0]
    assert (told["amount_total"], told["currency"]) == (445_500, "usd")
    assert told["customer_email"] == "joost@cinderbox.example"
    assert told["client_reference_id"] == token
    assert told["metadata"]["order_id"] == str(shop.read(token).id)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"company": ""}, "Name the company."),
        ({"contact_email": "joost at cinderbox"}, "That is not an e-mail address."),
        ({"website": "javascript:alert(1)"}, "That is not a website’s address."),
        ({"vat_number": "NL004495446B01"}, "A figure of that VAT number is mistyped (Netherlands)."),
        ({"accept_terms": ""}, "Tick this to say that you accept the terms."),
    ],
)
def test_wrong_input_is_said_at_its_field_and_nothing_typed_is_lost(
    shop: Shop, client: FlaskClient, changes: dict[str, str], said: str
) -> None:
    token = hold(shop)
    page = post(client, token, **changes)
    assert page.status_code == 422
    name, typed = next(iter(changes.items()))
    assert said in text_of(page.text, f"#{name}-error")
    field = LexborHTMLParser(page.text).css_first(f"#{name}")
    assert field is not None and field.attributes["aria-invalid"] == "true"
    assert f'href="#{name}"' in page.text
    kept = {
        n.attributes["name"]: n.attributes.get("value") or "" for n in LexborHTMLParser(page.text).css("input.input")
    }
    expected = {
        key: value for key, value in (DETAILS | changes).items() if key in kept and key not in ("website", "vat_number")
    }
    assert {key: kept[key] for key in expected} == expected
    assert typed in kept.get(name, typed)
    assert shop.read(token).state is OrderState.HELD
    assert shop.rows(Sponsor) == []


def test_a_hold_that_ran_out_is_said_and_the_dates_are_offered_again(shop: Shop, client: FlaskClient) -> None:
    token = hold(shop)
    client.get(f"/orders/{token}/checkout")
    shop.wait(minutes=21)
    for path in ("checkout", "checkout", "return"):
        answer = client.get(f"/orders/{token}/{path}")
        assert answer.status_code == 409
        assert text_of(answer.text, "h1") == "Your hold ran out."
        offered = LexborHTMLParser(answer.text).css('form input[name="slot"]')
        assert len(offered) == 3
    assert shop.read(token).state is OrderState.LAPSED


def test_a_hold_that_runs_out_while_somebody_types_is_said(shop: Shop, client: FlaskClient) -> None:
    token = hold(shop)
    page = client.get(f"/orders/{token}/checkout")
    csrf = LexborHTMLParser(page.text).css_first("input[name=csrf_token]").attributes["value"]
    shop.wait(minutes=21)
    answer = client.post(f"/orders/{token}/checkout", data=DETAILS | {"csrf_token": csrf})
    assert (answer.status_code, text_of(answer.text, "h1")) == (409, "Your hold ran out.")
    assert shop.provider.list("checkout/sessions") == []


def test_a_provider_that_is_away_keeps_the_slots_and_offers_to_go_on(shop: Shop, client: FlaskClient) -> None:
    token = hold(shop)
    shop.provider.order("faults", target="api", kind="reset_before", times=100)
    page = post(client, token)
    assert page.status_code == 503
    assert "The payment page cannot be reached just now." in page.text
    assert shop.read(token).state is OrderState.IN_CHECKOUT
    shop.provider.mend()
    answer = client.post_form(f"/orders/{token}/resume", page=f"/orders/{token}/back")
    assert (answer.status_code, answer.location) == (303, shop.session_of(token).url)


def test_a_page_that_waits_moves_on_by_itself(shop: Shop, client: FlaskClient) -> None:
    token, session_id = shop.checkout()
    waiting = client.get(f"/orders/{token}/return", headers={"HX-Request": "true"})
    assert (waiting.status_code, text_of(waiting.text, "h1")) == (200, "")
    assert 'hx-trigger="every 3s"' in waiting.text
    shop.provider.press(session_id, "pay")
    shop.wait(seconds=3)
    moved = client.get(f"/orders/{token}/return", headers={"HX-Request": "true"})
    assert (moved.status_code, moved.headers["HX-Redirect"]) == (204, f"/orders/{token}/return")
    landed = client.get(f"/orders/{token}/return")
    assert (landed.status_code, landed.location) == (303, f"/orders/{token}")


def test_an_order_that_costs_nothing_is_confirmed_at_once(shop: Shop, client: FlaskClient) -> None:
    token = hold(shop, DAYS[0])
    with transaction() as session:
        order = shop.read(token)
        order = session.get_one(type(order), order.id)
        order.net_minor = order.bookings[0].net_minor = 0
    answer = post(client, token)
    assert (answer.status_code, answer.location) == (303, f"/orders/{token}/return")
    order = shop.read(token)
    assert (order.state, order.payment_method) == (OrderState.CONFIRMED, PaymentMethod.COMPED)
    assert [(i.state, i.total_minor) for i in shop.rows(Invoice)] == [(InvoiceState.PAID, 0)]
    assert shop.provider.list("checkout/sessions") == []


def trusted(shop: Shop, email: str = "joost@cinderbox.example") -> None:
    """Cinderbox has credit, and one person acts for it."""
    with transaction() as session:
        newsletter = session.get_one(Newsletter, shop.newsletter_id)
        sponsor = make_sponsor(session, newsletter, name="Cinderbox B.V.", email=email, now=shop.now)
        sponsor.may_pay_by_invoice = True


def test_a_sponsor_with_credit_who_is_signed_in_may_order_on_invoice(
    shop: Shop, client: FlaskClient, sign_in: SignIn
) -> None:
    trusted(shop)
    sign_in(client, "joost@cinderbox.example")
    token = hold(shop)
    page = client.get(f"/orders/{token}/checkout")
    assert "Invoice, 14 days" in page.text
    assert text_of(page.text, "form.checkout button").startswith("Order for $4,455.00")
    assert 'value="Cinderbox B.V."' in page.text
    answer = post(client, token, pay="invoice")
    assert (answer.status_code, answer.location) == (303, f"/orders/{token}/return")
    invoice = shop.rows(Invoice)[0]
    assert (invoice.state, invoice.open_minor, invoice.due_on) == (InvoiceState.OPEN, 445_500, date(2026, 12, 3))
    assert shop.read(token).payment_method is PaymentMethod.INVOICE
    assert shop.subjects("joost@cinderbox.example") == ["Invoice 2026-0001, due 3 December"]
    assert shop.rows(PaymentSession) == []


def test_nobody_orders_on_anothers_credit(shop: Shop, client: FlaskClient, sign_in: SignIn) -> None:
    trusted(shop)
    token = hold(shop, DAYS[0])
    assert (
        "Invoice" not in client.get(f"/orders/{token}/checkout").text.split("After you pay")[0].split("How you pay")[1]
    )
    assert post(client, token, pay="invoice").status_code == 422  # not offered to a stranger
    sign_in(client, "stranger@elsewhere.example")
    assert post(client, token, pay="invoice").status_code == 422
    with transaction() as session:  # somebody else's sponsor has credit too; its contact types Cinderbox's address
        newsletter = session.get_one(Newsletter, shop.newsletter_id)
        other = make_sponsor(session, newsletter, name="Tidewatch", email="stranger@elsewhere.example", now=shop.now)
        other.may_pay_by_invoice = True
    page = post(client, token, pay="invoice")
    assert page.status_code == 422
    assert "Orders on invoice are for sponsors the publisher has cleared." in page.text
    assert shop.read(token).state is OrderState.HELD
    assert shop.rows(Invoice) == []


def test_what_is_known_of_a_company_is_not_shown_to_whoever_types_an_address_of_its(
    shop: Shop, client: FlaskClient, sign_in: SignIn
) -> None:
    trusted(shop)
    with transaction() as session:
        sponsor = session.scalars(db.select(Sponsor)).one()
        sponsor.street, sponsor.created_at = "Secret Lane 1", shop.now - timedelta(days=30)
    token = hold(shop)
    typed = DETAILS | {"street": "", "city": "", "vat_number": "", "website": ""}
    with transaction() as session:
        given = {name: typed[name] for name in typed if name not in ("pay", "accept_terms")}
        give_details(session, order=get_order(session, token), now=shop.now, **given)
    page = client.get(f"/orders/{token}/checkout").text
    assert "Secret Lane 1" not in page
    assert 'value="joost@cinderbox.example"' in page
    sign_in(client, "joost@cinderbox.example")
    assert "Secret Lane 1" in client.get(f"/orders/{token}/checkout").text


def test_what_was_typed_for_an_order_is_there_on_the_next_visit(shop: Shop, client: FlaskClient) -> None:
    token = hold(shop)
    with transaction() as session:
        given = {name: DETAILS[name] for name in DETAILS if name not in ("pay", "accept_terms")}
        give_details(session, order=get_order(session, token), now=shop.now, **given)
    page = client.get(f"/orders/{token}/checkout").text
    assert 'value="Kade 41"' in page and 'value="PO-7"' in page and 'value="Cinderbox B.V."' in page


def test_an_order_that_is_not_there_is_not_found(shop: Shop, client: FlaskClient) -> None:
    for path in ("checkout", "return", "back"):
        assert client.get(f"/orders/made-up-token/{path}").status_code == 404
