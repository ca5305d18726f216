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

    `sign` says how they count: 1 as they stand (debits positive), -1 the other way round. `is_not_run`: only of bookings of
    which something is still deferred.
    """

    accounts: frozenset[Account]
    sign: int = 1
    kinds: frozenset[EntryKind] = frozenset()
    owner: Owner = Owner.ANY
    is_not_run: bool = False


class Figure(StrEnum):
    """A figure about money: the sum of the lines that its clauses name, each counted by its clause's sign."""

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
    Figure.INVOICED: "What was invoiced, net of tax, less what was voided or credited.",
    Figure.COLLECTED: "The net share of the money that came in for bookings, less what of it went back.",
    Figure.REFUNDED: "Money that went back, tax included, less what a bank returned.",
    Figure.RECOGNISED: "Net value of what has run.",
    Figure.DEFERRED: "Collected, and not run yet.",
    Figure.OUTSTANDING: "Booked and not paid, net of tax.",
    Figure.WRITTEN_OFF: "Given up as uncollectible, or lost in a dispute, net of tax.",
    Figure.DEFERRED_GROSS: "Booked and not run yet, whether it is paid or not.",
    Figure.TAX: "Tax invoiced, less what was credited.",
    Figure.FEES: "What the payment provider kept.",
    Figure.UNAPPLIED: "Money that came in and pays for nothing yet.",
    Figure.REFUND_DUE: "Money that is on its way back.",
}


def _clause(
    *accounts: Account,
    sign: int = 1,
    kinds: Iterable[EntryKind] = (),
    owner: Owner = Owner.ANY,
    is_not_run: bool = False,
) -> Clause:
    return Clause(frozenset(accounts), sign, frozenset(kinds), owner, is_not_run)


NET_CAME = (EntryKind.RECEIVED, EntryKind.APPLIED)
CLAUSES: dict[Figure, tuple[Clause, ...]] = {
    Figure.BOOKED: (_clause(Account.BACKLOG),),
    Figure.INVOICED: (
        _clause(Account.RECEIVABLE, kinds=(EntryKind.INVOICED, EntryKind.VOIDED), owner=Owner.BOOKING),
        _clause(Account.DEFERRED, Account.ALLOWANCES, sign=-1, kinds=(EntryKind.CREDITED,), owner=Owner.BOOKING),
    ),
    Figure.COLLECTED: (
        _clause(Account.RECEIVABLE, sign=-1, kinds=NET_CAME, owner=Owner.BOOKING),
        _clause(Account.REFUND_DUE, Account.UNAPPLIED, Account.DISPUTE_HOLD, owner=Owner.BOOKING),
    ),
    Figure.REFUNDED: (
        _clause(Account.STRIPE, Account.BANK, sign=-1, kinds=(EntryKind.REFUNDED, EntryKind.REFUND_FAILED)),
    ),
    Figure.RECOGNISED: (_clause(Account.REVENUE, Account.ALLOWANCES, sign=-1),),
    Figure.DEFERRED: (
        _clause(Account.DEFERRED, sign=-1),
        _clause(Account.RECEIVABLE, sign=-1, owner=Owner.BOOKING, is_not_run=True),
    ),
    Figure.OUTSTANDING: (_clause(Account.RECEIVABLE, owner=Owner.BOOKING),),
    Figure.WRITTEN_OFF: (_clause(Account.BAD_DEBT, Account.DISPUTE_LOSS, owner=Owner.BOOKING),),
    Figure.DEFERRED_GROSS: (_clause(Account.DEFERRED, sign=-1),),
    Figure.TAX: (_clause(Account.TAX, sign=-1),),
    Figure.FEES: (_clause(Account.FEES),),
    Figure.UNAPPLIED: (_clause(Account.UNAPPLIED, sign=-1),),
    Figure.REFUND_DUE: (_clause(Account.REFUND_DUE, sign=-1),),
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
