"""Sponsors: who are they, and whom do I write to?"""

from flask import render_template, request

from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.format import money, month, short_day
from sponsorship.core.web import Access, access
from sponsorship.desk.queries.sponsors import SponsorCard, get_sponsors
from sponsorship.desk.rules.sponsors import signed_percent, sponsors_headline
from sponsorship.desk.views.team import blueprint, read_newsletter

__all__ = ["list_sponsors"]


@blueprint.get("/desk/<slug>/sponsors")
@access(Access.TEAM, Permission.READ)
def list_sponsors(slug: str) -> str:
    """Show the sponsors by what they booked in four quarters, and one of them in full."""
    newsletter = read_newsletter(slug)
    find = request.args.get("find", "")
    chosen = request.args.get("sponsor", type=int)
    ledger = get_sponsors(db.session(), newsletter, clock.now(), find=find, chosen=chosen)
    active = sum(sum(row.year.slots_by_quarter) > 0 for row in ledger.rows)
    return render_template(
        "desk/list_sponsors.html",
        ledger=ledger,
        find=find,
        active=f"{active} active from {short_day(ledger.span.first)} to {short_day(ledger.span.last)}",
        headline=sponsors_headline([row.year for row in ledger.all_rows]),
        signed_percent=signed_percent,
        card_lines=_card_lines(ledger.card, newsletter.currency) if ledger.card else [],
    )


def _card_lines(card: SponsorCard, currency: str) -> list[tuple[str, str]]:
    """What a sponsor's slip sums up; what is not known is left out."""
    lines = []
    if card.since is not None:
        lines.append((f"Since {month(card.since)}", money(card.booked_minor, currency)))
        lines.append(("Last four quarters", money(card.row.year.booked_minor, currency)))
    if card.row.against_median is not None:
        lines.append(("Clicks against the median", signed_percent(card.row.against_median)))
    if card.copies:
        lines.append(("Copy on time", f"{card.copies_on_time} of {card.copies}"))
    return lines
