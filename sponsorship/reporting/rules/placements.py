"""How one placement did: its rate and how far chance reaches, and what is usual for its kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import median

from sponsorship.core.format import count, long_day, money, number, percent
from sponsorship.tracking.rules import ExclusionReason

MOST_COMPARED = 26  # a placement is compared with the last half year of a weekly
FEWEST_COMPARED = 3  # fewer than these have no usual
FEWEST_CLICKS_TO_HALVE = 10  # half of a handful says nothing
HOURS_SHOWN = 72
Z_95 = 1.959963984540054  # the standard normal's 97.5th percentile


@dataclass(frozen=True, slots=True)
class HourRow:
    """One hour after publishing: clicks of people, and what was taken out of the count."""

    people: int
    taken_out: int


@dataclass(frozen=True, slots=True)
class ReportNumbers:
    """A placement's figures; `usual_*` are the others' medians, None where there are too few. Costs in minor units."""

    people: int
    at_head: int
    at_foot: int | None
    delivered: int | None
    net_minor: int
    hits: int
    taken_out: int
    usual_rate: float | None
    usual_cost_minor: float | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the figures at the head of a report."""

    label: str
    figure: str
    note: str


HOW_IT_SHOWS: dict[ExclusionReason, str] = {
    ExclusionReason.BOT: "Says in its user agent that it is a program",
    ExclusionReason.HEAD_REQUEST: "Asks whether the page is there, not for the page",
    ExclusionReason.PREFETCH: "Says that it fetches ahead of the reader",
    ExclusionReason.HONEYPOT: "Follows a link that is printed where no person sees it",
    ExclusionReason.BURST: "Opens many links of the issue within seconds",
    ExclusionReason.REPEAT: "Follows the same link again shortly after",
    ExclusionReason.TEAM: "Signed in as a member of the newsletter’s team",
    ExclusionReason.BEFORE_PUBLICATION: "Came before the issue’s publishing time",
    ExclusionReason.TOO_SOON: "Came sooner after sending than mail is delivered and read",
    ExclusionReason.AFTER_END: "Came after the day until which clicks count",
    ExclusionReason.RATE: "The address has clicked here 25 times within a day",
}


