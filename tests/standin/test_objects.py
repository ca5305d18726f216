"""Every object shown has only fields that the SDK's own classes know, and all those that may not be null."""

from typing import Any, Union, get_args, get_origin

import pytest
import requests
import stripe

from tests.standin.conftest import Desk

CLASSES: dict[str, type[stripe.StripeObject]] = {
    "account": stripe.Account,
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "customer": stripe.Customer,
    "event": stripe.Event,
    "item": stripe.LineItem,
    "payment_intent": stripe.PaymentIntent,
    "price": stripe.Price,
    "product": stripe.Product,
    "refund": stripe.Refund,
}
# Declared by the SDK as always there; the published schema leaves it out.
MAY_BE_MISSING = {(stripe.Product, "type")}


def problems(body: dict[str, Any], cls: type[Any], path: str) -> list[str]:
    """Return what the SDK's class does not know in the body, and what it always expects and does not find."""
    annotations = {
        name: kind
        for base in reversed(cls.__mro__)
        if issubclass(base, stripe.StripeObject) and base is not stripe.StripeObject
        for name, kind in base.__annotations__.items()
        if not name.startswith("_") and name not in ("OBJECT_NAME",)
    }
    found = [f"{path}.{name} is unknown" for name in body if name not in annotations]
    inner: dict[str, type[Any]] = getattr(cls, "_inner_class_types", {})
    for name, kind in annotations.items():
        if name not in body:
            if not optional(kind) and (cls, name) not in MAY_BE_MISSING:
                found.append(f"{path}.{name} is missing")
            continue
        found += [
            problem
            for child in (body[name] if isinstance(body[name], list) else [body[name]])
            if isinstance(child, dict)
            for problem in problems_of_child(child, inner.get(name), f"{path}.{name}")
        ]
    return found


def problems_of_child(child: dict[str, Any], cls: type[Any] | None, path: str) -> list[str]:
    if child.get("object") == "list":
        return [problem for body in child["data"] for problem in problems(body, CLASSES[body["object"]], path)]
    kind = child.get("object")
    known = CLASSES.get(kind, cls) if isinstance(kind, str) else cls
    return [] if known is None else problems(child, known, path)


def optional(kind: Any) -> bool:
    return get_origin(kind) is Union and type(None) in get_args(kind)


@pytest.fixture
def bodies(desk: Desk) -> list[dict[str, Any]]:
    """One of each object in each of its states, as they go over the wire."""
    customer = desk.client.v1.customers.create({"email": "a@example.com", "address": {"country": "DE"}})
    desk.create_session(customer=customer.id, customer_update={"name": "auto"}, tax_id_collection={"enabled": True})
    paid = desk.paid_session()
    desk.press(desk.paid_session("debit").id, "fail", "/later")
    desk.press(desk.create_session().id, "decline")
    desk.control("faults", {"target": "refund", "kind": "failed"})
    for amount in (100, 200):
        desk.client.v1.refunds.create({"payment_intent": str(paid.payment_intent), "amount": amount})
    expand = "expand[]=payment_intent.latest_charge.balance_transaction&expand[]=line_items.data.price.product"
    single = ["account", f"customers/{customer.id}", f"checkout/sessions/{paid.id}?{expand}"]
    lists = ["checkout/sessions", "payment_intents", "charges", "refunds", "balance_transactions", "events?limit=100"]

    def get(path: str) -> dict[str, Any]:
        headers = {"Authorization": "Bearer sk_test_standin_1"}
        body: dict[str, Any] = requests.get(f"{desk.url}/v1/{path}", headers=headers, timeout=5).json()
        return body

    return [*(get(path) for path in single), *(body for path in lists for body in get(path)["data"])]


def test_every_object_is_what_the_sdk_s_classes_say(bodies: list[dict[str, Any]]) -> None:
    assert {body["object"] for body in bodies} == set(CLASSES) - {"item", "price", "product"}
    assert [problem for body in bodies for problem in problems(body, CLASSES[body["object"]], body["object"])] == []


def test_every_event_holds_an_object_that_is_what_its_class_says(bodies: list[dict[str, Any]]) -> None:
    held = [body["data"]["object"] for body in bodies if body["object"] == "event"]
    assert len(held) > 20
    assert [problem for body in held for problem in problems(body, CLASSES[body["object"]], body["object"])] == []


def test_the_check_finds_a_field_that_is_unknown_and_one_that_is_missing() -> None:
    body = {"object": "refund", "id": "re_1", "amount": 1, "currency": "usd", "reson": "duplicate"}
    assert problems(body, stripe.Refund, "refund") == ["refund.reson is unknown", "refund.created is missing"]
