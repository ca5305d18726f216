"""The one module that speaks to Stripe: our words in, its objects out as frozen dataclasses.

Pinned to one API version. A StripeObject is no dict, so what comes is turned into plain JSON at once.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
from stripe import StripeClient, WebhookSignature

from sponsorship.core.config import STRIPE_API, Settings
from sponsorship.core.failpoint import passing
from sponsorship.payments.gateway import (
    ProviderDispute,
    ProviderEvent,
    ProviderMovement,
    ProviderRefund,
    ProviderRefused,
    ProviderSession,
    ProviderUnavailable,
    SessionOrder,
    SignatureInvalid,
)
from sponsorship.payments.rules import WEBHOOK_TOLERANCE, RefundState

API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = (5, 20)  # to connect, to be answered
RETRIES = 2
INSTANT_METHODS = ["card", "link"]
EXPANDED = ["payment_intent.latest_charge.balance_transaction"]
EXPANDED_IN_LIST = [f"data.{path}" for path in EXPANDED]
REFUSED_INTENTS = ("requires_payment_method", "canceled")
EVENT_TOPICS = [
    "checkout.session.completed",
    "checkout.session.expired",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "radar.early_fraud_warning.created",
]
REFUND_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.CANCELLED,
}
# What damaged bodies and headers raise, in Stripe's library and in json; a stranger may send anything.
UNREADABLE = (ValueError, RecursionError, LookupError, TypeError, AttributeError, OverflowError, OSError)
WORD = re.compile(r"[\w.\-]{1,255}", re.ASCII)

log = logging.getLogger(__name__)
stripe.enable_telemetry = False


class StripeGateway:
    """Stripe, or the stand-in that speaks its protocol, by the settings' key and address."""

    def __init__(self, settings: Settings, http_client: stripe.HTTPClient | None = None) -> None:
        self.settings = settings
        elsewhere = settings.stripe_api_base != STRIPE_API
        # What is on this machine is never asked for through a proxy.
        proxy: Any = {"http": "", "https": ""} if elsewhere else None
        client = StripeClient(
            settings.stripe_secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": settings.stripe_api_base} if elsewhere else None,
            http_client=http_client or stripe.RequestsClient(timeout=TIMEOUT_SECONDS, proxy=proxy),
            max_network_retries=RETRIES,
        )
        self._sessions = client.v1.checkout.sessions
        self._refunds = client.v1.refunds
        self._events = client.v1.events
        self._movements = client.v1.balance_transactions
        self._disputes = client.v1.disputes

    def prepare_session(self, order: SessionOrder) -> dict[str, Any]:
        """Return the parameters of a Checkout Session with inline prices, for hosted payment in our own currency."""
        currency, metadata = order.currency.lower(), dict(order.metadata)
        request: dict[str, Any] = {
            "mode": "payment",
            "client_reference_id": order.reference,
            "line_items": [
                {
                    "price_data": {
                        "currency": currency,
                        "unit_amount": line.amount_minor,
                        "tax_behavior": "exclusive",
                        "product_data": {"name": line.label},
                    },
                    "quantity": 1,
                }
                for line in order.lines
            ],
            "success_url": order.success_url + "?sid={CHECKOUT_SESSION_ID}",
            "cancel_url": order.back_url,
            "expires_at": int(order.expires_at.timestamp()),
            "adaptive_pricing": {"enabled": False},
            "allow_promotion_codes": False,
            "submit_type": "pay" if order.is_invoice else "book",
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata, "description": order.description},
        }
        if order.email:
            request["customer_email"] = order.email
        if order.is_taxed_there:
            request |= {
                "automatic_tax": {"enabled": True},
                "billing_address_collection": "required",
                "tax_id_collection": {"enabled": True},
            }
        if order.is_instant_only:
            request["allowed_payment_method_types"] = INSTANT_METHODS
        return request

    def open_session(self, request: dict[str, Any], *, key: str) -> ProviderSession:
        """Create the session; the same key and request return the same session, at least for a day."""
        return _session(_ask(self._sessions.create, request, {"idempotency_key": key}))

    def find_session(self, metadata: Mapping[str, str], since: datetime) -> ProviderSession | None:
        """Look through the sessions created since then, a minute earlier for clocks that differ."""
        created = int((since - timedelta(minutes=1)).timestamp())
        query = {"created": {"gte": created}, "limit": 100, "expand": EXPANDED_IN_LIST}
        return next(
            (s for s in map(_session, self._all(self._sessions, query)) if _matches(s.metadata, metadata)), None
        )

    def fetch_session(self, provider_id: str) -> ProviderSession:
        """Retrieve a session with its payment, charge and fee."""
        return _session(_ask(self._sessions.retrieve, provider_id, {"expand": EXPANDED}))

    def find_session_of_payment(self, payment_id: str) -> ProviderSession | None:
        """List the sessions of a payment intent: there is one, or none."""
        query = {"payment_intent": payment_id, "limit": 1, "expand": EXPANDED_IN_LIST}
        return next(map(_session, self._all(self._sessions, query)), None)

    def expire_session(self, provider_id: str) -> ProviderSession:
        """Expire the session; Stripe refuses unless it is open, and so decides who was first, buyer or seller."""
        try:
            return _session(_ask(self._sessions.expire, provider_id, {"expand": EXPANDED}))
        except ProviderRefused:
            return self.fetch_session(provider_id)

    def prepare_refund(self, payment_id: str, amount_minor: int, metadata: Mapping[str, str]) -> dict[str, Any]:
        """Return the parameters of a refund of one payment intent."""
        return {"payment_intent": payment_id, "amount": amount_minor, "metadata": dict(metadata)}

    def send_refund(self, request: dict[str, Any], *, key: str) -> ProviderRefund:
        """Create the refund; the same key and request return the same refund, at least for a day."""
        return _refund(_ask(self._refunds.create, request, {"idempotency_key": key}))

    def find_refund(self, payment_id: str, metadata: Mapping[str, str]) -> ProviderRefund | None:
        """Look through the refunds of one payment."""
        found = map(_refund, self._all(self._refunds, {"payment_intent": payment_id, "limit": 100}))
        return next((refund for refund in found if _matches(refund.metadata, metadata)), None)

    def fetch_refund(self, provider_id: str) -> ProviderRefund:
        """Retrieve a refund."""
        return _refund(_ask(self._refunds.retrieve, provider_id))

    def fetch_dispute(self, provider_id: str) -> ProviderDispute:
        """Retrieve a dispute; its balance transactions come with it."""
        return _dispute(_ask(self._disputes.retrieve, provider_id))

    def list_disputes_since(self, since: datetime) -> list[ProviderDispute]:
        """List the disputes created since then."""
        query = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        return [_dispute(body) for body in self._all(self._disputes, query)]

    def list_refunds_since(self, since: datetime) -> list[ProviderRefund]:
        """List the refunds created since then."""
        query = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        return [_refund(body) for body in self._all(self._refunds, query)]

    def list_events_since(self, since: datetime) -> list[ProviderEvent]:
        """List the events of the kinds that we use; Stripe keeps them for 30 days."""
        query = {"created": {"gte": int(since.timestamp())}, "types": EVENT_TOPICS, "limit": 100}
        return [_event(body) for body in reversed(self._all(self._events, query))]

    def list_movements_since(self, since: datetime) -> list[ProviderMovement]:
        """List balance transactions with the charge, refund or dispute that each comes from."""
        query = {"created": {"gte": int(since.timestamp())}, "limit": 100, "expand": ["data.source"]}
        return [_movement(body) for body in self._all(self._movements, query)]

    def verify_event(self, body: bytes, signature: str, *, now: datetime) -> ProviderEvent:
        """Check the signature with each of our secrets and the time in both directions, then read the event."""
        try:
            text = body.decode("utf-8")
            self._check_signature(text, signature)
            _check_time(signature, now)
            return _event(json.loads(text))
        except UNREADABLE as unreadable:
            raise SignatureInvalid("The body is not an event.") from unreadable

    def _check_signature(self, text: str, signature: str) -> None:
        for secret in self.settings.stripe_webhook_secrets:
            try:
                WebhookSignature.verify_header(text, signature, secret)
            except stripe.SignatureVerificationError:
                continue
            return
        raise SignatureInvalid("The signature does not match.")

    def _all(self, service: Any, query: dict[str, Any]) -> list[dict[str, Any]]:
        return _ask(lambda: [item.to_dict(for_json=True) for item in service.list(query).auto_paging_iter()])


