"""Payments that were made before this server was: told from a file, so that they can be refunded and disputed here."""

import json
from pathlib import Path

from sponsorship.standin.errors import ApiError
from sponsorship.standin.objects import (
    ADDRESS,
    CHARGE,
    PAYMENT_INTENT,
    make_balance_transaction,
    make_object,
    payment_method_details,
)
from sponsorship.standin.params import Required, Shape, currency, integer, metadata, read_params, text
from sponsorship.standin.store import Body, Transaction

PAYMENT_SHAPE: Shape = {
    "payment_intent": Required(text(255)),
    "amount": Required(integer(1)),
    "currency": Required(currency),
    "fee": Required(integer(0)),
    "created": Required(integer(0)),
    "description": text(1000),
    "email": text(800),
    "metadata": metadata,
}


def read_payments(path: Path) -> list[Body]:
    """Read the file: a JSON list of payments as PAYMENT_SHAPE has them, times in seconds since 1970, amounts in minor units.

    Raises ApiError where it is none, OSError where it cannot be read.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as damaged:
        raise ApiError(f"{path} is not JSON.") from damaged
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise ApiError(f"{path} is not a list of payments.")
    return [read_params(_as_form(one), PAYMENT_SHAPE) for one in told]


def add_payments(tx: Transaction, payments: list[Body]) -> int:
    """Write down the payments that are not known yet, by card and paid; returns how many. No event tells of them."""
    new = [payment for payment in payments if tx.find(payment["payment_intent"]) is None]
    for payment in new:
        _add(tx, payment)
    return len(new)


def _add(tx: Transaction, payment: Body) -> None:
    common = {
        "amount": payment["amount"],
        "currency": payment["currency"],
        "customer": None,
        "description": payment.get("description"),
        "metadata": payment.get("metadata", {}),
        "status": "succeeded",
    }
    charge = make_object("ch", "charge", payment["created"], CHARGE, common)
    movement = tx.add(make_balance_transaction(charge, "charge", payment["amount"], payment["fee"], payment["created"]))
    charge |= {
        "amount_captured": payment["amount"],
        "balance_transaction": movement["id"],
        "billing_details": {
            "address": {**ADDRESS},
            "email": payment.get("email"),
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        "captured": True,
        "outcome": None,
        "paid": True,
        "payment_intent": payment["payment_intent"],
        "payment_method": None,
        "payment_method_details": payment_method_details("card"),
    }
    tx.add(charge)
    received = {
        "amount_received": payment["amount"],
        "client_secret": f"{payment['payment_intent']}_secret",
        "latest_charge": charge["id"],
        "payment_method_types": ["card"],
    }
    intent = make_object("pi", "payment_intent", payment["created"], PAYMENT_INTENT, common, received)
    tx.add(intent | {"id": payment["payment_intent"]})


def _as_form(payment: Body) -> Body:
    """Numbers as a form would send them, which is how parameters are read."""
    return {name: str(value) if isinstance(value, int) else value for name, value in payment.items()}
