"""What the past says of what comes: pace, yield, renewals, and a forecast of the next quarter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.core.format import local
from sponsorship.inventory.models import Issue, Newsletter, Placement, Slot
from sponsorship.inventory.rules import IssueState
from sponsorship.reporting.queries.money import MoneyOfBooking, list_money
from sponsorship.reporting.queries.prices import read_rate_card
from sponsorship.reporting.queries.slots import SlotRow, list_slot_rows
from sponsorship.reporting.rules import (
    LOOKED_BACK_DAYS,
    MOST_QUARTERS,
    RENEWAL_DAYS,
    Backtest,
    CurvePoint,
    DueBack,
    Forecast,
    IssueOffer,
    QuarterSoFar,
    RenewalRate,
    Sale,
    Scope,
    SlotCount,
    Span,
    SponsorRuns,
    a_year_earlier,
    backtest,
    booking_curve,
    count_slots,
    due_back,
    forecast_quarter,
    months_of,
    quarter_of,
    quarter_so_far,
    renewal_rate,
)
from sponsorship.sponsors.models import Sponsor

ENDED = (BookingState.CANCELLED, BookingState.RELEASED, BookingState.MOVED)
STANDS = (BookingState.CONFIRMED, BookingState.RAN)


@dataclass(frozen=True, slots=True)
class YieldRow:
    """One placement in a period: its slots, what was booked (net) and what that comes to per slot there was to sell."""

    placement_id: int
    key: str
    name: str
    list_minor: int
    slots: SlotCount
    booked_minor: int

    @property
    def yield_minor(self) -> int | None:
        """Booked per sellable slot, minor units; None where nothing was for sale."""
        return round(self.booked_minor / self.slots.sellable) if self.slots.sellable else None


@dataclass(frozen=True, slots=True)
class SellThrough:
    """Slots by placement (rows) and month (columns); a cell is None where the placement had no slot."""

    months: tuple[date, ...]
    rows: tuple[tuple[Placement, tuple[SlotCount | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class QuarterAhead:
    """The next quarter: what is booked and open of it, the forecast where there is enough past, and how the method did."""

    span: Span
    booked_minor: int
    open_minor: int
    forecast: Forecast | None
    past: tuple[QuarterSoFar, ...]
    tested: Backtest | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """All that the outlook page shows."""

    today: date
    scope: Scope
    sell_through: SellThrough
    yields: tuple[YieldRow, ...]
    pace: tuple[CurvePoint, ...]
    pace_last_year: tuple[CurvePoint, ...]
    ahead: QuarterAhead
    renewals: RenewalRate
    due: tuple[DueBack, ...]


def get_outlook(session: Session, newsletter: Newsletter, scope: Scope, now: datetime) -> Outlook:
    """Return what the past says of what comes, in a fixed number of queries."""
    today = local(now, newsletter.timezone).date()
    money = list_money(session, newsletter, scope.span, scope)
    slots = list_slot_rows(session, newsletter, scope.span, scope, money, now)
    ahead = quarter_of(quarter_of(today).last + timedelta(days=1))
    first = min(quarter_of(today).first - timedelta(days=92 * (MOST_QUARTERS + 1)), a_year_earlier(scope.span).first)
    reach = Span(first, max(ahead.last, scope.span.last))
    offers, sales = list_offers(session, newsletter, reach, scope), list_sales(session, newsletter, reach, scope)
    runs = list_runs(session, newsletter, scope, today)
    return Outlook(
        today=today,
        scope=scope,
        sell_through=_sell_through(newsletter, scope, slots),
        yields=tuple(_yields(newsletter, slots, money)),
        pace=tuple(_curve(offers, sales, scope.span, today)),
        pace_last_year=tuple(_curve(offers, sales, a_year_earlier(scope.span), today)),
        ahead=look_ahead(offers, sales, ahead, today),
        renewals=renewal_rate(runs, today),
        due=tuple(due_back(runs, today)),
    )


def look_ahead(offers: Sequence[IssueOffer], sales: Sequence[Sale], ahead: Span, today: date) -> QuarterAhead:
    """Return a coming quarter with its forecast from up to eight quarters that are over, seen from as far before each."""
    days = (ahead.first - today).days
    now = quarter_so_far(ahead, days, offers, sales)
    past: list[QuarterSoFar] = []
    span = quarter_of(quarter_of(today).first - timedelta(days=1))
    while len(past) < MOST_QUARTERS and any(offer.publish_on in span for offer in offers):
        past.append(quarter_so_far(span, days, offers, sales))
        span = quarter_of(span.first - timedelta(days=1))
    past.reverse()
    return QuarterAhead(
        span=ahead,
        booked_minor=now.booked_minor,
        open_minor=now.open_minor,
        forecast=forecast_quarter(now.booked_minor, now.open_minor, past),
        past=tuple(past),
        tested=backtest(past),
    )


def list_offers(session: Session, newsletter: Newsletter, span: Span, scope: Scope) -> list[IssueOffer]:
    """Return what each issue of a span had to sell, at its day's rate card; blocked slots and skipped issues left out."""
    blocked = and_(
        Booking.slot_id == Slot.id,
        Booking.kind == BookingKind.BLOCK,
        Booking.state.in_((*STANDS, BookingState.HELD)),
    )
    query = (
        select(Issue.publish_on, Slot.placement_id, func.count(Slot.id))
        .join(Slot, Slot.issue_id == Issue.id)
        .outerjoin(Booking, blocked)
        .where(Issue.newsletter_id == newsletter.id, Issue.publish_on.between(span.first, span.last))
        .where(Issue.state != IssueState.SKIPPED, Booking.id.is_(None))
        .group_by(Issue.publish_on, Slot.placement_id)
    )
    if scope.placement_id is not None:
        query = query.where(Slot.placement_id == scope.placement_id)
    card_price, found = read_rate_card(session, newsletter.id), dict[date, tuple[int, int]]()
    for day, placement_id, number in session.execute(query):
        slots, listed = found.get(day, (0, 0))
        found[day] = (slots + number, listed + number * card_price(placement_id, day))
    return [IssueOffer(day, slots, listed) for day, (slots, listed) in found.items()]


