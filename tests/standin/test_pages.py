"""The payment page as a browser uses it, and what the product hears of it."""

from html.parser import HTMLParser
from typing import Any

import pytest
import requests
import stripe

from tests.standin.conftest import Desk, line_item, query_of, wait_until
from tests.stripe_contract.published import object_problems


class Page(HTMLParser):
    """What the tests look at in a page: its tags with their attributes, and its words."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def buttons(self) -> list[str | None]:
        return [button["value"] for button in self.all("button")]


def get(url: str) -> tuple[requests.Response, Page]:
    response = requests.get(url, timeout=5)
    return response, Page(response)


def expanded(desk: Desk, session_id: str) -> stripe.checkout.Session:
    path = "payment_intent.latest_charge.balance_transaction"
    return desk.client.v1.checkout.sessions.retrieve(session_id, {"expand": [path]})


def parts_of(session: stripe.checkout.Session) -> tuple[stripe.PaymentIntent, stripe.Charge]:
    intent = session.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert isinstance(intent.latest_charge, stripe.Charge)
    return intent, intent.latest_charge


def test_the_page_shows_what_is_bought_and_says_that_no_money_moves(desk: Desk) -> None:
    session = desk.create_session(billing_address_collection="required")
    response, page = get(str(session.url))
    assert response.status_code == 200
    assert "This is a stand-in for Stripe: no money moves" in page.words
    for words in ("Primary slot, issue of 6 Dec", "$1,650.00", "Classified, 13 Dec", "$450.00", "$2,100.00"):
        assert words in page.words
    assert page.buttons == ["pay", "pay_and_close", "secure", "decline", "debit"]
    assert session.cancel_url in [link.get("href") for link in page.all("a")]


@pytest.mark.parametrize(
    "path", ["/", "/pay/{open}", "/pay/{paid}", "/pay/{waiting}", "/pay/{waiting}/later", "/pay/x"]
)
def test_every_page_is_plain_accessible_html_under_a_strict_policy(desk: Desk, path: str) -> None:
    ids = {
        "open": desk.create_session(billing_address_collection="required", tax_id_collection={"enabled": True}).id,
        "paid": desk.paid_session().id,
        "waiting": desk.paid_session("debit").id,
    }
    response, page = get(desk.url + path.format(**ids))
    assert response.status_code == (404 if path == "/pay/x" else 200)
    assert len(page.all("h1")) == len(page.all("title")) == len(page.all("main")) == 1
    assert page.all("html")[0]["lang"] == "en-GB"
    labelled = {label["for"] for label in page.all("label")}
    assert {field["id"] for field in page.all("input")} == labelled
    assert not page.all("script") and not page.all("style")
    assert not any("style" in attributes for _, attributes in page.tags)
    kinds = [requests.get(f"{desk.url}{link['href']}", timeout=5).headers["Content-Type"] for link in page.all("link")]
    assert kinds == ["image/svg+xml; charset=utf-8", "text/css; charset=utf-8"]
    assert response.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; style-src 'self'; img-src 'self'"
    )


def test_the_policy_lets_the_form_lead_on_to_the_shop(desk: Desk) -> None:
    response, _ = get(str(desk.create_session().url))
    assert response.headers["Content-Security-Policy"].endswith("; form-action 'self' http://127.0.0.1:8000")


def test_paying_completes_the_session_and_leads_back_with_its_id(desk: Desk) -> None:
    session = desk.create_session()
    response = desk.press(session.id, "pay", name="Ada Example", email="ada@example.com")
    assert response.status_code == 303
    assert query_of(response.headers["Location"]) == {"sid": [session.id]}
    paid = expanded(desk, session.id)
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details is not None
    assert (paid.customer_details.name, paid.customer_details.email) == ("Ada Example", "ada@example.com")
    intent, charge = parts_of(paid)
    assert (intent.status, intent.amount_received) == ("succeeded", 210_000)
    assert intent.metadata.to_dict()["order_id"] == "42"
    assert (charge.paid, charge.status, charge.billing_details.name) == (True, "succeeded", "Ada Example")
    assert isinstance(charge.balance_transaction, stripe.BalanceTransaction)
    assert charge.balance_transaction.net == charge.amount - charge.balance_transaction.fee


def test_the_product_hears_of_a_payment_by_a_signed_webhook(desk: Desk) -> None:
    session = desk.paid_session()
    (event,) = wait_until(lambda: desk.receiver.events("checkout.session.completed"))
    assert (event.livemode, event.api_version) == (False, "2026-10-28.endive")
    body: dict[str, Any] = event.data.object
    assert (body["id"], body["payment_status"], body["amount_total"]) == (session.id, "paid", 210_000)
    assert body["client_reference_id"] == "ord_42"
    payload, header = desk.receiver.posts[0]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(payload, header, "whsec_of_somebody_else")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(payload + b" ", header, "whsec_for_tests")


def test_a_second_click_pays_nothing_more(desk: Desk) -> None:
    session = desk.paid_session()
    assert desk.press(session.id, "pay").status_code == 303
    assert len(desk.client.v1.charges.list().data) == 1
    _, page = get(f"{desk.url}/pay/{session.id}")
    assert "Paid" in page.words and not {"pay", "decline", "debit"} & set(page.buttons)


def test_a_declined_card_leaves_the_session_open_and_says_so(desk: Desk) -> None:
    session = desk.create_session()
    response = desk.press(session.id, "decline")
    assert (response.status_code, response.headers["Location"]) == (303, f"/pay/{session.id}")
    declined = expanded(desk, session.id)
    assert (declined.status, declined.payment_status) == ("open", "unpaid")
    intent, charge = parts_of(declined)
    assert intent.last_payment_error is not None and intent.last_payment_error.code == "card_declined"
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, "card_declined")
    _, page = get(str(session.url))
    assert "Your card was declined." in page.words
    desk.press(session.id, "pay")
    paid_intent, _ = parts_of(expanded(desk, session.id))
    assert (paid_intent.id, paid_intent.status, paid_intent.last_payment_error) == (intent.id, "succeeded", None)


def test_a_bank_debit_is_complete_and_unpaid_until_the_bank_pays(desk: Desk) -> None:
    session = desk.paid_session("debit")
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    _, charge = parts_of(expanded(desk, session.id))
    assert (charge.status, charge.balance_transaction) == ("pending", None)
    _, page = get(f"{desk.url}/pay/{session.id}/later")
    assert page.buttons == ["succeed", "fail"]
    desk.press(session.id, "succeed", "/later")
    assert desk.client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    heard = ("checkout.session.completed", "checkout.session.async_payment_succeeded")
    wait_until(lambda: all(desk.receiver.events(type) for type in heard))
    statuses = [desk.receiver.events(type)[0].data.object["payment_status"] for type in heard]
    assert statuses == ["unpaid", "paid"]


def test_a_bank_debit_that_fails_leaves_the_session_complete_and_unpaid(desk: Desk) -> None:
    session = desk.paid_session("debit")
    desk.press(session.id, "fail", "/later")
    failed = expanded(desk, session.id)
    assert (failed.status, failed.payment_status) == ("complete", "unpaid")
    assert parts_of(failed)[0].status == "requires_payment_method"
    wait_until(lambda: desk.receiver.events("checkout.session.async_payment_failed"))
    desk.press(session.id, "succeed", "/later")
    assert desk.client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"


def test_a_session_for_instant_methods_only_offers_no_bank_debit(desk: Desk) -> None:
    session = desk.create_session(allowed_payment_method_types=["card", "link"])
    _, page = get(str(session.url))
    assert page.buttons == ["pay", "pay_and_close", "secure", "decline"]
    assert desk.press(session.id, "debit").status_code == 409
    assert desk.client.v1.checkout.sessions.retrieve(session.id).status == "open"


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"email": "nobody"}, "email"),
        ({"name": " "}, "name"),
        ({"country": "Germany"}, "country"),
        ({"city": ""}, "city"),
    ],
)
def test_a_wrong_answer_is_marked_and_nothing_is_lost_or_charged(
    desk: Desk, answers: dict[str, str], wrong: str
) -> None:
    session = desk.create_session(billing_address_collection="required")
    address = {"line1": "2 High Street", "city": "Leeds", "postal_code": "LS1 1AA", "country": "gb"}
    response = desk.press(session.id, "pay", **{**address, **answers})
    assert response.status_code == 422
    page = Page(response)
    fields = {field["id"]: field for field in page.all("input")}
    assert [name for name, field in fields.items() if "aria-invalid" in field] == [wrong]
    assert fields["postal_code"]["value"] == "LS1 1AA"
    assert desk.client.v1.charges.list().data == []
    assert desk.press(session.id, "pay", **address).status_code == 303
    details = desk.client.v1.checkout.sessions.retrieve(session.id).customer_details
    assert details is not None and details.address is not None
    assert (details.address.city, details.address.country) == ("Leeds", "GB")


@pytest.mark.parametrize(("number", "kind"), [("DE123456789", "eu_vat"), ("GB123456789", "gb_vat"), ("7", "unknown")])
def test_a_tax_number_is_collected_where_the_shop_asks_for_it(desk: Desk, number: str, kind: str) -> None:
    session = desk.create_session(tax_id_collection={"enabled": True})
    desk.press(session.id, "pay", tax_id=number)
    details = desk.client.v1.checkout.sessions.retrieve(session.id).customer_details
    assert details is not None and details.to_dict()["tax_ids"] == [{"type": kind, "value": number}]


def test_what_is_bought_is_shown_as_text_whatever_it_is_called(desk: Desk) -> None:
    session = desk.create_session(line_items=[line_item(5000, "<b>Slot</b> & more")])
    response, page = get(str(session.url))
    assert "<b>Slot</b> & more" in page.words and "<b>" not in response.text


def test_the_first_page_lists_payments_and_where_a_bank_decides(desk: Desk) -> None:
    assert "None yet" in get(desk.url)[1].words
    waiting = desk.paid_session("debit", client_reference_id="ord_7")
    _, page = get(desk.url)
    assert "ord_7" in page.words and "Under way" in page.words
    assert f"/pay/{waiting.id}/later" in [link.get("href") for link in page.all("a")]


def intent_of(desk: Desk, session_id: str) -> stripe.PaymentIntent:
    session = desk.client.v1.checkout.sessions.retrieve(session_id, {"expand": ["payment_intent"]})
    assert isinstance(session.payment_intent, stripe.PaymentIntent)
    return session.payment_intent


@pytest.mark.parametrize(("answer", "status"), [("pay", "complete"), ("refuse", "open")])
def test_with_3d_secure_nothing_is_charged_until_the_holder_says_so(desk: Desk, answer: str, status: str) -> None:
    session_id = desk.create_session().id
    asked = desk.press(session_id, "secure", name="Ada Example")
    page = Page(asked)
    assert (asked.status_code, page.buttons) == (200, ["pay", "refuse"])
    kept = {str(field["name"]): str(field["value"]) for field in page.all("input")}
    assert kept == {"email": "buyer@example.com", "name": "Ada Example"}
    intent = intent_of(desk, session_id)
    assert (intent.status, intent.latest_charge) == ("requires_action", None)
    assert not object_problems(intent.to_dict(for_json=True))
    assert desk.press(session_id, answer, **kept).status_code == 303
    session = desk.client.v1.checkout.sessions.retrieve(session_id)
    intent = intent_of(desk, session_id)
    assert (session.status, intent.next_action) == (status, None)
    if answer == "refuse":
        assert intent.last_payment_error is not None
        assert intent.last_payment_error.code == "payment_intent_authentication_failure"
        assert "did not confirm the payment" in get(f"{desk.url}/pay/{session_id}")[1].words
    assert not object_problems(intent.to_dict(for_json=True))


def test_who_closes_the_tab_has_paid_and_is_not_led_back(desk: Desk) -> None:
    session_id = desk.create_session().id
    response = desk.press(session_id, "pay_and_close")
    assert response.headers["Location"] == f"/pay/{session_id}"
    assert desk.client.v1.checkout.sessions.retrieve(session_id).payment_status == "paid"
    wait_until(lambda: desk.receiver.events("checkout.session.completed"))


def test_a_paid_page_offers_what_can_still_happen_and_each_button_does_it(desk: Desk) -> None:
    session = desk.paid_session()

    def after(*acts: str, **more: str) -> list[str | None]:
        for act in acts:
            assert desk.press(session.id, act, "/afterwards", **more).status_code == 303
        return get(f"{desk.url}/pay/{session.id}")[1].buttons

    assert after() == ["warn", "inquire", "withdraw", "refund"]
    assert after("warn") == ["inquire", "withdraw", "refund"]
    assert after("inquire") == ["withdraw", "close", "refund"]
    assert after("withdraw") == ["win", "lose"]
    assert after("win") == ["refund"]
    assert after("refund") == ["failed"]
    refund = desk.client.v1.refunds.list({"payment_intent": str(session.payment_intent)}).data[0].id
    other = desk.paid_session()
    assert desk.press(other.id, "failed", "/afterwards", refund=refund).status_code == 409
    assert after("failed", refund=refund) == ["refund"]
    words = get(f"{desk.url}/pay/{session.id}")[1].words
    assert "Dispute: won." in words and "Refund of $2,100.00: failed." in words
    session = desk.paid_session()
    assert after("withdraw", "lose") == []
    assert desk.press(session.id, "win", "/afterwards").status_code == 409
