"""What the public sees: open dates, the order slip, what a placement usually brings."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.queries import (
    find_promo,
    occupants_of,
    pay_with_credits,
    priced_slots,
    promises_of,
    promo_refusal,
    quote_slots,
)
from sponsorship.booking.rules import (
    BookingKind,
    BookingState,
    PricedSlot,
    PromiseKind,
    Quote,
    exclusive_label,
    unknown_promo,
)
from sponsorship.core.format import local, month, short_day
from sponsorship.inventory.models import Issue, Newsletter, Placement, PromoCode, RhythmException, Slot
from sponsorship.inventory.queries import list_issues, list_placements, list_slots, list_slots_by_id
from sponsorship.inventory.rules import IssueState, RhythmChange
from sponsorship.sponsors.models import Category, Sponsor
from sponsorship.sponsors.queries import list_categories, policy_of
from sponsorship.storefront.rules import Avail, UsualClicks, held_words, usual_clicks
from sponsorship.tracking.queries import clicks_by_booking

MOST_ISSUES = 80
FIRST_ISSUES = 13
USUAL_ISSUES = 26


@dataclass(frozen=True, slots=True)
class DateCell:
    """One placement in one issue: the slot to pick where it is open, and the word where it is not."""

    placement: Placement
    avail: Avail
    slot: Slot | None = None
    left: int = 0
    words: str = ""
    is_picked: bool = False


@dataclass(frozen=True, slots=True)
class DateRow:
    """A day of the calendar: an issue with a cell for each placement, or a day without one and when the next comes."""

    day: date
    issue: Issue | None
    cells: tuple[DateCell, ...] = ()
    back_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DateMonth:
    """The rows of one month."""

    title: str
    rows: tuple[DateRow, ...]


@dataclass(frozen=True, slots=True)
class Avails:
    """The open dates: the coming issues, and those after them that are shown on demand."""

    placements: tuple[Placement, ...]
    months: tuple[DateMonth, ...]
    later: tuple[DateMonth, ...]
    next_open: Slot | None  # the first slot of the first placement that can be bought
    has_late_pick: bool
    today: date

    def price_of(self, placement: Placement) -> int:
        """The list price of the next issue, minor units: what the rate card shows."""
        days = [row.day for month in (*self.months, *self.later) for row in month.rows if row.issue]
        return placement.price_on(min(days, default=self.today))

    @property
    def later_title(self) -> str:
        """The months that are shown on demand: "March 2027 to May 2027"."""
        titles = [one.title for one in self.later]
        return titles[0] if len(titles) == 1 else f"{titles[0]} to {titles[-1]}"


@dataclass(frozen=True, slots=True)
class Slip:
    """What was picked, in order of date: what it costs, and what of it has gone meanwhile."""

    slots: tuple[Slot, ...]
    gone: tuple[Slot, ...]
    quote: Quote
    code: str = ""
    code_refusal: str = ""
    credits: int = 0  # what the buyer, signed in, has left for these slots
    uses_credits: bool = False
    agency: Sponsor | None = None  # who buys for others: it says for whom
    clients: tuple[Sponsor, ...] = ()
    client_id: int = 0
    exclusive: str = ""  # the option with its price; nothing: not sold
    categories: tuple[Category, ...] = ()
    category_id: int = 0


def list_avails(session: Session, newsletter: Newsletter, now: datetime, picks: Collection[int] = ()) -> Avails:
    """Return the issues to come with what is open in each, in a fixed number of queries; picks that are free are ticked."""
    today = local(now, newsletter.timezone).date()
    last = today + timedelta(weeks=newsletter.horizon_weeks)
    issues = [one for one in list_issues(session, newsletter.id, today, last) if one.publish_at > now]
    planned = [one for one in issues if one.state is IssueState.PLANNED][:MOST_ISSUES]
    slots = list_slots(session, [issue.id for issue in planned])
    occupants = occupants_of(session, [slot.id for slot in slots])
    refusals = _first_refusals(session, occupants.values())
    placements = list_placements(session, newsletter.id)
    by_place: dict[tuple[int, int], list[Slot]] = {}
    for slot in slots:
        by_place.setdefault((slot.issue_id, slot.placement_id), []).append(slot)
    rows = [
        DateRow(
            issue.publish_on,
            issue,
            tuple(
                _cell(one, by_place.get((issue.id, one.id), []), occupants, refusals, now, frozenset(picks))
                for one in placements
            ),
        )
        for issue in planned
    ]
    off = _days_off(session, newsletter, today, rows)
    first, later = rows[:FIRST_ISSUES], rows[FIRST_ISSUES:]
    cut = later[0].day if later else date.max
    cells = [cell for row in rows for cell in row.cells[:1] if cell.slot]
    return Avails(
        placements=tuple(placements),
        months=_by_month([*first, *(row for row in off if row.day < cut)]),
        later=_by_month([*later, *(row for row in off if row.day >= cut)]),
        next_open=cells[0].slot if cells else None,
        has_late_pick=any(cell.is_picked for row in later for cell in row.cells),
        today=today,
    )


def _cell(
    placement: Placement,
    slots: Sequence[Slot],
    occupants: dict[int, Booking],
    refusals: frozenset[int],
    now: datetime,
    picks: frozenset[int],
) -> DateCell:
    taken = [occupants[slot.id] for slot in slots if slot.id in occupants]
    free = [slot for slot in slots if slot.id not in occupants]
    if (
        free
        and free[0].bookable_from is not None
        and free[0].bookable_from > local(now, placement.newsletter.timezone).date()
    ):
        return DateCell(placement, Avail.LATER, words=f"On sale from {short_day(free[0].bookable_from)}")
    if free and free[0].deadlines.bookable_until > now:
        picked = next((slot for slot in free if slot.id in picks), None)
        return DateCell(placement, Avail.OPEN, picked or free[0], len(free), is_picked=picked is not None)
    held = [booking for booking in taken if booking.state is BookingState.HELD]
    if held and not free:
        ends = [booking.held_until for booking in held if booking.held_until is not None]
        zone = placement.newsletter.timezone
        word = "First refusal" if all(booking.id in refusals for booking in held) else "Held"
        return DateCell(placement, Avail.HELD, words=held_words(min(ends, default=None), zone, now, word))
    if any(booking.kind in (BookingKind.SALE, BookingKind.ARCHIVE) for booking in taken):
        return DateCell(placement, Avail.SOLD)
    return DateCell(placement, Avail.CLOSED) if free else DateCell(placement, Avail.NONE)


def _first_refusals(session: Session, occupants: Iterable[Booking]) -> frozenset[int]:
    """The bookings that are a sponsor's first refusal: promised one by one, or in a renewal."""
    held = [booking for booking in occupants if booking.state is BookingState.HELD]
    renewed = {booking.id for booking in held if booking.order is not None and booking.order.is_first_refusal}
    promises = promises_of(session, [booking.id for booking in held if booking.order_id is None])
    given = {id_ for id_, promise in promises.items() if promise.kind is PromiseKind.FIRST_REFUSAL}
    return frozenset(renewed | given)


