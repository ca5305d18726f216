"""A period's figures by issue date: slots from what is in them, money from the ledger."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from sponsorship.assembly.queries import SlotView, list_slot_views
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.core.format import local
from sponsorship.inventory.models import Issue, Newsletter, Slot
from sponsorship.payments.models import Invoice
from sponsorship.payments.queries import list_open_invoices, money_by_booking
from sponsorship.reporting.rules import (
    AgeBand,
    MonthRow,
    Period,
    SlotCount,
    SlotShare,
    Span,
    add_months,
    age_band,
    count_slots,
    months_shown,
    share_of_slot,
    span_before,
    span_of,
    without_empty_start,
)

STANDS = (BookingState.CONFIRMED, BookingState.RAN)


@dataclass(frozen=True, slots=True)
class MoneyOfBooking:
    """What the ledger says of one booking, net, minor units, in the newsletter's currency; whose it is and when it is printed."""

    booking_id: int
    order_id: int
    sponsor_id: int | None
    publish_on: date
    booked_minor: int
    collected_minor: int
    outstanding_minor: int


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of bookings' money: booked = collected + outstanding + written off."""

    booked_minor: int
    collected_minor: int
    outstanding_minor: int

    @property
    def written_off_minor(self) -> int:
        """What was booked and is neither collected nor owed any more."""
        return self.booked_minor - self.collected_minor - self.outstanding_minor


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """A period on the newsletter's calendar, by issue date; `late_minor` is the part of what is owed that is past its due day."""

    period: Period
    span: Span
    issues: int
    shares: tuple[SlotShare, ...]
    slots: SlotCount
    money: Sums
    before: Sums
    late_minor: int
    open_invoices: int
    late_invoices: int


@dataclass(frozen=True, slots=True)
class Receivable:
    """An open invoice, tax included: what it is for as (slot, issue number), and how late it is."""

    invoice: Invoice
    sponsor_name: str
    places: tuple[tuple[str, int], ...]
    open_minor: int
    band: AgeBand


@dataclass(frozen=True, slots=True)
class BandOfReceivables:
    """The open invoices of one age, and their sum."""

    band: AgeBand
    rows: tuple[Receivable, ...]
    open_minor: int


@dataclass(frozen=True, slots=True)
class RevenueReport:
    """All that the revenue page sums up; `views` are the slots of the whole range, `shares` by slot id, `money` by booking id."""

    today: date
    figures: PeriodFigures
    months: tuple[MonthRow, ...]
    receivables: tuple[BandOfReceivables, ...]
    views: tuple[SlotView, ...]
    shares: dict[int, SlotShare]
    money: dict[int, MoneyOfBooking]

    @property
    def owed_minor(self) -> int:
        """The sum of all open invoices, tax included."""
        return sum(band.open_minor for band in self.receivables)


def get_revenue(session: Session, newsletter: Newsletter, period: Period, now: datetime) -> RevenueReport:
    """Return a newsletter's figures of a period, its months, who owes, and the slots behind them, in its own currency."""
    today = local(now, newsletter.timezone).date()
    span, before, months = span_of(period, today), span_before(period, today), months_shown(today)
    first, last = min(span.first, months[0]), max(span.last, add_months(months[-1], 1) - timedelta(days=1))
    views = list_slot_views(session, newsletter, first, last, now)
    money = list_money(session, newsletter, min(first, before.first), last)
    invoices = list_open_invoices(session, newsletter.id)
    shares = {view.slot.id: _share(view, money, now) for view in views}
    return RevenueReport(
        today=today,
        figures=_figures(period, today, views, shares, list(money.values()), invoices),
        months=tuple(without_empty_start([_month(month, views, shares, list(money.values())) for month in months])),
        receivables=tuple(_by_age(list_receivables(session, invoices, today))),
        views=tuple(views),
        shares=shares,
        money=money,
    )


def list_money(session: Session, newsletter: Newsletter, first: date, last: date) -> dict[int, MoneyOfBooking]:
    """Return the ledger's sums of every booking whose issue comes out from `first` to `last`, by booking id.

    Cancelled bookings are among them as long as something is left of their money. Orders in another currency than the
    newsletter's are left out: amounts of two currencies are never summed.
    """
    query = (
        select(Booking.id, Booking.order_id, Booking.sponsor_id, Issue.publish_on)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .join(Order, Booking.order_id == Order.id)
        .where(Issue.newsletter_id == newsletter.id, Issue.publish_on.between(first, last))
        .where(Booking.kind == BookingKind.SALE, Order.currency == newsletter.currency)
    )
    rows = session.execute(query).all()
    sums = money_by_booking(session, [row.id for row in rows])
    return {
        row.id: MoneyOfBooking(
            row.id, row.order_id, row.sponsor_id, row.publish_on,
            sums[row.id].booked_minor, sums[row.id].collected_minor, sums[row.id].outstanding_minor,
        )
        for row in rows
        if row.id in sums
    }  # fmt: skip


