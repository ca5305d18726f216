"""Who came back, and who is due to."""

from datetime import date, timedelta

import pytest

from sponsorship.reporting.rules import SponsorRuns, due_back, renewal_rate, usual_gap

TODAY = date(2026, 11, 19)


def runs(*days_ago: int, name: str = "Tidewatch", year: int = 1000) -> SponsorRuns:
    """A sponsor who ran so many days ago (negative: has something booked)."""
    return SponsorRuns(len(name), name, tuple(sorted(TODAY - timedelta(days=ago) for ago in days_ago)), year)


@pytest.mark.parametrize(
    ("sponsors", "expected"),
    [
        ([runs(300, 200, 100)], (1, 1)),
        ([runs(300)], (1, 0)),
        ([runs(500, 100)], (1, 0)),  # 400 days apart: not within half a year
        ([runs(100)], (0, 0)),  # has not had half a year yet
        ([runs(900)], (0, 0)),  # before the year that is counted
        ([runs(190, -10)], (1, 0)),  # 200 days after its last run
        ([runs(300, 150), runs(250), runs(10)], (2, 1)),
        ([], (0, 0)),
    ],
)
def test_a_renewal_is_another_run_within_half_a_year(sponsors: list[SponsorRuns], expected: tuple[int, int]) -> None:
    rate = renewal_rate(sponsors, TODAY)
    assert (rate.sponsors, rate.renewed) == expected


@pytest.mark.parametrize(("ago", "gap"), [((300,), 56), ((70, 35, 0), 35), ((7, 0), 21), ((100, 40, 0), 50)])
def test_the_usual_pause_is_the_median_between_runs(ago: tuple[int, ...], gap: int) -> None:
    assert usual_gap(runs(*ago).days) == gap


def test_due_is_who_has_nothing_booked_and_whose_pause_is_over_the_dearest_first() -> None:
    rows = [
        runs(100, 70, name="Small", year=10), runs(100, 70, name="Large one", year=90),
        runs(100, 70, -7, name="Has one booked"), runs(30, name="Just ran"), runs(400, name="Long gone too"),
    ]  # fmt: skip
    assert [(one.name, one.gap_days, one.expected_on) for one in due_back(rows, TODAY)] == [
        ("Large one", 30, TODAY - timedelta(days=40)), ("Small", 30, TODAY - timedelta(days=40)),
    ]  # fmt: skip