def wilson_interval(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """Return the score interval of a share (by default 95 %): lower and upper bound, 0 to 1.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    Raises ValueError unless 0 <= successes <= trials and trials > 0.
    """
    if trials <= 0 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is not a share")
    share, z_squared = successes / trials, z * z
    centre = (share + z_squared / (2 * trials)) / (1 + z_squared / trials)
    half = z * sqrt(share * (1 - share) / trials + z_squared / (4 * trials**2)) / (1 + z_squared / trials)
    return max(0.0, centre - half), min(1.0, centre + half)


def interval_sentence(people: int, delivered: int) -> str:
    """Say a click-through rate's denominator and how far chance reaches."""
    of = f"{number(people)} of {number(delivered)} delivered."
    if people > delivered:
        return f"{of} More people than mails: the number delivered is wrong, or the issue was passed on."
    low, high = wilson_interval(people, delivered)
    return f"{of} Chance apart, 19 times in 20 the true rate lies between {percent(low, 2)} and {percent(high, 2)}."


def usual(others: Sequence[float]) -> float | None:
    """Return the median of the others, or None where there are too few to have one."""
    return float(median(others)) if len(others) >= FEWEST_COMPARED else None


def percentile_of(value: float, others: Sequence[float]) -> float:
    """Return the share of the others, 0 to 1, that a value is at least as large as, ties counted by half.

    Source: the mid-distribution (percentile rank) of L. Roscoe, "Fundamental Research Statistics" (1975).
    """
    below = sum(other < value for other in others)
    level = sum(other == value for other in others)
    return (below + level / 2) / len(others)


def cost_per_click(net_minor: int, people: int) -> float | None:
    """Return what one person who clicked cost (eCPC), in minor units; None where nothing was paid or nobody clicked."""
    return net_minor / people if net_minor and people else None


def cost_per_thousand(net_minor: int, delivered: int | None) -> float | None:
    """Return what a thousand delivered mails cost (eCPM), in minor units; None where that is not known."""
    return 1000 * net_minor / delivered if net_minor and delivered else None


def times_usual(value: float, others: Sequence[float]) -> float | None:
    """Return how many times the others' median a value is, or None without a usual."""
    middle = usual(others)
    return value / middle if middle else None


def halfway(people_by_hour: Sequence[int]) -> int | None:
    """Return after how many hours half of the clicks had come, or None for too few clicks to say."""
    total, so_far = sum(people_by_hour), 0
    if total < FEWEST_CLICKS_TO_HALVE:
        return None
    for hours, people in enumerate(people_by_hour, start=1):
        so_far += people
        if 2 * so_far >= total:
            return hours
    return None


def article(noun: str) -> str:
    """Return "a" or "an" for a noun, by its first letter."""
    return "an" if noun[:1].lower() in "aeiou" else "a"


def report_headline(people: int, times: float | None, placement: str) -> list[str]:
    """Return the clauses of a report's headline: how many clicked, and how that compares with the usual."""
    clicked = {0: "Nobody has clicked yet", 1: "One person clicked"}.get(people, f"{number(people)} people clicked")
    if times is None or people == 0:
        return [clicked + "."]
    slot = f"the usual for {article(placement)} {placement} slot"
    if 0.95 <= times < 1.05:
        return [clicked + ",", slot + "."]
    return [clicked + ":", f"{times:.1f} times {slot}."]


ORDINALS = ("", "Best", "Second-best", "Third-best")


def rank_sentence(value: float, others: Sequence[float], placement: str) -> str:
    """Say where a value stands among the others of its kind, or nothing where there are too few."""
    if len(others) < FEWEST_COMPARED:
        return ""
    rank, compared = 1 + sum(other > value for other in others), len(others) + 1
    if rank < len(ORDINALS):
        return f"{ORDINALS[rank]} {placement} of the last {compared} that ran."
    return f"Number {rank} of the last {compared} {placement} slots that ran."


def report_figures(numbers: ReportNumbers, currency: str, placement: str) -> list[Figure]:
    """Return at most four figures: people, rate (only of a known number delivered), cost (only where one paid), taken out."""
    where = (
        ""
        if numbers.at_foot is None
        else f"{number(numbers.at_head)} at the top, {number(numbers.at_foot)} at the foot{_echo_share(numbers)}"
    )
    figures = [Figure("People who clicked", number(numbers.people), where)]
    if numbers.delivered:
        note = f"Of {number(numbers.delivered)} delivered"
        if numbers.usual_rate is not None:
            note += f"; median for {placement}: {percent(numbers.usual_rate, 2)}"
        figures.append(Figure("Click-through rate", percent(numbers.people / numbers.delivered, 2), note))
    if numbers.net_minor and numbers.people:
        cost = round(numbers.net_minor / numbers.people)
        middle, thousand = numbers.usual_cost_minor, cost_per_thousand(numbers.net_minor, numbers.delivered)
        notes = [
            "" if thousand is None else f"{money(round(thousand), currency, cents=True)} per thousand delivered",
            "" if middle is None else f"Median for {placement}: {money(round(middle), currency, cents=True)}",
        ]
        note = "; ".join(one for one in notes if one)
        figures.append(Figure("Cost per person", money(cost, currency, cents=True), note))
    figures.append(Figure("Taken out as not people", number(numbers.taken_out), f"Of {count(numbers.hits, 'request')}"))
    return figures


def _echo_share(numbers: ReportNumbers) -> str:
    share = numbers.at_foot / numbers.people if numbers.at_foot and numbers.people else None
    return "" if share is None else f" ({percent(share)} by the echo)"


def no_report_sentence(*, has_run: bool, number: int, publish_on: date) -> str:
    """Say why there is nothing to report."""
    if has_run:
        return f"No. {number} went out without tracked links, so nothing was counted."
    return f"No. {number} goes out on {long_day(publish_on)}. Clicks are counted from then on."


def dots_sentence(others: Sequence[float], yours: float, placement: str) -> str:
    """Say what the dots of a comparison show."""
    middle = usual(others)
    spread = f"from {percent(min(others), 2)} to {percent(max(others), 2)}"
    among = "" if middle is None else f", median {percent(middle, 2)}"
    return (
        f"Click-through rates of {len(others)} other {placement} slots, {spread}{among}. Yours is {percent(yours, 2)}."
    )


def hours_sentence(people_by_hour: Sequence[int], half_by: str) -> str:
    """Say what the bars of a clicks chart show; `half_by` is when half had come, or nothing."""
    shown = people_by_hour[:HOURS_SHOWN]
    busiest = max(shown, default=0)
    half = f" Half had come by {half_by}." if half_by else ""
    return f"People who clicked, by hour, over {len(shown)} hours; at most {number(busiest)} in one hour.{half}"
