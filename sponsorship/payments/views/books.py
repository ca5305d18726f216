"""The books: every figure opens to its lines, lines leave as CSV and XLSX, months are closed and opened again."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from flask import Response, flash, g, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.format import count_word, long_day, money, month
from sponsorship.core.money import to_major
from sponsorship.core.sheets import XLSX, Cell, make_csv, make_xlsx
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_newsletter, get_team_newsletter
from sponsorship.inventory.services import today_of
from sponsorship.payments.portal import blueprint
from sponsorship.payments.queries.books import (
    LedgerFilter,
    LedgerRow,
    LedgerSum,
    find_closed_through,
    find_finding,
    list_closings,
    list_currencies,
    list_findings,
    list_ledger_lines,
    list_months,
    sum_ledger,
)
from sponsorship.payments.rules import Account, EntryKind
from sponsorship.payments.rules.books import (
    SIX,
    Figure,
    account_label,
    end_of_month,
    kind_label,
    month_of,
)
from sponsorship.payments.services import close_month, reopen_month

Word = TypeVar("Word", bound=StrEnum)
PAGE_LINES = 50
LARGEST_ID = 2**31 - 1
COLUMNS = (
    "Line", "Entry", "Day", "Recorded (UTC)", "Event", "Account", "Debit", "Credit", "Currency", "Order", "Sponsor",
    "Placement", "Issue", "Issue day", "Reference", "Memo", "Key",
)  # fmt: skip


@blueprint.get("/desk/<slug>/ledger")
@access(Access.TEAM, Permission.READ)
def show_ledger(slug: str) -> str:
    """Show the lines behind a figure, or all of them, with what they come to."""
    newsletter, wanted = _newsletter(slug), _filter()
    page = _number("page") or 1
    sums = sum_ledger(db.session(), newsletter.id, wanted)
    rows = list_ledger_lines(
        db.session(), newsletter.id, wanted, limit=PAGE_LINES, offset=(min(page, 10_000) - 1) * PAGE_LINES
    )
    lines = sum(one.lines for one in sums)
    return render_template(
        "payments/show_ledger.html", rows=rows, sums=sums, wanted=wanted, lines=lines, page=page,
        pages=max(1, -(-lines // PAGE_LINES)), headline=_headline(wanted, sums), facts=_facts(wanted),
        choices=_choices(newsletter), chosen=_asked(), account_label=account_label, kind_label=kind_label,
        closed_through=find_closed_through(db.session(), newsletter.id),
    )  # fmt: skip


@blueprint.get("/desk/<slug>/ledger.<form>")
@access(Access.TEAM, Permission.READ)
def export_ledger(slug: str, form: str) -> Response:
    """Send the same lines as a file for the accountant."""
    newsletter, wanted = _newsletter(slug), _filter()
    if form not in ("csv", "xlsx"):
        raise DomainError("The ledger comes as csv or as xlsx.")
    rows = [_cells(row) for row in list_ledger_lines(db.session(), newsletter.id, wanted)]
    body = make_csv(COLUMNS, rows) if form == "csv" else make_xlsx("Ledger", COLUMNS, rows)
    name = f"{newsletter.slug}-ledger-{today_of(newsletter, clock.now()).isoformat()}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, mimetype="text/csv" if form == "csv" else XLSX, headers=headers)


@blueprint.get("/desk/<slug>/books")
@access(Access.TEAM, Permission.READ)
def show_books(slug: str) -> str:
    """Show the six figures of each month and currency, which months are closed, and what checking the books found."""
    return _books_page(_newsletter(slug))


@blueprint.post("/desk/<slug>/books/close", endpoint="close_month")
@access(Access.TEAM, Permission.MONEY)
def close(slug: str) -> AnyResponse | tuple[str, int]:
    """Close a month and all before it."""
    return _act(slug, lambda session, newsletter, first: close_month(
        session, newsletter=newsletter, month=first, actor=g.viewer.email, now=clock.now()),
        "{} is closed. What comes later for it is posted on the next open day.")  # fmt: skip


@blueprint.post("/desk/<slug>/books/reopen", endpoint="reopen_month")
@access(Access.TEAM, Permission.MONEY)
def reopen(slug: str) -> AnyResponse | tuple[str, int]:
    """Open a closed month again, and all after it, with a reason."""
    reason = request.form.get("reason", "")[:500]
    return _act(slug, lambda session, newsletter, first: reopen_month(
        session, newsletter=newsletter, month=first, reason=reason, actor=g.viewer.email, now=clock.now()),
        "{} is open again. The reason is in the audit trail.")  # fmt: skip


def mode_warning(_newsletter_id: int) -> str | None:
    """What stands above every page of the team while events of the other mode come in."""
    found = find_finding(db.session(), "mode:event")
    return found.sentence if found is not None and found.cleared_at is None else None


def _act(slug: str, act: Callable[[Any, Newsletter, date], object], said: str) -> AnyResponse | tuple[str, int]:
    newsletter = _newsletter(slug, Permission.MONEY)
    try:
        first = _month(request.form.get("month", ""))
        with transaction() as session:
            act(session, get_newsletter(session, slug), first)
    except DomainError as refusal:
        return _books_page(newsletter, refusal.message, request.form.get("reason", "")), refusal.status
    flash(said.format(month(first)), "ok")
    return go_to(url_for("payments.show_books", slug=slug))


def _books_page(newsletter: Newsletter, refusal: str = "", reason: str = "") -> str:
    session, today = db.session(), today_of(newsletter, clock.now())
    currencies = list_currencies(session, newsletter.id) or [newsletter.currency]
    currencies.sort(key=lambda code: (code != newsletter.currency, code))
    books = {code: list_months(session, newsletter.id, code, SIX, until=today) for code in currencies}
    closed_through = find_closed_through(session, newsletter.id)
    months = sorted({one.month for rows in books.values() for one in rows})
    closable = [one for one in months if end_of_month(one) < today and not _is_closed(one, closed_through)]
    findings = list_findings(session, newsletter.id)
    return render_template(
        "payments/show_books.html", books=books, six=SIX, findings=findings, closed_through=closed_through,
        closable=closable, closed=[one for one in months if _is_closed(one, closed_through)][::-1],
        closings=list_closings(session, newsletter.id), may_close=g.viewer.may(Permission.MONEY, newsletter.id),
        clauses=_books_headline(closed_through, len(findings)), refusal=refusal, reason=reason, end_of_month=end_of_month,
    )  # fmt: skip


def _is_closed(first: date, closed_through: date | None) -> bool:
    return closed_through is not None and first <= closed_through


def _books_headline(closed_through: date | None, findings: int) -> list[str | tuple[str, str]]:
    """The page's sentence: how far the books are closed, and whether they agree with the provider."""
    first = f"The books are closed up to {long_day(closed_through)}." if closed_through else "No month is closed yet."
    if not findings:
        return [first, "Nothing differs."]
    return [first, (f"{count_word(findings, 'thing')} {'needs' if findings == 1 else 'need'} looking at.", "owed")]


