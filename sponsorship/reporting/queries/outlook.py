"""What the past says of what comes: pace, yield, renewals, and a forecast of the next quarter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.core.format import local
from sponsorship.inventory.models import Issue, Newsletter, Placement, Slot
from sponsorship.inventory.rules import IssueState
from sponsorship.reporting.queries.counts import SlotGroup, count_groups, count_slot_groups
from sponsorship.reporting.queries.liability import Liability, get_liability
from sponsorship.reporting.queries.money import sum_booked_by_placement
from sponsorship.reporting.queries.prices import read_rate_card
from sponsorship.reporting.queries.slots import names_of_sponsors
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
    due_back,
    forecast_quarter,
    months_of,
    quarter_of,
    renewal_rate,
)

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
    liability: Liability


def get_outlook(session: Session, newsletter: Newsletter, scope: Scope, now: datetime) -> Outlook:
    """Return what the past says of what comes, in a fixed number of queries."""
    today = local(now, newsletter.timezone).date()
    slots = count_slot_groups(session, newsletter, scope.span, scope, {}, now)
    booked = sum_booked_by_placement(session, newsletter, scope.span, scope)
    ahead = quarter_of(quarter_of(today).last + timedelta(days=1))
    first = min(quarter_of(today).first - timedelta(days=92 * (MOST_QUARTERS + 1)), a_year_earlier(scope.span).first)
    reach = Span(first, max(ahead.last, scope.span.last))
    offers = list_offers(session, newsletter, reach, scope)
    sales = list_sales(session, newsletter, scope.span, scope)
    earlier = list_sales(session, newsletter, a_year_earlier(scope.span), scope)
    runs = list_runs(session, newsletter, scope, today)
    return Outlook(
        today=today,
        scope=scope,
        sell_through=_sell_through(newsletter, scope, slots),
        yields=tuple(_yields(newsletter, slots, booked)),
        pace=tuple(_curve(offers, sales, scope.span, today)),
        pace_last_year=tuple(_curve(offers, earlier, a_year_earlier(scope.span), today)),
        ahead=look_ahead(session, newsletter, scope, offers, today),
        renewals=renewal_rate(runs, today),
        due=tuple(due_back(runs, today)),
        liability=get_liability(session, newsletter, scope, today),
    )


def look_ahead(
    session: Session, newsletter: Newsletter, scope: Scope, offers: Sequence[IssueOffer], today: date
) -> QuarterAhead:
    """Return the next quarter with its forecast from up to eight quarters that are over, seen from as far before each."""
    ahead = quarter_of(quarter_of(today).last + timedelta(days=1))
    days = (ahead.first - today).days
    spans = [ahead]
    span = quarter_of(quarter_of(today).first - timedelta(days=1))
    while len(spans) <= MOST_QUARTERS and any(offer.publish_on in span for offer in offers):
        spans.append(span)
        span = quarter_of(span.first - timedelta(days=1))
    seen = see_quarters(session, newsletter, scope, spans, days, offers)
    now, past = seen[0], seen[:0:-1]
    return QuarterAhead(
        span=ahead,
        booked_minor=now.booked_minor,
        open_minor=now.open_minor,
        forecast=forecast_quarter(now.booked_minor, now.open_minor, past),
        past=tuple(past),
        tested=backtest(past),
    )


def see_quarters(
    session: Session, newsletter: Newsletter, scope: Scope, spans: Sequence[Span], days_ahead: int, offers: Sequence[IssueOffer]
) -> list[QuarterSoFar]:  # fmt: skip
    """Return each quarter as it stood so many days before its first day, at that day's end, and what it came to.

    The same as `rules.quarter_so_far` of each sale, added up in the database.
    """
    zone = ZoneInfo(newsletter.timezone)
    sold_at, is_ended = func.coalesce(Order.confirmed_at, Booking.created_at), Booking.state.in_(ENDED)
    places, standing = [], []
    for number, span in enumerate(spans):
        inside = Issue.publish_on.between(span.first, span.last)
        over = datetime.combine(span.first - timedelta(days=days_ahead - 1), time(), zone)
        places.append((inside, number))
        standing.append(
            and_(inside, sold_at < over, or_(~is_ended, func.coalesce(Booking.closed_at, Booking.created_at) >= over))
        )
    place, stood = case(*places).label("place"), or_(*standing)
    query = (
        _sold(
            select(
                place, func.sum(case((stood, Booking.net_minor), else_=0)), func.sum(case((stood, Booking.price_minor), else_=0)),
                func.sum(case((is_ended, 0), else_=Booking.net_minor)),
            ), newsletter, scope,
        )
        .where(or_(*(inside for inside, _ in places)))
        .group_by(place)
    )  # fmt: skip
    sums = {row[0]: tuple(int(one) for one in row[1:]) for row in session.execute(query)}
    seen = []
    for number, span in enumerate(spans):
        booked, listed, final = sums.get(number, (0, 0, 0))
        offered = sum(offer.list_minor for offer in offers if offer.publish_on in span)
        seen.append(QuarterSoFar(span, booked, offered - listed, final))
    return seen


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
    ended_at = case((Booking.state.in_(ENDED), func.coalesce(Booking.closed_at, Booking.created_at)))
    columns = (
        Issue.publish_on, func.coalesce(Order.confirmed_at, Booking.created_at), ended_at, Booking.price_minor, Booking.net_minor,
    )  # fmt: skip
    query = _sold(select(*columns), newsletter, scope).where(Issue.publish_on.between(span.first, span.last))
    zone = ZoneInfo(newsletter.timezone)

    @cache
    def day_of(moment: datetime) -> date:
        return moment.astimezone(zone).date()

    return [
        Sale(publish_on, day_of(sold_at), day_of(ended) if ended is not None else None, listed, net)
        for publish_on, sold_at, ended, listed, net in session.execute(query)
    ]


def _sold(query: Any, newsletter: Newsletter, scope: Scope) -> Any:
    """Bookings that are sold, or were until they were given up."""
    query = (
        query.select_from(Issue)
        .join(Slot, Slot.issue_id == Issue.id)
        .join(Booking, Booking.slot_id == Slot.id)
        .join(Order, Booking.order_id == Order.id)
        .where(Issue.newsletter_id == newsletter.id)
        .where(Booking.kind == BookingKind.SALE, Order.currency == newsletter.currency)
        .where(Booking.state.in_(STANDS) | (Booking.state.in_(ENDED) & Order.confirmed_at.is_not(None)))
    )
    if scope.placement_id is not None:
        query = query.where(Slot.placement_id == scope.placement_id)
    if scope.sponsor_id is not None:
        query = query.where(Booking.sponsor_id == scope.sponsor_id)
    return query


def list_runs(session: Session, newsletter: Newsletter, scope: Scope, today: date) -> list[SponsorRuns]:
    """Return each sponsor's booked issue days of the last years and to come, and what the last year brought, net."""
    first = today - timedelta(days=2 * LOOKED_BACK_DAYS + RENEWAL_DAYS)
    query = (
        select(Booking.sponsor_id, Issue.publish_on, func.sum(Booking.net_minor))
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .where(Issue.newsletter_id == newsletter.id, Issue.publish_on >= first, Booking.sponsor_id.is_not(None))
        .where(Booking.kind == BookingKind.SALE, Booking.state.in_(STANDS))
        .group_by(Booking.sponsor_id, Issue.publish_on)
        .order_by(Booking.sponsor_id, Issue.publish_on)
    )
    if scope.sponsor_id is not None:
        query = query.where(Booking.sponsor_id == scope.sponsor_id)
    if scope.placement_id is not None:
        query = query.where(Slot.placement_id == scope.placement_id)
    a_year_ago, days_of, year_of = today - timedelta(days=LOOKED_BACK_DAYS), dict[int, list[date]](), dict[int, int]()
    for sponsor_id, day, net in session.execute(query):
        days_of.setdefault(sponsor_id or 0, []).append(day)
        if a_year_ago < day <= today:
            year_of[sponsor_id or 0] = year_of.get(sponsor_id or 0, 0) + int(net)
    names = names_of_sponsors(session, days_of)
    return [SponsorRuns(key, names.get(key, ""), tuple(days), year_of.get(key, 0)) for key, days in days_of.items()]


