"""Reads of the books: the lines behind a figure, the figures as sums of them, and which months are closed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from sponsorship.booking.models import Booking, Order
from sponsorship.inventory.models import Issue, Placement, Slot
from sponsorship.payments.models import Finding, JournalEntry, JournalLine, LedgerClose, PaymentSession, Receipt
from sponsorship.payments.rules import Account, EntryKind, ReceiptSource
from sponsorship.payments.rules.books import Clause, Figure, Owner, end_of_month, month_of, next_month
from sponsorship.sponsors.models import Sponsor


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Which lines of a newsletter's ledger; whatever is None does not restrict.

    `from_day` and `to_day` bound the day on which a line counts, `issue_from` and `issue_to` the day of its booking's issue.
    """

    figure: Figure | None = None
    account: Account | None = None
    kind: EntryKind | None = None
    currency: str | None = None
    from_day: date | None = None
    to_day: date | None = None
    issue_from: date | None = None
    issue_to: date | None = None
    order_id: int | None = None
    sponsor_id: int | None = None
    issue_id: int | None = None
    booking_id: int | None = None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One line with what it is about; `booking_text` is empty for tax and for money as such."""

    line_id: int
    entry_id: int
    key: str
    effective_on: date
    recorded_at: datetime
    kind: EntryKind
    account: Account
    amount_minor: int
    counted_minor: int
    currency: str
    memo: str
    order_id: int
    order_number: str
    sponsor: str
    placement: str | None
    issue_number: int | None
    publish_on: date | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class LedgerSum:
    """The lines of one currency: how many, their debits and credits, and what they count for the figure that was asked for."""

    currency: str
    lines: int
    debit_minor: int
    credit_minor: int
    counted_minor: int

    @property
    def balance_minor(self) -> int:
        """Debits less credits."""
        return self.debit_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month of the books in one currency: what moved in it, and the balances at its end."""

    month: date
    figures: dict[Figure, int]
    is_closed: bool


def list_ledger_lines(
    session: Session, newsletter_id: int, wanted: LedgerFilter, *, limit: int | None = None, offset: int = 0
) -> list[LedgerRow]:
    """Return the lines that a filter names, newest first, an entry's lines together."""
    query = (
        _joined(
            select(
                JournalLine.id, JournalEntry.id, JournalEntry.key, JournalEntry.effective_on, JournalEntry.recorded_at,
                JournalEntry.kind, JournalLine.account, JournalLine.amount_minor, _counted(wanted), JournalEntry.currency,
                JournalEntry.memo, Order.id, Order.number, func.coalesce(Sponsor.name, Order.contact_name),
                Placement.name, Issue.number, Issue.publish_on, Receipt.reference,
            )
        )
        .outerjoin(Sponsor, Sponsor.id == Order.sponsor_id)
        .outerjoin(Placement, Placement.id == Slot.placement_id)
        .outerjoin(Receipt, Receipt.id == JournalLine.receipt_id)
        .where(*_conditions(newsletter_id, wanted))
        .order_by(JournalEntry.effective_on.desc(), JournalEntry.id.desc(), JournalLine.id)
    )  # fmt: skip
    return [LedgerRow(*row) for row in session.execute(query.limit(limit).offset(offset))]


def sum_ledger(session: Session, newsletter_id: int, wanted: LedgerFilter) -> list[LedgerSum]:
    """Return what the lines that a filter names come to, currency by currency."""
    amount = JournalLine.amount_minor
    debit, credit = func.sum(case((amount > 0, amount), else_=0)), func.sum(case((amount < 0, -amount), else_=0))
    query = (
        _joined(select(JournalEntry.currency, func.count(JournalLine.id), debit, credit, func.sum(_counted(wanted))))
        .where(*_conditions(newsletter_id, wanted))
        .group_by(JournalEntry.currency)
        .order_by(JournalEntry.currency)
    )
    return [LedgerSum(row[0], row[1], int(row[2]), int(row[3]), int(row[4])) for row in session.execute(query)]


def sum_figure(session: Session, newsletter_id: int, wanted: LedgerFilter) -> dict[str, int]:
    """Return a figure in each currency, minor units, as the sum of exactly the lines that the ledger page shows for it."""
    return {one.currency: one.counted_minor for one in sum_ledger(session, newsletter_id, wanted)}


