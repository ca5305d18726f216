"""Curves of what is sold by days before the issue, and quarters with the forecast of the next."""

from collections.abc import Sequence
from typing import Any

from sponsorship.core.format import money, percent
from sponsorship.reporting.charts.figures import Trace, amounts, as_json, money_axis, outlined, patterned
from sponsorship.reporting.rules import CurvePoint, Forecast, QuarterSoFar, Span, quarter_name


def booking_curves(curve: Sequence[CurvePoint], earlier: Sequence[CurvePoint]) -> str:
    """Return the figure of two step lines, solid for these issues and dashed for those of a year earlier."""
    now = _curve("These issues", curve, {"color": "var(--ink)", "width": 2.5, "shape": "hv"})
    then = _curve("A year earlier", earlier, {"color": "var(--ink-3)", "width": 1.5, "dash": "dash", "shape": "hv"})
    highest = max((point.share or 0 for point in (*curve, *earlier)), default=0)
    layout = {
        "hovermode": "x unified",
        "xaxis": {"range": [120, -1], "tickvals": [120, 90, 60, 30, 14, 7, 0], "ticks": "outside", "ticklen": 5,
                  "tickcolor": "var(--rule-2)", "ticksuffix": ""},
        "yaxis": {"range": [0, max(min(1.05, highest * 1.2), 0.1)], "tickformat": ".0%", "nticks": 5},
        "margin": {"r": 6},
        "meta": {"narrow": {"xaxis": {"tickvals": [120, 60, 30, 0]}}},
    }  # fmt: skip
    return as_json([then, now], layout)


def forecast_quarters(
    past: Sequence[QuarterSoFar], ahead: Span, booked_minor: int, forecast: Forecast | None, currency: str
) -> str:
    """Return the figure of past quarters and the next: booked by then, what came after, what is expected with its interval."""
    names = [*(quarter_name(one.span) for one in past), quarter_name(ahead)]
    came = [max(one.final_minor - one.booked_minor, 0) for one in past]
    expected = max(forecast.expected_minor - booked_minor, 0) if forecast else 0
    bars = [
        amounts("Booked by then", names, [*(one.booked_minor for one in past), booked_minor], currency,
                {"color": "var(--c-collected)"}),
        amounts("Came after", names, [*came, 0], currency, patterned("--c-held", ".")),
        amounts("Expected", names, [*([0] * len(past)), expected], currency, outlined("--c-open")),
    ]  # fmt: skip
    if forecast is not None:
        bars.append(_interval(names[-1], forecast, currency))
    highest = max([one.final_minor for one in past] + [forecast.high_minor if forecast else booked_minor], default=0)
    first = max(len(names) - 5, 0)
    layout: dict[str, Any] = {
        "barmode": "stack",
        "hovermode": "closest",
        "xaxis": {"range": [-0.98, len(names) - 0.5]},
        "yaxis": money_axis(highest, currency),
        "meta": {"narrow": {"xaxis": {"range": [first - 0.5, len(names) - 0.5]}, "margin": {"l": 54},
                            "yaxis": {"ticklabelposition": "outside"}}},
    }  # fmt: skip
    return as_json(bars, layout)


def _curve(name: str, points: Sequence[CurvePoint], line: dict[str, Any]) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [point.days_before for point in points],
        "y": [point.share for point in points],
        "line": line,
        "customdata": ["" if point.share is None else percent(point.share) for point in points],
        "hovertemplate": "%{customdata}<extra>" + name + "</extra>",
    }


def _interval(name: str, forecast: Forecast, currency: str) -> Trace:
    """A whisker from the lower to the upper bound."""
    words = f"{money(forecast.low_minor, currency)} to {money(forecast.high_minor, currency)}"
    above, below = forecast.high_minor - forecast.expected_minor, forecast.expected_minor - forecast.low_minor
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Four cases of five",
        "x": [name],
        "y": [forecast.expected_minor],
        "marker": {"size": 7, "color": "var(--ink)", "symbol": "line-ew-open"},
        "error_y": {"type": "data", "symmetric": False, "array": [above], "arrayminus": [below], "color": "var(--ink)",
                    "thickness": 1.5, "width": 7},
        "customdata": [words],
        "hovertemplate": "%{customdata}<extra>Four cases of five</extra>",
    }  # fmt: skip
