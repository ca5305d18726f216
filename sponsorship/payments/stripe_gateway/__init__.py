"""The one module that speaks to Stripe: our words in, its objects out as frozen dataclasses.

Pinned to one API version. A StripeObject is no dict, so what comes is turned into plain JSON at once.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
from stripe import StripeClient, WebhookSignature

from sponsorship.core.config import STRIPE_API, Settings
from sponsorship.payments.gateway import (
    ProviderDispute,
    ProviderEvent,
    ProviderMovement,
    ProviderRefund,
    ProviderRefused,
    ProviderSession,
    ProviderWarning,
    SessionOrder,
    SignatureInvalid,
)
from sponsorship.payments.rules import WEBHOOK_TOLERANCE
from sponsorship.payments.stripe_gateway.calling import ask
from sponsorship.payments.stripe_gateway.invoices import InvoiceCalls
from sponsorship.payments.stripe_gateway.reading import (
    matches,
    read_dispute,
    read_event,
    read_movement,
    read_refund,
    read_session,
    read_warning,
)

API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = (5, 20)  # to connect, to be answered
RETRIES = 2
INSTANT_METHODS = ["card", "link"]
EXPANDED = ["payment_intent.latest_charge.balance_transaction"]
EXPANDED_IN_LIST = [f"data.{path}" for path in EXPANDED]
EVENT_TOPICS = [  # at most 20, which is what one list of events may ask for
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
    "radar.early_fraud_warning.updated",
    "invoice.paid",
    "invoice.updated",
    "invoice.voided",
    "invoice.marked_uncollectible",
    "invoice_payment.paid",
]
# What damaged bodies and headers raise, in Stripe's library and in json; a stranger may send anything.
UNREADABLE = (ValueError, RecursionError, LookupError, TypeError, AttributeError, OverflowError, OSError)

stripe.enable_telemetry = False


class StripeGateway(InvoiceCalls):
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
        super().__init__(client)
        self._sessions = client.v1.checkout.sessions
        self._refunds = client.v1.refunds
        self._events = client.v1.events
        self._movements = client.v1.balance_transactions
        self._disputes = client.v1.disputes
        self._warnings = client.v1.radar.early_fraud_warnings

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
        return read_session(ask(self._sessions.create, request, {"idempotency_key": key}))

    def find_session(self, metadata: Mapping[str, str], since: datetime) -> ProviderSession | None:
        """Look through the sessions created since then, a minute earlier for clocks that differ."""
        created = int((since - timedelta(minutes=1)).timestamp())
        query = {"created": {"gte": created}, "limit": 100, "expand": EXPANDED_IN_LIST}
        return next(
            (s for s in map(read_session, self._all(self._sessions, query)) if matches(s.metadata, metadata)), None
        )

    def fetch_session(self, provider_id: str) -> ProviderSession:
        """Retrieve a session with its payment, charge and fee."""
        return read_session(ask(self._sessions.retrieve, provider_id, {"expand": EXPANDED}))

    def find_session_of_payment(self, payment_id: str) -> ProviderSession | None:
        """List the sessions of a payment intent: there is one, or none."""
        query = {"payment_intent": payment_id, "limit": 1, "expand": EXPANDED_IN_LIST}
        return next(map(read_session, self._all(self._sessions, query)), None)

    def expire_session(self, provider_id: str) -> ProviderSession:
        """Expire the session; Stripe refuses unless it is open, and so decides who was first, buyer or seller."""
        try:
            return read_session(ask(self._sessions.expire, provider_id, {"expand": EXPANDED}))
        except ProviderRefused:
            return self.fetch_session(provider_id)

    def prepare_refund(self, payment_id: str, amount_minor: int, metadata: Mapping[str, str]) -> dict[str, Any]:
        """Return the parameters of a refund of one payment intent."""
        return {"payment_intent": payment_id, "amount": amount_minor, "metadata": dict(metadata)}

    def send_refund(self, request: dict[str, Any], *, key: str) -> ProviderRefund:
        """Create the refund; the same key and request return the same refund, at least for a day."""
        return read_refund(ask(self._refunds.create, request, {"idempotency_key": key}))

    def find_refund(self, payment_id: str, metadata: Mapping[str, str]) -> ProviderRefund | None:
        """Look through the refunds of one payment."""
        found = map(read_refund, self._all(self._refunds, {"payment_intent": payment_id, "limit": 100}))
        return next((refund for refund in found if matches(refund.metadata, metadata)), None)

    def fetch_refund(self, provider_id: str) -> ProviderRefund:
        """Retrieve a refund."""
        return read_refund(ask(self._refunds.retrieve, provider_id))

    def fetch_dispute(self, provider_id: str) -> ProviderDispute:
        """Retrieve a dispute; its balance transactions come with it."""
        return read_dispute(ask(self._disputes.retrieve, provider_id))

    def list_disputes_since(self, since: datetime) -> list[ProviderDispute]:
        """List the disputes created since then."""
        query = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        return [read_dispute(body) for body in self._all(self._disputes, query)]

    def fetch_warning(self, provider_id: str) -> ProviderWarning:
        """Retrieve an early fraud warning with its charge, which names the payment."""
        return read_warning(ask(self._warnings.retrieve, provider_id, {"expand": ["charge"]}))

    def list_warnings_since(self, since: datetime) -> list[ProviderWarning]:
        """List the early fraud warnings created since then."""
        query = {"created": {"gte": int(since.timestamp())}, "limit": 100, "expand": ["data.charge"]}
        return [read_warning(body) for body in self._all(self._warnings, query)]

    def list_refunds_since(self, since: datetime) -> list[ProviderRefund]:
        """List the refunds created since then."""
        query = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        return [read_refund(body) for body in self._all(self._refunds, query)]

    def list_events_since(self, since: datetime) -> list[ProviderEvent]:
        """List the events of the kinds that we use; Stripe keeps them for 30 days."""
        query = {"created": {"gte": int(since.timestamp())}, "types": EVENT_TOPICS, "limit": 100}
        return [read_event(body) for body in reversed(self._all(self._events, query))]

    def list_movements_since(self, since: datetime) -> list[ProviderMovement]:
        """List balance transactions with the charge, refund or dispute that each comes from."""
        query = {"created": {"gte": int(since.timestamp())}, "limit": 100, "expand": ["data.source"]}
        return [read_movement(body) for body in self._all(self._movements, query)]

    def verify_event(self, body: bytes, signature: str, *, now: datetime) -> ProviderEvent:
        """Check the signature with each of our secrets and the time in both directions, then read the event."""
        try:
            text = body.decode("utf-8")
            self._check_signature(text, signature)
            _check_time(signature, now)
            return read_event(json.loads(text))
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
        return ask(lambda: [item.to_dict(for_json=True) for item in service.list(query).auto_paging_iter()])


def _check_time(signature: str, now: datetime) -> None:
    """Stripe's library looks only at the past; a signature from the future is refused as well."""
    stamps = [int(part.partition("=")[2]) for part in signature.split(",") if part.startswith("t=")]
    signed_at = datetime.fromtimestamp(stamps[0], UTC)
    if abs(signed_at - now) > WEBHOOK_TOLERANCE:
        raise SignatureInvalid("The signature is too old, or from the future.")
