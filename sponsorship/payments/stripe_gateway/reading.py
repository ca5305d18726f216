"""Stripe's objects as the business reads them: of each no more than is used, in frozen rows."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sponsorship.payments.gateway import (
    ProviderDispute,
    ProviderEvent,
    ProviderInvoice,
    ProviderMoney,
    ProviderMovement,
    ProviderRefund,
    ProviderSession,
    ProviderWarning,
)
from sponsorship.payments.rules import RefundState

REFUSED_INTENTS = ("requires_payment_method", "canceled")
REFUND_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.CANCELLED,
}
WORD = re.compile(r"[\w.\-]{1,255}", re.ASCII)


def read_session(body: dict[str, Any]) -> ProviderSession:
    """Read a Checkout Session with its payment, charge and fee."""
    intent = _expanded(body.get("payment_intent"))
    charge = _expanded(intent.get("latest_charge"))
    movement = _expanded(charge.get("balance_transaction"))
    buyer = body.get("customer_details") or {}
    is_same_currency = movement.get("currency") == body["currency"]
    return ProviderSession(
        provider_id=body["id"],
        url=body.get("url"),
        status=body["status"] or "",
        payment_status=body["payment_status"],
        amount_minor=body["amount_total"] or 0,
        tax_minor=(body.get("total_details") or {}).get("amount_tax") or 0,
        currency=(body["currency"] or "").upper(),
        reference=body.get("client_reference_id"),
        metadata=body.get("metadata") or {},
        is_live=body["livemode"],
        expires_at=datetime.fromtimestamp(body["expires_at"], UTC),
        payment_id=intent.get("id"),
        fee_minor=movement.get("fee") or 0 if is_same_currency else 0,
        is_refused=body["status"] == "complete" and intent.get("status") in REFUSED_INTENTS,
        buyer_country=(buyer.get("address") or {}).get("country") or "",
        buyer_tax_number=next((one["value"] for one in buyer.get("tax_ids") or [] if one["value"]), ""),
        is_reverse_charge=buyer.get("tax_exempt") == "reverse",
    )


def read_money(intent: dict[str, Any]) -> ProviderMoney:
    """Read a payment intent with its charge and fee."""
    charge = _expanded(intent.get("latest_charge"))
    movement = _expanded(charge.get("balance_transaction"))
    is_same_currency = movement.get("currency") == intent["currency"]
    fee = movement.get("fee") or 0 if is_same_currency else 0
    return ProviderMoney(intent["id"], intent["amount_received"], fee, intent["currency"].upper())


def read_invoice(body: dict[str, Any], payments: tuple[ProviderMoney, ...]) -> ProviderInvoice:
    """Read an invoice; what was paid on it is asked for apart."""
    return ProviderInvoice(
        provider_id=body["id"],
        url=body.get("hosted_invoice_url"),
        status=body["status"] or "",
        open_minor=body["amount_remaining"],
        elsewhere_minor=body["amount_paid_off_stripe"],
        metadata=body.get("metadata") or {},
        payments=payments,
    )


def read_refund(body: dict[str, Any]) -> ProviderRefund:
    """Read a refund."""
    return ProviderRefund(
        provider_id=body["id"],
        state=REFUND_STATES.get(body["status"], RefundState.PENDING),
        amount_minor=body["amount"],
        currency=body["currency"].upper(),
        payment_id=_expanded(body.get("payment_intent")).get("id"),
        metadata=body.get("metadata") or {},
        failure=body.get("failure_reason"),
    )


def read_movement(body: dict[str, Any]) -> ProviderMovement:
    """Read a balance transaction with its source."""
    source = _expanded(body.get("source"))
    return ProviderMovement(
        movement_id=body["id"],
        net_minor=body["net"],
        currency=body["currency"].upper(),
        payment_id=_expanded(source.get("payment_intent")).get("id"),
        metadata=source.get("metadata") or {},
    )


def read_dispute(body: dict[str, Any]) -> ProviderDispute:
    """Read a dispute with its balance transactions."""
    movements = body.get("balance_transactions") or []
    due_by = (body.get("evidence_details") or {}).get("due_by")
    return ProviderDispute(
        provider_id=body["id"],
        status=body["status"],
        amount_minor=body["amount"],
        currency=body["currency"].upper(),
        reason=body.get("reason") or "general",
        payment_id=_expanded(body.get("payment_intent")).get("id"),
        is_live=body["livemode"],
        is_refundable=bool(body.get("is_charge_refundable")),
        withdrawn_minor=-sum(m["amount"] for m in movements if m["amount"] < 0),
        reinstated_minor=sum(m["amount"] for m in movements if m["amount"] > 0),
        fee_minor=sum(m["fee"] for m in movements),
        evidence_due_at=datetime.fromtimestamp(due_by, UTC) if due_by else None,
    )


def read_warning(body: dict[str, Any]) -> ProviderWarning:
    """Read an early fraud warning with its charge; older ones name no payment of their own."""
    charge = _expanded(body.get("charge"))
    return ProviderWarning(
        provider_id=body["id"],
        kind=body["fraud_type"],
        payment_id=_expanded(body.get("payment_intent") or charge.get("payment_intent")).get("id"),
        is_actionable=body["actionable"],
    )


def read_event(body: Any) -> ProviderEvent:
    """Read a snapshot event or a thin one; raises ValueError, KeyError or TypeError where it is neither."""
    thin = body["object"] == "v2.core.event"
    if not thin and body["object"] != "event":
        raise ValueError("not an event")
    subject = body.get("related_object") if thin else body["data"]["object"]
    event_id, topic, object_id = body["id"], body["type"].removeprefix("v1."), (subject or {}).get("id")
    for word in (event_id, topic, object_id):
        if word is not None and not WORD.fullmatch(word):
            raise ValueError("not an identifier")
    return ProviderEvent(event_id, topic, object_id, bool(body["livemode"]))


def _expanded(value: Any) -> dict[str, Any]:
    """An object that was asked for with its parent; where only its id came, no more than that."""
    if isinstance(value, str):
        return {"id": value}
    return value or {}


def matches(told: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether an object carries this metadata; what it carries besides is no matter."""
    return bool(wanted) and all(told.get(name) == value for name, value in wanted.items())
