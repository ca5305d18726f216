"""Money's states and accounts: sessions, webhook inbox, invoices, the chart of the ledger."""

from enum import StrEnum


class SessionState(StrEnum):
    """A payment session at the provider, as we know it."""

    CREATING = "creating"
    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"
    FAILED = "failed"


SESSION_STEPS: dict[SessionState, frozenset[SessionState]] = {
    SessionState.CREATING: frozenset(
        {SessionState.OPEN, SessionState.FAILED, SessionState.COMPLETE, SessionState.EXPIRED}
    ),
    SessionState.OPEN: frozenset({SessionState.COMPLETE, SessionState.EXPIRED}),
    SessionState.COMPLETE: frozenset(),
    SessionState.EXPIRED: frozenset(),
    SessionState.FAILED: frozenset(),
}


class InboxState(StrEnum):
    """A webhook event's way: stored, then settled, ignored or failed (and retried)."""

    NEW = "new"
    SETTLED = "settled"
    IGNORED = "ignored"
    FAILED = "failed"


class InvoiceState(StrEnum):
    """An invoice as the receivables show it."""

    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"


INVOICE_STEPS: dict[InvoiceState, frozenset[InvoiceState]] = {
    InvoiceState.OPEN: frozenset({InvoiceState.PAID, InvoiceState.VOID, InvoiceState.UNCOLLECTIBLE}),
    InvoiceState.PAID: frozenset(),
    InvoiceState.VOID: frozenset(),
    InvoiceState.UNCOLLECTIBLE: frozenset({InvoiceState.PAID}),
}


class ReceiptSource(StrEnum):
    """Where money came in."""

    STRIPE = "stripe"
    BANK = "bank"


class Account(StrEnum):
    """The chart of accounts; amounts are debits when positive."""

    STRIPE = "stripe"
    BANK = "bank"
    RECEIVABLE = "ar"
    DISPUTE_HOLD = "dispute_hold"
    DEFERRED = "deferred"
    TAX = "tax"
    UNAPPLIED = "unapplied"
    REFUND_DUE = "refund_due"
    REVENUE = "revenue"
    ALLOWANCES = "allowances"
    FEES = "fees"
    DISPUTE_LOSS = "dispute_loss"
    BAD_DEBT = "bad_debt"
    BACKLOG = "backlog"
    BOOKED = "booked"


class EntryKind(StrEnum):
    """What a journal entry records."""

    BOOKED = "booked"
    UNBOOKED = "unbooked"
    INVOICED = "invoiced"
    RECEIVED = "received"
    FEE = "fee"
    RAN = "ran"
    LATE_MONEY = "late_money"
    CREDITED = "credited"
    REFUNDED = "refunded"
    VOIDED = "voided"
