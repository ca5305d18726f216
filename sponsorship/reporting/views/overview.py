"""All of a person's newsletters at once."""

from flask import g, render_template, request

from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.errors import NotFound
from sponsorship.core.web import Access, access
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import list_newsletters
from sponsorship.reporting.queries import get_overview, read_period, sums_by_currency
from sponsorship.reporting.rules import overview_headline
from sponsorship.reporting.views.door import blueprint


@blueprint.get("/desk/overview")
@access(Access.SIGNED_IN)
def show_overview() -> str:
    """Show the viewer's newsletters side by side, those chosen in the address or all of them; per currency, never across."""
    own = [one for one in list_newsletters(db.session()) if one.id in g.viewer.roles]
    if not own:
        raise NotFound
    chosen = _chosen(own)
    period, custom, words = read_period(request.args)
    rows = get_overview(db.session(), chosen, period, custom, clock.now())
    sums, g.newsletter = sums_by_currency(rows), chosen[0]
    owed = [(one.currency, one.money.outstanding_minor, one.late_minor) for one in sums]
    return render_template(
        "reporting/show_overview.html", rows=rows, sums=sums, own=own, period=period, words=words,
        chosen={one.id for one in chosen}, slugs=[one.slug for one in chosen] if len(chosen) < len(own) else [],
        headline=overview_headline(owed),
    )  # fmt: skip


def _chosen(own: list[Newsletter]) -> list[Newsletter]:
    """The newsletters named in the address; raises NotFound for one that is not the viewer's."""
    named = set(request.args.getlist("newsletter"))
    if named - {one.slug for one in own}:
        raise NotFound
    return [one for one in own if one.slug in named] or own
