"""Rows in, figures as JSON out, drawn by static/js/charts.js in the house style."""

from sponsorship.reporting.charts.clicks import clicks_by_day, clicks_over_time, rates_compared
from sponsorship.reporting.charts.figures import grid_lines
from sponsorship.reporting.charts.outlook import booking_curves, forecast_quarters
from sponsorship.reporting.charts.revenue import revenue_by_month

__all__ = [
    "booking_curves", "clicks_by_day", "clicks_over_time", "forecast_quarters", "grid_lines", "rates_compared",
    "revenue_by_month",
]  # fmt: skip
