"""Payment sessions, the webhook inbox, invoices, money received, and the immutable ledger."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.booking.models import Order
from sponsorship.core.db import Base, word_enum
from sponsorship.core.errors import InvalidTransition
from sponsorship.payments.models.books import Finding, LedgerClose
from sponsorship.payments.models.imports import ImportedRow
from sponsorship.payments.models.reversals import CreditNote, CreditNoteSequence, Dispute, KeptMoney, MoneyTask
from sponsorship.payments.models.terms import OrderTerms, Seller, TaxRate
from sponsorship.payments.rules import (
    INVOICE_STEPS,
    REFUND_STEPS,
    SESSION_STEPS,
    Account,
    EntryKind,
    InboxState,
    InvoiceState,
    ReceiptSource,
    RefundState,
    SessionState,
    SessionTerms,
)

__all__ = [
    "CreditNote",
    "CreditNoteSequence",
    "Dispute",
    "Finding",
    "ImportedRow",
    "Invoice",
    "InvoiceSequence",
    "JournalEntry",
    "JournalLine",
    "KeptMoney",
    "LedgerClose",
    "MoneyTask",
    "OrderTerms",
    "PaymentSession",
    "Receipt",
    "Refund",
    "Seller",
    "TaxRate",
    "WebhookEvent",
]


class PaymentSession(Base):
    """One hosted payment page for one order. `request` is frozen before the call, so that a retry sends the same bytes."""

    __tablename__ = "payment_session"
    __table_args__ = (
        UniqueConstraint("order_id", "attempt"),
        UniqueConstraint("idempotency_key"),
        UniqueConstraint("provider_id"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    attempt: Mapped[int]
    idempotency_key: Mapped[str]
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[SessionState] = mapped_column(word_enum(SessionState))
    provider_id: Mapped[str | None]
    url: Mapped[str | None] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    is_live: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)
    order: Mapped[Order] = relationship(lazy="joined", innerjoin=True)

    @property
    def is_taxed_there(self) -> bool:
        """Whether the provider works out the tax: then it is known only when the buyer has paid."""
        return bool(self.request.get("automatic_tax", {}).get("enabled"))

    @property
    def is_for_invoice(self) -> bool:
        """Whether it collects what is open on the order's invoice, not the order itself."""
        return "invoice" in self.request["metadata"]

    @property
    def terms(self) -> SessionTerms:
        """What was agreed on when the page was asked for; the provider's answer is compared with it."""
        return SessionTerms(
            amount_minor=self.amount_minor,
            currency=self.currency,
            reference=self.order.token,
            is_live=self.is_live,
            metadata=self.request["metadata"],
        )

    def move_to(self, state: SessionState) -> None:
        """Step to another state; raises InvalidTransition where the table has no such step."""
        if state not in SESSION_STEPS[self.state]:
            raise InvalidTransition(f"A payment session that is {self.state} cannot become {state}.")
        self.state = state


class WebhookEvent(Base):
    """One event of the provider's in our inbox: stored first, settled afterwards, once."""

    __tablename__ = "webhook_event"
    __table_args__ = (
        UniqueConstraint("event_id"),
        Index("ix_webhook_event_state", "state", "next_attempt_at"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str]
    topic: Mapped[str]
    object_id: Mapped[str | None]
    is_live: Mapped[bool]
    payload: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    state: Mapped[InboxState] = mapped_column(word_enum(InboxState))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    error: Mapped[str | None] = mapped_column(Text)


class InvoiceSequence(Base):
    """The last number given in a newsletter's year: numbers have no gaps."""

    __tablename__ = "invoice_sequence"
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]


