"""The door to a payment provider, in the business's words: what it can do, and what it tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sponsorship.core.errors import DomainError
from sponsorship.payments.rules import RefundState, SessionTerms, SessionVerdict, judge_session


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
class SessionLine:
    """One line of what is to be paid, as the buyer reads it; minor units."""

    label: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class SessionOrder:
    """What a payment page is to be opened for; `metadata` comes back with it and names the order and the attempt."""

    reference: str
    description: str
    lines: tuple[SessionLine, ...]
    currency: str
    email: str
    success_url: str
    back_url: str
    expires_at: datetime
    is_instant_only: bool
    metadata: Mapping[str, str]
    is_invoice: bool = False  # the slots are booked already: only money is asked for
    is_taxed_there: bool = False  # the provider works out the tax and adds it


@dataclass(frozen=True, slots=True)
class ProviderMoney:
    """Money that came: by what it is known, how much, what it cost, in minor units."""

    money_id: str
    amount_minor: int
    fee_minor: int
    currency: str


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
    is_refused: bool = False  # a payment that takes days was refused in the end
    buyer_country: str = ""  # as given on the payment page, where tax is worked out there
    buyer_tax_number: str = ""
    is_reverse_charge: bool = False

    @property
    def terms(self) -> SessionTerms:
        """What the provider says was paid, and for what."""
        return SessionTerms(self.amount_minor, self.currency, self.reference, self.is_live, self.metadata)

    @property
    def net_terms(self) -> SessionTerms:
        """The same without the tax that the provider added."""
        net = self.amount_minor - self.tax_minor
        return SessionTerms(net, self.currency, self.reference, self.is_live, self.metadata)

    @property
    def money_id(self) -> str:
        """What the money is known by in our books: the payment, or where there is none, the session."""
        return self.payment_id or self.provider_id

    @property
    def money(self) -> ProviderMoney:
        """What was paid, where it was."""
        return ProviderMoney(self.money_id, self.amount_minor, self.fee_minor, self.currency)

    @property
    def verdict(self) -> SessionVerdict | None:
        """What it means for the order; None for words of the provider's that are not known."""
        return judge_session(self.status, self.payment_status, is_refused=self.is_refused)


@dataclass(frozen=True, slots=True)
class InvoiceOrder:
    """What the provider is to ask for on an invoice of its: our number, our lines, our last day."""

    number: str
    description: str
    name: str
    email: str
    lines: tuple[SessionLine, ...]
    currency: str
    due_at: datetime
    purchase_order_number: str
    footer: str
    metadata: Mapping[str, str]

    @property
    def total_minor(self) -> int:
        """What the lines come to."""
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class ProviderInvoice:
    """An invoice as the provider has it now, with what was paid on its page; minor units."""

    provider_id: str
    url: str | None
    status: str  # draft, open, paid, void, uncollectible
    open_minor: int
    elsewhere_minor: int  # marked there as paid outside the provider
    metadata: dict[str, str]
    payments: tuple[ProviderMoney, ...]


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """A refund as the provider has it now."""

    provider_id: str
    state: RefundState
    amount_minor: int
    currency: str
    payment_id: str | None
    metadata: dict[str, str]
    failure: str | None


@dataclass(frozen=True, slots=True)
class ProviderDispute:
    """A dispute as the provider has it now: what the bank took and gave back, and what that cost; minor units."""

    provider_id: str
    status: str
    amount_minor: int
    currency: str
    reason: str
    payment_id: str | None
    is_live: bool
    is_refundable: bool
    withdrawn_minor: int
    reinstated_minor: int
    fee_minor: int
    evidence_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProviderWarning:
    """The card's bank believes that its holder did not make a payment; no dispute yet."""

    provider_id: str
    kind: str  # made_with_stolen_card, misc, ...
    payment_id: str | None
    is_actionable: bool  # False where it was disputed or given back whole already


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A verified webhook event: only its topic and its object's id are used; the object is fetched anew."""

    event_id: str
    topic: str
    object_id: str | None
    is_live: bool


@dataclass(frozen=True, slots=True)
class ProviderMovement:
    """One movement of our balance at the provider: what is left of it after fees, minor units; money that leaves is negative.

    `payment_id` names the payment that it belongs to, and is None for payouts and what else belongs to none.
    """

    movement_id: str
    net_minor: int
    currency: str
    payment_id: str | None
    metadata: dict[str, str]


