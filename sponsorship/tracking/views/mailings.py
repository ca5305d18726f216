"""Reading a mail provider's table: choose the file, see what was understood, correct it, import it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, g, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.format import count, count_word
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Issue, Newsletter
from sponsorship.tracking import queries, services
from sponsorship.tracking.forms import MappingForm, TableForm, mapping_form
from sponsorship.tracking.rules import mailings as rules
from sponsorship.tracking.rules.mailings import LinkRow, MailingColumn, MailingRow, Table, TableUnreadable
from sponsorship.tracking.services import ImportedStatistics
from sponsorship.tracking.views.door import blueprint, name_of, open_newsletter


@dataclass(frozen=True, slots=True)
class Preview:
    """A table as it was understood: one row an issue, or one row a link of one issue."""

    newsletter: Newsletter
    form: MappingForm
    mailings: Sequence[MailingRow]
    links: Sequence[LinkRow]
    issues: dict[int, Issue]

    @property
    def is_of_links(self) -> bool:
        """Whether a column of links was chosen."""
        return MailingColumn.LINK in self.form.columns()


@blueprint.get("/desk/<slug>/statistics")
@access(Access.TEAM, Permission.READ)
def list_statistics(slug: str) -> str:
    """Show what the mail provider counted, issue by issue, and take its file."""
    return _list(open_newsletter(slug, Permission.READ), TableForm(formdata=None))


@blueprint.post("/desk/<slug>/statistics/preview")
@access(Access.TEAM, Permission.EDIT)
def preview_statistics(slug: str) -> str | tuple[str, int]:
    """Show what was understood of a file that was chosen, or of one at hand whose columns were corrected."""
    newsletter, upload = open_newsletter(slug, Permission.EDIT), TableForm()
    try:
        if "content" in request.form:
            return _show(_read_again(newsletter, keeps_numbers=False))
        file: FileStorage | None = upload.file.data
        if not isinstance(file, FileStorage) or not file.filename:
            raise TableUnreadable("Choose the file first.")
        return _show(_read(newsletter, rules.decode(file.read()), file.filename))
    except TableUnreadable as error:
        upload.file.errors = [error.message]
        return _list(newsletter, upload), 422


@blueprint.post("/desk/<slug>/statistics")
@access(Access.TEAM, Permission.EDIT)
def import_statistics(slug: str) -> Response | tuple[str, int]:
    """Keep the rows that have an issue; where anything is wrong, nothing is kept and everything chosen stays."""
    preview = _read_again(open_newsletter(slug, Permission.EDIT), keeps_numbers=True)
    if not preview.form.validate():
        return _show(preview), 422
    chosen = _chosen(preview)
    if preview.form.errors:
        return _show(preview), 422
    done = _keep(preview, chosen)
    flash(_told(done, "link" if preview.is_of_links else "issue"), "ok")
    return go_to(url_for("tracking.list_statistics", slug=slug))


def _keep(preview: Preview, chosen: Sequence[tuple[Issue, MailingRow | None]]) -> ImportedStatistics:
    """Import what was chosen."""
    record: dict[str, Any] = {
        "source": preview.form.file_name.data[:200],
        "entered_by": name_of(g.viewer),
        "now": clock.now(),
    }
    with transaction() as session:
        issues = [session.get_one(Issue, issue.id) for issue, _ in chosen]
        if preview.is_of_links:
            good = [row for row in preview.links if not row.fault]
            return services.import_link_counts(session, issue=issues[0], rows=good, **record)
        counts = [row.counts for _, row in chosen if row and row.counts]
        return services.import_mailings(session, mailings=list(zip(issues, counts, strict=True)), **record)


def _told(done: ImportedStatistics, noun: str) -> str:
    """Say what an import brought."""
    if not done.new and not done.changed:
        return f"Nothing new: {count(done.same, noun)} had these figures already."
    parts = [f"{done.new} new" if done.new else "", f"{done.changed} changed" if done.changed else "",
             f"{done.same} as before" if done.same else ""]  # fmt: skip
    return f"{count_word(done.new + done.changed + done.same, noun)} read: {', '.join(part for part in parts if part)}."


def _read(newsletter: Newsletter, text: str, file_name: str) -> Preview:
    """A file as it was uploaded: columns guessed, issues looked for."""
    table = rules.read_table(text)
    columns = rules.guess_mailing_columns(table.header)
    values: dict[str, Any] = {column.value: name for column, name in columns.items()} | {
        "content": text,
        "file_name": file_name,
    }
    return _preview(newsletter, table, values, columns)


def _read_again(newsletter: Newsletter, *, keeps_numbers: bool) -> Preview:
    """A table that came back with its form: columns as they were chosen, issues too unless they are to be looked for anew."""
    table = rules.read_table(request.form.get("content", ""))
    columns = mapping_form(table.header, [])().columns()
    values: dict[str, Any] | None = None if keeps_numbers else {
        **{column.value: columns.get(column, "") for column in MailingColumn},
        "content": request.form["content"], "file_name": request.form.get("file_name", ""),
        "issue_number": request.form.get("issue_number", type=int),
    }  # fmt: skip
    return _preview(newsletter, table, values, {key: name for key, name in columns.items() if name in table.header})


def _preview(
    newsletter: Newsletter, table: Table, values: dict[str, Any] | None, columns: dict[MailingColumn, str]
) -> Preview:
    """The form is filled from `values`, with the issue of each row as far as it can be told; None: from the request."""
    issues = {issue.number: issue for issue in queries.sent_issues(db.session(), newsletter.id, clock.now())}
    is_of_links = MailingColumn.LINK in columns
    links = rules.link_rows(table, columns) if is_of_links else []
    mailings = [] if is_of_links else rules.mailing_rows(table, columns, newsletter.timezone)
    kind = mapping_form(table.header, mailings)
    if values is None:
        return Preview(newsletter, kind(), mailings, links, issues)
    numbers = {issue.publish_on: issue.number for issue in issues.values()}
    told = {f"row_{row.line}": rules.issue_of(row, numbers) if row.counts else None for row in mailings}
    return Preview(newsletter, kind(formdata=None, data={**values, **told}), mailings, links, issues)


def _chosen(preview: Preview) -> list[tuple[Issue, MailingRow | None]]:
    """The issues that were chosen, each with its row; what is wrong is said on the form."""
    form = preview.form
    for missing in rules.missing_mailing_columns(form.columns()):
        form.form_errors.append(f"Say which column has this: {missing}.")
    if preview.is_of_links:
        issue = preview.issues.get(form.issue_number.data or 0)
        if issue is None:
            form.issue_number.errors = ["Type the number of the issue whose links these are; it must have gone out."]
        return [(issue, None)] if issue else []
    found: dict[int, tuple[Issue, MailingRow | None]] = {}
    numbers = form.numbers(preview.mailings)
    for row in preview.mailings:
        number = numbers.get(row.line)
        if number is None:
            continue
        if number not in preview.issues:
            form.refuse(row, f"No. {number} has not gone out, or there is none.")
        elif number in found:
            form.refuse(row, f"Another line has No. {number} too. Leave one of them out.")
        elif row.counts is None:
            form.refuse(row, f"This line cannot be read: {row.fault}. Leave it out, or choose other columns.")
        else:
            found[number] = preview.issues[number], row
    if not found and not form.errors:
        form.form_errors.append("No line has an issue yet: type the number of the issue that each is about.")
    return list(found.values())


def _list(newsletter: Newsletter, form: TableForm) -> str:
    issues = queries.sent_issues(db.session(), newsletter.id, clock.now())
    known = queries.statistics_of(db.session(), [issue.id for issue in issues])
    may_edit = g.viewer.may(Permission.EDIT, newsletter.id)
    return render_template(
        "tracking/list_statistics.html", form=form, issues=issues, known=known, may_edit=may_edit,
        missing=sum(issue.id not in known for issue in issues),
    )  # fmt: skip


def _show(preview: Preview) -> str:
    g.newsletter = preview.newsletter
    bookings: dict[str, int | None] = {}
    if preview.is_of_links and (issue := preview.issues.get(preview.form.issue_number.data or 0)):
        bookings = queries.bookings_behind(db.session(), issue.id, {row.url for row in preview.links})
    return render_template(
        "tracking/preview_statistics.html", form=preview.form, mailings=preview.mailings, links=preview.links, bookings=bookings,
        is_of_links=preview.is_of_links, columns=list(MailingColumn),
        missing=rules.missing_mailing_columns(preview.form.columns()),
        found=sum(1 for row in preview.mailings if preview.form[f"row_{row.line}"].data is not None),
    )  # fmt: skip
