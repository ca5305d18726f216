"""A publisher who comes from a spreadsheet brings his bookings and open invoices along."""

import csv
import io
from collections.abc import Sequence

from flask import flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.format import count
from sponsorship.core.sheets import make_csv
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_newsletter, get_team_newsletter, list_placements
from sponsorship.payments.errors import ImportChanged
from sponsorship.payments.forms.imports import ImportForm
from sponsorship.payments.portal import blueprint
from sponsorship.payments.rules.imports import Column, RawRow, Unreadable, Verdict
from sponsorship.payments.services import Judged, import_rows, judge_rows

Page = Response | str | tuple[str, int]


@blueprint.route("/desk/<slug>/import", methods=["GET", "POST"])
@access(Access.TEAM, Permission.MONEY)
def import_deals(slug: str) -> Page:
    """Ask for a file; say what would become of each row; import those that can be, and keep the others in the form."""
    newsletter, form = _newsletter(slug), ImportForm()
    if not form.is_submitted():
        return _ask(newsletter, form)
    if not form.validate():
        return _ask(newsletter, form), 422
    try:
        form.read(request.form)
    except Unreadable as wrong:
        (form.file if form.file.data else form.text).errors = [str(wrong)]
        return _ask(newsletter, form), 422
    step = request.form.get("step", "look")
    if step == "import":
        return _import(slug, form)
    judged = _judge(slug, form)
    return _download(form, judged) if step == "download" else _show(newsletter, form, judged)


def _import(slug: str, form: ImportForm) -> Page:
    try:
        with transaction() as session:
            judged = import_rows(
                session, newsletter=get_newsletter(session, slug), rows=form.rows, order=form.order,
                shown=form.shown_lines, actor=g.viewer.email, now=clock.now(),
            )  # fmt: skip
    except ImportChanged as changed:
        return _show(_newsletter(slug), form, _judge(slug, form), refusal=changed.message), changed.status
    new = [row for row in judged if row.verdict is Verdict.NEW]
    if new:
        orders = count(len({row.order_number for row in new}), "order")
        flash(f"Imported {count(len(new), 'row')} as {orders}. Nobody was written to.", "ok")
    left = {row.line: row for row in judged if row.verdict is Verdict.WRONG}
    if not left:
        return go_to(url_for("desk.show_calendar", slug=slug))
    rows = [row for row in form.rows if row.line in left]
    numbered = [RawRow(line, row.cells) for line, row in enumerate(rows, start=2)]
    form.keep(numbered, _as_text(rows))
    return _show(_newsletter(slug), form, _judge(slug, form))


def _judge(slug: str, form: ImportForm) -> list[Judged]:
    with transaction() as session:
        return judge_rows(
            session, newsletter=get_newsletter(session, slug), rows=form.rows, order=form.order, actor=g.viewer.email,
            now=clock.now(),
        )  # fmt: skip


def _newsletter(slug: str) -> Newsletter:
    """The newsletter, for whoever may both sell and write into its books."""
    newsletter = g.newsletter = get_team_newsletter(db.session(), slug, g.viewer, Permission.MONEY, Permission.SELL)
    return newsletter


def _ask(newsletter: Newsletter, form: ImportForm) -> str:
    placements = list_placements(db.session(), newsletter.id)
    return render_template("payments/import_deals.html", form=form, placements=placements, columns=list(Column))


def _show(newsletter: Newsletter, form: ImportForm, judged: Sequence[Judged], refusal: str = "") -> str:
    raw = {row.line: row for row in form.rows}
    sorted_rows = {verdict: [(one, raw[one.line]) for one in judged if one.verdict is verdict] for verdict in Verdict}
    new = sorted_rows[Verdict.NEW]
    return render_template(
        "payments/judge_import.html", form=form, refusal=refusal, new=new, wrong=sorted_rows[Verdict.WRONG],
        known=sorted_rows[Verdict.KNOWN], columns=list(Column), shown=",".join(str(one.line) for one, _ in new),
        typed=request.form, headline=_headline(*(len(sorted_rows[verdict]) for verdict in Verdict)),
    )  # fmt: skip


def _headline(new: int, known: int, wrong: int) -> list[str | tuple[str, str]]:
    clauses: list[str | tuple[str, str]] = []
    if new:
        clauses.append(f"{count(new, 'row')} can be imported.")
    if known:
        clauses.append(f"{known} {'is' if known == 1 else 'are'} here already.")
    if wrong:
        clauses.append((f"{wrong} {'is' if wrong == 1 else 'are'} wrong.", "owed"))
    return clauses


def _download(form: ImportForm, judged: Sequence[Judged]) -> Response:
    """The rows that cannot be imported, as a file, each with what is wrong with it."""
    wrong = {row.line: row.sentence for row in judged if row.verdict is Verdict.WRONG}
    heads = [*(column.label for column in Column), "What is wrong"]
    rows = [[*(row.cells[c] for c in Column), wrong[row.line]] for row in form.rows if row.line in wrong]
    name = {"Content-Disposition": 'attachment; filename="rows-to-mend.csv"'}
    return Response(make_csv(heads, rows), mimetype="text/csv", headers=name)


def _as_text(rows: Sequence[RawRow]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [[column.label for column in Column], *([row.cells[column] for column in Column] for row in rows)]
    )
    return text.getvalue()
