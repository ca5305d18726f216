"""Checkout Sessions: created for 30 minutes to 24 hours, then completed on the page, expired by call or by time."""

from typing import Any
from urllib.parse import urlsplit

from sponsorship.standin.call import Call
from sponsorship.standin.errors import ApiError, missing_parameter
from sponsorship.standin.events import emit
from sponsorship.standin.expand import line_items_of
from sponsorship.standin.lists import LIST_SHAPE, PAGE_SHAPE, field_is, list_objects, page_of
from sponsorship.standin.money import check_total, check_unit_amount
from sponsorship.standin.objects import (
    ADDRESS,
    BANK_DEBITS,
    make_line_item,
    make_object,
    make_price,
    make_product,
)
from sponsorship.standin.params import one_of, read_params, text
from sponsorship.standin.session_params import CREATE_SHAPE
from sponsorship.standin.store import Body, Transaction
from sponsorship.standin.tax import ASKED

LEAST_LIFE_SECONDS = 30 * 60
MOST_LIFE_SECONDS = 24 * 3600
SUCCESS_PLACEHOLDER = "{CHECKOUT_SESSION_ID}"

NOT_TAXED: Body = {"enabled": False, "liability": None, "provider": None, "status": None}
SESSION: Body = {
    "after_expiration": None,
    "client_secret": None,
    "collected_information": None,
    "consent": None,
    "consent_collection": None,
    "currency_conversion": None,
    "custom_fields": [],
    "custom_text": {
        "after_submit": None,
        "shipping_address": None,
        "submit": None,
        "terms_of_service_acceptance": None,
    },
    "invoice": None,
    "invoice_creation": {
        "enabled": False,
        "invoice_data": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": None,
            "metadata": {},
            "rendering_options": None,
        },
    },
    "mode": "payment",
    "origin_context": None,
    "payment_intent": None,
    "payment_link": None,
    "payment_method_collection": "if_required",
    "payment_method_configuration_details": None,
    "payment_method_options": {},
    "payment_status": "unpaid",
    "permissions": None,
    "phone_number_collection": {"enabled": False},
    "recovered_from": None,
    "saved_payment_method_options": None,
    "setup_intent": None,
    "shipping_address_collection": None,
    "shipping_cost": None,
    "shipping_options": [],
    "status": "open",
    "subscription": None,
    "ui_mode": "hosted_page",
    "wallet_options": None,
}
COPIED: Body = {
    "allow_promotion_codes": None,
    "billing_address_collection": None,
    "cancel_url": None,
    "client_reference_id": None,
    "customer": None,
    "customer_email": None,
    "locale": None,
    "metadata": {},
    "submit_type": None,
    "success_url": None,
}


def create_session(call: Call) -> Body:
    """Create an open session from inline prices and give it the address of its payment page."""
    params = read_params(call.tree, CREATE_SHAPE)
    _check_together(call.tx, params)
    items = _make_line_items(call.tx, params["line_items"])
    currency, total = items[0]["currency"], sum(item["amount_total"] for item in items)
    check_total(total, currency)
    body = make_object(
        "cs_test",
        "checkout.session",
        call.tx.now,
        SESSION,
        {name: params.get(name, default) for name, default in COPIED.items()},
        _chosen(call.tx, params, currency),
        {"currency": currency, "amount_subtotal": total, "amount_total": total},
        {"expires_at": _expiry(params, call.tx.now)},
    )
    body["url"] = f"{call.address}/pay/{body['id']}"
    hidden = {"intent": params.get("payment_intent_data", {}), "customer_update": params.get("customer_update", {})}
    return call.tx.add(body, {"line_items": items, **hidden})


def retrieve_session(call: Call, session_id: str) -> Body:
    """Return a session, expired by now if its time has passed."""
    expire_overdue(call.tx)
    return call.tx.get(session_id, "checkout.session").body


def list_sessions(call: Call) -> Body:
    """List sessions by customer, payment intent, status and creation."""
    expire_overdue(call.tx)
    shape = {
        **LIST_SHAPE,
        "customer": text(),
        "payment_intent": text(),
        "status": one_of("open", "complete", "expired"),
    }
    params = read_params(call.tree, shape)
    conditions = [field_is(name, params[name]) for name in ("customer", "payment_intent", "status") if name in params]
    return list_objects(call.tx, "checkout.session", "/v1/checkout/sessions", params, conditions)


def list_line_items(call: Call, session_id: str) -> Body:
    """List what a session is for, in the order in which it was given."""
    params = read_params(call.tree, PAGE_SHAPE)
    items = line_items_of(call.tx, session_id)
    return page_of(items, f"/v1/checkout/sessions/{session_id}/line_items", params)


def expire_session(call: Call, session_id: str) -> Body:
    """Expire a session; only an open one can be, and so this call decides who was first, the buyer or the seller."""
    read_params(call.tree, {})
    status = call.tx.get(session_id, "checkout.session").body["status"]
    if status != "open":
        raise ApiError(
            f"Only a Checkout Session with the status open can be expired. This one has the status {status}.",
            begun=True,
        )
    return _expire(call.tx, session_id)


