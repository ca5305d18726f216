"""What all figures share, and the one door to Plotly: traces and layouts in, JSON out.

Figures are plain traces of Plotly's schema, written without building its classes, which takes 70 times as long; tests build them
from what is written here, and Plotly refuses a name that it does not know. Colours are named as "var(--c-...)" and resolved in
the browser, so that light and dark follow the page. Text holds no <b> or <i> (Plotly would turn it into an inline style, which
the content security policy refuses). Amounts are written here, so that any currency is right.
"""

from collections.abc import Sequence
from itertools import count
from typing import Any

from plotly.io import to_json

from sponsorship.core.format import money
from sponsorship.core.money import exponent

PAPER = "var(--paper)"
CLEAR = "rgba(0,0,0,0)"
NARROW_MONTHS = 8
Trace = dict[str, Any]


def grid_lines(highest_minor: int, currency: str) -> list[int]:
    """Return where grid lines stand, in minor units: one to four of them, 1, 2 or 5 times a power of ten major units apart."""
    unit = 10 ** exponent(currency)
    steps = (factor * 10**power * unit for power in count() for factor in (1, 2, 5))
    step = next(step for step in steps if highest_minor < 5 * step)
    return [step * line for line in range(1, max(highest_minor // step, 1) + 1)]


def money_axis(highest_minor: int, currency: str) -> dict[str, Any]:
    """Return the y axis of amounts: grid lines at round sums, written as money."""
    grid = grid_lines(highest_minor, currency)
    return {
        "tickvals": grid,
        "ticktext": [money(amount, currency) for amount in grid],
        "range": [0, 1.12 * max(highest_minor, grid[-1])],
    }


def amounts(name: str, places: Sequence[Any], values: Sequence[int], currency: str, marker: dict[str, Any]) -> Trace:
    """Return bars of amounts in minor units; nothing is drawn for nothing, since a zero would leave a hairline."""
    return {
        "type": "bar",
        "x": list(places),
        "y": [value or None for value in values],
        "name": name,
        "marker": marker,
        "customdata": [money(value, currency) for value in values],
        "hovertemplate": "%{customdata}<extra>" + name + "</extra>",
    }


def patterned(token: str, shape: str, *, size: int = 5, paper: str = "var(--sheet)") -> dict[str, Any]:
    """Return a marker that differs from others by its pattern as well as by its colour."""
    ink = f"var({token})"
    solidity = {"/": 0.42, ".": 0.4, "|": 0.35, "x": 0.3, "-": 0.35, "+": 0.3, "\\": 0.42}[shape]
    pattern = {"shape": shape, "fgcolor": ink, "bgcolor": paper, "size": size, "solidity": solidity}
    return {"color": PAPER, "line": {"color": ink, "width": 1}, "pattern": pattern}


def outlined(token: str) -> dict[str, Any]:
    """Return a marker of an outline alone."""
    return {"color": CLEAR, "line": {"color": f"var({token})", "width": 1}}


def as_json(traces: Sequence[Trace], layout: dict[str, Any]) -> str:
    """Return a figure as the browser's script takes it."""
    figure = {"data": list(traces), "layout": {"template": "none", **layout}}
    return str(to_json(figure, validate=False))
