"""Reads about tracked links, clicks and mailings."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from sponsorship.core.errors import NotFound
from sponsorship.inventory.models import Issue
from sponsorship.tracking.models import Click, ClickHour, MailingStatistics, TrackedLink
from sponsorship.tracking.rules import ExclusionReason, LinkPosition

TOKEN = re.compile(r"[\w-]{1,64}", re.ASCII)


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


@dataclass(frozen=True, slots=True)
class FoundLink:
    """What following a link needs, read in one query: where it leads, and whose team its clicks do not count for."""

    id: int
    destination: str
    newsletter_id: int


def get_link(session: Session, token: str) -> FoundLink:
    """Return the link behind /c/<token>; raises NotFound."""
    query = (
        select(TrackedLink.id, TrackedLink.destination, Issue.newsletter_id)
        .join(Issue, Issue.id == TrackedLink.issue_id)
        .where(TrackedLink.token == token)
    )
    row = session.execute(query).one_or_none() if TOKEN.fullmatch(token) else None
    if row is None:
        raise NotFound
    return FoundLink(row.id, row.destination, row.newsletter_id)


def links_of(session: Session, booking_ids: Collection[int]) -> dict[int, dict[LinkPosition, TrackedLink]]:
    """Return the bookings' links by position; a booking without links is not in it."""
    found: dict[int, dict[LinkPosition, TrackedLink]] = {}
    for link in session.scalars(select(TrackedLink).where(TrackedLink.booking_id.in_(booking_ids))):
        found.setdefault(link.booking_id, {})[link.position] = link
    return found


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
    query = (
        select(Click.reason, func.count())
        .join(TrackedLink, TrackedLink.id == Click.link_id)
        .where(TrackedLink.booking_id == booking_id, Click.reason.is_not(None))
        .group_by(Click.reason)
        .order_by(func.count().desc(), Click.reason)
    )
    return {reason: hits for reason, hits in session.execute(query) if reason is not None}


def statistics_of(session: Session, issue_ids: Collection[int]) -> dict[int, MailingStatistics]:
    """Return what the mail provider counted, by issue; an issue without figures is not in it."""
    query = select(MailingStatistics).where(MailingStatistics.issue_id.in_(issue_ids))
    return {row.issue_id: row for row in session.scalars(query)}