def _curve(offers: Sequence[IssueOffer], sales: Sequence[Sale], span: Span, today: date) -> list[CurvePoint]:
    return booking_curve(
        [one for one in offers if one.publish_on in span], [one for one in sales if one.publish_on in span], today
    )


def _sell_through(newsletter: Newsletter, scope: Scope, slots: Sequence[SlotGroup]) -> SellThrough:
    months = months_of(scope.span)
    cells: dict[tuple[int, date], list[SlotGroup]] = {}
    for row in slots:
        cells.setdefault((row.placement_id, row.month), []).append(row)
    rows = []
    for placement in newsletter.placements:
        own = [cells.get((placement.id, month)) for month in months]
        if any(own):
            counts = tuple(count_groups(cell) if cell else None for cell in own)
            rows.append((placement, counts))
    return SellThrough(tuple(months), tuple(rows))


def _yields(newsletter: Newsletter, slots: Sequence[SlotGroup], booked: Mapping[int, int]) -> list[YieldRow]:
    own: dict[int, list[SlotGroup]] = {}
    for row in slots:
        own.setdefault(row.placement_id, []).append(row)
    return [
        YieldRow(
            placement.id, placement.key, placement.name, placement.price_minor,
            count_groups(own.get(placement.id, [])), booked.get(placement.id, 0),
        )
        for placement in newsletter.placements
        if placement.id in own or placement.id in booked
    ]  # fmt: skip