class Invoice(Base):
    """What an order owes; a card order's is paid in the moment it is made."""

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("newsletter_id", "number"),
        UniqueConstraint("order_id"),
        CheckConstraint("paid_minor >= 0", name="paid"),
        Index("ix_invoice_open", "newsletter_id", "state", "due_on"),
        Index("ix_invoice_provider", "provider_id", unique=True),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    number: Mapped[str]  # 2026-0142
    state: Mapped[InvoiceState] = mapped_column(word_enum(InvoiceState))
    currency: Mapped[str]
    net_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)
    paid_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    issued_on: Mapped[date]
    due_on: Mapped[date]
    reminded_at: Mapped[datetime | None]
    credited_minor: Mapped[int] = mapped_column(BigInteger, default=0)  # struck off what was owed, by credit notes
    printed: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what stands on the paper, as it was issued
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[str] = mapped_column(default="")
    provider_id: Mapped[str | None]
    provider_url: Mapped[str | None] = mapped_column(Text)  # where the provider has it paid
    provider_status: Mapped[str | None]  # the provider's word for it, as it last said
    provider_open_minor: Mapped[int | None] = mapped_column(BigInteger)  # what its page would take
    order: Mapped[Order] = relationship(lazy="joined", innerjoin=True)

    @property
    def total_minor(self) -> int:
        """Net and tax."""
        return self.net_minor + self.tax_minor

    @property
    def open_minor(self) -> int:
        """What is still owed on it."""
        if self.state is not InvoiceState.OPEN:
            return 0
        return self.total_minor - self.paid_minor - self.credited_minor

    def move_to(self, state: InvoiceState) -> None:
        """Step to another state; raises InvalidTransition where the table has no such step."""
        if state not in INVOICE_STEPS[self.state]:
            raise InvalidTransition(f"An invoice that is {self.state} cannot become {state}.")
        self.state = state


class Receipt(Base):
    """Money that came in for an order, once per reference (a payment intent, a bank statement's line)."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("order_id", "source", "reference"),
        CheckConstraint("amount_minor > 0", name="amount"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"), index=True)
    source: Mapped[ReceiptSource] = mapped_column(word_enum(ReceiptSource))
    reference: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    fee_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str]
    received_at: Mapped[datetime]


class Refund(Base):
    """Money to go back, from one receipt. `request` is frozen with its key before the call: asked for often, given once."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        UniqueConstraint("provider_id"),
        CheckConstraint("amount_minor > 0", name="amount"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"), index=True)
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"), index=True)
    idempotency_key: Mapped[str]
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[RefundState] = mapped_column(word_enum(RefundState))
    provider_id: Mapped[str | None]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    reason: Mapped[str]
    credit_note_id: Mapped[int | None] = mapped_column(ForeignKey("credit_note.id"), index=True)
    is_external: Mapped[bool] = mapped_column(default=False)  # made at the provider, not asked for by us
    is_by_hand: Mapped[bool] = mapped_column(default=False)  # paid by bank, by a person
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    error: Mapped[str | None] = mapped_column(Text)
    order: Mapped[Order] = relationship(lazy="joined", innerjoin=True)
    receipt: Mapped[Receipt] = relationship(lazy="joined", innerjoin=True)

    def move_to(self, state: RefundState) -> None:
        """Step to another state; raises InvalidTransition where the table has no such step."""
        if state not in REFUND_STEPS[self.state]:
            raise InvalidTransition(f"A refund that is {self.state} cannot become {state}.")
        self.state = state


class JournalEntry(Base):
    """One business event in the ledger: lines that sum to zero, never changed; `key` names the event, so it posts once."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("reverses_id"),
        Index("ix_journal_entry_newsletter", "newsletter_id", "effective_on"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    kind: Mapped[EntryKind] = mapped_column(word_enum(EntryKind))
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    currency: Mapped[str]
    effective_on: Mapped[date]  # on the newsletter's calendar
    recorded_at: Mapped[datetime]
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"), index=True)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("journal_entry.id"))
    memo: Mapped[str] = mapped_column(default="")
    lines: Mapped[list["JournalLine"]] = relationship(back_populates="entry", order_by="JournalLine.id")


class JournalLine(Base):
    """One amount on one account: positive debits, negative credits; net amounts carry their booking."""

    __tablename__ = "journal_line"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount"),
        Index("ix_journal_line_account", "account", "booking_id"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"), index=True)
    account: Mapped[Account] = mapped_column(word_enum(Account))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("receipt.id"), index=True)
    entry: Mapped[JournalEntry] = relationship(back_populates="lines")