def _days_off(session: Session, newsletter: Newsletter, today: date, rows: Sequence[DateRow]) -> list[DateRow]:
    """Days on which the rhythm would give an issue and an exception takes it away, up to the last issue shown."""
    if not rows:
        return []
    query = select(RhythmException).where(
        RhythmException.newsletter_id == newsletter.id,
        RhythmException.change != RhythmChange.EXTRA,
        RhythmException.on_day.between(today, rows[-1].day),
    )
    shown = {row.day for row in rows}
    return [
        DateRow(
            one.on_day, None, back_on=min((day for day in shown if day > one.on_day), default=None), reason=one.reason
        )
        for one in session.scalars(query)
        if one.on_day not in shown
    ]


def _by_month(rows: Sequence[DateRow]) -> tuple[DateMonth, ...]:
    ordered = sorted(rows, key=lambda row: row.day)
    return tuple(DateMonth(title, tuple(group)) for title, group in groupby(ordered, key=lambda row: month(row.day)))


def price_slip(
    session: Session,
    newsletter: Newsletter,
    slot_ids: Collection[int],
    now: datetime,
    *,
    code: str = "",
    sponsor: Sponsor | None = None,
    uses_credits: bool = False,
    category_id: int = 0,
) -> Slip:
    """Return what was picked with its price; what is not this newsletter's is left out, what cannot be had is named.

    `sponsor` is proven: its credits are offered. A code that does not hold is refused with the reason, and takes nothing off.
    """
    picked = [slot for slot in list_slots_by_id(session, slot_ids) if slot.issue.newsletter_id == newsletter.id]
    picked.sort(key=lambda slot: (slot.issue.publish_at, slot.placement.position, slot.ordinal))
    occupied = occupants_of(session, [slot.id for slot in picked])
    free = [
        slot
        for slot in picked
        if slot.id not in occupied and slot.issue.state is IssueState.PLANNED and slot.deadlines.bookable_until > now
    ]
    grants = pay_with_credits(session, newsletter, free, sponsor.id, now) if sponsor else {}
    on_credit = grants if uses_credits else {}
    promo, refusal = _try_code(
        session, newsletter, code, priced_slots(newsletter, free, now, on_credit=on_credit), now, sponsor
    )
    gone = tuple(slot for slot in picked if slot not in free)
    basis_points = policy_of(session, newsletter.id).exclusive_basis_points if free else 0
    categories = list_categories(session, newsletter.id) if basis_points else []
    offered = tuple(category for category in categories if not category.is_prohibited)
    chosen = category_id if category_id in {category.id for category in offered} else 0
    quote = quote_slots(session, newsletter, free, now, promo=promo, on_credit=on_credit, is_exclusive=bool(chosen))
    return Slip(
        tuple(free), gone, quote, code, refusal, len(grants), uses_credits, category_id=chosen, categories=offered,
        exclusive=exclusive_label(basis_points) if offered else "",
    )  # fmt: skip


