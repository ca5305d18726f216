"""Reads about what the mail provider counted: by issue, by link, by booking."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from sponsorship.core.urls import normal_url
from sponsorship.inventory.models import Issue
from sponsorship.inventory.rules import IssueState
from sponsorship.tracking.models import MailingStatistics, ProviderLink, TrackedLink


@dataclass(frozen=True, slots=True)
class ProviderCount:
    """What the provider counted for a booking's links: all clicks, and readers (0 where it does not say)."""

    clicks: int
    readers: int


def sent_issues(session: Session, newsletter_id: int, now: datetime) -> list[Issue]:
    """Return the issues that have gone out, the latest first."""
    query = select(Issue).where(Issue.newsletter_id == newsletter_id, Issue.state != IssueState.SKIPPED)
    gone_out = (Issue.publish_at <= now) | (Issue.state == IssueState.SENT)
    return list(session.scalars(query.where(gone_out).order_by(Issue.publish_on.desc())))


def statistics_of(session: Session, issue_ids: Collection[int]) -> dict[int, MailingStatistics]:
    """Return what the mail provider counted, by issue; an issue without figures is not in it."""
    query = select(MailingStatistics).where(MailingStatistics.issue_id.in_(issue_ids))
    return {row.issue_id: row for row in session.scalars(query)}


def bookings_behind(session: Session, issue_id: int, urls: Iterable[str]) -> dict[str, int | None]:
    """Return the booking behind each address that a provider names in an issue: one of our links, or where they lead."""
    query = select(TrackedLink).where(TrackedLink.issue_id == issue_id, TrackedLink.booking_id.is_not(None))
    ours = session.scalars(query).all()
    by_token = {link.token: link.booking_id for link in ours}
    by_place = {normal_url(link.destination): link.booking_id for link in ours}
    return {
        url: by_token.get(url.rsplit("/c/", 1)[-1] if "/c/" in url else url) or by_place.get(normal_url(url))
        for url in urls
    }


def provider_counts(session: Session, booking_ids: Collection[int]) -> dict[int, ProviderCount]:
    """Return what the provider counted for bookings' links; a booking that it says nothing of is not in it."""
    clicks, readers = (cast(func.sum(column), Integer) for column in (ProviderLink.clicks, ProviderLink.readers))
    query = (
        select(ProviderLink.booking_id, clicks, readers)
        .where(ProviderLink.booking_id.in_(booking_ids))
        .group_by(ProviderLink.booking_id)
    )
    return {booking_id: ProviderCount(*sums) for booking_id, *sums in session.execute(query) if booking_id is not None}
