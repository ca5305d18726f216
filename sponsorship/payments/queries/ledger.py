"""Reads of the ledger: every figure about money is a sum of its lines."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, select, true
from sqlalchemy.orm import Session

from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import JournalEntry, JournalLine
from sponsorship.payments.rules import Account, EntryKind, OpenPart
from sponsorship.payments.rules.books import Figure

LAST = 2**31  # the tax, which belongs to no booking, stands behind the bookings
NET_RECEIVABLE = (JournalLine.account == Account.RECEIVABLE) & JournalLine.booking_id.is_not(None)
NET_COLLECTED_KINDS = (EntryKind.RECEIVED, EntryKind.APPLIED)
# What came in for bookings; and what of it went back, is kept for another order, or was lost in a dispute.
NET_CAME = NET_RECEIVABLE & JournalEntry.kind.in_(NET_COLLECTED_KINDS)
NET_WENT = JournalLine.booking_id.is_not(None) & JournalLine.account.in_(
    (Account.REFUND_DUE, Account.UNAPPLIED, Account.DISPUTE_HOLD)
)
WRITTEN_OFF = JournalLine.booking_id.is_not(None) & JournalLine.account.in_((Account.BAD_DEBT, Account.DISPUTE_LOSS))


@dataclass(frozen=True, slots=True)
class BookingMoney:
    """One booking's money, net of tax, minor units: booked = collected + outstanding."""

    booked_minor: int
    collected_minor: int
    outstanding_minor: int


@dataclass(frozen=True, slots=True)
class MoneyTotals:
    """A newsletter's money in its own currency, net of tax, minor units; each figure is a sum of ledger lines.

    Booked = collected + outstanding (+ written off). Deferred is what was collected and has not run yet;
    `deferred_gross_minor` counts unpaid invoices as well. Unapplied money and refunds owed are gross.
    """

    booked_minor: int
    collected_minor: int
    outstanding_minor: int
    written_off_minor: int
    recognised_minor: int
    deferred_minor: int
    deferred_gross_minor: int
    unapplied_minor: int
    refund_due_minor: int


def money_by_booking(session: Session, booking_ids: Collection[int]) -> dict[int, BookingMoney]:
    """Return booked, collected and outstanding of each booking that the ledger knows; the others have no entry."""
    booked, collected, outstanding, *_ = booking_money_columns()
    lines = (
        select(JournalLine.booking_id, booked, collected, outstanding)
        .join(JournalLine.entry)
        .where(JournalLine.booking_id.in_(booking_ids))
        .group_by(JournalLine.booking_id)
    )
    rows = session.execute(lines)
    return {row[0]: BookingMoney(row[1], row[2], row[3]) for row in rows if row[0] is not None}


@cache
def booking_money_columns() -> tuple[ColumnElement[int], ...]:
    """Return what bookings' money is, as sums over ledger lines joined to their entries, for any query that groups them.

    In order: booked, collected, outstanding, recognised, and deferred with unpaid invoices; minor units, net of tax. They are
    the figures of the books (rules.books), summed by booking.
    """
    figures = (Figure.BOOKED, Figure.COLLECTED, Figure.OUTSTANDING, Figure.RECOGNISED, Figure.DEFERRED_GROSS)
    return tuple(_figure(figure) for figure in figures)


def _figure(figure: Figure) -> ColumnElement[int]:
    """Sum the lines of bookings that a figure's clauses name, each counted by its clause's sign."""
    counted = [
        (
            and_(
                JournalLine.account.in_(sorted(clause.accounts)),
                JournalEntry.kind.in_(sorted(clause.kinds)) if clause.kinds else true(),
                JournalLine.booking_id.is_not(None),
            ),
            clause.sign * JournalLine.amount_minor,
        )
        for clause in figure.clauses
    ]
    return cast(func.coalesce(func.sum(case(*counted, else_=0)), 0), BigInteger)