def sum_money(rows: Iterable[MoneyOfBooking]) -> Sums:
    """Add up what bookings brought."""
    listed = list(rows)
    return Sums(
        sum(row.booked_minor for row in listed),
        sum(row.collected_minor for row in listed),
        sum(row.outstanding_minor for row in listed),
    )


def list_receivables(session: Session, invoices: Sequence[Invoice], today: date) -> list[Receivable]:
    """Return open invoices with what each is for, the longest due first; one query beside the invoices."""
    query = (
        select(Booking)
        .where(Booking.order_id.in_([invoice.order_id for invoice in invoices]), Booking.state.in_(STANDS))
        .options(lazyload(Booking.order))
    )
    places: dict[int, list[tuple[str, int]]] = {}
    for booking in session.scalars(query):
        places.setdefault(booking.order_id or 0, []).append((booking.slot.name, booking.slot.issue.number))
    rows = [
        Receivable(
            invoice=invoice,
            sponsor_name=invoice.order.sponsor.name if invoice.order.sponsor else invoice.order.contact_name,
            places=tuple(sorted(places.get(invoice.order_id, []), key=lambda place: place[1])),
            open_minor=invoice.open_minor,
            band=age_band(invoice.due_on, today),
        )
        for invoice in invoices
    ]
    return sorted(rows, key=lambda row: (row.invoice.due_on, row.invoice.number))


def _by_age(rows: Sequence[Receivable]) -> list[BandOfReceivables]:
    """Group rows, which come oldest first, by age."""
    grouped = [(band, tuple(members)) for band, members in groupby(rows, key=lambda row: row.band)]
    return [BandOfReceivables(band, members, sum(row.open_minor for row in members)) for band, members in grouped]


def _share(view: SlotView, money: dict[int, MoneyOfBooking], now: datetime) -> SlotShare:
    booking = view.booking
    owed = money.get(booking.id) if booking else None
    return share_of_slot(
        booking.kind if booking else None,
        booking.state if booking else None,
        issue_state=view.issue.state,
        is_over=view.issue.publish_at <= now,
        owes=owed is not None and owed.outstanding_minor > 0,
    )


def _figures(
    period: Period,
    today: date,
    views: Sequence[SlotView],
    shares: dict[int, SlotShare],
    money: Sequence[MoneyOfBooking],
    invoices: Sequence[Invoice],
) -> PeriodFigures:
    span, before = span_of(period, today), span_before(period, today)
    within = [view for view in views if view.issue.publish_on in span]
    own = [row for row in money if row.publish_on in span]
    due = {invoice.order_id: invoice.due_on for invoice in invoices}
    owing = [row for row in own if row.outstanding_minor > 0 and row.order_id in due]
    late = [row for row in owing if due[row.order_id] < today]
    order = list(SlotShare)
    return PeriodFigures(
        period=period,
        span=span,
        issues=len({view.issue.id for view in within}),
        shares=tuple(sorted((shares[view.slot.id] for view in within), key=order.index)),
        slots=count_slots(shares[view.slot.id] for view in within),
        money=sum_money(own),
        before=sum_money(row for row in money if row.publish_on in before),
        late_minor=sum(row.outstanding_minor for row in late),
        open_invoices=len({row.order_id for row in owing}),
        late_invoices=len({row.order_id for row in late}),
    )


def _month(
    month: date, views: Sequence[SlotView], shares: dict[int, SlotShare], money: Sequence[MoneyOfBooking]
) -> MonthRow:
    within = [view for view in views if view.issue.publish_on.replace(day=1) == month]
    sums = sum_money(row for row in money if row.publish_on.replace(day=1) == month)
    unsold = (SlotShare.OPEN, SlotShare.UNSOLD, SlotShare.HOUSE)
    return MonthRow(
        month=month,
        collected_minor=sums.collected_minor,
        outstanding_minor=sums.outstanding_minor,
        held_minor=sum(view.price_minor for view in within if shares[view.slot.id] is SlotShare.HELD),
        open_minor=sum(view.price_minor for view in within if shares[view.slot.id] in unsold),
        sell_through=count_slots(shares[view.slot.id] for view in within).sell_through,
    )
