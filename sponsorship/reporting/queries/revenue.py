"""A period's figures by issue date: slots from what is in them, money from the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from sponsorship.core.format import local
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import Invoice
from sponsorship.payments.queries import list_open_invoices
from sponsorship.reporting.queries.money import MoneyOfBooking, Sums, list_deferred, list_money, sum_booked, sum_money
from sponsorship.reporting.queries.receivables import BandOfReceivables, group_by_age, list_receivables
from sponsorship.reporting.queries.slots import SlotRow, list_slot_rows
from sponsorship.reporting.rules import (
    MonthRow,
    Period,
    Scope,
    SlotCount,
    SlotShare,
    Span,
    count_slots,
    month_span,
    months_of,
    months_shown,
    without_empty_start,
)

UNTAKEN = (SlotShare.OPEN, SlotShare.UNSOLD, SlotShare.HOUSE)
MOST_MONTHS = 24


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """A period on the newsletter's calendar, by issue date; `late_minor` is the part of what is owed that is past its due day."""

    scope: Scope
    issues: int
    shares: tuple[SlotShare, ...]
    slots: SlotCount
    money: Sums
    before_minor: int
    late_minor: int
    open_invoices: int
    late_invoices: int


@dataclass(frozen=True, slots=True)
class RevenueReport:
    """All that the revenue page sums up; `slots` and `money` (by booking id) are of the whole range that was looked at.

    `deferred` is the money of what has not run, in whatever period, by booking id.
    """

    today: date
    figures: PeriodFigures
    months: tuple[MonthRow, ...]
    receivables: tuple[BandOfReceivables, ...]
    slots: tuple[SlotRow, ...]
    money: dict[int, MoneyOfBooking]
    deferred: dict[int, MoneyOfBooking]

    @property
    def owed_minor(self) -> int:
        """The sum of all open invoices, tax included."""
        return sum(band.open_minor for band in self.receivables)

    @property
    def not_run(self) -> Sums:
        """The sums of what has not run."""
        return sum_money(self.deferred.values())


def get_revenue(session: Session, newsletter: Newsletter, scope: Scope, now: datetime) -> RevenueReport:
    """Return a newsletter's figures of a period, its months, who owes, and the rows behind them, in its own currency."""
    today = local(now, newsletter.timezone).date()
    months = charted_months(scope, today)
    span = Span(min(scope.span.first, months[0]), max(scope.span.last, month_span(months[-1]).last))
    money = list_money(session, newsletter, span, scope)
    slots = list_slot_rows(session, newsletter, span, scope, money, now)
    invoices = [
        invoice
        for invoice in list_open_invoices(session, newsletter.id)
        if scope.sponsor_id is None or invoice.order.sponsor_id == scope.sponsor_id
    ]
    before = sum_booked(session, newsletter, scope.before, scope)
    return RevenueReport(
        today=today,
        figures=_figures(scope, today, slots, money, before, invoices),
        months=tuple(without_empty_start(month_rows(months, slots, money))),
        receivables=tuple(group_by_age(list_receivables(session, invoices, today))),
        slots=tuple(slots),
        money=money,
        deferred=list_deferred(session, newsletter, scope),
    )


def charted_months(scope: Scope, today: date) -> list[date]:
    """Return the months of the chart: about today, or those of a period of one's own (its last two years)."""
    if scope.period is Period.CUSTOM:
        return months_of(scope.span)[-MOST_MONTHS:]
    return months_shown(today)


def month_rows(months: Sequence[date], slots: Sequence[SlotRow], money: Mapping[int, MoneyOfBooking]) -> list[MonthRow]:
    """Return the figures of each month of issues."""
    slots_of: dict[date, list[SlotRow]] = {month: [] for month in months}
    money_of: dict[date, list[MoneyOfBooking]] = {month: [] for month in months}
    for slot in slots:
        if (month := slot.publish_on.replace(day=1)) in slots_of:
            slots_of[month].append(slot)
    for row in money.values():
        if (month := row.publish_on.replace(day=1)) in money_of:
            money_of[month].append(row)
    return [_month(month, slots_of[month], money_of[month]) for month in months]


def _month(month: date, slots: Sequence[SlotRow], money: Sequence[MoneyOfBooking]) -> MonthRow:
    sums = sum_money(money)
    return MonthRow(
        month=month,
        collected_minor=sums.collected_minor,
        outstanding_minor=sums.outstanding_minor,
        held_minor=sum(row.list_minor for row in slots if row.share is SlotShare.HELD),
        open_minor=sum(row.list_minor for row in slots if row.share in UNTAKEN),
        sell_through=count_slots(row.share for row in slots).sell_through,
        recognised_minor=sums.recognised_minor,
    )


def _figures(
    scope: Scope, today: date, slots: Sequence[SlotRow], money: Mapping[int, MoneyOfBooking], before_minor: int,
    invoices: Sequence[Invoice],
) -> PeriodFigures:  # fmt: skip
    inside = [row for row in slots if row.publish_on in scope.span]
    own = [row for row in money.values() if row.publish_on in scope.span]
    due = {invoice.order_id: invoice.due_on for invoice in invoices}
    owing = [row for row in own if row.outstanding_minor > 0 and row.order_id in due]
    late = [row for row in owing if due[row.order_id] < today]
    order = list(SlotShare)
    return PeriodFigures(
        scope=scope,
        issues=len({row.issue_id for row in inside}),
        shares=tuple(sorted((row.share for row in inside), key=order.index)),
        slots=count_slots(row.share for row in inside),
        money=sum_money(own),
        before_minor=before_minor,
        late_minor=sum(row.outstanding_minor for row in late),
        open_invoices=len({row.order_id for row in owing}),
        late_invoices=len({row.order_id for row in late}),
    )