def _ask(call: Callable[..., Any], *arguments: Any) -> Any:
    """Call Stripe; what it refuses for good is ProviderRefused, everything else that goes wrong is not known."""
    try:
        passing("call.before")
        answer = call(*arguments)
        passing("call.after")
    except stripe.IdempotencyError as clash:
        if clash.http_status == 409:  # the same request is under way in another process
            raise ProviderUnavailable from clash
        raise ProviderRefused(str(clash), "idempotency_mismatch") from clash
    except (stripe.InvalidRequestError, stripe.CardError) as refusal:
        log.warning("Stripe refused: %s", refusal)
        raise ProviderRefused(str(refusal.user_message or refusal), refusal.code or "") from refusal
    except stripe.StripeError as failure:
        log.warning("Stripe did not answer: %s: %s", type(failure).__name__, failure)
        raise ProviderUnavailable from failure
    return answer.to_dict(for_json=True) if isinstance(answer, stripe.StripeObject) else answer


def _session(body: dict[str, Any]) -> ProviderSession:
    intent = _expanded(body.get("payment_intent"))
    charge = _expanded(intent.get("latest_charge"))
    movement = _expanded(charge.get("balance_transaction"))
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
    )


def _refund(body: dict[str, Any]) -> ProviderRefund:
    return ProviderRefund(
        provider_id=body["id"],
        state=REFUND_STATES.get(body["status"], RefundState.PENDING),
        amount_minor=body["amount"],
        currency=body["currency"].upper(),
        payment_id=_expanded(body.get("payment_intent")).get("id"),
        metadata=body.get("metadata") or {},
        failure=body.get("failure_reason"),
    )


def _movement(body: dict[str, Any]) -> ProviderMovement:
    source = _expanded(body.get("source"))
    return ProviderMovement(
        movement_id=body["id"],
        net_minor=body["net"],
        currency=body["currency"].upper(),
        payment_id=_expanded(source.get("payment_intent")).get("id"),
        metadata=source.get("metadata") or {},
    )


def _dispute(body: dict[str, Any]) -> ProviderDispute:
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


def _event(body: Any) -> ProviderEvent:
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


def _matches(told: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return bool(wanted) and all(told.get(name) == value for name, value in wanted.items())


def _check_time(signature: str, now: datetime) -> None:
    """Stripe's library looks only at the past; a signature from the future is refused as well."""
    stamps = [int(part.partition("=")[2]) for part in signature.split(",") if part.startswith("t=")]
    signed_at = datetime.fromtimestamp(stamps[0], UTC)
    if abs(signed_at - now) > WEBHOOK_TOLERANCE:
        raise SignatureInvalid("The signature is too old, or from the future.")
