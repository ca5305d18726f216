"""The checks themselves: what is right passes, and each kind of mistake is refused."""

from typing import Any

import pytest
import stripe

from sponsorship.payments.stripe_gateway import API_VERSION
from tests.stripe_contract.client import CheckedHttpClient, ContractBroken
from tests.stripe_contract.published import object_problems, request_problems
from tests.stripe_contract.sdk_types import CALLS, call_problems

LINE = {
    "price_data": {"currency": "usd", "unit_amount": 50000, "product_data": {"name": "Slot"}, "tax_behavior": "exclusive"},
    "quantity": 1,
}  # fmt: skip
SESSION: dict[str, Any] = {
    "mode": "payment", "line_items": [LINE], "success_url": "https://x.example/back", "expires_at": 1795381974,
    "metadata": {"app": "flatplan"}, "adaptive_pricing": {"enabled": False}, "submit_type": "book",
    "allowed_payment_method_types": ["card", "link"],
}  # fmt: skip
INVOICE: dict[str, Any] = {
    "customer": "cus_1", "collection_method": "send_invoice", "days_until_due": 30, "auto_advance": False,
    "custom_fields": [{"name": "PO number", "value": "PO-1"}], "metadata": {"order_id": "1"},
}  # fmt: skip


class Bodies(stripe.RequestsClient):
    """Keeps what would be sent."""

    sent: tuple[str, str, str] = ("", "", "")

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        self.sent = (method, url.split("stripe.com")[1].split("?")[0], post_data or "")
        return b'{"id": "x", "object": "x"}', 200, {}


def session(**changes: Any) -> dict[str, Any]:
    """A session's parameters with some changed; None takes one away."""
    return {name: value for name, value in (SESSION | changes).items() if value is not None}


def line(**price: Any) -> list[dict[str, Any]]:
    """The line with its price changed."""
    return [{**LINE, "price_data": LINE["price_data"] | price}]


def encoded(service: str, params: dict[str, Any]) -> tuple[str, str, str]:
    """What the library sends for a call."""
    bodies = Bodies()
    client = stripe.StripeClient("sk_test_x", http_client=bodies)
    calls = {
        "session": client.v1.checkout.sessions.create, "refund": client.v1.refunds.create,
        "invoice": client.v1.invoices.create, "item": client.v1.invoice_items.create,
        "note": client.v1.credit_notes.create,
    }  # fmt: skip
    calls[service](params)
    return bodies.sent


@pytest.mark.parametrize(
    ("service", "params"),
    [
        ("session", session()),
        ("invoice", INVOICE),
        ("item", {"customer": "cus_1", "invoice": "in_1", "amount": 50000, "currency": "usd", "tax_rates": ["txr_1"]}),
        ("refund", {"payment_intent": "pi_1", "amount": 100, "reason": "requested_by_customer", "metadata": {"a": "1"}}),
        ("note", {"invoice": "in_1", "refunds": [{"type": "refund", "refund": "re_1"}], "memo": "m"}),
    ],
)  # fmt: skip
def test_calls_that_are_right_pass(service: str, params: dict[str, Any]) -> None:
    assert not request_problems(*encoded(service, params))


@pytest.mark.parametrize(
    ("service", "params"),
    [
        ("session", session(foo="1")),
        ("session", session(line_items=[{"price_data": {**LINE["price_data"], "prodct_data": {"name": "x"}}, "quantity": 1}])),
        ("session", session(line_items=line(unit_amount=5.5))),
        ("session", session(mode="paymnt")),
        ("session", session(ui_mode="hosted")),
        ("session", session(line_items=[{"price_data": {"unit_amount": 5, "product_data": {"name": "x"}}, "quantity": 1}])),
        ("item", {"customer": "cus_1", "quantity": 200, "unit_amount": 300, "currency": "usd"}),
        ("refund", {"payment_intent": "pi_1", "reason": "slot_resold"}),
        ("note", {"invoice": "in_1", "amount": 5, "refund": "re_1"}),
    ],
)  # fmt: skip
def test_the_published_description_refuses(service: str, params: dict[str, Any]) -> None:
    assert request_problems(*encoded(service, params))


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/v1/checkout/sessions", session(payment_method_types=["card"])),
        ("/v1/checkout/sessions", session(mode="paymnt")),
        ("/v1/checkout/sessions", session(metadata={"a": 1})),
        ("/v1/checkout/sessions", session(expires_at="soon")),
        ("/v1/checkout/sessions", session(line_items=line(tax_behavior="exclusiv"))),
        ("/v1/invoices", INVOICE | {"days_until_due": "30"}),
        ("/v1/invoices", INVOICE | {"custom_fields": [{"nam": "PO"}]}),
        ("/v1/invoices", INVOICE | {"paid": True}),
        ("/v1/nowhere", {}),
    ],
)
def test_the_librarys_own_types_refuse(path: str, params: dict[str, Any]) -> None:
    assert call_problems("post", path, params)


def test_the_librarys_own_types_take_what_is_right() -> None:
    assert not call_problems("post", "/v1/checkout/sessions", session())
    assert not call_problems("post", "/v1/invoices", INVOICE)


def test_an_object_that_lacks_a_field_or_has_a_strange_one_is_refused() -> None:
    refund = {
        "id": "re_1", "object": "refund", "amount": 5, "balance_transaction": None, "charge": "ch_1", "created": 1,
        "currency": "usd", "metadata": {}, "payment_intent": "pi_1", "reason": None, "receipt_number": None,
        "source_transfer_reversal": None, "status": "succeeded", "transfer_reversal": None,
    }  # fmt: skip
    assert not object_problems(refund)
    assert object_problems({name: value for name, value in refund.items() if name != "amount"})
    assert object_problems(refund | {"livemode": False})
    assert object_problems(refund | {"amount": "5"})


def test_a_wrong_call_never_leaves() -> None:
    class Refusing(CheckedHttpClient):
        def _request_internal(self, *_: Any, **__: Any) -> Any:
            raise AssertionError("it left")

    client = stripe.StripeClient("sk_test_x", http_client=Refusing(), max_network_retries=0)
    with pytest.raises(ContractBroken, match="foo"):
        client.v1.checkout.sessions.create(session(foo="1"))


def test_the_version_spoken_is_the_librarys_own_and_every_call_has_its_type() -> None:
    assert stripe.api_version == API_VERSION
    assert all(hasattr(kind, "__annotations__") for kind in CALLS.values())
