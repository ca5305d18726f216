"""Bars of revenue by issue month."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sponsorship.core.format import percent
from sponsorship.reporting.charts.figures import NARROW_MONTHS, amounts, as_json, money_axis, outlined, patterned
from sponsorship.reporting.rules import MonthRow


def revenue_by_month(rows: Sequence[MonthRow], currency: str, this_month: date) -> str:
    """Return the figure of stacked bars per issue month: collected, outstanding, held and open; the share sold above each."""
    names = [row.month.strftime("%b %Y") for row in rows]
    bars = [
        amounts("Collected", names, [row.collected_minor for row in rows], currency, {"color": "var(--c-collected)"}),
        amounts("Outstanding", names, [row.outstanding_minor for row in rows], currency, patterned("--c-owed", "/")),
        amounts("Held", names, [row.held_minor for row in rows], currency, patterned("--c-held", ".")),
        amounts("Open or not sold", names, [row.open_minor for row in rows], currency, outlined("--c-open")),
    ]
    highest = max((row.all_minor for row in rows), default=0)
    labels = [_month_label(row.month, this_month, index == 0) for index, row in enumerate(rows)]
    shares = _shares_above(rows, this_month)
    layout = {
        "barmode": "stack",
        "margin": {"b": 40},
        "xaxis": {"tickvals": names, "ticktext": labels, "range": [-0.98, len(rows) - 0.5]},
        "yaxis": money_axis(highest, currency),
        "annotations": shares,
        "meta": {"narrow": _last_months(len(rows), shares)},
    }
    return as_json(bars, layout)


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
