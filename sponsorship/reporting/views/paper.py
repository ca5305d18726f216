"""A campaign's report in words for the printer: the same rows as the page, ready-worded."""

from datetime import datetime
from typing import Any

from sponsorship.core.format import long_day, moment, money, number, percent
from sponsorship.reporting import rules
from sponsorship.reporting.queries import CampaignReport, Standing
from sponsorship.tracking.queries import ConversionCount

MOST_BARS = 62


def report_values(report: CampaignReport, now: datetime) -> dict[str, Any]:
    """Return what templates/pdf/report.typ prints."""
    order, numbers, newsletter = report.order, report.numbers, report.order.newsletter
    sponsor = order.sponsor.name if order.sponsor else order.contact_name
    highest = max((row.people for row in report.days), default=0)
    return {
        "title": f"Report {order.number}, {newsletter.name}",
        "publisher": newsletter.publisher_name or newsletter.name,
        "newsletter": newsletter.name,
        "number": order.number,
        "facts": [sponsor, f"As of {moment(now, newsletter.timezone)}"],
        "headline": " ".join(rules.campaign_headline(numbers, len(report.coming))),
        "figures": [[one.label, one.figure, one.note] for one in rules.campaign_figures(numbers, order.currency)],
        "bars": [
            [row.people / highest if highest else 0, f"{row.day.day} {row.day:%b}"] for row in report.days[:MOST_BARS]
        ],
        "bars_label": rules.days_sentence(report.days),
        "columns": ["Issue", "Placement", "People", "Delivered", "Rate", "19 times in 20", "Stands at"],
        "rows": [_row(row) for row in report.rows],
        "steps": [list(step) for step in rules.count_steps(numbers.hits, numbers.human, numbers.unique)],
        "reasons": [[reason.label, rules.HOW_IT_SHOWS[reason], number(hits)] for reason, hits in report.exclusions],
        "conversions": [
            [f"{row.slot_name}, No. {row.issue_number}", one.event, number(one.number), _worth(one)]
            for row in report.rows
            for one in report.conversions.get(row.booking_id, ())
        ],
        "note": rules.paper_note(report.rules_versions),
    }


def _worth(one: ConversionCount) -> str:
    return "–" if one.value_minor is None else money(one.value_minor, one.currency or "", cents=True)


def _row(row: Standing) -> list[str]:
    interval = "–" if row.interval is None else f"{percent(row.interval[0], 2)} to {percent(row.interval[1], 2)}"
    standing = "–" if row.percentile is None else f"{percent(row.percentile)} of {row.compared}"
    return [
        f"No. {row.issue_number}, {long_day(row.publish_on)}", row.slot_name, number(row.unique),
        "–" if row.delivered is None else number(row.delivered), "–" if row.rate is None else percent(row.rate, 2), interval,
        standing,
    ]  # fmt: skip