def list_sales(session: Session, newsletter: Newsletter, span: Span, scope: Scope) -> list[Sale]:
    """Return the sales of a span's issues with the days on which they were made and, where they were, given up."""
    query = (
        select(
            Issue.publish_on, Order.confirmed_at, Booking.created_at, Booking.closed_at, Booking.state, Booking.price_minor,
            Booking.net_minor,
        )
        .join(Slot, Slot.issue_id == Issue.id)
        .join(Booking, Booking.slot_id == Slot.id)
        .join(Order, Booking.order_id == Order.id)
        .where(Issue.newsletter_id == newsletter.id, Issue.publish_on.between(span.first, span.last))
        .where(Booking.kind == BookingKind.SALE, Order.currency == newsletter.currency)
        .where(Booking.state.in_(STANDS) | (Booking.state.in_(ENDED) & Order.confirmed_at.is_not(None)))
    )  # fmt: skip
    if scope.placement_id is not None:
        query = query.where(Slot.placement_id == scope.placement_id)
    if scope.sponsor_id is not None:
        query = query.where(Booking.sponsor_id == scope.sponsor_id)
    zone = ZoneInfo(newsletter.timezone)
    return [
        Sale(
            row.publish_on,
            (row.confirmed_at or row.created_at).astimezone(zone).date(),
            (row.closed_at or row.created_at).astimezone(zone).date() if row.state in ENDED else None,
            row.price_minor,
            row.net_minor,
        )
        for row in session.execute(query)
    ]


def list_runs(session: Session, newsletter: Newsletter, scope: Scope, today: date) -> list[SponsorRuns]:
    """Return each sponsor's booked issue days of the last years and to come, and what the last year brought, net."""
    first = today - timedelta(days=2 * LOOKED_BACK_DAYS + RENEWAL_DAYS)
    query = (
        select(Sponsor.id, Sponsor.name, Issue.publish_on, func.sum(Booking.net_minor))
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .join(Sponsor, Booking.sponsor_id == Sponsor.id)
        .where(Issue.newsletter_id == newsletter.id, Issue.publish_on >= first)
        .where(Booking.kind == BookingKind.SALE, Booking.state.in_(STANDS))
        .group_by(Sponsor.id, Sponsor.name, Issue.publish_on)
        .order_by(Sponsor.id, Issue.publish_on)
    )
    if scope.sponsor_id is not None:
        query = query.where(Booking.sponsor_id == scope.sponsor_id)
    if scope.placement_id is not None:
        query = query.where(Slot.placement_id == scope.placement_id)
    found: dict[int, tuple[str, list[date], int]] = {}
    for sponsor_id, name, day, net in session.execute(query):
        _, days, year = found.get(sponsor_id, (name, [], 0))
        days.append(day)
        in_year = today - timedelta(days=LOOKED_BACK_DAYS) < day <= today
        found[sponsor_id] = (name, days, year + (int(net) if in_year else 0))
    return [SponsorRuns(key, name, tuple(days), year) for key, (name, days, year) in found.items()]


def _curve(offers: Sequence[IssueOffer], sales: Sequence[Sale], span: Span, today: date) -> list[CurvePoint]:
    return booking_curve(
        [one for one in offers if one.publish_on in span], [one for one in sales if one.publish_on in span], today
    )


def _sell_through(newsletter: Newsletter, scope: Scope, slots: Sequence[SlotRow]) -> SellThrough:
    months = months_of(scope.span)
    cells: dict[tuple[int, date], list[SlotRow]] = {}
    for row in slots:
        cells.setdefault((row.placement_id, row.publish_on.replace(day=1)), []).append(row)
    rows = []
    for placement in newsletter.placements:
        own = [cells.get((placement.id, month)) for month in months]
        if any(own):
            counts = tuple(count_slots(row.share for row in cell) if cell else None for cell in own)
            rows.append((placement, counts))
    return SellThrough(tuple(months), tuple(rows))


def _yields(newsletter: Newsletter, slots: Sequence[SlotRow], money: Mapping[int, MoneyOfBooking]) -> list[YieldRow]:
    booked: dict[int, int] = {}
    for one in money.values():
        booked[one.placement_id] = booked.get(one.placement_id, 0) + one.booked_minor
    own: dict[int, list[SlotRow]] = {}
    for row in slots:
        own.setdefault(row.placement_id, []).append(row)
    return [
        YieldRow(
            placement.id, placement.key, placement.name, placement.price_minor,
            count_slots(row.share for row in own.get(placement.id, [])), booked.get(placement.id, 0),
        )
        for placement in newsletter.placements
        if placement.id in own or placement.id in booked
    ]  # fmt: skip
