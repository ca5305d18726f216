"""What the ledger says of bookings: every amount on these pages is a sum of its lines."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingKind
from sponsorship.inventory.models import Issue, Newsletter, Slot
from sponsorship.payments.models import JournalEntry, JournalLine
from sponsorship.payments.queries import booking_money_columns
from sponsorship.payments.rules import Account
from sponsorship.reporting.rules import Scope, Span


@dataclass(frozen=True, slots=True)
class MoneyOfBooking:
    """What the ledger says of one booking, net, minor units, in the newsletter's currency; whose it is and when it is printed.

    `deferred_gross_minor` is what is billed and has not run, paid or not.
    """

    booking_id: int
    order_id: int
    sponsor_id: int | None
    placement_id: int
    publish_on: date
    booked_minor: int
    collected_minor: int
    outstanding_minor: int
    recognised_minor: int = 0
    deferred_gross_minor: int = 0

    @property
    def deferred_minor(self) -> int:
        """What is collected and has not run."""
        return self.deferred_gross_minor - self.outstanding_minor if self.deferred_gross_minor > 0 else 0

    @property
    def written_off_minor(self) -> int:
        """What was booked and is neither collected nor owed any more."""
        return self.booked_minor - self.collected_minor - self.outstanding_minor


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of bookings' money: booked = collected + outstanding + written off."""

    booked_minor: int
    collected_minor: int
    outstanding_minor: int
    recognised_minor: int = 0
    deferred_minor: int = 0
    deferred_gross_minor: int = 0

    @property
    def written_off_minor(self) -> int:
        """What was booked and is neither collected nor owed any more."""
        return self.booked_minor - self.collected_minor - self.outstanding_minor


def list_money(
    session: Session, newsletter: Newsletter, span: Span, scope: Scope | None = None
) -> dict[int, MoneyOfBooking]:
    """Return the ledger's sums of every booking whose issue comes out in a span, by booking id.

    Cancelled bookings are among them as long as something is left of their money. Orders in another currency than the
    newsletter's are left out: amounts of two currencies are never summed.
    """
    query = _by_booking(newsletter, scope).where(Issue.publish_on.between(span.first, span.last))
    return {row.id: _money(row) for row in session.execute(query)}


def sum_money_by_day(
    session: Session, newsletter: Newsletter, span: Span, scope: Scope | None = None
) -> dict[date, Sums]:
    """Return the same money added up by issue day in the database; what is deferred is no sum of days and stays 0."""
    query = (
        _with_lines(_from_issues(select(Issue.publish_on, *_sums()[:4]), newsletter, scope))
        .where(Issue.publish_on.between(span.first, span.last))
        .group_by(Issue.publish_on)
    )
    return {row[0]: Sums(*row[1:]) for row in session.execute(query)}


def sum_booked_by_placement(session: Session, newsletter: Newsletter, span: Span, scope: Scope) -> dict[int, int]:
    """Return what is booked in the issues of a span by placement id, net, minor units."""
    query = (
        _with_lines(_from_issues(select(Slot.placement_id, _sums()[0]), newsletter, scope))
        .where(Issue.publish_on.between(span.first, span.last))
        .group_by(Slot.placement_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def list_owing(
    session: Session, newsletter: Newsletter, order_ids: Collection[int], scope: Scope | None = None
) -> dict[int, MoneyOfBooking]:
    """Return the money of those bookings of some orders on which something is outstanding, by booking id."""
    query = _by_booking(newsletter, scope).where(Booking.order_id.in_(order_ids))
    found = (_money(row) for row in session.execute(query))
    return {money.booking_id: money for money in found if money.outstanding_minor}


def list_deferred(session: Session, newsletter: Newsletter, scope: Scope | None = None) -> dict[int, MoneyOfBooking]:
    """Return the same of every booking, whenever its issue comes out, of which something is still deferred."""
    deferred = (
        select(JournalLine.booking_id)
        .where(JournalLine.account == Account.DEFERRED, JournalLine.booking_id.is_not(None))
        .group_by(JournalLine.booking_id)
        .having(_total() != 0)
    )
    query = _by_booking(newsletter, scope).where(Booking.id.in_(deferred))
    return {row.id: _money(row) for row in session.execute(query)}


def sum_booked(session: Session, newsletter: Newsletter, span: Span, scope: Scope) -> int:
    """Return what is booked in the issues of a span, net, minor units."""
    query = (
        _from_issues(select(_total()), newsletter, scope)
        .join(JournalLine, JournalLine.booking_id == Booking.id)
        .where(JournalLine.account == Account.BACKLOG, Issue.publish_on.between(span.first, span.last))
    )
    return int(session.scalar(query) or 0)


def sum_money(rows: Iterable[MoneyOfBooking | Sums]) -> Sums:
    """Add up what bookings, or days, brought."""
    listed = [
        (one.booked_minor, one.collected_minor, one.outstanding_minor, one.recognised_minor, one.deferred_minor,
         one.deferred_gross_minor)
        for one in rows
    ]  # fmt: skip
    return Sums(*(sum(column) for column in zip(*listed, strict=True))) if listed else Sums(0, 0, 0)


def _sums() -> tuple[ColumnElement[int], ...]:
    names = ("booked", "collected", "outstanding", "recognised", "deferred")
    return tuple(one.label(name) for one, name in zip(booking_money_columns(), names, strict=True))


def _by_booking(newsletter: Newsletter, scope: Scope | None) -> Select[Any]:
    whose: tuple[Any, ...] = (Booking.id, Booking.order_id, Booking.sponsor_id, Slot.placement_id, Issue.publish_on)
    return _with_lines(_from_issues(select(*whose, *_sums()), newsletter, scope)).group_by(*whose)


def _with_lines(query: Any) -> Select[Any]:
    return query.join(JournalLine, JournalLine.booking_id == Booking.id).join(
        JournalEntry, JournalLine.entry_id == JournalEntry.id
    )


def _from_issues(query: Any, newsletter: Newsletter, scope: Scope | None) -> Select[Any]:
    query = (
        query.select_from(Issue)
        .join(Slot, Slot.issue_id == Issue.id)
        .join(Booking, Booking.slot_id == Slot.id)
        .join(Order, Booking.order_id == Order.id)
        .where(Issue.newsletter_id == newsletter.id)
        .where(Booking.kind == BookingKind.SALE, Order.currency == newsletter.currency)
    )
    if scope is not None and scope.placement_id is not None:
        query = query.where(Slot.placement_id == scope.placement_id)
    if scope is not None and scope.sponsor_id is not None:
        query = query.where(Booking.sponsor_id == scope.sponsor_id)
    return query


def _total() -> ColumnElement[int]:
    return func.coalesce(func.sum(JournalLine.amount_minor), 0)


def _money(row: Row[Any]) -> MoneyOfBooking:
    return MoneyOfBooking(
        row.id,
        row.order_id,
        row.sponsor_id,
        row.placement_id,
        row.publish_on,
        row.booked,
        row.collected,
        row.outstanding,
        row.recognised,
        row.deferred,
    )