def expire_overdue(tx: Transaction) -> int:
    """Expire every open session whose time has passed, and return how many there were."""
    overdue = tx.select(
        "checkout.session",
        "json_extract(body, '$.status') = 'open' AND json_extract(body, '$.expires_at') <= ?",
        (tx.now,),
        order="ASC",
    )
    for body in overdue:
        _expire(tx, body["id"])
    return len(overdue)


def success_address(session: Body) -> str:
    """Return where the buyer goes after paying, with the session's id filled in."""
    return str(session["success_url"]).replace(SUCCESS_PLACEHOLDER, session["id"])


def origin_of(address: str | None) -> str | None:
    """Return scheme, host and port of an address."""
    if not address:
        return None
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _expire(tx: Transaction, session_id: str) -> Body:
    body = tx.change(session_id, status="expired", url=None)
    if body["payment_intent"]:
        intent = tx.change(body["payment_intent"], status="canceled", canceled_at=tx.now, cancellation_reason="expired")
        emit(tx, "payment_intent.canceled", intent)
    emit(tx, "checkout.session.expired", body)
    return body


def _check_together(tx: Transaction, params: dict[str, Any]) -> None:
    customer = params.get("customer")
    if customer and "customer_email" in params:
        raise ApiError("You may only specify one of these parameters: customer, customer_email.")
    if customer:
        tx.get(customer, "customer", param="customer")
    elif "customer_update" in params:
        raise ApiError("`customer_update` can only be used with `customer`.", param="customer_update")
    wants_tax_id = params.get("tax_id_collection", {}).get("enabled")
    if customer and wants_tax_id and params.get("customer_update", {}).get("name") != "auto":
        raise ApiError(
            "Tax ID collection for an existing customer needs `customer_update[name]` set to `auto`.",
            param="tax_id_collection",
        )
    if "allowed_payment_method_types" in params and "excluded_payment_method_types" in params:
        raise ApiError("You may only specify one of allowed_payment_method_types and excluded_payment_method_types.")


def _make_line_items(tx: Transaction, lines: list[dict[str, Any]]) -> list[Body]:
    if not lines:
        raise missing_parameter("line_items")
    items = []
    for index, line in enumerate(lines):
        inline = line["price_data"]
        check_unit_amount(inline["unit_amount"], inline["currency"], f"line_items[{index}][price_data][unit_amount]")
        if inline["currency"] != lines[0]["price_data"]["currency"]:
            raise ApiError("All prices of a Checkout Session must be in the same currency.", param="line_items")
        product = tx.add(make_product(inline["product_data"], tx.now))
        price = make_price(inline, product["id"], tx.now)
        items.append(make_line_item(price, product["name"], line.get("quantity", 1), line.get("metadata", {})))
    return items


def _expiry(params: dict[str, Any], now: int) -> int:
    expires_at = int(params.get("expires_at", now + MOST_LIFE_SECONDS))
    if expires_at < now + LEAST_LIFE_SECONDS:
        raise ApiError(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
            param="expires_at",
        )
    if expires_at > now + MOST_LIFE_SECONDS:
        raise ApiError(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return expires_at


def _details_known(tx: Transaction, params: dict[str, Any]) -> Body | None:
    """Return the `customer_details` of a session that is still open, or None when nothing is known of the buyer."""
    customer = tx.get(params["customer"], "customer").body if "customer" in params else {}
    if not customer and "customer_email" not in params:
        return None
    return {
        "address": customer.get("address", {**ADDRESS}),
        "business_name": None,
        "email": customer.get("email", params.get("customer_email")),
        "individual_name": None,
        "name": customer.get("name"),
        "phone": None,
        "tax_exempt": customer.get("tax_exempt", "none"),
        "tax_ids": [],
    }


def _chosen(tx: Transaction, params: dict[str, Any], currency: str) -> Body:
    methods = [method for method in ("card", "link", BANK_DEBITS.get(currency)) if method]
    if allowed := params.get("allowed_payment_method_types"):
        methods = [method for method in methods if method in allowed]
    excluded = params.get("excluded_payment_method_types", [])
    is_taxed = params.get("automatic_tax", {}).get("enabled", False)
    chosen = {
        "automatic_tax": ASKED if is_taxed else NOT_TAXED,
        "adaptive_pricing": {"enabled": params.get("adaptive_pricing", {}).get("enabled", False)},
        "customer_creation": None if "customer" in params else "if_required",
        "customer_details": _details_known(tx, params),
        "excluded_payment_method_types": excluded,
        "payment_method_types": [method for method in methods if method not in excluded],
        "tax_id_collection": {
            "enabled": params.get("tax_id_collection", {}).get("enabled", False),
            "required": params.get("tax_id_collection", {}).get("required", "never"),
        },
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    }
    if allowed:
        chosen["allowed_payment_method_types"] = allowed
    return chosen
