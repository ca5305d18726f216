"""The objects of the API, made by hand: every field that the product may read, with the type that Stripe gives it."""

import secrets
import string
from typing import Any

from sponsorship.standin.store import Body

API_VERSION = "2026-10-28.endive"
BANK_DEBITS = {"usd": "us_bank_account", "eur": "sepa_debit", "gbp": "bacs_debit"}
DAYS_UNTIL_AVAILABLE = 2
DAY_SECONDS = 86_400

_LETTERS = string.ascii_letters + string.digits

CUSTOMER: Body = {
    "balance": 0,
    "currency": None,
    "default_source": None,
    "delinquent": False,
    "description": None,
    "discount": None,
    "email": None,
    "invoice_settings": {
        "custom_fields": None,
        "default_payment_method": None,
        "footer": None,
        "rendering_options": None,
    },
    "metadata": {},
    "name": None,
    "phone": None,
    "preferred_locales": [],
    "shipping": None,
    "tax_exempt": "none",
    "test_clock": None,
}
PAYMENT_INTENT: Body = {
    "amount_capturable": 0,
    "amount_received": 0,
    "application": None,
    "application_fee_amount": None,
    "automatic_payment_methods": None,
    "canceled_at": None,
    "cancellation_reason": None,
    "capture_method": "automatic_async",
    "confirmation_method": "automatic",
    "last_payment_error": None,
    "latest_charge": None,
    "next_action": None,
    "on_behalf_of": None,
    "payment_method": None,
    "payment_method_options": {},
    "processing": None,
    "receipt_email": None,
    "review": None,
    "setup_future_usage": None,
    "shipping": None,
    "statement_descriptor": None,
    "statement_descriptor_suffix": None,
    "transfer_data": None,
    "transfer_group": None,
}
CHARGE: Body = {
    "amount_refunded": 0,
    "application": None,
    "application_fee": None,
    "application_fee_amount": None,
    "balance_transaction": None,
    "calculated_statement_descriptor": "STAND-IN",
    "disputed": False,
    "failure_balance_transaction": None,
    "failure_code": None,
    "failure_message": None,
    "fraud_details": {},
    "on_behalf_of": None,
    "receipt_email": None,
    "receipt_number": None,
    "receipt_url": None,
    "refunded": False,
    "review": None,
    "shipping": None,
    "source_transfer": None,
    "statement_descriptor": None,
    "statement_descriptor_suffix": None,
    "transfer_data": None,
    "transfer_group": None,
}
REFUND: Body = {
    "balance_transaction": None,
    "reason": None,
    "receipt_number": None,
    "source_transfer_reversal": None,
    "transfer_reversal": None,
}
ADDRESS: Body = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}


def new_id(prefix: str, length: int = 24) -> str:
    """Return a new id such as `re_` and 24 letters and digits."""
    return f"{prefix}_" + "".join(secrets.choice(_LETTERS) for _ in range(length))


def make_object(prefix: str, kind: str, now: int, *layers: Body) -> Body:
    """Return an object of the API: its id, kind and time of creation, then the layers, the later over the earlier."""
    body: Body = {"id": new_id(prefix), "object": kind, "created": now, "livemode": False}
    for layer in layers:
        body.update(layer)
    return body


def list_object(url: str, bodies: list[Body], *, has_more: bool = False) -> Body:
    """Return a page of a list in the API's shape."""
    return {"object": "list", "data": bodies, "has_more": has_more, "url": url}


def make_price(price: Body, product_id: str, now: int) -> Body:
    """Return the price that an inline `price_data` makes: for this one use, and so not active."""
    fields = {
        "active": False,
        "billing_scheme": "per_unit",
        "currency": price["currency"],
        "custom_unit_amount": None,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product_id,
        "recurring": None,
        "tax_behavior": price.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": price["unit_amount"],
        "unit_amount_decimal": str(price["unit_amount"]),
    }
    return make_object("price", "price", now, fields)


def make_product(product: Body, now: int) -> Body:
    """Return the product that an inline `product_data` makes."""
    fields = {
        "active": False,
        "default_price": None,
        "description": product.get("description"),
        "images": [],
        "marketing_features": [],
        "metadata": product.get("metadata", {}),
        "name": product["name"],
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "unit_label": None,
        "updated": now,
        "url": None,
    }
    return make_object("prod", "product", now, fields)


def make_line_item(price: Body, name: str, quantity: int, metadata: Body) -> Body:
    """Return a line of a session: so many of a price, no discount and no tax."""
    subtotal = price["unit_amount"] * quantity
    return {
        "id": new_id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": subtotal,
        "amount_tax": 0,
        "amount_total": subtotal,
        "currency": price["currency"],
        "description": name,
        "metadata": metadata,
        "price": price,
        "quantity": quantity,
    }


def payment_method_details(method: str) -> Body:
    """Return the `payment_method_details` of a charge that was paid with that method's usual test number."""
    if method == "card":
        checks = {"address_line1_check": None, "address_postal_code_check": "pass", "cvc_check": "pass"}
        card = {
            "brand": "visa",
            "checks": checks,
            "country": "US",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": "standin0visa4242",
            "funding": "credit",
            "installments": None,
            "last4": "4242",
            "mandate": None,
            "network": "visa",
            "network_token": None,
            "network_transaction_id": None,
            "three_d_secure": None,
            "wallet": None,
        }
        return {"type": "card", "card": card}
    if method == "customer_balance":
        return {"type": method, method: {}}
    account: dict[str, Any] = {"fingerprint": "standin0bank6789", "last4": "6789"}
    if method == "us_bank_account":
        account |= {"account_holder_type": "company", "account_type": "checking", "bank_name": "STAND-IN BANK"}
        account |= {"payment_reference": None, "routing_number": "110000000"}
    elif method == "sepa_debit":
        account |= {"bank_code": "19043", "branch_code": "", "country": "AT", "mandate": None}
    else:
        account |= {"mandate": None, "sort_code": "108800"}
    return {"type": method, method: account}


def make_balance_transaction(source: Body, type: str, amount: int, fee: int, now: int) -> Body:
    """Return a movement of the balance: `amount` and `fee` in minor units, an amount that leaves is negative."""
    detail = {"amount": fee, "application": None, "currency": source["currency"], "type": "stripe_fee"}
    category = {"charge": "charge", "payment": "charge", "refund": "refund", "payment_refund": "refund"}
    fields = {
        "amount": amount,
        "available_on": now + DAYS_UNTIL_AVAILABLE * DAY_SECONDS if amount > 0 else now,
        "balance_type": "payments",
        "currency": source["currency"],
        "description": source.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [{**detail, "description": "Processing fee"}] if fee else [],
        "net": amount - fee,
        "reporting_category": category.get(type, type),
        "source": source["id"],
        "status": "pending",
        "type": type,
    }
    body = make_object("txn", "balance_transaction", now, fields)
    del body["livemode"]
    return body