def _try_code(
    session: Session,
    newsletter: Newsletter,
    code: str,
    slots: Sequence[PricedSlot],
    now: datetime,
    sponsor: Sponsor | None,
) -> tuple[PromoCode | None, str]:
    """The code, if it holds for these slots; else why it does not."""
    if not code or not slots:
        return None, ""
    promo = find_promo(session, newsletter.id, code)
    if promo is None:
        return None, unknown_promo(code)
    refusal = promo_refusal(session, newsletter, promo, slots, now, sponsor_id=sponsor.id if sponsor else None)
    return (None, refusal) if refusal else (promo, "")


def clicks_by_placement(session: Session, newsletter: Newsletter) -> dict[int, UsualClicks]:
    """Return what is usual for each placement over the last 26 issues sent; one that ran too seldom is not in it."""
    sent = (
        select(Issue.id)
        .where(Issue.newsletter_id == newsletter.id, Issue.state == IssueState.SENT)
        .order_by(Issue.publish_at.desc())
        .limit(USUAL_ISSUES)
    )
    query = (
        select(Booking.id, Slot.placement_id)
        .join(Slot, Booking.slot_id == Slot.id)
        .where(Slot.issue_id.in_(sent), Booking.state == BookingState.RAN, Booking.kind == BookingKind.SALE)
    )
    placed = {row.id: row.placement_id for row in session.execute(query)}
    counts: dict[int, list[int]] = {}
    for booking_id, clicks in clicks_by_booking(session, list(placed)).items():
        counts.setdefault(placed[booking_id], []).append(clicks.human)
    return {placement_id: usual for placement_id, many in counts.items() if (usual := usual_clicks(many))}
