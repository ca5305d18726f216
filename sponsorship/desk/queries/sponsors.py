"""A newsletter's sponsors by what they booked in the last four quarters, and one of them in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload, selectinload

from sponsorship.assembly.queries import SlotView, list_views
from sponsorship.booking.models import Booking
from sponsorship.booking.rules import OCCUPYING, BookingKind, BookingState
from sponsorship.core.errors import NotFound
from sponsorship.core.flatplan import Drawing
from sponsorship.core.format import local
from sponsorship.creative.models import Creative
from sponsorship.desk.queries.drawings import draw_column
from sponsorship.desk.rules.sponsors import SponsorYear, against_median, median_or_none
from sponsorship.inventory.models import Issue, Newsletter, Placement, Slot
from sponsorship.payments.queries import list_open_invoices, money_by_booking
from sponsorship.reporting.rules import Span, add_months, quarter_of
from sponsorship.sponsors.models import Sponsor
from sponsorship.tracking.queries import clicks_by_booking

SOLD = (BookingKind.SALE, BookingKind.ARCHIVE)
SHOWN_SLOTS = 6


@dataclass(frozen=True, slots=True)
class SponsorRow:
    """A line of the ledger: `year` sums up the last four quarters, `next_on` is the next issue, `owes_minor` with tax."""

    sponsor: Sponsor
    contact: str
    year: SponsorYear
    against_median: float | None
    next_on: date | None
    is_next_held: bool
    owes_minor: int


@dataclass(frozen=True, slots=True)
class SponsorSlot:
    """One slot of a sponsor's, as it is shown, and where it stands in the issue."""

    view: SlotView
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class SponsorCard:
    """One sponsor in full; `copies_on_time` of `copies` came before their deadline."""

    row: SponsorRow
    since: date | None
    booked_minor: int
    slots: tuple[SponsorSlot, ...]
    copies_on_time: int
    copies: int


@dataclass(frozen=True, slots=True)
class SponsorLedger:
    """The page: the days that the four quarters span, all sponsors by value, those that were looked for, and the one beside."""

    span: Span
    all_rows: tuple[SponsorRow, ...]
    rows: tuple[SponsorRow, ...]
    card: SponsorCard | None


def get_sponsors(
    session: Session, newsletter: Newsletter, now: datetime, *, find: str = "", chosen: int | None = None
) -> SponsorLedger:
    """Return the sponsors whose name holds `find`, by value; raises NotFound where `chosen` is not this newsletter's."""
    today = local(now, newsletter.timezone).date()
    span = Span(add_months(quarter_of(today).first, -9), quarter_of(today).last)
    bookings = _bookings(session, newsletter.id)
    money = money_by_booking(session, [b.id for b in bookings if b.kind is BookingKind.SALE and _is_own(b, newsletter)])
    booked = {booking_id: sums.booked_minor for booking_id, sums in money.items()}
    clicks = {booking_id: count.human for booking_id, count in clicks_by_booking(session, _ran(bookings)).items()}
    owed = _owed(session, newsletter)
    ratios = _ratios(bookings, clicks)
    by_sponsor: dict[int, list[Booking]] = {}
    for booking in bookings:
        by_sponsor.setdefault(booking.sponsor_id or 0, []).append(booking)
    rows = [
        _row(sponsor, by_sponsor.get(sponsor.id, []), booked, ratios, owed.get(sponsor.id, 0), span, today)
        for sponsor in _sponsors(session, newsletter.id)
    ]
    rows.sort(key=lambda row: (-row.year.booked_minor, -sum(row.year.slots_by_quarter), row.sponsor.name.lower()))
    card = None
    row = next((row for row in rows if row.sponsor.id == chosen), None) if chosen else next(iter(rows), None)
    if chosen and row is None:
        raise NotFound
    found = [one for one in rows if find.strip().lower() in one.sponsor.name.lower()]
    if row is not None:
        card = _card(session, newsletter, row, by_sponsor.get(row.sponsor.id, []), booked, now)
    return SponsorLedger(span, tuple(rows), tuple(found), card)


def _sponsors(session: Session, newsletter_id: int) -> list[Sponsor]:
    query = select(Sponsor).where(Sponsor.newsletter_id == newsletter_id).options(selectinload(Sponsor.contacts))
    return list(session.scalars(query))


def _bookings(session: Session, newsletter_id: int) -> list[Booking]:
    """Every slot that a sponsor of the newsletter has or had, archive included, the latest issue first."""
    query = (
        select(Booking)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .where(Issue.newsletter_id == newsletter_id, Booking.sponsor_id.is_not(None), Booking.state.in_(OCCUPYING))
        .options(selectinload(Booking.order), lazyload(Booking.sponsor))
        .order_by(Issue.publish_at.desc(), Booking.id)
    )
    return list(session.scalars(query))


