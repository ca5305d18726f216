"""The parameters of a new Checkout Session that this server knows: those that the product sends, and their limits."""

from typing import Any

from sponsorship.standin.errors import ApiError
from sponsorship.standin.params import (
    Required,
    Shape,
    currency,
    flag,
    group,
    integer,
    list_of,
    metadata,
    one_of,
    removed,
    text,
    web_address,
)


def _only_false(value: Any, name: str) -> bool:
    if flag(value, name):
        raise ApiError(f"This stand-in does not do {name}: it can only be false.", param=name)
    return False


PRODUCT_SHAPE: Shape = {"name": Required(text()), "description": text(), "metadata": metadata}
PRICE_SHAPE: Shape = {
    "currency": Required(currency),
    "product_data": Required(group(PRODUCT_SHAPE)),
    "tax_behavior": one_of("exclusive", "inclusive", "unspecified"),
    "unit_amount": Required(integer(0)),
}
LINE_SHAPE: Shape = {
    "metadata": metadata,
    "price_data": Required(group(PRICE_SHAPE)),
    "quantity": Required(integer(1, 999_999)),
}
NO_LONGER = "`payment_method_types` was removed in 2026-09-30.endive: use `allowed_payment_method_types`."
CREATE_SHAPE: Shape = {
    "adaptive_pricing": group({"enabled": flag}),
    "allow_promotion_codes": _only_false,
    "allowed_payment_method_types": list_of(text(100)),
    "automatic_tax": group({"enabled": Required(flag)}),
    "billing_address_collection": one_of("auto", "required"),
    "cancel_url": web_address,
    "client_reference_id": text(200),
    "customer": text(),
    "customer_email": text(800),
    "customer_update": group({name: one_of("auto", "never") for name in ("address", "name", "shipping")}),
    "excluded_payment_method_types": list_of(text(100)),
    "expires_at": integer(),
    "invoice_creation": group({"enabled": Required(_only_false)}),
    "line_items": Required(list_of(group(LINE_SHAPE))),
    "locale": text(20),
    "metadata": metadata,
    "mode": Required(one_of("payment")),
    "payment_intent_data": group({"description": text(1000), "metadata": metadata, "receipt_email": text(800)}),
    "payment_method_types": removed("payment_method_types_no_longer_supported", NO_LONGER),
    "submit_type": one_of("auto", "book", "donate", "pay"),
    "success_url": Required(web_address),
    "tax_id_collection": group({"enabled": Required(flag), "required": one_of("if_supported", "never")}),
    "ui_mode": one_of("hosted_page"),
}
