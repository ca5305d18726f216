"""Clicks of one placement: by hour, and its rate among the others of its kind."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sponsorship.core.format import local, percent
from sponsorship.reporting.charts.figures import PAPER, Trace, as_json, patterned
from sponsorship.reporting.rules import HOURS_SHOWN, DayRow, HourRow, halfway, usual


def clicks_over_time(rows: Sequence[HourRow], zone: str, started_at: datetime) -> str:
    """Return the figure of bars per hour from `started_at` on; what was taken out is a trace that a checkbox shows."""
    shown = list(rows[:HOURS_SHOWN])
    spoken = [_hour_text(started_at, hour, zone) for hour in range(len(shown))]
    people = _hours("People", [row.people for row in shown], spoken, {"color": "var(--c-people)"})
    marker = patterned("--c-bots", "|", size=4, paper=PAPER)
    taken_out = _hours("Taken out", [row.taken_out for row in shown], spoken, marker)
    taken_out.update(visible=False, hovertemplate="%{customdata}: %{y} taken out<extra></extra>")
    ticks = _midnights(started_at, len(shown), zone)
    axis = {
        "range": [-4, len(shown)],
        "tickvals": [hour for hour, _ in ticks],
        "ticktext": [text for _, text in ticks],
        "ticks": "outside",
        "ticklen": 5,
        "tickcolor": "var(--rule-2)",
    }
    layout = {
        "barmode": "stack",
        "bargap": 0.18,
        "hovermode": "closest",
        "xaxis": axis,
        "yaxis": {"nticks": 4, "tickformat": ",d"},
        "meta": {"narrow": {"xaxis": {"range": [-7, len(shown)]}}},
    }
    return as_json([people, taken_out], layout | _half_line(rows, started_at, zone))


def rates_compared(others: Sequence[float], yours: float) -> str:
    """Return the figure of one dot per placement of a kind (click-through rates, 0 to 1): yours filled, the median a line."""
    rates = sorted([*others, yours])
    mine = rates.index(yours)
    heights = _stacked(rates)
    low, high = rates[0], rates[-1]
    room = (high - low) * 0.08 or high * 0.1 or 0.001
    dots = {
        "type": "scatter",
        "x": rates,
        "y": heights,
        "mode": "markers",
        "customdata": [percent(rate, 2) for rate in rates],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": _dots(len(rates), mine),
    }
    tallest = max(2, *map(abs, heights))
    own = {"x": yours, "y": -tallest - 0.2, "yanchor": "top", "xanchor": _anchor(yours, low, high)}
    notes = [own | {"text": f"Yours, {percent(yours, 2)}", "font": {"color": "var(--c-people)", "weight": 700}}]
    shapes: list[dict[str, Any]] = []
    middle = usual(others)
    if middle is not None:
        ink = {"color": "var(--ink)", "width": 1.5}
        place = {"x": middle, "y": tallest + 0.6, "xanchor": _anchor(middle, low, high)}
        notes.append(place | {"text": f"Median {percent(middle, 2)}"})
        shapes.append({"type": "line", "x0": middle, "x1": middle, "y0": -tallest, "y1": tallest + 0.5, "line": ink})
    layout = {
        "hovermode": "closest",
        "margin": {"t": 6, "b": 28},
        "xaxis": {"range": [low - room, high + room], "tickformat": _rate_format(high - low), "nticks": 6},
        "yaxis": {"visible": False, "range": [-tallest - 2, tallest + 2]},
        "shapes": shapes,
        "annotations": notes,
    }
    return as_json([dots], layout)


def _hours(name: str, counts: list[int], spoken: list[str], marker: dict[str, Any]) -> Trace:
    return {
        "type": "bar",
        "x": [hour + 0.5 for hour in range(len(counts))],
        "y": [clicks or None for clicks in counts],
        "name": name,
        "customdata": spoken,
        "marker": marker,
        "hovertemplate": "%{customdata}: %{y}<extra></extra>",
    }


def _dots(number: int, mine: int) -> dict[str, Any]:
    inks = ["var(--c-people)" if index == mine else "var(--edge)" for index in range(number)]
    fills = ["var(--c-people)" if index == mine else "var(--sheet)" for index in range(number)]
    sizes = [17 if index == mine else 11 for index in range(number)]
    return {"opacity": 1, "size": sizes, "color": fills, "line": {"width": 1.5, "color": inks}}


def _rate_format(spread: float) -> str:
    return ".1%" if spread > 0.002 else ".2%"


def _hour_text(started_at: datetime, hour: int, zone: str) -> str:
    return local(started_at + timedelta(hours=hour), zone).strftime("%a %H:%M")


def _midnights(started_at: datetime, hours: int, zone: str) -> list[tuple[int, str]]:
    """The publishing hour, and each later midnight of the newsletter's zone, as hours after publishing."""
    ticks = [(0, f"{local(started_at, zone):%a %H:%M}".replace(" 0", " "))]
    for hour in range(1, hours + 1):
        there = local(started_at + timedelta(hours=hour), zone)
        if there.hour == 0:
            ticks.append((hour, f"{there:%a}"))
    return ticks


def _half_line(rows: Sequence[HourRow], started_at: datetime, zone: str) -> dict[str, Any]:
    hours = halfway([row.people for row in rows])
    if hours is None or hours > HOURS_SHOWN:
        return {}
    text = f"Half the clicks by {_hour_text(started_at, hours, zone)}"
    line = {"color": "var(--ink)", "width": 1, "dash": "dot"}
    return {
        "shapes": [{"type": "line", "xref": "x", "yref": "paper", "x0": hours, "x1": hours, "y0": 0, "y1": 0.86, "line": line}],
        "annotations": [
            {"x": hours, "y": 0.87, "yref": "paper", "text": text, "font": {"color": "var(--ink)", "weight": 600}}
        ],
    }  # fmt: skip


def _stacked(rates: Sequence[float]) -> list[int]:
    """Heights that keep neighbouring dots apart: 0, 1, -1, 2, ... within a 40th of the range."""
    width = (max(rates) - min(rates)) / 40 or 1.0
    seen: dict[int, int] = {}
    heights = []
    for rate in rates:
        column = round((rate - min(rates)) / width)
        seen[column] = seen.get(column, 0) + 1
        heights.append((1 if seen[column] % 2 == 0 else -1) * (seen[column] // 2))
    return heights


def _anchor(value: float, low: float, high: float) -> str:
    if value > low + 0.85 * (high - low):
        return "right"
    return "left" if value < low + 0.15 * (high - low) else "center"


def clicks_by_day(rows: Sequence[DayRow]) -> str:
    """Return the figure of a campaign's bars per day; what was taken out is a trace that a checkbox shows."""
    days = [row.day.isoformat() for row in rows]
    spoken = [row.day.strftime("%a %d %b %Y") for row in rows]
    people = _hours("People", [row.people for row in rows], spoken, {"color": "var(--c-people)"})
    taken_out = _hours(
        "Taken out", [row.taken_out for row in rows], spoken, patterned("--c-bots", "|", size=4, paper=PAPER)
    )
    people.update(x=days)
    taken_out.update(x=days, visible=False, hovertemplate="%{customdata}: %{y} taken out<extra></extra>")
    layout = {
        "barmode": "stack",
        "hovermode": "closest",
        "xaxis": {"type": "category", "tickvals": days[:: max(len(days) // 8, 1)],
                  "ticktext": [f"{row.day.day} {row.day:%b}" for row in rows][:: max(len(days) // 8, 1)]},
        "yaxis": {"nticks": 4, "tickformat": ",d"},
    }  # fmt: skip
    return as_json([people, taken_out], layout)
