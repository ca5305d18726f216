"""Tables that leave the desk, as CSV or Excel; each export is on record."""

from datetime import date

from flask import Response, g, render_template, request

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import NotAllowed, NotFound
from sponsorship.core.sheets import XLSX, Sheet, make_csv, make_xlsx
from sponsorship.core.web import Access, access
from sponsorship.inventory.models import Newsletter
from sponsorship.reporting.queries import export_sheet, get_figure_rows, rows_sheet
from sponsorship.reporting.rules import ExportKind, FigureKind, Span
from sponsorship.reporting.services import record_export
from sponsorship.reporting.views.door import asked_for, blueprint, read_newsletter

FILES = ("csv", "xlsx")
ALL_TIME = Span(date(1990, 1, 1), date(2200, 1, 1))


@blueprint.get("/desk/<slug>/exports")
@access(Access.TEAM, Permission.READ)
def list_exports(slug: str) -> str:
    """Show what can be taken out, and what of it the viewer's role covers."""
    newsletter = read_newsletter(slug)
    kinds = [(kind, _may(newsletter, kind)) for kind in ExportKind]
    return render_template(
        "reporting/list_exports.html", kinds=kinds, filters=asked_for(newsletter), is_all_time=_is_all_time()
    )


@blueprint.get("/desk/<slug>/exports/<table>.<kind>")
@access(Access.TEAM, Permission.READ)
def export_table(slug: str, table: str, kind: str) -> Response:
    """Hand out a table as a file; raises NotAllowed where the role does not cover it."""
    newsletter = read_newsletter(slug)
    if table not in list(ExportKind) or kind not in FILES:
        raise NotFound
    if not _may(newsletter, ExportKind(table)):
        raise NotAllowed
    span = ALL_TIME if _is_all_time() else asked_for(newsletter).scope.span
    _record(newsletter, table, kind, span)
    return as_file(export_sheet(db.session(), newsletter, ExportKind(table), span), f"{slug}-{table}", kind)


@blueprint.get("/desk/<slug>/revenue/rows/<figure>.<kind>")
@access(Access.TEAM, Permission.READ)
def export_rows(slug: str, figure: str, kind: str) -> Response:
    """Hand out the rows behind a figure as a file."""
    newsletter = read_newsletter(slug)
    if figure not in list(FigureKind) or kind not in FILES:
        raise NotFound
    scope = asked_for(newsletter).scope
    _record(newsletter, figure, kind, scope.span)
    found = get_figure_rows(db.session(), newsletter, scope, FigureKind(figure), clock.now())
    return as_file(rows_sheet(found, newsletter.currency), f"{slug}-{figure}", kind)


def as_file(sheet: Sheet, name: str, kind: str) -> Response:
    """Return a sheet as a download."""
    is_csv = kind == "csv"
    body = make_csv(sheet.columns, sheet.rows) if is_csv else make_xlsx(sheet.title, sheet.columns, sheet.rows)
    mimetype = "text/csv; charset=utf-8" if is_csv else XLSX
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"', "Cache-Control": "no-store"}
    return Response(body, content_type=mimetype, headers=headers)


def _is_all_time() -> bool:
    return "period" not in request.args


def _may(newsletter: Newsletter, kind: ExportKind) -> bool:
    viewer = authorise(g.viewer, newsletter.id, Permission.READ)
    return any(viewer.may(permission, newsletter.id) for permission in kind.permissions)


def _record(newsletter: Newsletter, table: str, kind: str, span: Span) -> None:
    newsletter_id = newsletter.id
    with transaction() as session:
        record_export(
            session, newsletter_id=newsletter_id, table=table, kind=kind, span=span, actor=g.viewer.email, now=clock.now()
        )  # fmt: skip
