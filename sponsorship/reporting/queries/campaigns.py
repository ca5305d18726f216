"""How an order's placements did together: the same rows for the sponsor, the publisher, the file and the mail."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.core.errors import NotFound
from sponsorship.core.sheets import Sheet
from sponsorship.inventory.models import Issue, Slot
from sponsorship.inventory.rules import IssueState
from sponsorship.reporting.errors import ShareOver
from sponsorship.reporting.models import ReportShare
from sponsorship.reporting.queries.dates import next_open_slots
from sponsorship.reporting.queries.standing import Standing, list_standings
from sponsorship.reporting.rules import NEXT_DATES, REPORT_DELAY, REPORT_NEWS, CampaignNumbers, DayRow
from sponsorship.tracking.models import ClickHour, ClickHourExclusion, TrackedLink
from sponsorship.tracking.queries import ConversionCount, conversions_of, rules_of
from sponsorship.tracking.rules import ExclusionReason


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """All that a campaign's report shows. `coming` are placements that have not run, `untracked` those that ran without links."""

    order: Order
    rows: tuple[Standing, ...]
    coming: tuple[Booking, ...]
    untracked: tuple[Booking, ...]
    days: tuple[DayRow, ...]
    exclusions: tuple[tuple[ExclusionReason, int], ...]
    next_dates: tuple[Slot, ...]
    rules_versions: tuple[int, ...]
    conversions: Mapping[int, Sequence[ConversionCount]]

    @property
    def numbers(self) -> CampaignNumbers:
        """The placements added up."""
        delivered = [row.delivered for row in self.rows]
        known = [one for one in delivered if one is not None]
        return CampaignNumbers(
            placements=len(self.rows),
            hits=sum(row.hits for row in self.rows),
            human=sum(row.human for row in self.rows),
            unique=sum(row.unique for row in self.rows),
            at_foot=sum(row.at_foot for row in self.rows),
            delivered=sum(known) if len(known) == len(delivered) and known else None,
            net_minor=sum(row.net_minor for row in self.rows),
        )


@dataclass(frozen=True, slots=True)
class DueReport:
    """An order's placements of one issue that ran a week ago."""

    order_id: int
    issue_id: int
    booking_ids: tuple[int, ...]


def get_campaign_report(session: Session, order: Order, now: datetime, *, only: Collection[int] = ()) -> CampaignReport:
    """Return the report of an order, or of some of its bookings, in a fixed number of queries."""
    query = (
        select(Booking)
        .where(Booking.order_id == order.id, Booking.kind == BookingKind.SALE)
        .where(Booking.state.in_((BookingState.CONFIRMED, BookingState.RAN)))
    )
    bookings = [one for one in session.scalars(query) if not only or one.id in only]
    bookings.sort(key=lambda one: (one.slot.issue.publish_at, one.slot.placement.position, one.slot.ordinal))
    ran = [one for one in bookings if one.state is BookingState.RAN or one.slot.issue.state is IssueState.SENT]
    rows = list_standings(session, [one.id for one in ran])
    tracked = {row.booking_id for row in rows}
    latest = ran[-1] if ran else None
    return CampaignReport(
        order=order,
        rows=tuple(rows),
        coming=tuple(one for one in bookings if one not in ran),
        untracked=tuple(one for one in ran if one.id not in tracked),
        days=tuple(_days(session, tracked, order.newsletter.timezone)),
        exclusions=tuple(_exclusions(session, tracked)),
        rules_versions=tuple(
            sorted({one for issue_id in {row.issue_id for row in rows} for one in rules_of(session, issue_id)})
        ),
        conversions=conversions_of(session, tracked),
        next_dates=tuple(next_open_slots(session, latest.slot, now, NEXT_DATES)) if latest else (),
    )