def _newsletter(slug: str, permission: Permission = Permission.READ) -> Newsletter:
    newsletter = g.newsletter = get_team_newsletter(db.session(), slug, g.viewer, permission)
    return newsletter


def _filter() -> LedgerFilter:
    """Read the filter from the address; raises DomainError with a sentence for what cannot be read."""
    first, last = _day("from"), _day("to")
    if request.args.get("month"):
        first = _month(request.args["month"])
        last = end_of_month(first)
    return LedgerFilter(
        figure=_word("figure", Figure), account=_word("account", Account), kind=_word("kind", EntryKind),
        currency=request.args.get("currency", "").upper()[:3] or None, from_day=first, to_day=last,
        issue_from=_day("issue_from"), issue_to=_day("issue_to"), order_id=_number("order"),
        sponsor_id=_number("sponsor"), issue_id=_number("issue"), booking_id=_number("booking"),
    )  # fmt: skip


def _asked() -> dict[str, str]:
    """The filter as it was asked for, for links that keep it."""
    return {name: value for name, value in request.args.items() if value and name != "page"}


def _word(name: str, words: type[Word]) -> Word | None:
    value = request.args.get(name, "")
    if not value:
        return None
    if value not in list(words):
        raise DomainError(f"There is no {name} of that name in the ledger.")
    return words(value)


def _number(name: str) -> int | None:
    value = request.args.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdecimal()) or not 0 < int(value[:12]) <= LARGEST_ID:
        raise DomainError(f"The {name} must be a number.")
    return int(value)


def _day(name: str) -> date | None:
    value = request.args.get(name, "")
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as unreadable:
        raise DomainError("Write a day as 2026-11-30.") from unreadable


def _month(value: str) -> date:
    try:
        return month_of(date.fromisoformat(f"{value}-01"))
    except ValueError as unreadable:
        raise DomainError("Write a month as 2026-11.") from unreadable


def _headline(wanted: LedgerFilter, sums: list[LedgerSum]) -> list[str]:
    """What the lines come to, as the figure reads on the dashboard."""
    if wanted.figure is None and wanted.account is None:
        return ["Every amount, twice:", "once on each side."] if sums else ["No line fits."]
    label = wanted.figure.label if wanted.figure else account_label(wanted.account or Account.BANK)
    if not sums:
        return [f"{label}: nothing yet."]
    amounts = (money(one.counted_minor, one.currency, cents=True) for one in sums)
    return [f"{label}: {' and '.join(amounts)}."]


def _facts(wanted: LedgerFilter) -> list[str]:
    """What restricts the lines, in words, for the line above the headline."""
    facts = [kind_label(wanted.kind)] if wanted.kind else []
    facts += [account_label(wanted.account)] if wanted.account and wanted.figure else []
    for first, last, what in ((wanted.from_day, wanted.to_day, ""), (wanted.issue_from, wanted.issue_to, "issues ")):
        if first and last and first == month_of(first) and last == end_of_month(first):
            facts.append(f"{what}{month(first)}")
        elif first or last:
            since, until = long_day(first) if first else "the beginning", long_day(last) if last else "today"
            facts.append(f"{what}{since} to {until}")
    return [*facts, wanted.currency] if wanted.currency else facts


def _choices(newsletter: Newsletter) -> dict[str, list[tuple[str, str]]]:
    """What the form offers."""
    return {
        "figure": [(one.value, one.label) for one in Figure],
        "account": [(one.value, account_label(one)) for one in Account],
        "kind": [(one.value, kind_label(one)) for one in EntryKind],
        "currency": [(code, code) for code in list_currencies(db.session(), newsletter.id)],
    }


def _cells(row: LedgerRow) -> list[Cell]:
    amount = to_major(abs(row.amount_minor), row.currency)
    debit, credit = (amount, None) if row.amount_minor > 0 else (None, amount)
    return [
        row.line_id, row.entry_id, row.effective_on, row.recorded_at, kind_label(row.kind), account_label(row.account),
        debit, credit, row.currency, row.order_number, row.sponsor, row.placement, row.issue_number, row.publish_on,
        row.reference, row.memo, row.key,
    ]  # fmt: skip
