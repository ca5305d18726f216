"""The publisher's pages of payments: who owes what, money that came to the bank, reminders."""

import json

from flask import flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.format import count, count_word, money
from sponsorship.core.money import to_major
from sponsorship.core.web import Access, access, go_to, local_path, wants_fragment
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_newsletter
from sponsorship.inventory.services import today_of
from sponsorship.payments.errors import PaymentRecorded
from sponsorship.payments.forms import RecordPaymentForm
from sponsorship.payments.models import Invoice
from sponsorship.payments.portal import blueprint
from sponsorship.payments.queries import (
    Receivable,
    get_invoice,
    list_closed_invoices,
    list_receivables,
    total_money,
)
from sponsorship.payments.services import record_bank_payment, remind_debtor

CLOSED_SHOWN = 25


@blueprint.get("/desk/<slug>/invoices", endpoint="list_invoices")
@blueprint.get("/invoices/<int:invoice_id>", endpoint="show_invoice")
@access(Access.TEAM, Permission.READ)
def list_invoices(slug: str = "", invoice_id: int | None = None) -> str:
    """Show who owes what, oldest first; with an invoice, also the form for money that came for it."""
    chosen = _chosen(invoice_id, Permission.READ) if invoice_id is not None else None
    newsletter = chosen.order.newsletter if chosen else get_newsletter(db.session(), slug)
    authorise(g.viewer, newsletter.id, Permission.READ)
    form = (
        RecordPaymentForm(currency=chosen.currency, amount=str(to_major(chosen.open_minor, chosen.currency)))
        if chosen
        else None
    )
    return _show_invoices(newsletter, chosen, form)


@blueprint.post("/invoices/<int:invoice_id>/payments")
@access(Access.TEAM, Permission.MONEY)
def record_payment(invoice_id: int) -> Response | tuple[str, int]:
    """Record money that came to the bank."""
    invoice = _chosen(invoice_id, Permission.MONEY)
    form, status = RecordPaymentForm(currency=invoice.currency), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                receipt = record_bank_payment(
                    session, invoice=get_invoice(session, invoice_id), amount_minor=form.amount_minor,
                    reference=form.reference.data or "", actor=g.viewer.email, now=clock.now(),
                )  # fmt: skip
                amount = money(receipt.amount_minor, receipt.currency, cents=True)
            flash(f"Payment recorded: {amount}.", "ok")
            return go_to(
                url_for("payments.list_invoices", slug=_chosen(invoice_id, Permission.MONEY).order.newsletter.slug)
            )
        except DomainError as refusal:
            errors = form.reference.errors if isinstance(refusal, PaymentRecorded) else form.form_errors
            errors.append(refusal.message)
            status = refusal.status
    invoice = _chosen(invoice_id, Permission.MONEY)
    return _show_invoices(invoice.order.newsletter, invoice, form), status


@blueprint.post("/invoices/<int:invoice_id>/remind", endpoint="remind_debtor")
@access(Access.TEAM, Permission.MONEY)
def remind(invoice_id: int) -> Response:
    """Send the debtor a reminder, at most one a day; answers 204 with a line to show, or goes back to where the button stood."""
    slug, kind = _chosen(invoice_id, Permission.MONEY).order.newsletter.slug, "ok"
    try:
        with transaction() as session:
            invoice = get_invoice(session, invoice_id)
            remind_debtor(session, invoice=invoice, actor=g.viewer.email, now=clock.now())
            said = f"Reminder sent to {invoice.order.contact_email}."
    except DomainError as refusal:
        said, kind = refusal.message, "error"
    if wants_fragment():
        toast = {"slotsChanged": {}, "toast": {"text": said, "kind": kind}}
        return Response(status=204, headers={"HX-Trigger": json.dumps(toast)})
    flash(said, kind)
    return go_to(local_path(request.form.get("next")) or url_for("payments.list_invoices", slug=slug))


def _chosen(invoice_id: int, permission: Permission) -> Invoice:
    """The invoice, for whoever may: a foreign one looks like none."""
    invoice = get_invoice(db.session(), invoice_id)
    authorise(g.viewer, invoice.newsletter_id, permission)
    return invoice


def _show_invoices(newsletter: Newsletter, chosen: Invoice | None, form: RecordPaymentForm | None) -> str:
    g.newsletter = newsletter
    today = today_of(newsletter, clock.now())
    rows = list_receivables(db.session(), newsletter, today)
    return render_template(
        "payments/list_invoices.html", rows=rows, clauses=_headline(newsletter, rows), chosen=chosen, form=form,
        closed=list_closed_invoices(db.session(), newsletter.id, CLOSED_SHOWN), totals=total_money(db.session(), newsletter.id),
        may_record=g.viewer.may(Permission.MONEY, newsletter.id), owed=sum(row.invoice.open_minor for row in rows),
    )  # fmt: skip


def _headline(newsletter: Newsletter, rows: list[Receivable]) -> list[str | tuple[str, str]]:
    """The page's sentence: how many are open, what they come to, and in red what is late."""
    if not rows:
        return ["Nobody owes you anything."]
    owed = money(sum(row.invoice.open_minor for row in rows), newsletter.currency)
    late = [row for row in rows if row.days_late]
    first = f"{count_word(len(rows), 'invoice')} {'is' if len(rows) == 1 else 'are'} open, {owed} in all"
    if not late:
        return [f"{first}.", "None is late."]
    late_sum = money(sum(row.invoice.open_minor for row in late), newsletter.currency)
    return [f"{first},", (f"{late_sum} of it late ({count(len(late), 'invoice')}).", "owed")]
