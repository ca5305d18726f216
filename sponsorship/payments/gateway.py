"""The door to a payment provider, in the business's words: what it can do, and what it tells."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sponsorship.core.errors import DomainError


class ProviderUnavailable(DomainError):
    """The provider did not answer, or not with a decision: nothing is known, so nothing may be assumed."""

    status = 503
    message = "The payment page cannot be reached just now. Your slots stay held; try again in a minute."


class ProviderRefused(DomainError):
    """The provider refused the request for good; `code` is its word for why."""

    status = 502

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class SignatureInvalid(DomainError):
    """A webhook that the provider did not sign, or too long ago, or in the future."""

    status = 400


@dataclass(frozen=True, slots=True)
class ProviderSession:
    """A payment session as the provider has it now; amounts in minor units as the provider counts them."""

    provider_id: str
    url: str | None
    status: str  # open, complete, expired
    payment_status: str  # paid, unpaid, no_payment_required
    amount_minor: int
    tax_minor: int
    currency: str
    reference: str | None  # our order's token
    metadata: dict[str, str]
    is_live: bool
    expires_at: datetime
    payment_id: str | None
    fee_minor: int


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A verified webhook event: only its topic and its object's id are used; the object is fetched anew."""

    event_id: str
    topic: str
    object_id: str | None
    is_live: bool


class PaymentGateway(Protocol):
    """What we ask of a provider. Every write takes a key: the same key and request never act twice."""

    def open_session(self, request: dict[str, Any], *, key: str) -> ProviderSession:
        """Open a payment session; raises ProviderUnavailable, ProviderRefused."""

    def fetch_session(self, provider_id: str) -> ProviderSession:
        """Return a session as it is now; raises ProviderUnavailable, ProviderRefused."""

    def expire_session(self, provider_id: str) -> ProviderSession:
        """End an open session, or return it as it is where it was no longer open; raises ProviderUnavailable."""

    def list_event_ids_since(self, since: datetime) -> list[ProviderEvent]:
        """Return the provider's events since a moment, oldest first; raises ProviderUnavailable."""

    def verify_event(self, body: bytes, signature: str, *, now: datetime) -> ProviderEvent:
        """Return the event in a webhook's raw body; raises SignatureInvalid."""
