"""How a campaign did: its figures and sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sponsorship.core.format import count, money, number, percent
from sponsorship.reporting.rules.placements import Figure, cost_per_click, cost_per_thousand

SHARE_DAYS = (7, 30, 90)
REPORT_DELAY = timedelta(days=7)  # after the run: by then nearly all who will click have clicked
REPORT_NEWS = timedelta(days=21)  # older runs are no news
NEXT_DATES = 3


@dataclass(frozen=True, slots=True)
class CampaignNumbers:
    """A campaign's placements that ran with links, added up; `delivered` is None unless it is known of each. Minor units, net.

    A reader of two issues counts in each: keys that tell readers apart live for one issue only.
    """

    placements: int
    hits: int
    human: int
    unique: int
    at_foot: int
    delivered: int | None
    net_minor: int

    @property
    def taken_out(self) -> int:
        """Hits that do not count."""
        return self.hits - self.human

    @property
    def rate(self) -> float | None:
        """Unique readers of those delivered to, 0 to 1."""
        return self.unique / self.delivered if self.delivered else None


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day on the newsletter's calendar: unique readers, and hits that do not count."""

    day: date
    people: int
    taken_out: int


def campaign_headline(numbers: CampaignNumbers, coming: int) -> list[str]:
    """Return the clauses of the headline: how many people clicked on how many placements, and what is still to come."""
    if not numbers.placements:
        return ["Nothing to report yet."]
    people = count(numbers.unique, "person", "people") if numbers.unique else "Nobody"
    clicked = f"{people} clicked{'' if numbers.unique else ' yet'} on {count(numbers.placements, 'placement')}."
    return [clicked, f"{count(coming, 'more is', 'more are')} to come."] if coming else [clicked]


def campaign_figures(numbers: CampaignNumbers, currency: str) -> list[Figure]:
    """Return at most four figures: people, rate with its denominator, costs, taken out."""
    echo = f"{percent(numbers.at_foot / numbers.unique)} of them by the echo" if numbers.at_foot else ""
    figures = [Figure("People who clicked", number(numbers.unique), echo)]
    if numbers.delivered and numbers.rate is not None:
        of = f"Of {number(numbers.delivered)} delivered"
        figures.append(Figure("Click-through rate", percent(numbers.rate, 2), of))
    per_click = cost_per_click(numbers.net_minor, numbers.unique)
    per_thousand = cost_per_thousand(numbers.net_minor, numbers.delivered)
    if per_click is not None:
        note = (
            "" if per_thousand is None else f"{money(round(per_thousand), currency, cents=True)} per thousand delivered"
        )
        figures.append(Figure("Cost per person", money(round(per_click), currency, cents=True), note))
    of = f"Of {count(numbers.hits, 'request')}"
    return [*figures, Figure("Taken out as not people", number(numbers.taken_out), of)]


def count_steps(hits: int, human: int, unique: int) -> list[tuple[str, str]]:
    """Return how the count comes about: every hit, less what was taken out, people's clicks, less further clicks, readers."""
    return [
        ("Every request (raw)", number(hits)),
        ("Taken out, each with its reason (filtered)", f"−{number(hits - human)}"),
        ("Clicks of people (human)", number(human)),
        ("Further clicks of the same people", f"−{number(human - unique)}"),
        ("People (unique)", number(unique)),
    ]


def percentile_sentence(percentile: float | None, compared: int, placement: str) -> str:
    """Say where a placement stands in this newsletter's own distribution; nothing where there is too little to compare."""
    if percentile is None:
        return ""
    return (
        f"More people clicked than on {percent(percentile)} of the last {compared} {placement} slots that ran before it, "
        "ties counted by half."
    )


def days_sentence(rows: Sequence[DayRow]) -> str:
    """Say what the bars of a campaign's chart show."""
    if not rows:
        return "People who clicked, by day: nobody yet."
    busiest = max(rows, key=lambda row: row.people)
    return (
        f"People who clicked, by day, over {count(len(rows), 'day')} with any request; most on "
        f"{busiest.day.isoformat()}: {number(busiest.people)}."
    )


def paper_note(rules_versions: Sequence[int]) -> str:
    """Say on paper what the figures mean, and by which version of the rules they were counted."""
    versions = " and ".join(str(one) for one in rules_versions)
    counted = f" Counted by version {versions} of the rules." if versions else ""
    return PAPER_NOTE + counted


PAPER_NOTE = (
    "People are readers counted once for each issue, without cookies and without keeping an address. A rate is people of mails "
    "delivered; its interval is Wilson’s, at 95 percent. Where a placement stands is the share of the placements of its kind, "
    "among up to the last 25 that ran before it in this newsletter, that fewer people clicked on, ties counted by half."
)
