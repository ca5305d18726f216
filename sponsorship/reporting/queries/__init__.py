"""Reads of figures: what a period brought in, who owes, how a placement did. A fixed number of queries each."""

from sponsorship.reporting.queries.campaigns import (
    CampaignReport,
    DueReport,
    campaign_sheet,
    get_campaign_report,
    get_share,
    get_share_of,
    list_reports_due,
    list_shares,
)
from sponsorship.reporting.queries.counts import (
    SlotGroup,
    count_groups,
    count_slot_groups,
    shares_in_order,
)
from sponsorship.reporting.queries.dates import (
    next_open_slots,
)
from sponsorship.reporting.queries.exports import (
    export_sheet,
    rows_sheet,
)
from sponsorship.reporting.queries.filters import (
    Filters,
    read_filters,
    read_period,
)
from sponsorship.reporting.queries.liability import (
    Liability,
    OpenCredit,
    get_liability,
)
from sponsorship.reporting.queries.money import (
    MoneyOfBooking,
    Sums,
    list_deferred,
    list_money,
    list_owing,
    sum_booked,
    sum_booked_by_placement,
    sum_money,
    sum_money_by_day,
)
from sponsorship.reporting.queries.outlook import (
    Outlook,
    QuarterAhead,
    SellThrough,
    YieldRow,
    get_outlook,
    list_offers,
    list_runs,
    list_sales,
    look_ahead,
    see_quarters,
)
from sponsorship.reporting.queries.overview import (
    CurrencySums,
    OverviewRow,
    get_overview,
    sums_by_currency,
)
from sponsorship.reporting.queries.placements import (
    Compared,
    PlacementReport,
    get_placement_report,
    hour_rows,
)
from sponsorship.reporting.queries.prices import (
    read_rate_card,
)
from sponsorship.reporting.queries.receivables import (
    BandOfReceivables,
    Receivable,
    group_by_age,
    list_receivables,
    slot_name,
)
from sponsorship.reporting.queries.revenue import (
    PeriodFigures,
    RevenueReport,
    charted_months,
    count_issues,
    get_revenue,
    month_rows,
)
from sponsorship.reporting.queries.rows import (
    FigureRow,
    FigureRows,
    get_figure_rows,
)
from sponsorship.reporting.queries.slots import (
    SlotRow,
    list_slot_rows,
    names_of_sponsors,
)
from sponsorship.reporting.queries.standing import (
    Standing,
    list_standings,
    total_clicks,
)

__all__ = [
    "BandOfReceivables",
    "CampaignReport",
    "Compared",
    "CurrencySums",
    "DueReport",
    "FigureRow",
    "FigureRows",
    "Filters",
    "Liability",
    "MoneyOfBooking",
    "OpenCredit",
    "Outlook",
    "OverviewRow",
    "PeriodFigures",
    "PlacementReport",
    "QuarterAhead",
    "Receivable",
    "RevenueReport",
    "SellThrough",
    "SlotGroup",
    "SlotRow",
    "Standing",
    "Sums",
    "YieldRow",
    "campaign_sheet",
    "charted_months",
    "count_groups",
    "count_issues",
    "count_slot_groups",
    "export_sheet",
    "get_campaign_report",
    "get_figure_rows",
    "get_liability",
    "get_outlook",
    "get_overview",
    "get_placement_report",
    "get_revenue",
    "get_share",
    "get_share_of",
    "group_by_age",
    "hour_rows",
    "list_deferred",
    "list_money",
    "list_offers",
    "list_owing",
    "list_receivables",
    "list_reports_due",
    "list_runs",
    "list_sales",
    "list_shares",
    "list_slot_rows",
    "list_standings",
    "look_ahead",
    "month_rows",
    "names_of_sponsors",
    "next_open_slots",
    "read_filters",
    "read_period",
    "read_rate_card",
    "rows_sheet",
    "see_quarters",
    "shares_in_order",
    "slot_name",
    "sum_booked",
    "sum_booked_by_placement",
    "sum_money",
    "sum_money_by_day",
    "sums_by_currency",
    "total_clicks",
]