def list_currencies(session: Session, newsletter_id: int) -> list[str]:
    """Return the currencies in which a newsletter's ledger has entries, in order of the alphabet."""
    query = select(JournalEntry.currency).where(JournalEntry.newsletter_id == newsletter_id).distinct()
    return sorted(session.scalars(query))


def list_months(
    session: Session, newsletter_id: int, currency: str, figures: Sequence[Figure], *, until: date
) -> list[MonthFigures]:
    """Return a currency's months from the first entry to `until`, the newest first.

    Deferred is a balance: what stood at the month's end. The other figures are what moved within it.
    """
    first = session.scalar(
        select(func.min(JournalEntry.effective_on)).where(
            JournalEntry.newsletter_id == newsletter_id, JournalEntry.currency == currency
        )
    )
    closed_through = find_closed_through(session, newsletter_id)
    flows = {
        figure: _by_month(session, newsletter_id, LedgerFilter(figure=figure, currency=currency))
        for figure in figures
        if figure is not Figure.DEFERRED
    }
    months, month = [], month_of(first or until)
    while month <= until:
        last = end_of_month(month)
        row: dict[Figure, int] = {figure: sums.get(month, 0) for figure, sums in flows.items()}
        if Figure.DEFERRED in figures:
            balance = LedgerFilter(figure=Figure.DEFERRED, currency=currency, to_day=last)
            row[Figure.DEFERRED] = sum_figure(session, newsletter_id, balance).get(currency, 0)
        months.append(MonthFigures(month, row, closed_through is not None and last <= closed_through))
        month = next_month(month)
    return months[::-1]


def find_closed_through(session: Session, newsletter_id: int) -> date | None:
    """Return the last day of a newsletter's closed months, or None where all are open."""
    newest = select(LedgerClose).where(LedgerClose.newsletter_id == newsletter_id).order_by(LedgerClose.id.desc())
    row = session.scalars(newest.limit(1)).one_or_none()
    return row.closed_through if row is not None else None


def list_closings(session: Session, newsletter_id: int, limit: int = 24) -> list[LedgerClose]:
    """Return who closed and reopened what, the newest first."""
    query = select(LedgerClose).where(LedgerClose.newsletter_id == newsletter_id)
    return list(session.scalars(query.order_by(LedgerClose.id.desc()).limit(limit)))


def list_findings(session: Session, newsletter_id: int | None = None) -> list[Finding]:
    """Return what is found and stands, the newest first: a newsletter's and what belongs to none, or all of them."""
    query = select(Finding).where(Finding.cleared_at.is_(None))
    if newsletter_id is not None:
        query = query.where(or_(Finding.newsletter_id == newsletter_id, Finding.newsletter_id.is_(None)))
    return list(session.scalars(query.order_by(Finding.first_seen_at.desc(), Finding.id.desc())))


@dataclass(frozen=True, slots=True)
class ReceiptBalance:
    """What the books say is left at the provider of one payment: what came in, less its fee and what went back."""

    reference: str
    currency: str
    order_id: int
    order_number: str
    newsletter_id: int
    is_known_there: bool  # its payment page was the provider's own
    balance_minor: int


def list_receipt_balances(session: Session, since: datetime) -> list[ReceiptBalance]:
    """Return what the books say of each payment that came in at the provider since a moment."""
    pages = select(PaymentSession.id).where(
        PaymentSession.order_id == Order.id, PaymentSession.provider_id.is_not(None)
    )
    query = (
        select(
            Receipt.reference, Receipt.currency, Order.id, Order.number, Order.newsletter_id, pages.exists(),
            func.coalesce(func.sum(JournalLine.amount_minor), 0),
        )
        .join(Order, Order.id == Receipt.order_id)
        .outerjoin(JournalLine, (JournalLine.receipt_id == Receipt.id) & (JournalLine.account == Account.STRIPE))
        .where(Receipt.source == ReceiptSource.STRIPE, Receipt.received_at >= since)
        .group_by(Receipt.id, Receipt.reference, Receipt.currency, Order.id, Order.number, Order.newsletter_id)
        .order_by(Receipt.id)
    )  # fmt: skip
    return [ReceiptBalance(*row[:6], int(row[6])) for row in session.execute(query)]


