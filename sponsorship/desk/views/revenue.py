"""Revenue: on track, and who owes?"""

from typing import Any

from flask import render_template, request, url_for

from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.format import count, count_word, local, money, month
from sponsorship.core.web import Access, access, page_url
from sponsorship.desk.queries.calendar import get_calendar
from sponsorship.desk.queries.drawings import draw_issue
from sponsorship.desk.queries.issues import has_bookings, list_next_issues
from sponsorship.desk.rules import revenue as wording
from sponsorship.desk.rules.calendar import empty_headline, range_text
from sponsorship.desk.rules.issues import quiet_sentence
from sponsorship.desk.views.team import blueprint, read_newsletter
from sponsorship.inventory.models import Newsletter
from sponsorship.reporting.charts import revenue_by_month
from sponsorship.reporting.queries import Filters, PeriodFigures, RevenueReport, get_revenue, read_filters
from sponsorship.reporting.rules import FigureKind, MonthRow, SlotShare, month_span

MOST_DRAWN = 12
SQUARES = {SlotShare.UNSOLD: "open", SlotShare.HOUSE: "open"}


@blueprint.get("/desk/<slug>/revenue")
@access(Access.TEAM, Permission.READ)
def show_revenue(slug: str) -> str:
    """Show what a period brings in, what the next issues need, and who owes."""
    newsletter, now = read_newsletter(slug), clock.now()
    filters = read_filters(db.session(), newsletter, request.args, local(now, newsletter.timezone).date())
    if not has_bookings(db.session(), newsletter.id):
        return empty_page(newsletter, "Revenue")
    report = get_revenue(db.session(), newsletter, filters.scope, now)
    next_issues = list_next_issues(db.session(), newsletter, now)
    return render_template(
        "desk/show_revenue.html",
        now=now,
        filters=filters,
        report=report,
        figures=report.figures,
        next_issues=next_issues,
        quiet=quiet_sentence(list(next_issues.quiet)),
        due_text=wording.due_text,
        bought_text=wording.bought_text,
        **_words(report, newsletter, filters),
    )


def _words(report: RevenueReport, newsletter: Newsletter, filters: Filters) -> dict[str, Any]:
    """What the page says of the figures: headline, equation, tally, chart and its table."""
    currency = newsletter.currency
    shares = [share for share in report.figures.shares if share is not SlotShare.NOT_FOR_SALE]
    return {
        "headline": _headline(report, filters, currency),
        "sums": _sums(report.figures, newsletter, filters),
        "squares": [SQUARES.get(share, share.value) for share in shares] if len(shares) <= wording.MOST_SQUARES else [],
        "squares_label": wording.tally_label(report.figures.slots),
        "slots_note": wording.slots_note(report.figures.slots),
        "chart_json": revenue_by_month(report.months, currency, report.today.replace(day=1)),
        "chart_label": wording.chart_label(report.months, currency),
        "chart_table": _table(report, newsletter, filters),
        "receivables_note": wording.receivables_note(sum(len(band.rows) for band in report.receivables)),
        "earned": _earned(report, newsletter, filters),
        "is_gross": _is_gross(),
    }


def empty_page(newsletter: Newsletter, section: str) -> str:
    """Render what stands in place of a page as long as nothing was ever booked."""
    calendar = get_calendar(db.session(), newsletter, None, clock.now())
    ahead = [row for row in calendar.rows if row.issue and not row.is_past]
    open_slots = [view for row in ahead for view in row.cells if view is not None]
    return render_template(
        "desk/show_empty.html",
        section=section,
        dates=range_text(ahead[0].day, ahead[-1].day) if ahead else "",
        drawings=[draw_issue([view for view in row.cells if view]) for row in ahead][:MOST_DRAWN],
        headline=empty_headline([row.day for row in ahead], len(open_slots)),
        worth_minor=sum(view.price_minor for view in open_slots),
        rate_card=page_url("storefront.show_storefront", slug=newsletter.slug),
        first_day=calendar.first,
        offer=f"{count_word(len(calendar.columns), 'slot')} in each issue, {count(len(ahead), 'date')} on sale.",
    )


def _is_gross() -> bool:
    return request.args.get("deferred") == "gross"


