"""Revenue: on track, and who owes?"""

from functools import partial
from typing import Any

from flask import render_template, request, url_for

from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.errors import DomainError
from sponsorship.core.format import count, count_word, money, month
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
from sponsorship.reporting.queries import PeriodFigures, RevenueReport, get_revenue
from sponsorship.reporting.rules import Period, SlotShare

MOST_DRAWN = 12
SQUARES = {SlotShare.UNSOLD: "open", SlotShare.HOUSE: "open"}


@blueprint.get("/desk/<slug>/revenue")
@access(Access.TEAM, Permission.READ)
def show_revenue(slug: str) -> str:
    """Show what a period brings in, what the next issues need, and who owes."""
    newsletter, now = read_newsletter(slug), clock.now()
    period = _period(request.args.get("period", Period.QUARTER.value))
    if not has_bookings(db.session(), newsletter.id):
        return empty_page(newsletter, "Revenue")
    report = get_revenue(db.session(), newsletter, period, now)
    next_issues = list_next_issues(report, newsletter, now)
    return render_template(
        "desk/show_revenue.html",
        now=now,
        periods=list(Period),
        report=report,
        figures=report.figures,
        next_issues=next_issues,
        quiet=quiet_sentence(list(next_issues.quiet)),
        due_text=wording.due_text,
        bought_text=wording.bought_text,
        **_words(report, newsletter),
    )


def _words(report: RevenueReport, newsletter: Newsletter) -> dict[str, Any]:
    """What the page says of the figures: headline, equation, tally, chart and its table."""
    currency = newsletter.currency
    shares = [share for share in report.figures.shares if share is not SlotShare.NOT_FOR_SALE]
    return {
        "headline": _headline(report, currency),
        "sums": _sums(report.figures, newsletter),
        "squares": [SQUARES.get(share, share.value) for share in shares],
        "squares_label": wording.tally_label(report.figures.slots),
        "slots_note": wording.slots_note(report.figures.slots),
        "chart_json": revenue_by_month(report.months, currency, report.today.replace(day=1)),
        "chart_label": wording.chart_label(report.months, currency),
        "chart_table": _table(report, currency),
        "receivables_note": wording.receivables_note(sum(len(band.rows) for band in report.receivables)),
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


def _period(word: str) -> Period:
    if word not in list(Period):
        raise DomainError("There is no such period. Choose this quarter, next quarter or the year.")
    return Period(word)


def _headline(report: RevenueReport, currency: str) -> list[wording.Clause]:
    figures = report.figures
    return wording.revenue_headline(
        figures.period, figures.slots, outstanding_minor=figures.money.outstanding_minor,
        late_minor=figures.late_minor, currency=currency,
    )  # fmt: skip


def _sums(figures: PeriodFigures, newsletter: Newsletter) -> list[dict[str, Any]]:
    """The equation: booked = collected + outstanding, and written off where there is any."""
    sums, before, currency = figures.money, figures.before.booked_minor, newsletter.currency
    issues = "1 issue" if figures.issues == 1 else f"{figures.issues} issues"
    behind = partial(
        url_for, "payments.show_ledger", slug=newsletter.slug, currency=currency, issue_from=figures.span.first,
        issue_to=figures.span.last,
    )  # fmt: skip
    items: list[dict[str, Any]] = [
        {"label": f"Booked, {issues}", "figure": money(sums.booked_minor, currency),
         "href": behind(figure="booked"),
         "note": wording.booked_note(sums.booked_minor, before, figures.period, currency)},
        {"label": "Collected", "figure": money(sums.collected_minor, currency), "op": "=",
         "href": behind(figure="collected"),
         "note": wording.collected_note(sums.collected_minor, sums.booked_minor)},
        {"label": "Outstanding", "figure": money(sums.outstanding_minor, currency), "op": "+",
         "href": behind(figure="outstanding"),
         "owed": sums.outstanding_minor > 0,
         "note": wording.outstanding_note(figures.open_invoices, figures.late_invoices)},
    ]  # fmt: skip
    if sums.written_off_minor:
        href = behind(figure="written_off")
        items.append(
            {"label": "Written off", "figure": money(sums.written_off_minor, currency), "op": "+", "href": href}
        )
    return items


def _table(report: RevenueReport, currency: str) -> dict[str, Any]:
    rows = [
        [month(row.month), *(money(amount, currency) for amount in
         (row.collected_minor, row.outstanding_minor, row.held_minor, row.open_minor)), wording.share_text(row.sell_through)]
        for row in report.months
    ]  # fmt: skip
    columns = ["Month", "Collected", "Outstanding", "Held", "Open or not sold", "Sold"]
    return {"caption": f"Revenue by issue month, {currency}", "columns": columns, "rows": rows}
