"""The sentences of the sponsors page: who brings in the year, who is fading."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from statistics import fmean, median

from sponsorship.core.format import MINUS, count, count_word, money, percent, short_day
from sponsorship.desk.rules.revenue import Clause

MOST_OF_IT = 0.5
FADES_FROM = 4  # slots in the older half of the year, below which nothing can be said to fade


@dataclass(frozen=True, slots=True)
class SponsorYear:
    """A sponsor's last four quarters: net booked in minor units, and slots by quarter, oldest first."""

    name: str
    booked_minor: int
    slots_by_quarter: tuple[int, int, int, int]

    @property
    def is_fading(self) -> bool:
        """Whether the newer half year has at most half of the slots of the older one, and that had some."""
        older, newer = sum(self.slots_by_quarter[:2]), sum(self.slots_by_quarter[2:])
        return older >= FADES_FROM and 2 * newer <= older


def sponsors_headline(sponsors: Sequence[SponsorYear]) -> list[Clause]:
    """Return the clauses of the headline, from sponsors in order of value: the fewest that bring in half, and who fades."""
    total = sum(sponsor.booked_minor for sponsor in sponsors)
    if not sponsors:
        return ["No sponsor yet."]
    if total <= 0:
        return ["No sponsor has paid for a slot in the last year."]
    clauses: list[Clause] = [_share_clause(sponsors, total)]
    fading = next((sponsor.name for sponsor in sponsors if sponsor.is_fading), None)
    return [*clauses, f"{fading} is fading."] if fading else clauses


def _share_clause(sponsors: Sequence[SponsorYear], total: int) -> str:
    running = list(accumulate(sponsor.booked_minor for sponsor in sponsors))
    most = 1 + next(index for index, so_far in enumerate(running) if so_far >= MOST_OF_IT * total)
    so_far = running[most - 1]
    share = "all" if so_far >= total else percent(min(so_far / total, 0.99))
    if most > 1:
        return f"{count_word(most, 'sponsor')} bring in {share} of the year."
    return f"{sponsors[0].name} {'' if so_far >= total else 'alone '}brings in {share} of the year."


def against_median(ratios: Sequence[float]) -> float | None:
    """Return by how much a sponsor's clicks lie above (0.09) or below (-0.04) the median of their placements, on average."""
    return fmean(ratios) - 1 if ratios else None


def median_or_none(values: Sequence[int], fewest: int = 3) -> float | None:
    """Return the median of at least so many values, None of fewer or where it is 0."""
    return (float(median(values)) or None) if len(values) >= fewest else None


def signed_percent(share: float | None) -> str:
    """Write a difference: "+9%", "−4%", "0%", nothing for None."""
    if share is None:
        return ""
    whole = round(share * 100)
    return f"{'+' if whole > 0 else MINUS if whole < 0 else ''}{abs(whole)}%"


@dataclass(frozen=True, slots=True)
class SponsorSums:
    """A sponsor in figures: net booked and owed with tax in minor units, slots that ran or will, the next of them."""

    name: str
    booked_minor: int
    slots: int
    owed_minor: int
    next_on: date | None
    is_refused: bool


def sponsor_headline(sums: SponsorSums, currency: str) -> list[Clause]:
    """Return the clauses of one sponsor's headline: what it booked, what it owes, when it is next in an issue."""
    clauses: list[Clause] = []
    if sums.is_refused:
        clauses.append(f"You do not sell to {sums.name}.")
    if not sums.slots:
        return clauses or [f"{sums.name} has not booked yet."]
    booked = f", {money(sums.booked_minor, currency)} in all" if sums.booked_minor else ""
    clauses.append(f"{sums.name} booked {count(sums.slots, 'slot')}{booked}.")
    if sums.owed_minor:
        clauses.append((f"{money(sums.owed_minor, currency)} is owed.", "owed"))
    if sums.next_on is not None:
        clauses.append(f"Next on {short_day(sums.next_on)}.")
    return clauses
