"""What the figures mean, as tables."""

from datetime import date
from math import sqrt

import pytest

from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.inventory.rules import IssueState
from sponsorship.reporting.rules import (
    HOW_IT_SHOWS,
    Z_95,
    AgeBand,
    MonthRow,
    Period,
    SlotShare,
    Span,
    age_band,
    count_slots,
    halfway,
    interval_sentence,
    months_shown,
    rank_sentence,
    report_headline,
    share_of_slot,
    span_before,
    span_of,
    times_usual,
    usual,
    wilson_interval,
    without_empty_start,
)
from sponsorship.tracking.rules import ExclusionReason

TODAY = date(2026, 11, 19)


@pytest.mark.parametrize(
    ("period", "today", "span", "before"),
    [
        (Period.QUARTER, TODAY, (date(2026, 10, 1), date(2026, 12, 31)), (date(2026, 7, 1), date(2026, 9, 30))),
        (Period.NEXT, TODAY, (date(2027, 1, 1), date(2027, 3, 31)), (date(2026, 10, 1), date(2026, 12, 31))),
        (Period.YEAR, TODAY, (date(2026, 1, 1), date(2026, 12, 31)), (date(2025, 1, 1), date(2025, 12, 31))),
        (Period.QUARTER, date(2028, 2, 29), (date(2028, 1, 1), date(2028, 3, 31)), (date(2027, 10, 1), date(2027, 12, 31))),
        (Period.NEXT, date(2027, 3, 31), (date(2027, 4, 1), date(2027, 6, 30)), (date(2027, 1, 1), date(2027, 3, 31))),
    ],
)  # fmt: skip
def test_a_period_is_whole_calendar_quarters_or_years(
    period: Period, today: date, span: tuple[date, date], before: tuple[date, date]
) -> None:
    assert span_of(period, today) == Span(*span)
    assert span_before(period, today) == Span(*before)


def test_the_chart_shows_nine_months_before_this_one_and_two_after() -> None:
    months = months_shown(date(2026, 11, 30))
    assert (months[0], months[9], months[-1], len(months)) == (
        date(2026, 2, 1), date(2026, 11, 1), date(2027, 1, 1), 12,
    )  # fmt: skip


def test_a_young_newsletters_chart_begins_with_its_first_issue() -> None:
    def row(month: int, sold: float | None) -> MonthRow:
        return MonthRow(date(2026, month, 1), 0, 0, 0, 0 if sold is None else 100, sold)

    young = [row(month, None if month < 5 else 0.5) for month in range(1, 13)]
    assert [one.month.month for one in without_empty_start(young)] == [5, 6, 7, 8, 9, 10, 11, 12]
    newborn = [row(month, None if month < 12 else 0.5) for month in range(1, 13)]
    assert [one.month.month for one in without_empty_start(newborn)] == [7, 8, 9, 10, 11, 12]
    gap = [row(1, 0.5), row(2, None), row(3, 0.5)]
    assert without_empty_start(gap) == gap


@pytest.mark.parametrize(
    ("kind", "state", "issue_state", "is_over", "owes", "share"),
    [
        (None, None, IssueState.PLANNED, False, False, SlotShare.OPEN),
        (None, None, IssueState.PLANNED, True, False, SlotShare.UNSOLD),
        (None, None, IssueState.SENT, True, False, SlotShare.UNSOLD),
        (None, None, IssueState.SKIPPED, False, False, SlotShare.NOT_FOR_SALE),
        (BookingKind.BLOCK, BookingState.CONFIRMED, IssueState.PLANNED, False, False, SlotShare.NOT_FOR_SALE),
        (BookingKind.HOUSE, BookingState.CONFIRMED, IssueState.PLANNED, False, False, SlotShare.HOUSE),
        (BookingKind.HOUSE, BookingState.RAN, IssueState.SENT, True, False, SlotShare.HOUSE),
        (BookingKind.COURTESY, BookingState.HELD, IssueState.PLANNED, False, False, SlotShare.HELD),
        (BookingKind.SALE, BookingState.HELD, IssueState.PLANNED, False, False, SlotShare.HELD),
        (BookingKind.SALE, BookingState.CONFIRMED, IssueState.PLANNED, False, True, SlotShare.OWED),
        (BookingKind.SALE, BookingState.CONFIRMED, IssueState.PLANNED, False, False, SlotShare.SOLD),
        (BookingKind.SALE, BookingState.RAN, IssueState.SENT, True, True, SlotShare.OWED),
        (BookingKind.ARCHIVE, BookingState.RAN, IssueState.SENT, True, False, SlotShare.SOLD),
    ],
)
def test_a_slot_counts_as_one_thing(
    kind: BookingKind | None,
    state: BookingState | None,
    issue_state: IssueState,
    is_over: bool,
    owes: bool,
    share: SlotShare,
) -> None:
    assert share_of_slot(kind, state, issue_state=issue_state, is_over=is_over, owes=owes) is share