def campaign_sheet(report: CampaignReport) -> Sheet:
    """Return a campaign's report as a table: one row a placement, the same figures as on the page."""
    columns = (
        "Issue", "Issue date", "Placement", "Every hit", "Taken out", "People’s clicks", "People", "By the echo", "Delivered",
        "Rate", "Rate, lower bound", "Rate, upper bound", "Percentile of its kind", "Compared with",
        "Conversions",
    )  # fmt: skip
    rows = [
        (
            row.issue_number, row.publish_on, row.slot_name, row.hits, row.taken_out, row.human, row.unique, row.at_foot,
            row.delivered, row.rate, *(row.interval or (None, None)), row.percentile, row.compared,
            sum(one.number for one in report.conversions.get(row.booking_id, ())),
        )
        for row in report.rows
    ]  # fmt: skip
    return Sheet(f"Report {report.order.number}", columns, rows)


def get_share(session: Session, token: str, now: datetime) -> ReportShare:
    """Return a shared link that is open; raises NotFound for an unknown one, ShareOver for one that ended."""
    share = session.scalars(select(ReportShare).where(ReportShare.token == token)).one_or_none()
    if share is None:
        raise NotFound
    if share.revoked_at is not None or share.expires_at <= now:
        raise ShareOver
    return share


def list_shares(session: Session, order_id: int, now: datetime) -> list[ReportShare]:
    """Return an order's open links, the newest first."""
    query = select(ReportShare).where(
        ReportShare.order_id == order_id, ReportShare.revoked_at.is_(None), ReportShare.expires_at > now
    )
    return list(session.scalars(query.order_by(ReportShare.id.desc())))


def get_share_of(session: Session, order_id: int, share_id: int) -> ReportShare:
    """Return one link of an order; raises NotFound where it is another order's."""
    share = session.get(ReportShare, share_id) if share_id < 2**31 else None
    if share is None or share.order_id != order_id:
        raise NotFound
    return share


def list_reports_due(session: Session, now: datetime) -> list[DueReport]:
    """Return which orders ran in which issues between one and three weeks ago."""
    ran_at = func.coalesce(Issue.sent_at, Issue.publish_at)
    query = (
        select(Booking.order_id, Slot.issue_id, Booking.id)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .where(Booking.kind == BookingKind.SALE, Booking.state == BookingState.RAN, Issue.state == IssueState.SENT)
        .where(ran_at <= now - REPORT_DELAY, ran_at > now - REPORT_NEWS)
        .order_by(Booking.order_id, Slot.issue_id, Booking.id)
    )
    found: dict[tuple[int, int], list[int]] = {}
    for order_id, issue_id, booking_id in session.execute(query):
        found.setdefault((order_id or 0, issue_id), []).append(booking_id)
    return [DueReport(order_id, issue_id, tuple(ids)) for (order_id, issue_id), ids in found.items()]


def _days(session: Session, booking_ids: Collection[int], zone: str) -> list[DayRow]:
    """Days cut on the newsletter's clock from the hourly sums; days without a hit are left out."""
    people, hits, human = (cast(func.sum(one), Integer) for one in (ClickHour.unique, ClickHour.hits, ClickHour.human))
    query = (
        select(ClickHour.hour, people, hits, human)
        .join(TrackedLink, TrackedLink.id == ClickHour.link_id)
        .where(TrackedLink.booking_id.in_(booking_ids))
        .group_by(ClickHour.hour)
    )
    there, days = ZoneInfo(zone), dict[date, tuple[int, int]]()
    for hour, unique, all_hits, counted in session.execute(query):
        day = hour.astimezone(there).date()
        before, out = days.get(day, (0, 0))
        days[day] = (before + unique, out + all_hits - counted)
    return [DayRow(day, *counts) for day, counts in sorted(days.items())]


def _exclusions(session: Session, booking_ids: Collection[int]) -> Sequence[tuple[ExclusionReason, int]]:
    hits = cast(func.sum(ClickHourExclusion.hits), Integer)
    query = (
        select(ClickHourExclusion.reason, hits)
        .join(TrackedLink, TrackedLink.id == ClickHourExclusion.link_id)
        .where(TrackedLink.booking_id.in_(booking_ids))
        .group_by(ClickHourExclusion.reason)
        .order_by(hits.desc(), ClickHourExclusion.reason)
    )
    return [(reason, number) for reason, number in session.execute(query)]
