"""What the past says of what comes."""

from typing import Any

from flask import render_template, url_for

from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.format import money, percent
from sponsorship.core.web import Access, access
from sponsorship.inventory.models import Newsletter
from sponsorship.reporting import rules
from sponsorship.reporting.charts import booking_curves, forecast_quarters
from sponsorship.reporting.queries import Filters, Outlook, get_outlook
from sponsorship.reporting.views.door import asked_for, blueprint, read_newsletter


@blueprint.get("/desk/<slug>/revenue/outlook")
@access(Access.TEAM, Permission.READ)
def show_outlook(slug: str) -> str:
    """Show sell-through, pace, yield, renewals and the forecast of the next quarter."""
    newsletter = read_newsletter(slug)
    filters = asked_for(newsletter)
    outlook = get_outlook(db.session(), newsletter, filters.scope, clock.now())
    return render_template(
        "reporting/show_outlook.html",
        outlook=outlook,
        filters=filters,
        headline=rules.outlook_headline(outlook.pace, outlook.pace_last_year, filters.scope.period),
        **_pace(outlook),
        **_forecast(outlook, newsletter.currency),
        yields=_yields(outlook, newsletter, filters),
        sell_through=_sell_through(outlook, newsletter, filters),
        renewal=rules.renewal_sentence(outlook.renewals),
        liability=rules.liability_sentence(
            outlook.liability.slots, outlook.liability.paid_minor, outlook.liability.worth_minor, newsletter.currency
        ),
    )


def _pace(outlook: Outlook) -> dict[str, Any]:
    rows = [
        [str(days), *(_share(curve, days) for curve in (outlook.pace, outlook.pace_last_year))]
        for days in rules.DAYS_IN_TABLE
    ]
    columns = ["Days before the issue", "These issues", "A year earlier"]
    return {
        "pace_json": booking_curves(outlook.pace, outlook.pace_last_year),
        "pace_label": rules.pace_sentence(outlook.pace, outlook.pace_last_year),
        "pace_table": {"caption": "Share of slots sold, by days before the issue", "columns": columns, "rows": rows},
    }


def _share(curve: tuple[rules.CurvePoint, ...], days: int) -> str:
    share = rules.share_at(curve, days)
    return "–" if share is None else percent(share)


def _forecast(outlook: Outlook, currency: str) -> dict[str, Any]:
    ahead = outlook.ahead
    columns = ["Quarter", "Booked by then", "In the end"]
    rows = [
        [rules.quarter_name(one.span), money(one.booked_minor, currency), money(one.final_minor, currency)]
        for one in ahead.past
    ]
    return {
        "forecast_json": forecast_quarters(ahead.past, ahead.span, ahead.booked_minor, ahead.forecast, currency),
        "forecast_words": rules.forecast_sentence(ahead.forecast, ahead.span, currency),
        "forecast_method": rules.method_sentence(ahead.tested, (ahead.span.first - outlook.today).days),
        "forecast_table": {"caption": "Quarters as they stood then, and came out", "columns": columns, "rows": rows},
    }


def _yields(outlook: Outlook, newsletter: Newsletter, filters: Filters) -> list[list[Any]]:
    lines = []
    for row in outlook.yields:
        words = filters.words | {"placement": row.key}
        booked = {"text": money(row.booked_minor, newsletter.currency), "href": _rows(newsletter, "booked", words)}
        sold = {
            "text": f"{row.slots.sold} of {row.slots.sellable}", "href": _rows(newsletter, "sellable", words)
        }  # fmt: skip
        per_slot = money(row.yield_minor, newsletter.currency) if row.yield_minor is not None else "–"
        share = "–" if row.slots.sell_through is None else percent(row.slots.sell_through)
        lines.append([row.name, money(row.list_minor, newsletter.currency), sold, share, booked, per_slot])
    return lines


def _sell_through(outlook: Outlook, newsletter: Newsletter, filters: Filters) -> dict[str, Any]:
    """A table of placements and months: sold of sellable, each leading to its slots."""
    rows = []
    for placement, cells in outlook.sell_through.rows:
        line: list[Any] = [placement.name]
        for month, cell in zip(outlook.sell_through.months, cells, strict=True):
            words = filters.words_for(
                rules.clipped(rules.month_span(month), filters.scope.span), placement=placement.key
            )
            href = _rows(newsletter, "sellable", words)
            line.append({"text": f"{cell.sold} of {cell.sellable}", "href": href} if cell else "–")
        rows.append(line)
    columns = ["Placement", *(f"{month:%b %Y}" for month in outlook.sell_through.months)]
    return {"columns": columns, "rows": rows}


def _rows(newsletter: Newsletter, figure: str, words: dict[str, Any]) -> str:
    return url_for("reporting.list_rows", slug=newsletter.slug, figure=figure, **words)