class PaymentGateway(Protocol):
    """What we ask of a provider. Every write takes a key: the same key and request never act twice.

    `prepare_...` puts a request into the provider's words and calls nobody: what it returns is stored before it is sent.
    """

    def prepare_session(self, order: SessionOrder) -> dict[str, Any]:
        """Return the request that opens this session; its "metadata" is the order's."""

    def open_session(self, request: dict[str, Any], *, key: str) -> ProviderSession:
        """Open a payment session; raises ProviderUnavailable, ProviderRefused."""

    def find_session(self, metadata: Mapping[str, str], since: datetime) -> ProviderSession | None:
        """Return the session opened since then with this metadata, or None; raises ProviderUnavailable."""

    def fetch_session(self, provider_id: str) -> ProviderSession:
        """Return a session as it is now; raises ProviderUnavailable, ProviderRefused."""

    def find_session_of_payment(self, payment_id: str) -> ProviderSession | None:
        """Return the session in which a payment was made, or None; raises ProviderUnavailable."""

    def expire_session(self, provider_id: str) -> ProviderSession:
        """End an open session, or return it as it is where it was no longer open; raises ProviderUnavailable."""

    def issue_invoice(self, wanted: InvoiceOrder, *, since: datetime, key: str) -> ProviderInvoice:
        """Issue an invoice that is paid on the provider's page, or return the one that was since then.

        Raises ProviderUnavailable, ProviderRefused.
        """

    def fetch_invoice(self, provider_id: str) -> ProviderInvoice:
        """Return an invoice as it is now; raises ProviderUnavailable, ProviderRefused."""

    def find_invoice_of_payment(self, payment_id: str) -> str | None:
        """Return the id of the invoice that a payment paid, or None; raises ProviderUnavailable."""

    def name_invoice_of(self, invoice_payment_id: str) -> str:
        """Return the id of the invoice that is meant by this payment on one; raises ProviderUnavailable, ProviderRefused."""

    def void_invoice(self, provider_id: str, *, key: str) -> None:
        """Have an invoice's page take no money any more; raises ProviderUnavailable, ProviderRefused."""

    def give_up_invoice(self, provider_id: str, *, key: str) -> None:
        """Have it said there that the money is not expected; raises ProviderUnavailable, ProviderRefused."""

    def close_paid_invoice(self, provider_id: str, *, key: str) -> None:
        """Have it said there that it was paid elsewhere; raises ProviderUnavailable, ProviderRefused."""

    def prepare_refund(self, payment_id: str, amount_minor: int, metadata: Mapping[str, str]) -> dict[str, Any]:
        """Return the request that gives so much of a payment back."""

    def send_refund(self, request: dict[str, Any], *, key: str) -> ProviderRefund:
        """Give money back; raises ProviderUnavailable, ProviderRefused."""

    def find_refund(self, payment_id: str, metadata: Mapping[str, str]) -> ProviderRefund | None:
        """Return the payment's refund with this metadata, or None; raises ProviderUnavailable."""

    def fetch_refund(self, provider_id: str) -> ProviderRefund:
        """Return a refund as it is now; raises ProviderUnavailable, ProviderRefused."""

    def fetch_dispute(self, provider_id: str) -> ProviderDispute:
        """Return a dispute as it is now; raises ProviderUnavailable, ProviderRefused."""

    def list_disputes_since(self, since: datetime) -> list[ProviderDispute]:
        """Return the disputes opened since a moment; raises ProviderUnavailable."""

    def fetch_warning(self, provider_id: str) -> ProviderWarning:
        """Return a fraud warning as it is now; raises ProviderUnavailable, ProviderRefused."""

    def list_warnings_since(self, since: datetime) -> list[ProviderWarning]:
        """Return the fraud warnings since a moment; raises ProviderUnavailable."""

    def list_refunds_since(self, since: datetime) -> list[ProviderRefund]:
        """Return the refunds made since a moment; raises ProviderUnavailable."""

    def list_events_since(self, since: datetime) -> list[ProviderEvent]:
        """Return the provider's events since a moment, oldest first; raises ProviderUnavailable."""

    def list_movements_since(self, since: datetime) -> list[ProviderMovement]:
        """Return the movements of our balance since a moment; raises ProviderUnavailable."""

    def verify_event(self, body: bytes, signature: str, *, now: datetime) -> ProviderEvent:
        """Return the event in a webhook's raw body; raises SignatureInvalid."""
