"""Money's states and accounts: sessions, webhook inbox, invoices, refunds, and what each business event posts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from sponsorship.core.money import split_amount

SESSION_LIVES = timedelta(minutes=31)  # the provider's least is 30; one more for clocks that differ
MOST_SESSIONS = 2  # payment pages one order may have had open
INSTANT_ONLY_DAYS = 10  # business days before an issue from which on only money that is there at once will do
INBOX_CLAIM = timedelta(seconds=60)
LONGEST_PAUSE = timedelta(hours=1)
WEBHOOK_LIMIT = 512 * 1024
WEBHOOK_TOLERANCE = timedelta(minutes=5)


class SessionState(StrEnum):
    """A payment session at the provider, as we know it."""

    CREATING = "creating"
    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"
    FAILED = "failed"


STANDING_SESSIONS = (SessionState.CREATING, SessionState.OPEN)

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

    @property
    def label(self) -> str:
        """The word on screens."""
        return {"uncollectible": "Written off"}.get(self.value, self.value.capitalize())


INVOICE_STEPS: dict[InvoiceState, frozenset[InvoiceState]] = {
    InvoiceState.OPEN: frozenset({InvoiceState.PAID, InvoiceState.VOID, InvoiceState.UNCOLLECTIBLE}),
    InvoiceState.PAID: frozenset(),
    InvoiceState.VOID: frozenset(),
    InvoiceState.UNCOLLECTIBLE: frozenset({InvoiceState.OPEN, InvoiceState.VOID}),  # money came after all
}


class RefundState(StrEnum):
    """Money on its way back: wanted by us, then as the provider tells; a bank may still return what had succeeded."""

    REQUESTED = "requested"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


REFUND_STEPS: dict[RefundState, frozenset[RefundState]] = {
    RefundState.REQUESTED: frozenset(
        {RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED, RefundState.CANCELLED}
    ),
    RefundState.PENDING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED, RefundState.CANCELLED}),
    RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),
    RefundState.FAILED: frozenset({RefundState.SUCCEEDED}),  # paid back another way
    RefundState.CANCELLED: frozenset({RefundState.SUCCEEDED}),
}


class ReceiptSource(StrEnum):
    """Where money came in."""

    STRIPE = "stripe"
    BANK = "bank"

    @property
    def label(self) -> str:
        """The word on screens."""
        return self.value.capitalize()


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


MEMO_ACCOUNTS = frozenset({Account.BACKLOG, Account.BOOKED})
MONEY_ACCOUNT: dict[ReceiptSource, Account] = {
    ReceiptSource.STRIPE: Account.STRIPE,
    ReceiptSource.BANK: Account.BANK,
}


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
    REFUND_FAILED = "refund_failed"
    VOIDED = "voided"
    WRITTEN_OFF = "written_off"
    RESTORED = "restored"
    APPLIED = "applied"
    DISPUTED = "disputed"
    REINSTATED = "reinstated"
    DISPUTE_LOST = "dispute_lost"


class SessionVerdict(StrEnum):
    """What a provider's session means for its order."""

    OPEN = "open"
    PAID = "paid"
    AWAITING = "awaiting"
    REFUSED = "refused"
    EXPIRED = "expired"


def judge_session(status: str, payment_status: str, *, is_refused: bool) -> SessionVerdict | None:
    """Return what the provider's words mean; None for words that are not known, which change nothing.

    A completed session alone proves nothing: only `payment_status` says that money came (docs.stripe.com/checkout/fulfillment).
    """
    if status == "complete" and payment_status in ("paid", "no_payment_required"):
        return SessionVerdict.PAID
    if status == "complete" and payment_status == "unpaid":
        return SessionVerdict.REFUSED if is_refused else SessionVerdict.AWAITING
    return {"open": SessionVerdict.OPEN, "expired": SessionVerdict.EXPIRED}.get(status)


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """What was agreed on, or what the provider tells: amount in minor units, currency in capitals, whose order it is."""

    amount_minor: int
    currency: str
    reference: str | None
    is_live: bool
    metadata: Mapping[str, str] = field(default_factory=dict)


def differences(agreed: SessionTerms, told: SessionTerms) -> tuple[str, ...]:
    """Return in words what the provider tells otherwise than agreed; empty where money may be believed.

    Metadata that the provider has besides ours is no difference.
    """
    found = []
    if (agreed.amount_minor, agreed.currency) != (told.amount_minor, told.currency):
        found.append(f"amount {told.amount_minor} {told.currency}, agreed {agreed.amount_minor} {agreed.currency}")
    if agreed.reference != told.reference:
        found.append("another order's reference")
    if agreed.is_live != told.is_live:
        found.append("live money in a test" if told.is_live else "test money in a live installation")
    found += [f"metadata {name}" for name, value in agreed.metadata.items() if told.metadata.get(name) != value]
    return tuple(found)


def is_instant_only(publish_days: Iterable[date], today: date) -> bool:
    """Whether an issue is so near that a payment which takes days will not do: fewer than ten business days away."""
    return any(_business_days(today, day) < INSTANT_ONLY_DAYS for day in publish_days)


def _business_days(first: date, last: date) -> int:
    """Count Mondays to Fridays after `first`, up to `last`."""
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(day.weekday() < 5 for day in days)