def find_finding(session: Session, key: str) -> Finding | None:
    """Return a finding by its key, standing or cleared, or None."""
    return session.scalars(select(Finding).where(Finding.key == key)).one_or_none()


def _joined(query: Any) -> Any:
    return (
        query.select_from(JournalLine)
        .join(JournalEntry, JournalEntry.id == JournalLine.entry_id)
        .join(Order, Order.id == JournalEntry.order_id)
        .outerjoin(Booking, Booking.id == JournalLine.booking_id)
        .outerjoin(Slot, Slot.id == Booking.slot_id)
        .outerjoin(Issue, Issue.id == Slot.issue_id)
    )


def _conditions(newsletter_id: int, wanted: LedgerFilter) -> Iterator[ColumnElement[bool]]:
    yield JournalEntry.newsletter_id == newsletter_id
    if wanted.figure is not None:
        yield or_(*(_clause(clause, wanted.to_day) for clause in wanted.figure.clauses))
    equal = (
        (JournalLine.account, wanted.account), (JournalEntry.kind, wanted.kind), (JournalEntry.currency, wanted.currency),
        (Order.id, wanted.order_id), (Order.sponsor_id, wanted.sponsor_id), (Slot.issue_id, wanted.issue_id),
        (JournalLine.booking_id, wanted.booking_id),
    )  # fmt: skip
    yield from (column == value for column, value in equal if value is not None)
    if wanted.from_day is not None:
        yield JournalEntry.effective_on >= wanted.from_day
    if wanted.to_day is not None:
        yield JournalEntry.effective_on <= wanted.to_day
    if wanted.issue_from is not None:
        yield Issue.publish_on >= wanted.issue_from
    if wanted.issue_to is not None:
        yield Issue.publish_on <= wanted.issue_to


def _counted(wanted: LedgerFilter) -> ColumnElement[int]:
    """How a line counts: by the sign of the clause that names it, or as it stands where no figure is asked for."""
    if wanted.figure is None:
        return JournalLine.amount_minor.expression
    against = [_clause(clause, wanted.to_day) for clause in wanted.figure.clauses if clause.sign < 0]
    if not against:
        return JournalLine.amount_minor.expression
    return case((or_(*against), -JournalLine.amount_minor), else_=JournalLine.amount_minor)


def _clause(clause: Clause, to_day: date | None) -> ColumnElement[bool]:
    """The condition that a clause of a figure puts on a line; a balance at a day looks at bookings as they stood then."""
    parts: list[ColumnElement[bool]] = [JournalLine.account.in_(sorted(clause.accounts))]
    if clause.kinds:
        parts.append(JournalEntry.kind.in_(sorted(clause.kinds)))
    if clause.owner is not Owner.ANY:
        has_booking = JournalLine.booking_id.is_not(None)
        parts.append(has_booking if clause.owner is Owner.BOOKING else ~has_booking)
    if clause.is_not_run:
        line, entry = aliased(JournalLine), aliased(JournalEntry)
        standing = select(line.booking_id).join(entry, entry.id == line.entry_id)
        standing = standing.where(line.account == Account.DEFERRED, line.booking_id.is_not(None))
        if to_day is not None:
            standing = standing.where(entry.effective_on <= to_day)
        parts.append(
            JournalLine.booking_id.in_(standing.group_by(line.booking_id).having(func.sum(line.amount_minor) < 0))
        )
    return and_(*parts)


def _by_month(session: Session, newsletter_id: int, wanted: LedgerFilter) -> dict[date, int]:
    """Return a figure's sum in each month that has a line of it."""
    query = (
        _joined(select(JournalEntry.effective_on, func.sum(_counted(wanted))))
        .where(*_conditions(newsletter_id, wanted))
        .group_by(JournalEntry.effective_on)
    )
    sums: dict[date, int] = {}
    for day, amount in session.execute(query):
        sums[month_of(day)] = sums.get(month_of(day), 0) + int(amount)
    return sums