def total_money(session: Session, newsletter_id: int) -> MoneyTotals:
    """Return the sums of a newsletter's ledger, in the newsletter's currency."""
    deferred = _sum(JournalLine.account == Account.DEFERRED)
    columns = (
        _sum(JournalLine.account == Account.BACKLOG),
        _collected(),
        _sum(NET_RECEIVABLE),
        _sum(WRITTEN_OFF),
        _sum(JournalLine.account.in_((Account.REVENUE, Account.ALLOWANCES))),
        deferred,
        _sum(JournalLine.account == Account.UNAPPLIED),
        _sum(JournalLine.account == Account.REFUND_DUE),
    )
    row = session.execute(select(*columns).join(JournalLine.entry).where(*_own(newsletter_id))).one()
    booked, received, outstanding, written_off, recognised, deferred_gross, unapplied, refund_due = row
    not_run = (
        select(_sum(NET_RECEIVABLE).label("owed"))
        .join(JournalLine.entry)
        .where(JournalLine.booking_id.is_not(None), *_own(newsletter_id))
        .group_by(JournalLine.booking_id)
        .having(deferred < 0)
        .subquery()
    )
    owed_not_run = int(session.scalar(select(func.sum(not_run.c.owed))) or 0)
    return MoneyTotals(
        booked_minor=booked,
        collected_minor=received,
        outstanding_minor=outstanding,
        written_off_minor=written_off,
        recognised_minor=-recognised,
        deferred_minor=-deferred_gross - owed_not_run,
        deferred_gross_minor=-deferred_gross,
        unapplied_minor=-unapplied,
        refund_due_minor=-refund_due,
    )


def sum_accounts(session: Session, newsletter_id: int) -> dict[Account, int]:
    """Return every account's balance in the newsletter's currency (debits positive); 0 where nothing was posted."""
    sums = (
        select(JournalLine.account, func.sum(JournalLine.amount_minor))
        .join(JournalLine.entry)
        .where(*_own(newsletter_id))
        .group_by(JournalLine.account)
    )
    return dict.fromkeys(Account, 0) | {account: int(total) for account, total in session.execute(sums)}


def list_open_parts(session: Session, order_id: int) -> list[OpenPart]:
    """Return what is still owed of an order: each booking's net amount, and the tax; parts that are paid are left out."""
    sums = (
        select(JournalLine.booking_id, func.sum(JournalLine.amount_minor))
        .join(JournalLine.entry)
        .where(JournalEntry.order_id == order_id, JournalLine.account == Account.RECEIVABLE)
        .group_by(JournalLine.booking_id)
    )
    parts = [OpenPart(booking_id, int(owed)) for booking_id, owed in session.execute(sums)]
    return sorted((part for part in parts if part.amount_minor), key=lambda part: part.booking_id or LAST)


def deferred_of_booking(session: Session, booking_id: int) -> int:
    """Return what is still deferred of a booking, minor units."""
    query = select(func.sum(JournalLine.amount_minor)).where(
        JournalLine.account == Account.DEFERRED, JournalLine.booking_id == booking_id
    )
    return -int(session.scalar(query) or 0)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """Sum the lines of that condition, 0 without one; PostgreSQL would make a decimal of it."""
    return cast(func.coalesce(func.sum(case((condition, JournalLine.amount_minor), else_=0)), 0), BigInteger)


def _collected() -> ColumnElement[int]:
    """Net of tax: what came in for bookings, less what of it went back; a credit is a negative line, a receipt as well."""
    came = case((NET_CAME, -JournalLine.amount_minor), (NET_WENT, JournalLine.amount_minor), else_=0)
    return cast(func.coalesce(func.sum(came), 0), BigInteger)


def _own(newsletter_id: int) -> tuple[ColumnElement[bool], ...]:
    """Entries of the newsletter in its own currency: amounts of several currencies are never summed."""
    currency = select(Newsletter.currency).where(Newsletter.id == newsletter_id).scalar_subquery()
    return JournalEntry.newsletter_id == newsletter_id, JournalEntry.currency == currency
