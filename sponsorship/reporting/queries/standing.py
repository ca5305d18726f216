"""How placements did, many at once: the same figures that a single report shows, from the hourly sums."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.inventory.models import Issue, Placement, Slot
from sponsorship.reporting.queries.receivables import slot_name
from sponsorship.reporting.rules import (
    FEWEST_COMPARED,
    MOST_COMPARED,
    cost_per_click,
    cost_per_thousand,
    percentile_of,
    wilson_interval,
)
from sponsorship.sponsors.models import Sponsor
from sponsorship.tracking.models import ClickHour, TrackedLink
from sponsorship.tracking.queries import clicks_by_booking, statistics_of
from sponsorship.tracking.rules import LinkPosition


@dataclass(frozen=True, slots=True)
class Standing:
    """One placement that ran: hits, people's clicks, unique readers, what was delivered, what it cost (net, minor units).

    `percentile` is the share (0 to 1) of the others of its kind that it did at least as well as, among the `compared` that
    ran before it; None where there are too few.
    """

    booking_id: int
    issue_id: int
    issue_number: int
    publish_on: date
    placement_id: int
    slot_name: str
    sponsor_name: str
    net_minor: int
    delivered: int | None
    hits: int
    human: int
    unique: int
    at_foot: int
    percentile: float | None = None
    compared: int = 0

    @property
    def taken_out(self) -> int:
        """Hits that do not count."""
        return self.hits - self.human

    @property
    def rate(self) -> float | None:
        """Unique readers of those delivered to, 0 to 1."""
        return self.unique / self.delivered if self.delivered else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """How far chance reaches around the rate, 19 times in 20."""
        if not self.delivered or self.unique > self.delivered:
            return None
        return wilson_interval(self.unique, self.delivered)

    @property
    def cost_per_reader_minor(self) -> float | None:
        """What one unique reader cost (eCPC)."""
        return cost_per_click(self.net_minor, self.unique)

    @property
    def cost_per_thousand_minor(self) -> float | None:
        """What a thousand delivered mails cost (eCPM)."""
        return cost_per_thousand(self.net_minor, self.delivered)


def list_standings(session: Session, booking_ids: Collection[int]) -> list[Standing]:
    """Return how these bookings did, in order of issue; those without a tracked link are left out."""
    own = _standings(session, booking_ids)
    if not own:
        return []
    earlier = _earlier(session, own)
    return [_placed(one, earlier.get(one.placement_id, [])) for one in own]


def _placed(one: Standing, kind: list[Standing]) -> Standing:
    before = [other for other in kind if other.booking_id != one.booking_id and other.publish_on <= one.publish_on]
    others = before[-(MOST_COMPARED - 1) :]
    if len(others) < FEWEST_COMPARED:
        return replace(one, compared=len(others))
    return replace(one, percentile=percentile_of(one.unique, [other.unique for other in others]), compared=len(others))


def _earlier(session: Session, own: list[Standing]) -> dict[int, list[Standing]]:
    """The sales of each placement that ran up to the last of these and from well before the first, in order of issue."""
    first, last = min(one.publish_on for one in own), max(one.publish_on for one in own)
    found: dict[int, list[Standing]] = {}
    for placement_id in {one.placement_id for one in own}:
        query = (
            select(Booking.id)
            .join(Slot, Booking.slot_id == Slot.id)
            .join(Issue, Slot.issue_id == Issue.id)
            .where(Slot.placement_id == placement_id, Booking.kind == BookingKind.SALE)
            .where(Booking.state == BookingState.RAN)
        )
        inside = session.scalars(query.where(Issue.publish_on.between(first, last))).all()
        before = session.scalars(
            query.where(Issue.publish_on < first).order_by(Issue.publish_on.desc()).limit(MOST_COMPARED)
        ).all()
        found[placement_id] = _standings(session, {*inside, *before})
    return found


def _standings(session: Session, booking_ids: Collection[int]) -> list[Standing]:
    query = (
        select(
            Booking.id, Slot.issue_id, Issue.number, Issue.publish_on, Slot.placement_id, Placement.name, Placement.capacity,
            Slot.ordinal, Sponsor.name.label("sponsor"), Booking.net_minor,
        )
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .join(Placement, Slot.placement_id == Placement.id)
        .outerjoin(Sponsor, Booking.sponsor_id == Sponsor.id)
        .where(Booking.id.in_(booking_ids))
        .order_by(Issue.publish_on, Placement.position, Slot.ordinal)
    )  # fmt: skip
    rows = session.execute(query).all()
    counts, foot = clicks_by_booking(session, booking_ids), _foot_clicks(session, booking_ids)
    delivered = {key: row.delivered for key, row in statistics_of(session, {row.issue_id for row in rows}).items()}
    return [
        Standing(
            row.id, row.issue_id, row.number, row.publish_on, row.placement_id,
            slot_name(row.name, row.capacity, row.ordinal), row.sponsor or "", row.net_minor, delivered.get(row.issue_id),
            counts[row.id].hits, counts[row.id].human, counts[row.id].unique, foot.get(row.id, 0),
        )
        for row in rows
        if row.id in counts
    ]  # fmt: skip


def _foot_clicks(session: Session, booking_ids: Collection[int]) -> dict[int, int]:
    """How many unique readers came by the bookings' echoes; a booking without an echo is not in it."""
    query = (
        select(TrackedLink.booking_id, cast(func.coalesce(func.sum(ClickHour.unique), 0), Integer))
        .outerjoin(ClickHour, ClickHour.link_id == TrackedLink.id)
        .where(TrackedLink.booking_id.in_(booking_ids), TrackedLink.position == LinkPosition.FOOT)
        .group_by(TrackedLink.booking_id)
    )
    return {row[0] or 0: row[1] for row in session.execute(query)}


def total_clicks(rows: Iterable[Standing]) -> tuple[int, int, int]:
    """Return hits, people's clicks and unique readers added up; a reader of two issues counts in each."""
    listed = list(rows)
    return sum(row.hits for row in listed), sum(row.human for row in listed), sum(row.unique for row in listed)
