"""How one placement did: its clicks by hour, what was taken out, and the others of its kind up to its issue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.creative.models import Creative, CreativeVersion
from sponsorship.creative.rules import Copy
from sponsorship.inventory.models import Issue, Newsletter, Slot
from sponsorship.inventory.rules import IssueState
from sponsorship.reporting.queries.dates import next_open_slots
from sponsorship.reporting.rules import HOURS_SHOWN, MOST_COMPARED, NEXT_DATES, HourRow, ReportNumbers, usual
from sponsorship.tracking.queries import (
    ClickCount,
    HourCount,
    clicks_by_booking,
    clicks_by_hour,
    clicks_by_position,
    exclusions_of,
    statistics_of,
)
from sponsorship.tracking.rules import ExclusionReason, LinkPosition

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Compared:
    """Another placement of the kind: people who clicked, delivered where it is known, what it cost (net, minor units)."""

    issue_number: int
    people: int
    delivered: int | None
    net_minor: int

    @property
    def rate(self) -> float | None:
        """Click-through rate, 0 to 1: people who clicked, of those delivered to."""
        return self.people / self.delivered if self.delivered else None

    @property
    def cost_minor(self) -> float | None:
        """What one person who clicked cost, in minor units."""
        return self.net_minor / self.people if self.people and self.net_minor else None


@dataclass(frozen=True, slots=True)
class PlacementReport:
    """All that a report shows. `own` has the same figures as the `others`; `hours` begin at `started_at`, the issue's hour.

    People are readers counted once; `clicks.human` are all clicks that count. `taken_out` are hits that do not.
    """

    booking: Booking
    slot: Slot
    newsletter: Newsletter
    copy: Copy | None
    has_run: bool
    is_tracked: bool
    clicks: ClickCount
    by_position: dict[LinkPosition, int]
    own: Compared
    others: tuple[Compared, ...]
    started_at: datetime
    hours: tuple[HourRow, ...]
    exclusions: tuple[tuple[ExclusionReason, int], ...]
    next_dates: tuple[Slot, ...]

    @property
    def numbers(self) -> ReportNumbers:
        """The figures at the head of the report."""
        rates = [other.rate for other in self.others if other.rate is not None]
        costs = [other.cost_minor for other in self.others if other.cost_minor is not None]
        return ReportNumbers(
            people=self.own.people,
            at_head=self.by_position.get(LinkPosition.HEAD, 0),
            at_foot=self.by_position.get(LinkPosition.FOOT),
            delivered=self.own.delivered,
            net_minor=self.own.net_minor,
            hits=self.clicks.hits,
            taken_out=self.taken_out,
            usual_rate=usual(rates),
            usual_cost_minor=usual(costs),
        )

    @property
    def taken_out(self) -> int:
        """Requests that are not counted."""
        return self.clicks.hits - self.clicks.human

    @property
    def came_later(self) -> int:
        """People who clicked after the hours that the chart shows."""
        return sum(row.people for row in self.hours[HOURS_SHOWN:])


def get_placement_report(session: Session, booking: Booking, now: datetime) -> PlacementReport:
    """Return the report of one booking, in a fixed number of queries."""
    slot = booking.slot
    others = _others(session, booking)
    counts = clicks_by_booking(session, [booking.id, *(row.booking_id for row in others)])
    statistics = statistics_of(session, [slot.issue_id, *(row.issue_id for row in others)])
    delivered = {issue_id: row.delivered for issue_id, row in statistics.items()}
    clicks = counts.get(booking.id, ClickCount(0, 0, 0))
    positions = clicks_by_position(session, booking.id)
    started_at = slot.issue.ran_at.replace(minute=0, second=0, microsecond=0)
    return PlacementReport(
        booking=booking,
        slot=slot,
        newsletter=slot.issue.newsletter,
        copy=_copy_of(session, booking.id),
        has_run=booking.state is BookingState.RAN or slot.issue.state is IssueState.SENT,
        is_tracked=booking.id in counts,
        clicks=clicks,
        by_position={position: count.unique for position, count in positions.items()},
        own=Compared(slot.issue.number, clicks.unique, delivered.get(slot.issue_id), booking.net_minor),
        others=tuple(
            Compared(row.number, counts[row.booking_id].unique, delivered.get(row.issue_id), row.net_minor)
            for row in others
            if row.booking_id in counts
        ),
        started_at=started_at,
        hours=tuple(hour_rows(clicks_by_hour(session, booking.id), started_at)),
        exclusions=tuple(exclusions_of(session, booking.id).items()),
        next_dates=tuple(next_open_slots(session, slot, now, NEXT_DATES)),
    )


def hour_rows(hours: Sequence[HourCount], started_at: datetime) -> list[HourRow]:
    """Lay hours out from `started_at` on, at least as many as a chart shows, quiet ones included.

    What came before (a scanner may be earlier than the reader) is added to the first hour, so that nothing is missing.
    """
    last = max([round((hour.hour - started_at) / HOUR) for hour in hours], default=0)
    people, taken_out = [0] * max(last + 1, HOURS_SHOWN), [0] * max(last + 1, HOURS_SHOWN)
    for hour in hours:
        index = max(round((hour.hour - started_at) / HOUR), 0)
        people[index] += hour.unique
        taken_out[index] += hour.hits - hour.human
    return [HourRow(*counts) for counts in zip(people, taken_out, strict=True)]


@dataclass(frozen=True, slots=True)
class _Other:
    booking_id: int
    issue_id: int
    number: int
    net_minor: int


def _others(session: Session, booking: Booking) -> list[_Other]:
    """The sales of the same placement that ran before this one, newest first: stable, whenever the report is read."""
    slot = booking.slot
    query = (
        select(Booking.id, Slot.issue_id, Issue.number, Booking.net_minor)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .where(Slot.placement_id == slot.placement_id, Booking.id != booking.id)
        .where(Booking.kind == BookingKind.SALE, Booking.state == BookingState.RAN)
        .where(Issue.publish_at <= slot.issue.publish_at)
        .order_by(Issue.publish_at.desc(), Slot.ordinal)
        .limit(MOST_COMPARED - 1)
    )
    return [_Other(*row) for row in session.execute(query)]


def _copy_of(session: Session, booking_id: int) -> Copy | None:
    query = (
        select(CreativeVersion)
        .join(Creative, CreativeVersion.creative_id == Creative.id)
        .where(Creative.booking_id == booking_id)
        .order_by(CreativeVersion.number.desc())
        .limit(1)
    )
    version = session.scalars(query).one_or_none()
    return version.copy if version else None