def retry_pause(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: 2, 4, 8 ... seconds, at most an hour."""
    return min(timedelta(seconds=2 ** min(attempts, 12)), LONGEST_PAUSE)


def days_late(due_on: date, today: date) -> int:
    """Return by how many days an invoice is overdue, 0 up to and including its due day."""
    return max((today - due_on).days, 0)


@dataclass(frozen=True, slots=True)
class Posting:
    """One line to be posted: positive debits, negative credits; a net amount carries its booking, money its receipt."""

    account: Account
    amount_minor: int
    booking_id: int | None = None
    receipt_id: int | None = None


@dataclass(frozen=True, slots=True)
class OpenPart:
    """What is still owed of one part of an invoice: a booking's net amount, or (without a booking) the tax."""

    booking_id: int | None
    amount_minor: int


def booked_lines(net_by_booking: Mapping[int, int]) -> list[Posting]:
    """Return what confirming bookings posts: a memo pair for each, at its net amount."""
    return [
        line
        for booking_id, net_minor in net_by_booking.items()
        for line in (
            Posting(Account.BACKLOG, net_minor, booking_id),
            Posting(Account.BOOKED, -net_minor, booking_id),
        )
    ]


def invoiced_lines(net_by_booking: Mapping[int, int], tax_minor: int) -> list[Posting]:
    """Return what an invoice posts: receivable against deferred for each booking, and against tax for the tax."""
    lines = []
    for booking_id, net_minor in net_by_booking.items():
        lines.append(Posting(Account.RECEIVABLE, net_minor, booking_id))
        lines.append(Posting(Account.DEFERRED, -net_minor, booking_id))
    return [*lines, Posting(Account.RECEIVABLE, tax_minor), Posting(Account.TAX, -tax_minor)]


def received_lines(account: Account, amount_minor: int, owed: Sequence[OpenPart], receipt_id: int) -> list[Posting]:
    """Return what money in posts: spread over what is owed in proportion, what is left over kept as unapplied.

    The parts sum to the amount, and none gets more than it owes.
    """
    applied = min(amount_minor, sum(part.amount_minor for part in owed))
    shares = split_amount(applied, [part.amount_minor for part in owed])
    return [
        Posting(account, amount_minor, receipt_id=receipt_id),
        *(
            Posting(Account.RECEIVABLE, -share, part.booking_id, receipt_id)
            for part, share in zip(owed, shares, strict=True)
        ),
        Posting(Account.UNAPPLIED, applied - amount_minor, receipt_id=receipt_id),
    ]


def applied_lines(account: Account, amount_minor: int, owed: Sequence[OpenPart], receipt_id: int) -> list[Posting]:
    """Return what using money that was kept posts: off the account it was kept on, spread over what is owed."""
    shares = split_amount(amount_minor, [part.amount_minor for part in owed])
    return [
        Posting(account, amount_minor, receipt_id=receipt_id),
        *(
            Posting(Account.RECEIVABLE, -share, part.booking_id, receipt_id)
            for part, share in zip(owed, shares, strict=True)
        ),
    ]


def fee_lines(fee_minor: int, receipt_id: int) -> list[Posting]:
    """Return what the provider's fee posts."""
    return [
        Posting(Account.FEES, fee_minor, receipt_id=receipt_id),
        Posting(Account.STRIPE, -fee_minor, receipt_id=receipt_id),
    ]


def recognised_lines(booking_id: int, deferred_minor: int) -> list[Posting]:
    """Return what an issue's going out posts: what is still deferred of a booking becomes revenue."""
    return [
        Posting(Account.DEFERRED, deferred_minor, booking_id),
        Posting(Account.REVENUE, -deferred_minor, booking_id),
    ]


def unapplied_lines(amount_minor: int, receipt_id: int) -> list[Posting]:
    """Return what money posts that came for something that cannot be had: kept, belonging to nobody's order yet."""
    return [
        Posting(Account.STRIPE, amount_minor, receipt_id=receipt_id),
        Posting(Account.UNAPPLIED, -amount_minor, receipt_id=receipt_id),
    ]


def refund_due_lines(amount_minor: int, receipt_id: int) -> list[Posting]:
    """Return what deciding to give unapplied money back posts."""
    return [
        Posting(Account.UNAPPLIED, amount_minor, receipt_id=receipt_id),
        Posting(Account.REFUND_DUE, -amount_minor, receipt_id=receipt_id),
    ]


def refunded_lines(amount_minor: int, receipt_id: int, account: Account = Account.STRIPE) -> list[Posting]:
    """Return what a refund that succeeded posts; negative for one that the bank returned, which is owed again."""
    return [
        Posting(Account.REFUND_DUE, amount_minor, receipt_id=receipt_id),
        Posting(account, -amount_minor, receipt_id=receipt_id),
    ]


def invoice_number(year: int, number: int) -> str:
    """Return an invoice's number: the year and four digits, more when they run out ("2026-0142")."""
    return f"{year}-{number:04d}"


def session_expiry(now: datetime) -> datetime:
    """Return when a payment session opened now ends, on a whole second as the provider counts."""
    return (now + SESSION_LIVES).replace(microsecond=0)
