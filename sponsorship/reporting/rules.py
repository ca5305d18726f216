"""What the figures mean: periods, who has a slot, how late money is, and how a rate is compared. No database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import sqrt
from statistics import median

from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.core.format import count, long_day, money, number, percent
from sponsorship.inventory.rules import IssueState
from sponsorship.tracking.rules import ExclusionReason

MOST_COMPARED = 26  # a placement is compared with the last half year of a weekly
FEWEST_COMPARED = 3  # fewer than these have no usual
FEWEST_CLICKS_TO_HALVE = 10  # half of a handful says nothing
HOURS_SHOWN = 72
Z_95 = 1.959963984540054  # the standard normal's 97.5th percentile


class Period(StrEnum):
    """A stretch of issue dates that the revenue page sums up."""

    QUARTER = "quarter"
    NEXT = "next"
    YEAR = "year"

    @property
    def label(self) -> str:
        """The word on the switch."""
        return {"quarter": "This quarter", "next": "Next quarter", "year": "Year"}[self.value]

    @property
    def subject(self) -> str:
        """The words that begin a sentence about it."""
        return {"quarter": "The quarter", "next": "Next quarter", "year": "The year"}[self.value]

    @property
    def before(self) -> str:
        """The period that it is compared with."""
        return {"quarter": "last quarter", "next": "this quarter", "year": "last year"}[self.value]


@dataclass(frozen=True, slots=True)
class Span:
    """Days on the newsletter's calendar, both ends included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


class SlotShare(StrEnum):
    """What a slot counts as in the figures; the first four are also the keys of the tally's squares."""

    SOLD = "sold"
    OWED = "owed"
    HELD = "held"
    OPEN = "open"
    UNSOLD = "unsold"
    HOUSE = "house"
    NOT_FOR_SALE = "not_for_sale"


class AgeBand(StrEnum):
    """How late an open invoice is."""

    NOT_DUE = "not_due"
    MONTH = "month"
    TWO_MONTHS = "two_months"
    THREE_MONTHS = "three_months"
    OLDER = "older"

    @property
    def label(self) -> str:
        """The words of a subtotal."""
        return {
            "not_due": "Not due yet",
            "month": "Up to 30 days late",
            "two_months": "31 to 60 days late",
            "three_months": "61 to 90 days late",
            "older": "More than 90 days late",
        }[self.value]


@dataclass(frozen=True, slots=True)
class SlotCount:
    """How many slots of a period are what; sold includes those whose money is still owed."""

    sellable: int
    sold: int
    owed: int
    held: int
    open: int
    unsold: int
    house: int

    @property
    def sell_through(self) -> float | None:
        """Sold of sellable slots, 0 to 1; None where nothing was for sale."""
        return self.sold / self.sellable if self.sellable else None


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of issues: net amounts in minor units, and the share of slots sold (0 to 1, None where none was for sale)."""

    month: date
    collected_minor: int
    outstanding_minor: int
    held_minor: int
    open_minor: int
    sell_through: float | None

    @property
    def all_minor(self) -> int:
        """The height of the month's bar."""
        return self.collected_minor + self.outstanding_minor + self.held_minor + self.open_minor


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