def _is_own(booking: Booking, newsletter: Newsletter) -> bool:
    return booking.order is not None and booking.order.currency == newsletter.currency


def _is_sold(booking: Booking) -> bool:
    return booking.kind in SOLD and booking.state in (BookingState.CONFIRMED, BookingState.RAN)


def _ran(bookings: Sequence[Booking]) -> list[int]:
    return [booking.id for booking in bookings if booking.state is BookingState.RAN]


def _owed(session: Session, newsletter: Newsletter) -> dict[int, int]:
    owed: dict[int, int] = {}
    for invoice in list_open_invoices(session, newsletter.id):
        payer_id = invoice.order.agency_id or invoice.order.sponsor_id
        if payer_id is not None and invoice.currency == newsletter.currency:
            owed[payer_id] = owed.get(payer_id, 0) + invoice.open_minor
    return owed


def _ratios(bookings: Sequence[Booking], clicks: dict[int, int]) -> dict[int, float]:
    """Each booking's clicks over the median of its placement's, where that has one."""
    by_placement: dict[int, list[Booking]] = {}
    for booking in bookings:
        if booking.id in clicks:
            by_placement.setdefault(booking.slot.placement_id, []).append(booking)
    ratios: dict[int, float] = {}
    for tracked in by_placement.values():
        middle = median_or_none([clicks[booking.id] for booking in tracked])
        if middle:
            ratios |= {booking.id: clicks[booking.id] / middle for booking in tracked}
    return ratios


def _row(
    sponsor: Sponsor,
    bookings: Sequence[Booking],
    booked: dict[int, int],
    ratios: dict[int, float],
    owes_minor: int,
    span: Span,
    today: date,
) -> SponsorRow:
    within = [booking for booking in bookings if _is_sold(booking) and booking.slot.issue.publish_on in span]
    quarters = [0, 0, 0, 0]
    for booking in within:
        day = booking.slot.issue.publish_on
        quarters[((day.year - span.first.year) * 12 + day.month - span.first.month) // 3] += 1
    ahead = [
        booking
        for booking in bookings
        if booking.slot.issue.publish_on >= today and booking.state is not BookingState.RAN
    ]
    following = min(ahead, key=lambda booking: booking.slot.issue.publish_on, default=None)
    first, second, third, fourth = quarters
    return SponsorRow(
        sponsor=sponsor,
        contact=sponsor.contacts[0].user.name if sponsor.contacts else "",
        year=SponsorYear(sponsor.name, sum(booked.get(b.id, 0) for b in within), (first, second, third, fourth)),
        against_median=against_median([ratios[booking.id] for booking in within if booking.id in ratios]),
        next_on=following.slot.issue.publish_on if following else None,
        is_next_held=following is not None and following.state is BookingState.HELD,
        owes_minor=owes_minor,
    )


def _card(
    session: Session,
    newsletter: Newsletter,
    row: SponsorRow,
    bookings: Sequence[Booking],
    booked: dict[int, int],
    now: datetime,
) -> SponsorCard:
    columns = _columns(session, newsletter.id)
    views = list_views(session, [booking.slot for booking in bookings[:SHOWN_SLOTS]], now)
    sold = [booking for booking in bookings if _is_sold(booking)]
    query = select(Creative).where(Creative.booking_id.in_([b.id for b in sold]), Creative.submitted_at.is_not(None))
    sent = {
        creative.booking_id: creative.submitted_at
        for creative in session.scalars(query.options(lazyload(Creative.booking)))
    }
    on_time = [b for b in sold if b.id in sent and sent[b.id] <= b.slot.deadlines.copy_due_at]  # type: ignore[operator]
    return SponsorCard(
        row=row,
        since=sold[-1].slot.issue.publish_on if sold else None,
        booked_minor=sum(booked.get(booking.id, 0) for booking in sold),
        slots=tuple(SponsorSlot(view, draw_column(columns, _column_of(columns, view.slot))) for view in views),
        copies_on_time=len(on_time),
        copies=len(sent),
    )


def _columns(session: Session, newsletter_id: int) -> list[Placement]:
    """The newsletter's placements in their order in the issue, each as often as it has slots; retired ones are there too."""
    query = select(Placement).where(Placement.newsletter_id == newsletter_id)
    placements = session.scalars(query.order_by(Placement.position, Placement.id))
    return [placement for placement in placements for _ in range(placement.capacity)]


def _column_of(columns: Sequence[Placement], slot: Slot) -> int:
    return columns.index(slot.placement) + min(slot.ordinal, slot.placement.capacity) - 1
