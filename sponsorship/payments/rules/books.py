"""The figures of the books as sums over ledger lines, and months that are open or closed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sponsorship.payments.rules import Account, EntryKind


class Owner(StrEnum):
    """Whose line it is: a booking's net amount, the tax of an order, or either."""

    BOOKING = "booking"
    TAX = "tax"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Clause:
    """Lines on these accounts, of entries of these kinds (any where none is named), of this owner.

    `is_not_run`: only of bookings of which something is still deferred.
    """

    accounts: frozenset[Account]
    kinds: frozenset[EntryKind] = frozenset()
    owner: Owner = Owner.ANY
    is_not_run: bool = False


class Figure(StrEnum):
    """A figure about money. Each is the sum of the lines that its clauses name, times its sign."""

    BOOKED = "booked"
    INVOICED = "invoiced"
    COLLECTED = "collected"
    REFUNDED = "refunded"
    RECOGNISED = "recognised"
    DEFERRED = "deferred"
    OUTSTANDING = "outstanding"
    WRITTEN_OFF = "written_off"
    DEFERRED_GROSS = "deferred_gross"
    TAX = "tax"
    FEES = "fees"
    UNAPPLIED = "unapplied"
    REFUND_DUE = "refund_due"

    @property
    def label(self) -> str:
        """The words on screens."""
        return LABELS[self]

    @property
    def meaning(self) -> str:
        """What the figure is, in a sentence."""
        return MEANINGS[self]

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The lines that it is the sum of."""
        return CLAUSES[self]

    @property
    def sign(self) -> int:
        """+1 where the figure is a debit balance, -1 where it is a credit balance."""
        return SIGNS.get(self, 1)


SIX = (
    Figure.BOOKED, Figure.INVOICED, Figure.COLLECTED, Figure.REFUNDED, Figure.RECOGNISED, Figure.DEFERRED,
)  # fmt: skip
LABELS: dict[Figure, str] = {
    Figure.BOOKED: "Booked",
    Figure.INVOICED: "Invoiced",
    Figure.COLLECTED: "Collected",
    Figure.REFUNDED: "Refunded",
    Figure.RECOGNISED: "Recognised",
    Figure.DEFERRED: "Deferred",
    Figure.OUTSTANDING: "Outstanding",
    Figure.WRITTEN_OFF: "Written off",
    Figure.DEFERRED_GROSS: "Deferred, unpaid invoices included",
    Figure.TAX: "Tax owed",
    Figure.FEES: "Fees",
    Figure.UNAPPLIED: "Belongs to no order",
    Figure.REFUND_DUE: "To be returned",
}
MEANINGS: dict[Figure, str] = {
    Figure.BOOKED: "Net value of confirmed bookings, less what was cancelled.",
    Figure.INVOICED: "What was invoiced, net of tax, less what was voided.",
    Figure.COLLECTED: "The net share of the money that came in for bookings.",
    Figure.REFUNDED: "Money that went back, tax included, less what a bank returned.",
    Figure.RECOGNISED: "Net value of what has run.",
    Figure.DEFERRED: "Collected, and not run yet.",
    Figure.OUTSTANDING: "Booked and not paid, net of tax.",
    Figure.WRITTEN_OFF: "Given up as uncollectible, net of tax.",
    Figure.DEFERRED_GROSS: "Booked and not run yet, whether it is paid or not.",
    Figure.TAX: "Tax invoiced, less what was credited.",
    Figure.FEES: "What the payment provider kept.",
    Figure.UNAPPLIED: "Money that came in and pays for nothing yet.",
    Figure.REFUND_DUE: "Money that is on its way back.",
}
SIGNS: dict[Figure, int] = {
    Figure.COLLECTED: -1,
    Figure.REFUNDED: -1,
    Figure.RECOGNISED: -1,
    Figure.DEFERRED: -1,
    Figure.DEFERRED_GROSS: -1,
    Figure.TAX: -1,
    Figure.UNAPPLIED: -1,
    Figure.REFUND_DUE: -1,
}


def _clause(*accounts: Account, kinds: Iterable[EntryKind] = (), owner: Owner = Owner.ANY) -> Clause:
    return Clause(frozenset(accounts), frozenset(kinds), owner)


NET_OWED = _clause(Account.RECEIVABLE, owner=Owner.BOOKING)
CLAUSES: dict[Figure, tuple[Clause, ...]] = {
    Figure.BOOKED: (_clause(Account.BACKLOG),),
    Figure.INVOICED: (_clause(Account.RECEIVABLE, kinds=(EntryKind.INVOICED, EntryKind.VOIDED), owner=Owner.BOOKING),),
    Figure.COLLECTED: (_clause(Account.RECEIVABLE, kinds=(EntryKind.RECEIVED,), owner=Owner.BOOKING),),
    Figure.REFUNDED: (_clause(Account.STRIPE, Account.BANK, kinds=(EntryKind.REFUNDED, EntryKind.REFUND_FAILED)),),
    Figure.RECOGNISED: (_clause(Account.REVENUE, Account.ALLOWANCES),),
    Figure.DEFERRED: (
        _clause(Account.DEFERRED),
        Clause(frozenset({Account.RECEIVABLE}), owner=Owner.BOOKING, is_not_run=True),
    ),
    Figure.OUTSTANDING: (NET_OWED,),
    Figure.WRITTEN_OFF: (_clause(Account.BAD_DEBT),),
    Figure.DEFERRED_GROSS: (_clause(Account.DEFERRED),),
    Figure.TAX: (_clause(Account.TAX),),
    Figure.FEES: (_clause(Account.FEES),),
    Figure.UNAPPLIED: (_clause(Account.UNAPPLIED),),
    Figure.REFUND_DUE: (_clause(Account.REFUND_DUE),),
}
ACCOUNT_LABELS: dict[Account, str] = {
    Account.STRIPE: "Stripe balance",
    Account.BANK: "Bank",
    Account.RECEIVABLE: "Receivable",
    Account.DISPUTE_HOLD: "Held in a dispute",
    Account.DEFERRED: "Deferred revenue",
    Account.TAX: "Tax",
    Account.UNAPPLIED: "Unapplied money",
    Account.REFUND_DUE: "Refunds due",
    Account.REVENUE: "Revenue",
    Account.ALLOWANCES: "Allowances",
    Account.FEES: "Payment fees",
    Account.DISPUTE_LOSS: "Lost in disputes",
    Account.BAD_DEBT: "Bad debt",
    Account.BACKLOG: "Booked, memo",
    Account.BOOKED: "Booked, memo contra",
}


def account_label(account: Account) -> str:
    """Return an account's name as the accountant reads it."""
    return ACCOUNT_LABELS.get(account, account.value.replace("_", " ").capitalize())


def kind_label(kind: EntryKind) -> str:
    """Return what an entry records, as a word or two."""
    return kind.value.replace("_", " ").capitalize()


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """Return the first day of the month after a day's."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def end_of_month(day: date) -> date:
    """Return the last day of a day's month."""
    return next_month(day) - timedelta(days=1)


def open_day(day: date, closed_through: date | None) -> date:
    """Return the day on which something of `day` is posted: that day, or the first one after what is closed."""
    if closed_through is None or day > closed_through:
        return day
    return closed_through + timedelta(days=1)
