"""Renewals: which sponsors come back, and who is due to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

RENEWAL_DAYS = 182  # who books again within half a year has come back
LOOKED_BACK_DAYS = 365
USUAL_GAP_DAYS = 56  # for a sponsor whose own rhythm is not known yet
LEAST_GAP_DAYS = 21


@dataclass(frozen=True, slots=True)
class SponsorRuns:
    """One sponsor's booked issue days, past and to come, in order, and the net amount of those of the last year."""

    sponsor_id: int
    name: str
    days: tuple[date, ...]
    year_minor: int


@dataclass(frozen=True, slots=True)
class RenewalRate:
    """Of so many sponsors who ran in a year that ended half a year ago, so many ran again within half a year."""

    sponsors: int
    renewed: int

    @property
    def share(self) -> float | None:
        """Renewed of sponsors, 0 to 1; None without any."""
        return self.renewed / self.sponsors if self.sponsors else None


@dataclass(frozen=True, slots=True)
class DueBack:
    """A sponsor with nothing booked whose usual pause is over: last run, usual pause in days, and when the next was to be."""

    sponsor_id: int
    name: str
    last_on: date
    gap_days: int
    expected_on: date
    year_minor: int


def renewal_rate(sponsors: Sequence[SponsorRuns], today: date) -> RenewalRate:
    """Return how many sponsors came back.

    Counted from a sponsor's last run in the year that ended half a year ago: another booked run within 182 days after it is a
    renewal. Everyone counted has had the whole half year, so that the rate does not rise as time passes.
    """
    last = today - timedelta(days=RENEWAL_DAYS)
    first = last - timedelta(days=LOOKED_BACK_DAYS)
    counted = renewed = 0
    for sponsor in sponsors:
        earlier = [day for day in sponsor.days if first < day <= last]
        if earlier:
            counted += 1
            until = earlier[-1] + timedelta(days=RENEWAL_DAYS)
            renewed += any(earlier[-1] < day <= until for day in sponsor.days)
    return RenewalRate(counted, renewed)


def usual_gap(days: Sequence[date]) -> int:
    """Return a sponsor's usual pause between runs in days: the median, at least three weeks, eight weeks for a first run."""
    gaps = [(later - earlier).days for earlier, later in pairwise(days) if later > earlier]
    return max(round(median(gaps)), LEAST_GAP_DAYS) if gaps else USUAL_GAP_DAYS


def due_back(sponsors: Sequence[SponsorRuns], today: date) -> list[DueBack]:
    """Return who ran within the last year, has nothing booked, and whose usual pause is over; the dearest first."""
    due = []
    for sponsor in sponsors:
        if not sponsor.days or sponsor.days[-1] >= today or sponsor.days[-1] < today - timedelta(days=LOOKED_BACK_DAYS):
            continue
        gap = usual_gap(sponsor.days)
        expected = sponsor.days[-1] + timedelta(days=gap)
        if expected <= today:
            due.append(DueBack(sponsor.sponsor_id, sponsor.name, sponsor.days[-1], gap, expected, sponsor.year_minor))
    return sorted(due, key=lambda one: (-one.year_minor, one.expected_on, one.name))
