"""Figures carry the rows they were given, in a form that the browser's script and the content security policy allow."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from plotly.graph_objects import Figure

from sponsorship.reporting.charts import (
    booking_curves,
    clicks_by_day,
    clicks_over_time,
    forecast_quarters,
    grid_lines,
    rates_compared,
    revenue_by_month,
)
from sponsorship.reporting.rules import CurvePoint, DayRow, Forecast, HourRow, MonthRow, QuarterSoFar, Span

CSS = (Path(__file__).parents[2] / "static/css/base.css").read_text()
MONTHS = [
    MonthRow(date(2026, month, 1), 100_000 * month, 5_000 * (month % 3), 0, 30_000, month / 20)
    for month in range(1, 13)
]
SUNDAY = datetime(2026, 10, 25, 8, tzinfo=UTC)
HOURS = [HourRow(30, 400), HourRow(20, 80), HourRow(0, 0), *[HourRow(1, 2)] * 100]


def figure(text: str) -> dict[str, Any]:
    return dict(json.loads(text))


QUARTERS = [
    QuarterSoFar(Span(date(year, 1, 1), date(year, 3, 31)), 1_000_000 + 1_000 * year, 900_000, 1_400_000)
    for year in (2023, 2024, 2025)
]
AHEAD = Span(date(2026, 1, 1), date(2026, 3, 31))
CURVE = [CurvePoint(days, 12 - days // 10, 12) for days in range(120, -1, -1)]


def figures() -> list[str]:
    return [
        revenue_by_month(MONTHS, "USD", date(2026, 11, 1)),
        revenue_by_month([], "USD", date(2026, 11, 1)),
        clicks_over_time(HOURS, "Europe/London", SUNDAY),
        clicks_over_time([], "Europe/London", SUNDAY),
        clicks_by_day([DayRow(date(2026, 11, day), day, 30 - day) for day in range(1, 30)]),
        rates_compared([0.0098, 0.01, 0.011, 0.009, 0.0101], 0.0137),
        rates_compared([0.01], 0.01),
        booking_curves(CURVE, [CurvePoint(30, 3, 0), *CURVE[90:]]),
        booking_curves([], []),
        forecast_quarters(QUARTERS, AHEAD, 700_000, Forecast(1_500_000, 1_200_000, 1_900_000, 700_000, 3), "EUR"),
        forecast_quarters([], AHEAD, 0, None, "JPY"),
    ]


@pytest.mark.parametrize("text", figures())
def test_plotly_builds_each_figure_and_knows_every_name_in_it(text: str) -> None:
    said = figure(text)
    built = Figure(data=said["data"], layout=said["layout"])
    kept = json.loads(built.to_json())
    assert [trace["type"] for trace in kept["data"]] == [trace["type"] for trace in said["data"]]
    assert built.layout.hovermode in ("closest", "x unified", None)
    for given, trace in zip(said["data"], built.data, strict=True):
        assert list(trace.x) == given["x"] and len(trace.y) == len(given["y"])


def test_plotly_refuses_a_name_that_it_does_not_know() -> None:
    said = figure(figures()[0])
    said["data"][0]["marker"]["patern"] = {}
    with pytest.raises(ValueError, match="patern"):
        Figure(data=said["data"], layout=said["layout"])


@pytest.mark.parametrize("text", figures()[:1] + figures()[2:])
def test_every_colour_is_a_token_of_the_style_sheet_and_no_text_has_markup_but_line_breaks(text: str) -> None:
    tokens = set(re.findall(r"var\((--[\w-]+)\)", text))
    assert tokens and all(f"{token}:" in CSS for token in tokens)
    assert not re.findall(r'"(?:#[0-9a-fA-F]{3,8}|rgb\()', text)
    assert set(re.findall(r"<(\w+)", json.dumps(json.loads(text)))) <= {"br", "extra"}


def test_the_bars_of_a_month_are_its_row_and_zeros_leave_no_line() -> None:
    shown = figure(revenue_by_month(MONTHS, "USD", date(2026, 11, 1)))
    bars = {trace["name"]: trace for trace in shown["data"]}
    assert list(bars) == ["Collected", "Outstanding", "Held", "Open or not sold"]
    assert bars["Collected"]["y"] == [row.collected_minor for row in MONTHS]
    assert bars["Outstanding"]["y"][:3] == [5_000, 10_000, None]
    assert bars["Held"]["y"] == [None] * 12
    assert bars["Collected"]["customdata"][0] == "$1,000"
    assert shown["layout"]["barmode"] == "stack"


def test_series_differ_by_pattern_not_by_colour_alone() -> None:
    shown = figure(revenue_by_month(MONTHS, "USD", date(2026, 11, 1)))
    shapes = [trace["marker"].get("pattern", {}).get("shape") for trace in shown["data"]]
    assert shapes == [None, "/", ".", None]
    assert shown["data"][3]["marker"]["color"] == "rgba(0,0,0,0)"
    clicks = figure(clicks_over_time(HOURS, "Europe/London", SUNDAY))
    assert [trace["marker"].get("pattern", {}).get("shape") for trace in clicks["data"]] == [None, "|"]


def test_the_share_sold_stands_above_each_month_and_this_month_is_marked() -> None:
    rows = [MonthRow(date(2026, 11, 1), 900, 0, 0, 100, 0.9), MonthRow(date(2026, 12, 1), 0, 0, 0, 0, None)]
    layout = figure(revenue_by_month(rows, "USD", date(2026, 11, 1)))["layout"]
    assert [note["text"] for note in layout["annotations"]] == ["90%"]
    assert layout["annotations"][0]["y"] == 1000 and layout["annotations"][0]["font"]["weight"] == 700
    assert layout["xaxis"]["ticktext"] == ["Nov<br>now", "Dec"]


def test_a_narrow_chart_shows_the_last_eight_months() -> None:
    narrow = figure(revenue_by_month(MONTHS, "USD", date(2026, 11, 1)))["layout"]["meta"]["narrow"]
    assert narrow["xaxis"]["range"] == [3.5, 11.5]
    assert [note["x"] for note in narrow["annotations"]] == list(range(4, 12))


@pytest.mark.parametrize(
    ("highest", "currency", "lines"),
    [
        (1_738_000, "USD", [500_000, 1_000_000, 1_500_000]),
        (33_000, "USD", [10_000, 20_000, 30_000]),
        (4_999, "USD", [1_000, 2_000, 3_000, 4_000]),
        (0, "USD", [100]),
        (50, "USD", [100]),
        (1_738, "JPY", [500, 1_000, 1_500]),
        (2_000_000, "KWD", [500_000, 1_000_000, 1_500_000, 2_000_000]),
    ],
)
def test_grid_lines_are_round_amounts_of_the_currency(highest: int, currency: str, lines: list[int]) -> None:
    assert grid_lines(highest, currency) == lines


def test_amounts_are_written_in_the_newsletters_currency() -> None:
    shown = figure(revenue_by_month(MONTHS[:1], "EUR", date(2026, 11, 1)))
    assert shown["data"][0]["customdata"] == ["€1,000"]
    assert all(text.startswith("€") for text in shown["layout"]["yaxis"]["ticktext"])


def test_clicks_are_drawn_for_three_days_and_what_was_taken_out_waits_for_its_checkbox() -> None:
    people, taken_out = figure(clicks_over_time(HOURS, "Europe/London", SUNDAY))["data"]
    assert len(people["y"]) == len(taken_out["y"]) == 72
    assert people["y"][:3] == [30, 20, None] and taken_out["y"][:2] == [400, 80]
    assert "visible" not in people and taken_out["visible"] is False


def test_half_of_the_clicks_counts_those_that_came_after_the_three_days() -> None:
    layout = figure(clicks_over_time(HOURS, "Europe/London", SUNDAY))["layout"]
    assert sum(row.people for row in HOURS) == 150  # so the 75th came in the 28th hour, not in the 18th of those shown
    assert layout["annotations"][0]["text"] == "Half the clicks by Mon 12:00"
    assert layout["shapes"][0]["x0"] == 28


def test_too_few_clicks_have_no_half() -> None:
    layout = figure(clicks_over_time([HourRow(4, 0)], "Europe/London", SUNDAY))["layout"]
    assert "annotations" not in layout and "shapes" not in layout


def test_days_begin_at_the_newsletters_midnight_also_when_the_clocks_change() -> None:
    saturday = datetime(2026, 10, 24, 7, tzinfo=UTC)  # 08:00 in London, the day before the clocks go back
    axis = figure(clicks_over_time([HourRow(1, 0)] * 72, "Europe/London", saturday))["layout"]["xaxis"]
    assert axis["tickvals"] == [0, 16, 41, 65]
    assert axis["ticktext"] == ["Sat 8:00", "Sun", "Mon", "Tue"]


def test_dots_are_all_the_rates_with_yours_filled_and_the_median_of_the_others() -> None:
    shown = figure(rates_compared([0.0098, 0.01, 0.011, 0.009, 0.0101], 0.0137))
    dots = shown["data"][0]
    assert dots["x"] == [0.009, 0.0098, 0.01, 0.0101, 0.011, 0.0137]
    assert dots["marker"]["color"].index("var(--c-people)") == 5
    assert {note["text"] for note in shown["layout"]["annotations"]} == {"Yours, 1.37%", "Median 1.00%"}


def test_equal_rates_do_not_hide_each_other() -> None:
    dots = figure(rates_compared([0.01, 0.01, 0.01, 0.02], 0.01))["data"][0]
    places = list(zip(dots["x"], dots["y"], strict=True))
    assert len(set(places)) == len(places)
