"""Sums of clicks as they are made from the single clicks: what the hours' rows must say."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.tracking.models import Click, ClickHour, ClickHourExclusion, TrackedLink
from sponsorship.tracking.rules import ExclusionReason

AT_ONCE = 20_000
LinkHour = tuple[int, datetime]


@dataclass(slots=True)
class ClickSums:
    """Hits, people's clicks and readers by link and hour, and how many hits do not count, by reason."""

    hours: dict[LinkHour, tuple[int, int, int]] = field(default_factory=dict)
    reasons: dict[tuple[int, datetime, ExclusionReason], int] = field(default_factory=dict)

    def differing(self, other: "ClickSums") -> set[LinkHour]:
        """Return the hours in which two sums are not the same."""
        found = {key for key in self.hours.keys() | other.hours.keys() if self.hours.get(key) != other.hours.get(key)}
        both = self.reasons.keys() | other.reasons.keys()
        return found | {key[:2] for key in both if self.reasons.get(key) != other.reasons.get(key)}


def sums_of_clicks(session: Session, link_ids: Collection[int]) -> ClickSums:
    """Add up some links' single clicks."""
    query = select(Click.link_id, Click.at, Click.reason, Click.is_unique).where(Click.link_id.in_(link_ids))
    hours: dict[LinkHour, list[int]] = {}
    reasons: Counter[tuple[int, datetime, ExclusionReason]] = Counter()
    for row in session.execute(query.execution_options(yield_per=AT_ONCE)):
        key = row.link_id, row.at.replace(minute=0, second=0, microsecond=0)
        counts = hours.setdefault(key, [0, 0, 0])
        counts[0] += 1
        if row.reason is None:
            counts[1] += 1
            counts[2] += row.is_unique
        else:
            reasons[(*key, row.reason)] += 1
    return ClickSums({key: (hits, human, unique) for key, (hits, human, unique) in hours.items()}, dict(reasons))


def sums_kept(session: Session, link_ids: Collection[int]) -> ClickSums:
    """Return some links' sums as they are kept, which every page reads."""
    hours = select(ClickHour).where(ClickHour.link_id.in_(link_ids))
    reasons = select(ClickHourExclusion).where(ClickHourExclusion.link_id.in_(link_ids))
    return ClickSums(
        {(row.link_id, row.hour): (row.hits, row.human, row.unique) for row in session.scalars(hours)},
        {(row.link_id, row.hour, row.reason): row.hits for row in session.scalars(reasons)},
    )


def links_of_issue(session: Session, issue_id: int) -> list[int]:
    """Return an issue's links, its trap included."""
    return list(session.scalars(select(TrackedLink.id).where(TrackedLink.issue_id == issue_id)))
