"""Stretches of issue dates that the figures sum up, and which part of them is asked for."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LONGEST_SPAN = timedelta(days=366 * 6)


class Period(StrEnum):
    """A stretch of issue dates that the figures sum up; *custom* is any two days."""

    LAST = "last"
    QUARTER = "quarter"
    NEXT = "next"
    YEAR = "year"
    CUSTOM = "custom"

    @property
    def label(self) -> str:
        """The word on the switch."""
        return {
            "last": "Last quarter", "quarter": "This quarter", "next": "Next quarter", "year": "Year", "custom": "From … to",
        }[self.value]  # fmt: skip

    @property
    def subject(self) -> str:
        """The words that begin a sentence about it."""
        return {
            "last": "Last quarter", "quarter": "The quarter", "next": "Next quarter", "year": "The year", "custom": "The period",
        }[self.value]  # fmt: skip

    @property
    def during(self) -> str:
        """The words that put something into it."""
        return {
            "last": "last quarter", "quarter": "this quarter", "next": "next quarter", "year": "this year",
            "custom": "in the period",
        }[self.value]  # fmt: skip

    @property
    def before(self) -> str:
        """The period that it is compared with."""
        return {
            "last": "the quarter before", "quarter": "last quarter", "next": "this quarter", "year": "last year",
            "custom": "as many days before",
        }[self.value]  # fmt: skip


FIXED_PERIODS = (Period.LAST, Period.QUARTER, Period.NEXT, Period.YEAR)


@dataclass(frozen=True, slots=True)
class Span:
    """Days on the newsletter's calendar, both ends included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Scope:
    """Which figures are asked for: issues of a span, and where it is wanted one placement or one sponsor only."""

    period: Period
    span: Span
    before: Span
    placement_id: int | None = None
    sponsor_id: int | None = None


def scope_of(
    period: Period, today: date, custom: Span | None = None, *, placement_id: int | None = None, sponsor_id: int | None = None
) -> Scope:  # fmt: skip
    """Return the figures of a period as seen from today; a custom period needs its span, and is the quarter without one."""
    if period is Period.CUSTOM and custom is not None:
        days = custom.last - custom.first
        before = Span(custom.first - days - timedelta(days=1), custom.first - timedelta(days=1))
        return Scope(period, custom, before, placement_id, sponsor_id)
    period = Period.QUARTER if period is Period.CUSTOM else period
    return Scope(period, span_of(period, today), span_before(period, today), placement_id, sponsor_id)


def quarter_of(day: date) -> Span:
    """Return the calendar quarter that a day lies in."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return Span(first, add_months(first, 3) - timedelta(days=1))


def add_months(first_of_month: date, months: int) -> date:
    """Return the first of the month so many months later, or earlier where negative."""
    index = first_of_month.year * 12 + first_of_month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def month_span(first_of_month: date) -> Span:
    """Return the days of a month."""
    return Span(first_of_month, add_months(first_of_month, 1) - timedelta(days=1))


def months_of(span: Span) -> list[date]:
    """Return the first days of the months that a span touches, oldest first."""
    months = [span.first.replace(day=1)]
    while add_months(months[-1], 1) <= span.last:
        months.append(add_months(months[-1], 1))
    return months


def span_of(period: Period, today: date) -> Span:
    """Return the days of a period as seen from today."""
    if period is Period.YEAR:
        return Span(date(today.year, 1, 1), date(today.year, 12, 31))
    quarter = quarter_of(today)
    if period is Period.LAST:
        return quarter_of(quarter.first - timedelta(days=1))
    return quarter_of(quarter.last + timedelta(days=1)) if period is Period.NEXT else quarter


def span_before(period: Period, today: date) -> Span:
    """Return the days of the period before, which is as long."""
    span = span_of(period, today)
    if period is Period.YEAR:
        return Span(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))
    return quarter_of(span.first - timedelta(days=1))


def a_year_earlier(span: Span) -> Span:
    """Return the same weeks last year: 364 days earlier, so that weekdays fall on weekdays."""
    return Span(span.first - timedelta(days=364), span.last - timedelta(days=364))


def months_shown(today: date, before: int = 9, after: int = 2) -> list[date]:
    """Return the first days of the months that a chart shows, oldest first, with this month among them."""
    this_month = today.replace(day=1)
    return [add_months(this_month, months) for months in range(-before, after + 1)]
