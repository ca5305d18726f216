"""Checkout Sessions through the real SDK: what a new one holds, how long it lives, and how it is expired."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from tests.standin.conftest import Desk, line_item, session_params, wait_until


def test_a_new_session_is_open_unpaid_and_says_what_it_was_asked_for(desk: Desk) -> None:
    session = desk.create_session()
    assert session.id.startswith("cs_test_")
    assert (session.object, session.status, session.payment_status, session.mode) == (
        "checkout.session",
        "open",
        "unpaid",
        "payment",
    )
    assert session.livemode is False
    assert (session.amount_subtotal, session.amount_total, session.currency) == (210_000, 210_000, "usd")
    assert session.total_details is not None and session.total_details.amount_tax == 0
    assert session.client_reference_id == "ord_42"
    assert session.metadata is not None and session.metadata.to_dict()["order_id"] == "42"
    assert session.payment_intent is None
    assert session.url == f"{desk.url}/pay/{session.id}"
    assert session.expires_at - session.created in range(31 * 60 - 2, 31 * 60 + 1)


def test_line_items_are_listed_in_order_and_come_with_the_session_only_when_expanded(desk: Desk) -> None:
    session = desk.create_session()
    assert "line_items" not in session.to_dict()
    names = ["Primary slot, issue of 6 Dec", "Classified, 13 Dec"]
    listed = desk.client.v1.checkout.sessions.line_items.list(session.id)
    assert [(item.description, item.amount_total) for item in listed.data] == list(
        zip(names, (165_000, 45_000), strict=True)
    )
    first = desk.client.v1.checkout.sessions.line_items.list(session.id, {"limit": 1})
    assert (len(first.data), first.has_more) == (1, True)
    expanded = desk.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items"]})
    assert expanded.line_items is not None
    assert [item.description for item in expanded.line_items.data] == names


@pytest.mark.parametrize(
    ("seconds", "accepted"),
    [(29 * 60, False), (30 * 60 + 5, True), (24 * 3600 - 5, True), (24 * 3600 + 60, False), (-60, False)],
)
def test_a_session_lives_from_30_minutes_to_24_hours(desk: Desk, seconds: int, accepted: bool) -> None:
    expires_at = int(time.time()) + seconds
    if accepted:
        assert desk.create_session(expires_at=expires_at).expires_at == expires_at
        return
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        desk.create_session(expires_at=expires_at)
    assert refusal.value.param == "expires_at"
    assert desk.client.v1.checkout.sessions.list().data == []


def test_without_a_wish_a_session_lives_24_hours(desk: Desk) -> None:
    session = desk.create_session(expires_at=None)
    assert session.expires_at == session.created + 24 * 3600


def test_an_open_session_is_expired_once_and_then_refuses(desk: Desk) -> None:
    session = desk.create_session()
    expired = desk.client.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url, expired.payment_status) == ("expired", None, "unpaid")
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        desk.client.v1.checkout.sessions.expire(session.id)
    assert refusal.value.http_status == 400
    assert len(desk.client.v1.events.list({"type": "checkout.session.expired"}).data) == 1


def test_a_complete_session_cannot_be_expired(desk: Desk) -> None:
    session = desk.paid_session()
    with pytest.raises(stripe.InvalidRequestError):
        desk.client.v1.checkout.sessions.expire(session.id)
    assert desk.client.v1.checkout.sessions.retrieve(session.id).status == "complete"


def test_buyer_and_seller_at_once_either_paid_or_expired(desk: Desk) -> None:
    def expire(session_id: str) -> bool:
        try:
            return desk.client.v1.checkout.sessions.expire(session_id).status == "expired"
        except stripe.InvalidRequestError:
            return False

    for _ in range(8):
        session = desk.create_session()
        with ThreadPoolExecutor(2) as pool:
            paying, expiring = pool.submit(desk.press, session.id, "pay"), pool.submit(expire, session.id)
        assert paying.result().status_code == 303
        after = desk.client.v1.checkout.sessions.retrieve(session.id)
        expected = ("expired", "unpaid") if expiring.result() else ("complete", "paid")
        assert (after.status, after.payment_status) == expected


def test_a_session_expires_by_itself_when_its_time_has_passed(desk: Desk) -> None:
    session = desk.create_session()
    desk.control("clock", {"advance_seconds": 31 * 60 + 1})
    (event,) = wait_until(lambda: desk.receiver.events("checkout.session.expired"))
    assert event.data.object["id"] == session.id
    assert desk.client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert desk.press(session.id, "pay").headers["Location"] == f"/pay/{session.id}"
    assert desk.client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"


def test_the_payment_intent_of_an_expired_session_is_cancelled(desk: Desk) -> None:
    session = desk.create_session()
    desk.press(session.id, "decline")
    expired = desk.client.v1.checkout.sessions.expire(session.id, {"expand": ["payment_intent"]})
    assert isinstance(expired.payment_intent, stripe.PaymentIntent)
    assert (expired.payment_intent.status, expired.payment_intent.cancellation_reason) == ("canceled", "expired")


def test_sessions_are_listed_by_status_customer_and_payment_intent(desk: Desk) -> None:
    customer = desk.client.v1.customers.create({"email": "ads@example.com", "name": "Example Ltd"})
    paid, expired, theirs = desk.paid_session(), desk.create_session(), desk.create_session(customer=customer.id)
    desk.client.v1.checkout.sessions.expire(expired.id)
    sessions = desk.client.v1.checkout.sessions

    def ids(**params: Any) -> list[str]:
        return [session.id for session in sessions.list(params).data]

    assert ids() == [theirs.id, expired.id, paid.id]
    assert ids(status="complete") == [paid.id]
    assert ids(status="open") == [theirs.id]
    assert ids(customer=customer.id) == [theirs.id]
    assert ids(payment_intent=str(paid.payment_intent)) == [paid.id]
    assert ids(created={"gt": int(time.time()) + 60}) == []


def test_a_list_expands_what_its_sessions_name(desk: Desk) -> None:
    paid = desk.paid_session()
    (listed,) = desk.client.v1.checkout.sessions.list({"expand": ["data.payment_intent.latest_charge"]}).data
    assert isinstance(listed.payment_intent, stripe.PaymentIntent)
    assert isinstance(listed.payment_intent.latest_charge, stripe.Charge)
    assert (listed.id, listed.payment_intent.latest_charge.payment_intent) == (paid.id, listed.payment_intent.id)


def test_a_customer_is_known_on_the_session_and_told_what_the_buyer_corrected(desk: Desk) -> None:
    customer = desk.client.v1.customers.create({"email": "ads@example.com", "name": "Exampel", "metadata": {"s": "1"}})
    session = desk.create_session(customer=customer.id, customer_update={"name": "auto", "address": "auto"})
    assert session.customer_details is not None and session.customer_details.email == "ads@example.com"
    desk.press(session.id, "pay", name="Example Ltd")
    retrieved = desk.client.v1.customers.retrieve(customer.id)
    assert (retrieved.name, retrieved.email) == ("Example Ltd", "ads@example.com")


WRONG: list[tuple[str, dict[str, Any], str | None, str | None]] = [
    ("unknown", {"foo": "bar"}, "parameter_unknown", "foo"),
    (
        "unknown, nested",
        {"line_items": [line_item(5000, "Slot", colour="red")]},
        "parameter_unknown",
        "line_items[0][colour]",
    ),
    (
        "missing, nested",
        {"line_items": [{"price_data": {"unit_amount": 5000, "product_data": {"name": "Slot"}}, "quantity": 1}]},
        "parameter_missing",
        "line_items[0][price_data][currency]",
    ),
    ("missing", {"success_url": None}, "parameter_missing", "success_url"),
    ("no lines", {"line_items": []}, "parameter_missing", "line_items"),
    ("removed from the API", {"payment_method_types": ["card"]}, "payment_method_types_no_longer_supported", None),
    ("wrong word", {"mode": "paymnt"}, None, "mode"),
    ("wrong number", {"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
    ("empty text", {"client_reference_id": ""}, "parameter_invalid_empty", "client_reference_id"),
    ("long text", {"client_reference_id": "x" * 201}, None, "client_reference_id"),
    ("long metadata", {"metadata": {"note": "x" * 501}}, None, "metadata[note]"),
    ("not an address", {"success_url": "/thanks"}, "url_invalid", "success_url"),
    ("not its mode", {"ui_mode": "hosted"}, None, "ui_mode"),
    ("too little", {"line_items": [line_item(49, "Slot")]}, "amount_too_small", None),
    ("too much", {"line_items": [line_item(100_000_000, "Slot")]}, "amount_too_large", None),
    ("two currencies", {"line_items": [line_item(500, "A"), line_item(500, "B", "eur")]}, None, "line_items"),
    ("capitals", {"line_items": [line_item(500, "A", "USD")]}, None, "line_items[0][price_data][currency]"),
    (
        "half a krona",
        {"line_items": [line_item(550, "A", "isk")]},
        "invalid_charge_amount_no_decimal_compatible",
        "line_items[0][price_data][unit_amount]",
    ),
    ("nobody", {"customer": "cus_nobody"}, "resource_missing", "customer"),
    ("twice who", {"customer": "cus_nobody", "customer_email": "a@example.com"}, None, None),
    ("update of nobody", {"customer_update": {"name": "auto"}}, None, "customer_update"),
    ("cannot be expanded", {"expand": ["customer_details"]}, None, "expand"),
]


@pytest.mark.parametrize(("case", "changes", "code", "param"), WRONG, ids=[case[0] for case in WRONG])
def test_a_wrong_parameter_is_refused_by_name_and_leaves_no_session(
    empty_desk: Desk, case: str, changes: dict[str, Any], code: str | None, param: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        empty_desk.client.v1.checkout.sessions.create(session_params(**changes))
    assert refusal.value.http_status == 400
    assert code in (None, refusal.value.code)
    assert param in (None, refusal.value.param)
    assert empty_desk.client.v1.checkout.sessions.list().data == []


@pytest.mark.parametrize(
    ("changes", "methods"),
    [
        ({}, ["card", "link", "us_bank_account"]),
        ({"allowed_payment_method_types": ["card", "link"]}, ["card", "link"]),
        ({"excluded_payment_method_types": ["link"]}, ["card", "us_bank_account"]),
        ({"line_items": [line_item(5000, "Slot", "eur")]}, ["card", "link", "sepa_debit"]),
        ({"line_items": [line_item(5000, "Slot", "jpy")]}, ["card", "link"]),
    ],
)
def test_a_session_takes_the_methods_of_its_currency_less_those_not_wanted(
    desk: Desk, changes: dict[str, Any], methods: list[str]
) -> None:
    assert desk.create_session(**changes).payment_method_types == methods
