"""Sponsors: who are they, and whom do I write to?"""

from flask import render_template, request

from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.format import money, month, short_day
from sponsorship.core.web import Access, access
from sponsorship.desk.queries.sponsor_page import count_followers, get_own_sponsor, get_sponsor_page
from sponsorship.desk.queries.sponsors import SponsorCard, get_sponsors
from sponsorship.desk.rules.sponsors import signed_percent, sponsor_headline, sponsors_headline
from sponsorship.desk.views.team import blueprint, read_newsletter
from sponsorship.sponsors.queries import list_sponsors as list_of_newsletter

__all__ = ["list_sponsors", "show_merge", "show_sponsor"]


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


@blueprint.get("/desk/<slug>/sponsors/<int:sponsor_id>")
@access(Access.TEAM, Permission.READ)
def show_sponsor(slug: str, sponsor_id: int) -> str:
    """Show everything that is known of one sponsor."""
    newsletter = read_newsletter(slug)
    page = get_sponsor_page(db.session(), newsletter, sponsor_id, clock.now())
    return render_template(
        "desk/show_sponsor.html", page=page, headline=sponsor_headline(page.sums, newsletter.currency)
    )


@blueprint.get("/desk/<slug>/sponsors/<int:sponsor_id>/merge")
@access(Access.TEAM, Permission.SETTINGS)
def show_merge(slug: str, sponsor_id: int) -> str:
    """Ask into which sponsor this one goes, and show what would follow it."""
    newsletter, session = read_newsletter(slug, Permission.SETTINGS), db.session()
    sponsor, into = get_own_sponsor(session, newsletter, sponsor_id), request.args.get("into", type=int)
    others = [one for one in list_of_newsletter(session, newsletter.id) if one.id != sponsor.id]
    return render_template(
        "desk/show_merge.html", sponsor=sponsor, others=others, kept=next((o for o in others if o.id == into), None),
        followers=count_followers(session, sponsor),
    )  # fmt: skip


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
