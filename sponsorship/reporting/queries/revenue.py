"""A period's figures by issue date: slots from what is in them, money from the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.rules import OCCUPYING
from sponsorship.core.format import local
from sponsorship.inventory.models import Issue, Newsletter, Slot
from sponsorship.payments.models import Invoice
from sponsorship.payments.queries import list_open_invoices
from sponsorship.reporting.queries.counts import SlotGroup, count_groups, count_slot_groups, shares_in_order
from sponsorship.reporting.queries.money import (
    MoneyOfBooking,
    Sums,
    list_deferred,
    list_owing,
    sum_booked,
    sum_money,
    sum_money_by_day,
)
from sponsorship.reporting.queries.receivables import BandOfReceivables, group_by_age, list_receivables
from sponsorship.reporting.rules import (
    MonthRow,
    Period,
    Scope,
    SlotCount,
    SlotShare,
    Span,
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
    """All that the revenue page sums up. `deferred` is the money of what has not run, in whatever period, by booking id."""

    today: date
    figures: PeriodFigures
    months: tuple[MonthRow, ...]
    receivables: tuple[BandOfReceivables, ...]
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
    invoices = [
        invoice
        for invoice in list_open_invoices(session, newsletter.id)
        if scope.sponsor_id is None or invoice.order.sponsor_id == scope.sponsor_id
    ]
    owing = list_owing(session, newsletter, [one.order_id for one in invoices], scope)
    money = sum_money_by_day(session, newsletter, span, scope)
    slots = count_slot_groups(session, newsletter, span, scope, owing, now)
    before = sum_booked(session, newsletter, scope.before, scope)
    return RevenueReport(
        today=today,
        figures=_figures(scope, today, slots, money, owing, before, invoices, count_issues(session, newsletter, scope)),
        months=tuple(without_empty_start(month_rows(months, slots, money))),
        receivables=tuple(group_by_age(list_receivables(session, invoices, today))),
        deferred=list_deferred(session, newsletter, scope),
    )


def count_issues(session: Session, newsletter: Newsletter, scope: Scope) -> int:
    """Return how many issues of the period have a slot that the scope is about."""
    query = (
        select(func.count(Issue.id.distinct()))
        .join(Slot, Slot.issue_id == Issue.id)
        .where(Issue.newsletter_id == newsletter.id, Issue.publish_on.between(scope.span.first, scope.span.last))
    )
    if scope.placement_id is not None:
        query = query.where(Slot.placement_id == scope.placement_id)
    if scope.sponsor_id is not None:
        query = query.join(Booking, Booking.slot_id == Slot.id).where(
            Booking.sponsor_id == scope.sponsor_id, Booking.state.in_(OCCUPYING)
        )
    return session.scalar(query) or 0


def charted_months(scope: Scope, today: date) -> list[date]:
    """Return the months of the chart: about today, or those of a period of one's own (its last two years)."""
    if scope.period is Period.CUSTOM:
        return months_of(scope.span)[-MOST_MONTHS:]
    return months_shown(today)


def month_rows(months: Sequence[date], slots: Sequence[SlotGroup], money: Mapping[date, Sums]) -> list[MonthRow]:
    """Return the figures of each month of issues."""
    slots_of: dict[date, list[SlotGroup]] = {month: [] for month in months}
    money_of: dict[date, list[Sums]] = {month: [] for month in months}
    for group in slots:
        if group.month in slots_of:
            slots_of[group.month].append(group)
    for day, sums in money.items():
        if (month := day.replace(day=1)) in money_of:
            money_of[month].append(sums)
    return [_month(month, slots_of[month], money_of[month]) for month in months]


def _month(month: date, slots: Sequence[SlotGroup], money: Sequence[Sums]) -> MonthRow:
    sums = sum_money(money)
    return MonthRow(
        month=month,
        collected_minor=sums.collected_minor,
        outstanding_minor=sums.outstanding_minor,
        held_minor=sum(row.list_minor for row in slots if row.share is SlotShare.HELD),
        open_minor=sum(row.list_minor for row in slots if row.share in UNTAKEN),
        sell_through=count_groups(slots).sell_through,
        recognised_minor=sums.recognised_minor,
    )


def _figures(
    scope: Scope,
    today: date,
    slots: Sequence[SlotGroup],
    money: Mapping[date, Sums],
    owing: Mapping[int, MoneyOfBooking],
    before_minor: int,
    invoices: Sequence[Invoice],
    issues: int,
) -> PeriodFigures:
    inside = [group for group in slots if group.is_inside]
    due = {invoice.order_id: invoice.due_on for invoice in invoices}
    owed = [row for row in owing.values() if row.outstanding_minor > 0 and row.publish_on in scope.span]
    late = [row for row in owed if due[row.order_id] < today]
    return PeriodFigures(
        scope=scope,
        issues=issues,
        shares=tuple(shares_in_order(inside)),
        slots=count_groups(inside),
        money=sum_money(sums for day, sums in money.items() if day in scope.span),
        before_minor=before_minor,
        late_minor=sum(row.outstanding_minor for row in late),
        open_invoices=len({row.order_id for row in owed}),
        late_invoices=len({row.order_id for row in late}),
    )