def _rows_url(newsletter: Newsletter, kind: FigureKind, words: dict[str, Any]) -> str:
    return url_for("reporting.list_rows", slug=newsletter.slug, figure=kind.value, **words)


def _headline(report: RevenueReport, filters: Filters, currency: str) -> list[wording.Clause]:
    figures = report.figures
    return wording.revenue_headline(
        filters.scope.period, figures.slots, outstanding_minor=figures.money.outstanding_minor,
        late_minor=figures.late_minor, currency=currency, sponsor=filters.sponsor.name if filters.sponsor else "",
        placement=filters.placement.name if filters.placement else "",
    )  # fmt: skip


def _sums(figures: PeriodFigures, newsletter: Newsletter, filters: Filters) -> list[dict[str, Any]]:
    """The equation: booked = collected + outstanding, and written off where there is any; each leads to its rows."""
    sums, currency = figures.money, newsletter.currency

    def item(label: str, amount_minor: int, kind: FigureKind, note: str = "", op: str = "") -> dict[str, Any]:
        href = _rows_url(newsletter, kind, filters.words)
        return {"label": label, "figure": money(amount_minor, currency), "note": note, "op": op, "href": href}

    before = wording.booked_note(sums.booked_minor, figures.before_minor, filters.scope.period, currency)
    collected = wording.collected_note(sums.collected_minor, sums.booked_minor)
    owed = wording.outstanding_note(figures.open_invoices, figures.late_invoices)
    items = [
        item(f"Booked, {count(figures.issues, 'issue')}", sums.booked_minor, FigureKind.BOOKED, before),
        item("Collected", sums.collected_minor, FigureKind.COLLECTED, collected, "="),
        item("Outstanding", sums.outstanding_minor, FigureKind.OUTSTANDING, owed, "+")
        | {"owed": sums.outstanding_minor > 0},
    ]
    if sums.written_off_minor:
        items.append(item("Written off", sums.written_off_minor, FigureKind.WRITTEN_OFF, op="+"))
    return items


def _earned(report: RevenueReport, newsletter: Newsletter, filters: Filters) -> list[dict[str, str]]:
    """Recognised in the period, and deferred whenever it runs: paid only, or with unpaid invoices grossed up."""
    kind = FigureKind.DEFERRED_GROSS if _is_gross() else FigureKind.DEFERRED
    amount = report.not_run.deferred_gross_minor if _is_gross() else report.not_run.deferred_minor
    earned = report.figures.money.recognised_minor
    return [
        {"label": "Recognised", "note": f"ran {filters.scope.period.during}", "figure": money(earned, newsletter.currency),
         "href": _rows_url(newsletter, FigureKind.RECOGNISED, filters.words)},
        {"label": "Deferred", "note": "not yet run, in all issues to come", "figure": money(amount, newsletter.currency),
         "href": _rows_url(newsletter, kind, filters.words)},
    ]  # fmt: skip


def _table(report: RevenueReport, newsletter: Newsletter, filters: Filters) -> dict[str, Any]:
    columns = ["Month", "Collected", "Outstanding", "Held", "Open or not sold", "Recognised", "Sold"]
    rows = [_month_cells(row, newsletter, filters) for row in report.months]
    return {"caption": f"Revenue by issue month, {newsletter.currency}", "columns": columns, "rows": rows}


def _month_cells(row: MonthRow, newsletter: Newsletter, filters: Filters) -> list[Any]:
    """A month's line: the sums that have rows lead to them."""
    words = filters.words_for(month_span(row.month))

    def cell(amount_minor: int, kind: FigureKind) -> dict[str, str]:
        return {"text": money(amount_minor, newsletter.currency), "href": _rows_url(newsletter, kind, words)}

    share = {"text": wording.share_text(row.sell_through), "href": _rows_url(newsletter, FigureKind.SOLD, words)}
    return [
        month(row.month), cell(row.collected_minor, FigureKind.COLLECTED), cell(row.outstanding_minor, FigureKind.OUTSTANDING),
        money(row.held_minor, newsletter.currency), money(row.open_minor, newsletter.currency),
        cell(row.recognised_minor, FigureKind.RECOGNISED), share,
    ]  # fmt: skip