def quarter_of(day: date) -> Span:
    """Return the calendar quarter that a day lies in."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return Span(first, add_months(first, 3) - timedelta(days=1))


def add_months(first_of_month: date, months: int) -> date:
    """Return the first of the month so many months later, or earlier where negative."""
    index = first_of_month.year * 12 + first_of_month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def span_of(period: Period, today: date) -> Span:
    """Return the days of a period as seen from today."""
    if period is Period.YEAR:
        return Span(date(today.year, 1, 1), date(today.year, 12, 31))
    quarter = quarter_of(today)
    return quarter if period is Period.QUARTER else quarter_of(quarter.last + timedelta(days=1))


def span_before(period: Period, today: date) -> Span:
    """Return the days of the period before, which is as long."""
    span = span_of(period, today)
    if period is Period.YEAR:
        return Span(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))
    return quarter_of(span.first - timedelta(days=1))


def months_shown(today: date, before: int = 9, after: int = 2) -> list[date]:
    """Return the first days of the months that a chart shows, oldest first, with this month among them."""
    this_month = today.replace(day=1)
    return [add_months(this_month, months) for months in range(-before, after + 1)]


def without_empty_start(months: Sequence[MonthRow], fewest: int = 6) -> list[MonthRow]:
    """Leave out the months before the newsletter had a slot to sell, as long as so many months remain."""
    first = next((index for index, row in enumerate(months) if row.all_minor or row.sell_through is not None), 0)
    return list(months[min(first, max(len(months) - fewest, 0)) :])


def share_of_slot(
    kind: BookingKind | None, state: BookingState | None, *, issue_state: IssueState, is_over: bool, owes: bool
) -> SlotShare:
    """Return what a slot counts as.

    A slot is sold once its booking is confirmed, or known from the archive; a hold is not. Blocked slots and those of a
    skipped issue were not for sale. A house ad was for sale and is not sold. `is_over`: its issue has come out.
    """
    if kind is None:
        if issue_state is IssueState.SKIPPED:
            return SlotShare.NOT_FOR_SALE
        return SlotShare.UNSOLD if is_over or issue_state is IssueState.SENT else SlotShare.OPEN
    if kind is BookingKind.BLOCK:
        return SlotShare.NOT_FOR_SALE
    if kind is BookingKind.HOUSE:
        return SlotShare.HOUSE
    if state is BookingState.HELD:
        return SlotShare.HELD
    return SlotShare.OWED if owes else SlotShare.SOLD


def count_slots(shares: Iterable[SlotShare]) -> SlotCount:
    """Count the slots of a period by what they are."""
    tally = dict.fromkeys(SlotShare, 0)
    for share in shares:
        tally[share] += 1
    return SlotCount(
        sellable=sum(tally.values()) - tally[SlotShare.NOT_FOR_SALE],
        sold=tally[SlotShare.SOLD] + tally[SlotShare.OWED],
        owed=tally[SlotShare.OWED],
        held=tally[SlotShare.HELD],
        open=tally[SlotShare.OPEN],
        unsold=tally[SlotShare.UNSOLD],
        house=tally[SlotShare.HOUSE],
    )


def age_band(due_on: date, today: date) -> AgeBand:
    """Return how late an invoice is; on its due day it is not late."""
    days = (today - due_on).days
    if days <= 0:
        return AgeBand.NOT_DUE
    if days <= 30:
        return AgeBand.MONTH
    if days <= 60:
        return AgeBand.TWO_MONTHS
    return AgeBand.THREE_MONTHS if days <= 90 else AgeBand.OLDER


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
    low, high = wilson_interval(people, delivered)
    of = f"{number(people)} of {number(delivered)} delivered."
    return f"{of} Chance apart, 19 times in 20 the true rate lies between {percent(low, 2)} and {percent(high, 2)}."


def usual(others: Sequence[float]) -> float | None:
    """Return the median of the others, or None where there are too few to have one."""
    return float(median(others)) if len(others) >= FEWEST_COMPARED else None


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
        else f"{number(numbers.at_head)} at the top, {number(numbers.at_foot)} at the foot"
    )
    figures = [Figure("People who clicked", number(numbers.people), where)]
    if numbers.delivered:
        note = f"Of {number(numbers.delivered)} delivered"
        if numbers.usual_rate is not None:
            note += f"; median for {placement}: {percent(numbers.usual_rate, 2)}"
        figures.append(Figure("Click-through rate", percent(numbers.people / numbers.delivered, 2), note))
    if numbers.net_minor and numbers.people:
        cost = round(numbers.net_minor / numbers.people)
        middle = numbers.usual_cost_minor
        note = "" if middle is None else f"Median for {placement}: {money(round(middle), currency, cents=True)}"
        figures.append(Figure("Cost per person", money(cost, currency, cents=True), note))
    figures.append(Figure("Taken out as not people", number(numbers.taken_out), f"Of {count(numbers.hits, 'request')}"))
    return figures


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
