"""What the ledger says of bookings: every amount on these pages is a sum of its lines."""

from collections.abc import Iterable, Mapping
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


def sum_money(rows: Iterable[MoneyOfBooking]) -> Sums:
    """Add up what bookings brought."""
    listed = list(rows)
    return Sums(
        sum(row.booked_minor for row in listed),
        sum(row.collected_minor for row in listed),
        sum(row.outstanding_minor for row in listed),
        sum(row.recognised_minor for row in listed),
        sum(row.deferred_minor for row in listed),
        sum(row.deferred_gross_minor for row in listed),
    )


def within(money: Mapping[int, MoneyOfBooking], span: Span) -> list[MoneyOfBooking]:
    """Return the money of the bookings of a span."""
    return [row for row in money.values() if row.publish_on in span]


def _by_booking(newsletter: Newsletter, scope: Scope | None) -> Select[Any]:
    whose: tuple[Any, ...] = (Booking.id, Booking.order_id, Booking.sponsor_id, Slot.placement_id, Issue.publish_on)
    booked, collected, outstanding, recognised, deferred = booking_money_columns()
    sums = (
        booked.label("booked"), collected.label("collected"), outstanding.label("outstanding"),
        recognised.label("recognised"), deferred.label("deferred"),
    )  # fmt: skip
    return (
        _from_issues(select(*whose, *sums), newsletter, scope)
        .join(JournalLine, JournalLine.booking_id == Booking.id)
        .join(JournalEntry, JournalLine.entry_id == JournalEntry.id)
        .group_by(*whose)
    )


def _from_issues(query: Select[Any], newsletter: Newsletter, scope: Scope | None) -> Select[Any]:
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
