"""Reads of figures: what a period brought in, who owes, how a placement did. A fixed number of queries each."""

from sponsorship.reporting.queries.placements import Compared, PlacementReport, get_placement_report, hour_rows
from sponsorship.reporting.queries.revenue import (
    BandOfReceivables,
    MoneyOfBooking,
    PeriodFigures,
    Receivable,
    RevenueReport,
    Sums,
    get_revenue,
    list_money,
    list_receivables,
    sum_money,
)

__all__ = [
    "BandOfReceivables",
    "Compared",
    "MoneyOfBooking",
    "PeriodFigures",
    "PlacementReport",
    "Receivable",
    "RevenueReport",
    "Sums",
    "get_placement_report",
    "get_revenue",
    "hour_rows",
    "list_money",
    "list_receivables",
    "sum_money",
]
