"""The one door to Plotly: rows in, figures as JSON out, drawn by static/js/charts.js in the house style.

Colours are named as "var(--c-...)" and resolved in the browser, so that light and dark follow the page. Text holds no <b> or <i>
(Plotly would turn it into an inline style, which the content security policy refuses). Amounts are written here, so that any
currency is right.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from plotly.graph_objs import Bar, Figure, Scatter

from sponsorship.core.format import local, money, percent
from sponsorship.core.money import exponent
from sponsorship.reporting.rules import HOURS_SHOWN, HourRow, MonthRow, halfway, usual

NARROW_MONTHS = 8
PAPER = "var(--paper)"
CLEAR = "rgba(0,0,0,0)"


def revenue_by_month(rows: Sequence[MonthRow], currency: str, this_month: date) -> str:
    """Return the figure of stacked bars per issue month: collected, outstanding, held and open; the share sold above each."""
    names = [row.month.strftime("%b %Y") for row in rows]
    bars = [
        _amounts("Collected", names, [row.collected_minor for row in rows], currency, {"color": "var(--c-collected)"}),
        _amounts("Outstanding", names, [row.outstanding_minor for row in rows], currency, _patterned("--c-owed", "/")),
        _amounts("Held", names, [row.held_minor for row in rows], currency, _patterned("--c-held", ".")),
        _amounts("Open or not sold", names, [row.open_minor for row in rows], currency, _outlined("--c-open")),
    ]
    highest = max((row.all_minor for row in rows), default=0)
    grid = grid_lines(highest, currency)
    labels = [_month_label(row.month, this_month, index == 0) for index, row in enumerate(rows)]
    shares = _shares_above(rows, this_month)
    layout = {
        "barmode": "stack",
        "margin": {"b": 40},
        "xaxis": {"tickvals": names, "ticktext": labels, "range": [-0.98, len(rows) - 0.5]},
        "yaxis": {
            "tickvals": grid,
            "ticktext": [money(amount, currency) for amount in grid],
            "range": [0, 1.12 * max(highest, grid[-1])],
        },
        "annotations": shares,
        "meta": {"narrow": _last_months(len(rows), shares)},
    }
    return _as_json(bars, layout)


def clicks_over_time(rows: Sequence[HourRow], zone: str, started_at: datetime) -> str:
    """Return the figure of bars per hour from `started_at` on; what was taken out is a trace that a checkbox shows."""
    shown = list(rows[:HOURS_SHOWN])
    spoken = [_hour_text(started_at, hour, zone) for hour in range(len(shown))]
    people = _hours("People", [row.people for row in shown], spoken, {"color": "var(--c-people)"})
    marker = _patterned("--c-bots", "|", size=4, paper=PAPER)
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
    return _as_json([people, taken_out], layout | _half_line(rows, started_at, zone))


def rates_compared(others: Sequence[float], yours: float) -> str:
    """Return the figure of one dot per placement of a kind (click-through rates, 0 to 1): yours filled, the median a line."""
    rates = sorted([*others, yours])
    mine = rates.index(yours)
    heights = _stacked(rates)
    low, high = rates[0], rates[-1]
    room = (high - low) * 0.08 or high * 0.1 or 0.001
    dots = Scatter(
        x=rates,
        y=heights,
        mode="markers",
        customdata=[percent(rate, 2) for rate in rates],
        hovertemplate="%{customdata}<extra></extra>",
        marker=_dots(len(rates), mine),
    )
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
    return _as_json([dots], layout)


def grid_lines(highest_minor: int, currency: str) -> list[int]:
    """Return where grid lines stand, in minor units: one to four of them, 1, 2 or 5 times a power of ten major units apart."""
    unit = 10 ** exponent(currency)
    steps = (factor * 10**power * unit for power in count() for factor in (1, 2, 5))
    step = next(step for step in steps if highest_minor < 5 * step)
    return [step * line for line in range(1, max(highest_minor // step, 1) + 1)]


def _amounts(name: str, months: list[str], amounts: list[int], currency: str, marker: dict[str, Any]) -> Bar:
    return Bar(
        x=months,
        y=[amount or None for amount in amounts],  # a zero would leave a hairline
        name=name,
        marker=marker,
        customdata=[money(amount, currency) for amount in amounts],
        hovertemplate="%{customdata}<extra>" + name + "</extra>",
    )


def _patterned(token: str, shape: str, *, size: int = 5, paper: str = "var(--sheet)") -> dict[str, Any]:
    ink = f"var({token})"
    solidity = {"/": 0.42, ".": 0.4, "|": 0.35}[shape]
    pattern = {"shape": shape, "fgcolor": ink, "bgcolor": paper, "size": size, "solidity": solidity}
    return {"color": PAPER, "line": {"color": ink, "width": 1}, "pattern": pattern}


def _outlined(token: str) -> dict[str, Any]:
    return {"color": CLEAR, "line": {"color": f"var({token})", "width": 1}}


def _month_label(month: date, this_month: date, is_first: bool) -> str:
    name = month.strftime("%b")
    if month == this_month:
        return f"{name}<br>now"
    return f"{name}<br>{month.year}" if is_first or month.month == 1 else name


def _shares_above(rows: Sequence[MonthRow], this_month: date) -> list[dict[str, Any]]:
    """The share sold over each bar, this month's in bold; a month with nothing for sale has none."""
    notes = []
    for index, row in enumerate(rows):
        if row.sell_through is not None:
            is_now = row.month == this_month
            font = {"color": "var(--ink)" if is_now else "var(--ink-2)", "weight": 700 if is_now else 400}
            place = {"x": index, "y": row.all_minor, "yshift": 1, "xanchor": "center"}
            notes.append(place | {"text": percent(row.sell_through), "font": font})
    return notes


def _last_months(months: int, shares: list[dict[str, Any]]) -> dict[str, Any]:
    """What a narrow chart replaces: the last months only, and the amounts beside the plot where they hide no bar."""
    first = max(months - NARROW_MONTHS, 0)
    return {
        "xaxis": {"range": [first - 0.5, months - 0.5]},
        "yaxis": {"ticklabelposition": "outside"},
        "margin": {"l": 54},
        "annotations": [note for note in shares if note["x"] >= first],
    }


def _hours(name: str, counts: list[int], spoken: list[str], marker: dict[str, Any]) -> Bar:
    return Bar(
        x=[hour + 0.5 for hour in range(len(counts))],
        y=[clicks or None for clicks in counts],
        name=name,
        customdata=spoken,
        marker=marker,
        hovertemplate="%{customdata}: %{y}<extra></extra>",
    )


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


def _as_json(traces: Sequence[Any], layout: dict[str, Any]) -> str:
    return str(Figure(data=list(traces), layout={"template": "none", **layout}).to_json())
