"""Reads about clicks: all from the hourly sums."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from sponsorship.tracking.models import (
    ClickHour,
    ClickHourExclusion,
    ClickRulesUsed,
    SpoolFile,
    TrackedLink,
)
from sponsorship.tracking.rules import ExclusionReason, LinkPosition


@dataclass(frozen=True, slots=True)
class ClickCount:
    """Every hit, people's clicks, and readers counted once; head and foot added up."""

    hits: int
    human: int
    unique: int


@dataclass(frozen=True, slots=True)
class HourCount:
    """The same three figures for the hour (UTC) that begins at `hour`."""

    hour: datetime
    hits: int
    human: int
    unique: int


def clicks_by_booking(session: Session, booking_ids: Collection[int]) -> dict[int, ClickCount]:
    """Return the bookings' counts from the hourly sums; zeros where nobody came, absent where there is no link."""
    query = (
        select(TrackedLink.booking_id, *_sums())
        .outerjoin(ClickHour, ClickHour.link_id == TrackedLink.id)
        .where(TrackedLink.booking_id.in_(booking_ids))
        .group_by(TrackedLink.booking_id)
    )
    return {row.booking_id: ClickCount(row.hits, row.human, row.unique) for row in session.execute(query)}


def clicks_by_position(session: Session, booking_id: int) -> dict[LinkPosition, ClickCount]:
    """Return one booking's counts for head and foot apart."""
    query = (
        select(TrackedLink.position, *_sums())
        .outerjoin(ClickHour, ClickHour.link_id == TrackedLink.id)
        .where(TrackedLink.booking_id == booking_id)
        .group_by(TrackedLink.position)
    )
    return {row.position: ClickCount(row.hits, row.human, row.unique) for row in session.execute(query)}


def clicks_by_hour(session: Session, booking_id: int) -> list[HourCount]:
    """Return one booking's hours with any hit, in order of time, head and foot added up."""
    query = (
        select(ClickHour.hour, *_sums())
        .join(TrackedLink, TrackedLink.id == ClickHour.link_id)
        .where(TrackedLink.booking_id == booking_id)
        .group_by(ClickHour.hour)
        .order_by(ClickHour.hour)
    )
    return [HourCount(row.hour, row.hits, row.human, row.unique) for row in session.execute(query)]


def _sums() -> tuple[Any, ...]:
    """Sums of the hourly counts; PostgreSQL would give a decimal without the cast."""
    columns = (ClickHour.hits, ClickHour.human, ClickHour.unique)
    return tuple(cast(func.coalesce(func.sum(column), 0), Integer).label(column.key) for column in columns)


def exclusions_of(session: Session, booking_id: int) -> dict[ExclusionReason, int]:
    """Return how many hits on one booking's links do not count, by reason, the most frequent first."""
    hits = func.sum(ClickHourExclusion.hits)
    query = (
        select(ClickHourExclusion.reason, cast(hits, Integer))
        .join(TrackedLink, TrackedLink.id == ClickHourExclusion.link_id)
        .where(TrackedLink.booking_id == booking_id)
        .group_by(ClickHourExclusion.reason)
        .order_by(hits.desc(), ClickHourExclusion.reason)
    )
    return {reason: count for reason, count in session.execute(query) if count}


def rules_of(session: Session, issue_id: int) -> list[int]:
    """Return the versions of the rules by which an issue's clicks were judged, oldest first: more than one until recomputed."""
    query = select(ClickRulesUsed.rules_version).where(ClickRulesUsed.issue_id == issue_id)
    return list(session.scalars(query.order_by(ClickRulesUsed.rules_version)))


@dataclass(frozen=True, slots=True)
class SpoolSums:
    """What the database has of the spool: files and clicks ever, bytes read of the files that still lie there, losses."""

    files: int
    clicks: int
    damaged: int
    lost: int
    read_bytes: int


def spool_sums(session: Session, lost_by_file: Mapping[str, int]) -> SpoolSums:
    """Return the sums of all spool files; `lost_by_file` has what those that still lie there say of themselves."""
    files = clicks = damaged = read_bytes = 0
    lost = dict(lost_by_file)
    for row in session.scalars(select(SpoolFile)):
        files, clicks, damaged = files + 1, clicks + row.clicks, damaged + row.damaged
        lost[row.name] = max(lost.get(row.name, 0), row.lost)
        read_bytes += row.position if row.name in lost_by_file else 0
    return SpoolSums(files, clicks, damaged, sum(lost.values()), read_bytes)


def issues_with_clicks(session: Session) -> list[int]:
    """Return the issues that have any click, oldest first."""
    query = select(TrackedLink.issue_id).join(ClickHour, ClickHour.link_id == TrackedLink.id).distinct()
    return sorted(session.scalars(query))
