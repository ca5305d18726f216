"""The rows behind a figure."""

from typing import Any

from flask import render_template, request, url_for

from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.errors import NotFound
from sponsorship.core.web import Access, access
from sponsorship.inventory.models import Newsletter
from sponsorship.reporting.queries import Filters, get_figure_rows
from sponsorship.reporting.rules import FigureKind, page_asked, page_slice, pages_of, rows_headline, span_text
from sponsorship.reporting.views.door import asked_for, blueprint, read_newsletter


@blueprint.get("/desk/<slug>/revenue/rows/<figure>")
@access(Access.TEAM, Permission.READ)
def list_rows(slug: str, figure: str) -> str:
    """Show the rows that add up to a figure, with the same filters in the address."""
    newsletter = read_newsletter(slug)
    if figure not in list(FigureKind):
        raise NotFound
    filters = asked_for(newsletter)
    page = page_asked(request.args.get("page", "1"))
    found = get_figure_rows(
        db.session(), newsletter, filters.scope, FigureKind(figure), clock.now(), page=page_slice(page)
    )
    return render_template(
        "reporting/list_rows.html", found=found, rows=found.rows, page=page, pages=pages_of(found.count), filters=filters,
        span=span_text(found.kind, filters.scope), ledger=_ledger_url(newsletter, found.kind, filters),
        headline=rows_headline(found.kind, found.total, found.count, newsletter.currency),
    )  # fmt: skip


def _ledger_url(newsletter: Newsletter, kind: FigureKind, filters: Filters) -> str:
    """The ledger lines that come to the same figure; the ledger knows no placements, and what is late is no account's."""
    if not kind.is_posted or filters.placement is not None:
        return ""
    words: dict[str, Any] = {"figure": kind.value, "currency": newsletter.currency}
    if not kind.is_balance:
        words |= {"issue_from": filters.scope.span.first, "issue_to": filters.scope.span.last}
    if filters.sponsor is not None:
        words["sponsor"] = filters.sponsor.id
    return url_for("payments.show_ledger", slug=newsletter.slug, **words)