def test_blocked_slots_are_not_sellable_and_house_ads_are_not_sold() -> None:
    count = count_slots(
        [SlotShare.SOLD] * 3 + [SlotShare.OWED, SlotShare.HELD, SlotShare.HOUSE, SlotShare.UNSOLD, SlotShare.OPEN]
        + [SlotShare.NOT_FOR_SALE] * 5
    )  # fmt: skip
    assert (count.sellable, count.sold, count.owed, count.held, count.open) == (8, 4, 1, 1, 1)
    assert count.sell_through == 0.5
    assert count_slots([SlotShare.NOT_FOR_SALE]).sell_through is None


@pytest.mark.parametrize(
    ("due_on", "band"),
    [
        (date(2026, 11, 20), AgeBand.NOT_DUE),
        (date(2026, 11, 19), AgeBand.NOT_DUE),
        (date(2026, 11, 18), AgeBand.MONTH),
        (date(2026, 10, 20), AgeBand.MONTH),
        (date(2026, 10, 19), AgeBand.TWO_MONTHS),
        (date(2026, 9, 20), AgeBand.TWO_MONTHS),
        (date(2026, 9, 19), AgeBand.THREE_MONTHS),
        (date(2026, 8, 21), AgeBand.THREE_MONTHS),
        (date(2026, 8, 20), AgeBand.OLDER),
    ],
)
def test_receivables_age_from_the_day_after_they_are_due(due_on: date, band: AgeBand) -> None:
    assert age_band(due_on, TODAY) is band


@pytest.mark.parametrize(("successes", "trials"), [(412, 30_105), (1, 10), (5, 10), (9, 10), (50, 3000)])
def test_the_interval_solves_the_score_equation_it_comes_from(successes: int, trials: int) -> None:
    share = successes / trials
    for bound in wilson_interval(successes, trials):
        assert abs(share - bound) == pytest.approx(Z_95 * sqrt(bound * (1 - bound) / trials), rel=1e-9)


def test_the_interval_keeps_within_what_a_share_can_be() -> None:
    low, high = wilson_interval(0, 100)
    assert low == pytest.approx(0, abs=1e-12) and high == pytest.approx(Z_95**2 / (100 + Z_95**2))
    low, high = wilson_interval(100, 100)
    assert high == pytest.approx(1) and low == pytest.approx(100 / (100 + Z_95**2))


@pytest.mark.parametrize(("successes", "trials"), [(1, 0), (-1, 5), (6, 5)])
def test_what_is_no_share_has_no_interval(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="is not a share"):
        wilson_interval(successes, trials)


def test_a_rate_says_its_denominator_and_its_interval_in_words() -> None:
    assert interval_sentence(412, 30_105) == (
        "412 of 30,105 delivered. Chance apart, 19 times in 20 the true rate lies between 1.24% and 1.51%."
    )


def test_the_usual_is_a_median_of_at_least_three_others() -> None:
    assert usual([10, 20]) is None
    assert usual([10, 40, 20]) == 20
    assert times_usual(30, [10, 40, 20]) == 1.5
    assert times_usual(30, [10]) is None
    assert times_usual(30, [0, 0, 0]) is None


@pytest.mark.parametrize(
    ("people", "hours"),
    [([6, 4], 1), ([1, 4, 5], 2), ([0] * 5 + [10], 6), ([5, 4], None), ([], None), ([4, 2, 3, 3], 2)],
)
def test_half_of_the_clicks_had_come_after_so_many_hours(people: list[int], hours: int | None) -> None:
    assert halfway(people) == hours


@pytest.mark.parametrize(
    ("people", "times", "placement", "headline"),
    [
        (412, 1.4, "Primary", "412 people clicked: 1.4 times the usual for a Primary slot."),
        (1412, 0.63, "Echo", "1,412 people clicked: 0.6 times the usual for an Echo slot."),
        (412, 1.04, "Primary", "412 people clicked, the usual for a Primary slot."),
        (412, None, "Primary", "412 people clicked."),
        (1, 0.1, "Classified", "One person clicked: 0.1 times the usual for a Classified slot."),
        (0, 0.0, "Primary", "Nobody has clicked yet."),
        (0, None, "Primary", "Nobody has clicked yet."),
    ],
)
def test_a_report_opens_with_how_many_clicked(people: int, times: float | None, placement: str, headline: str) -> None:
    assert " ".join(report_headline(people, times, placement)) == headline


@pytest.mark.parametrize(
    ("value", "others", "sentence"),
    [
        (9, [1, 2, 3], "Best Primary of the last 4 that ran."),
        (9, [10, 2, 3], "Second-best Primary of the last 4 that ran."),
        (9, [10, 12, 9], "Third-best Primary of the last 4 that ran."),
        (1, [10, 12, 9], "Number 4 of the last 4 Primary slots that ran."),
        (1, [10, 12], ""),
    ],
)
def test_a_report_says_where_it_stands_among_the_others(value: float, others: list[float], sentence: str) -> None:
    assert rank_sentence(value, others, "Primary") == sentence


def test_every_reason_for_not_counting_says_how_it_shows() -> None:
    assert set(HOW_IT_SHOWS) == set(ExclusionReason)
