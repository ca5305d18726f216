"""Pace and forecast: curves by hand, and the method tried on seasons whose outcome is known."""

from datetime import date, timedelta
from random import Random
from statistics import median

import pytest

from sponsorship.reporting.rules import (
    IssueOffer,
    QuarterSoFar,
    Sale,
    Span,
    backtest,
    booking_curve,
    forecast_quarter,
    quarter_so_far,
)

TODAY = date(2026, 11, 19)
QUARTER = Span(date(2026, 10, 1), date(2026, 12, 31))


def sale(publish_on: date, days_before: int, ended_before: int | None = None, net: int = 100) -> Sale:
    """A slot sold so many days before its issue, and given up so many days before it."""
    ended = None if ended_before is None else publish_on - timedelta(days=ended_before)
    return Sale(publish_on, publish_on - timedelta(days=days_before), ended, 100, net)


def test_a_curve_counts_an_issue_only_once_it_has_come_so_near() -> None:
    past, coming = TODAY - timedelta(days=30), TODAY + timedelta(days=10)
    offers = [IssueOffer(past, 4, 400), IssueOffer(coming, 4, 400)]
    curve = {point.days_before: point for point in booking_curve(offers, [sale(past, 20), sale(coming, 15)], TODAY)}
    assert (curve[21].sold, curve[21].sellable) == (0, 8)
    assert (curve[20].sold, curve[15].sold, curve[10].sold) == (1, 2, 2)
    assert (curve[9].sold, curve[9].sellable, curve[0].share) == (1, 4, 0.25)


def test_a_sale_that_was_cancelled_counts_until_it_was() -> None:
    past = TODAY - timedelta(days=30)
    curve = {p.days_before: p.sold for p in booking_curve([IssueOffer(past, 1, 100)], [sale(past, 50, 20)], TODAY)}
    assert (curve[51], curve[50], curve[21], curve[20], curve[0]) == (0, 1, 1, 0, 0)


def test_what_was_sold_earlier_than_the_curve_begins_is_on_it_from_the_beginning() -> None:
    past = TODAY - timedelta(days=30)
    assert booking_curve([IssueOffer(past, 1, 100)], [sale(past, 300)], TODAY)[0].sold == 1


def test_a_quarter_is_seen_as_it_stood_and_as_it_came_out() -> None:
    day = date(2026, 11, 1)  # 41 days before the quarter is 21 August, 72 days before this issue
    sales = [sale(day, 90), sale(day, 80, 60), sale(day, 10), sale(date(2027, 1, 3), 200)]
    seen = quarter_so_far(QUARTER, 41, [IssueOffer(day, 5, 500)], sales)
    assert (seen.booked_minor, seen.open_minor, seen.final_minor) == (200, 300, 200)
    assert seen.pickup == 0


@pytest.mark.parametrize("quarters", [0, 1, 2])
def test_too_short_a_past_gives_no_forecast(quarters: int) -> None:
    assert forecast_quarter(100, 900, [QuarterSoFar(QUARTER, 100, 900, 550)] * quarters) is None


def test_a_forecast_adds_the_usual_part_of_what_is_open() -> None:
    past = [QuarterSoFar(QUARTER, 100, 1000, 100 + picked) for picked in (400, 500, 600)]
    made = forecast_quarter(300, 800, past)
    assert made is not None and made.expected_minor == 300 + 400
    # mean 0.5, deviation 0.1, Student's t 1.886 with two degrees of freedom, wider by a third for the one that comes
    assert made.high_minor - made.expected_minor == pytest.approx(800 * 0.1 * 1.886 * (4 / 3) ** 0.5, abs=1)
    assert 0 <= made.low_minor < made.expected_minor < made.high_minor <= 1100


def season(random: Random, quarters: int) -> list[QuarterSoFar]:
    """Quarters that sell about six tenths of what is open after the day on which they are seen, with growth in price."""
    made = []
    for number in range(quarters):
        offered = 100_000 + 4_000 * number
        booked = round(offered * random.uniform(0.15, 0.35))
        picked = round((offered - booked) * min(max(random.gauss(0.6, 0.08), 0), 1))
        made.append(QuarterSoFar(QUARTER, booked, offered - booked, booked + picked))
    return made


def test_tried_on_known_seasons_the_interval_holds_four_times_of_five_and_the_method_beats_last_quarter_again() -> None:
    random, held, tried, errors, naive = Random(20261124), 0, 0, [], []
    for _ in range(150):
        past = season(random, 9)
        known, last = past[:-1], past[-1]
        made = forecast_quarter(last.booked_minor, last.open_minor, known)
        assert made is not None
        tried += 1
        held += made.low_minor <= last.final_minor <= made.high_minor
        errors.append(abs(made.expected_minor - last.final_minor) / last.final_minor)
        naive.append(abs(known[-1].final_minor - last.final_minor) / last.final_minor)
    assert 0.72 <= held / tried <= 0.88
    assert median(errors) < 0.07 and median(errors) < median(naive)


def test_the_backtest_forecasts_each_quarter_from_those_before_it_alone() -> None:
    past = [QuarterSoFar(QUARTER, 100, 1000, 100 + picked) for picked in (500, 500, 500, 800)]
    tested = backtest(past)
    assert tested is not None and (tested.tried, tested.held) == (1, 0)
    assert tested.median_error == pytest.approx(300 / 900)
    assert backtest(past[:3]) is None
