"""The publisher's pages of payments: who owes what, money that came to the bank, reminders."""

import json
from collections.abc import Callable
from datetime import date

from flask import flash, g, render_template, request, url_for
from sqlalchemy.orm import Session
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
from sponsorship.payments.forms import ReasonForm, RecordPaymentForm
from sponsorship.payments.models import Invoice
from sponsorship.payments.portal import blueprint
from sponsorship.payments.queries import (
    Receivable,
    get_invoice,
    list_closed_invoices,
    list_receivables,
    total_money,
)
from sponsorship.payments.queries.reversals import list_open_tasks, list_spendable
from sponsorship.payments.rules.dunning import ageing
from sponsorship.payments.services import record_bank_payment, remind_debtor, spend_kept_money, write_off_invoice
from sponsorship.payments.services.documents import invoice_pdf
from sponsorship.payments.views.orders import pdf_answer

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


@blueprint.get("/invoices/<int:invoice_id>.pdf")
@access(Access.TEAM, Permission.READ)
def show_invoice_pdf(invoice_id: int) -> Response:
    """Send an invoice as PDF."""
    invoice = _chosen(invoice_id, Permission.READ)
    return pdf_answer(invoice_pdf(invoice), f"invoice-{invoice.number}.pdf")


@blueprint.post("/invoices/<int:invoice_id>/write-off")
@access(Access.TEAM, Permission.MONEY)
def write_off(invoice_id: int) -> Response | tuple[str, int]:
    """Give a debt up, with a reason; its bookings stand."""
    invoice, form = _chosen(invoice_id, Permission.MONEY), ReasonForm()
    if not form.validate_on_submit():
        payment = RecordPaymentForm(formdata=None, currency=invoice.currency)
        return _show_invoices(invoice.order.newsletter, invoice, payment, form), 422
    return _do(invoice_id, lambda session, one: write_off_invoice(
        session, invoice=one, reason=form.reason.data or "", actor=g.viewer.email, now=clock.now()
    ), "Written off.")  # fmt: skip


@blueprint.post("/invoices/<int:invoice_id>/use-kept-money")
@access(Access.TEAM, Permission.MONEY)
def use_kept_money(invoice_id: int) -> Response:
    """Pay an invoice from what is kept for its sponsor."""
    _chosen(invoice_id, Permission.MONEY)
    return _do(invoice_id, lambda session, one: spend_kept_money(
        session, invoice=one, actor=g.viewer.email, now=clock.now()
    ), "Paid from what was kept.")  # fmt: skip


def _do(invoice_id: int, act: Callable[[Session, Invoice], object], said: str) -> Response:
    """Do one thing to an invoice, and go back to the list with a line that says how it went."""
    kind, slug = "ok", _chosen(invoice_id, Permission.MONEY).order.newsletter.slug
    try:
        with transaction() as session:
            act(session, get_invoice(session, invoice_id))
    except DomainError as refusal:
        said, kind = refusal.message, "error"
    flash(said, kind)
    return go_to(url_for("payments.list_invoices", slug=slug))


def _chosen(invoice_id: int, permission: Permission) -> Invoice:
    """The invoice, for whoever may: a foreign one looks like none."""
    invoice = get_invoice(db.session(), invoice_id)
    authorise(g.viewer, invoice.newsletter_id, permission)
    return invoice


def _show_invoices(
    newsletter: Newsletter,
    chosen: Invoice | None,
    form: RecordPaymentForm | None,
    reason_form: ReasonForm | None = None,
) -> str:
    g.newsletter = newsletter
    today = today_of(newsletter, clock.now())
    rows = list_receivables(db.session(), newsletter, today)
    return render_template(
        "payments/list_invoices.html", rows=rows, clauses=_headline(newsletter, rows), chosen=chosen, form=form,
        closed=list_closed_invoices(db.session(), newsletter.id, CLOSED_SHOWN), totals=total_money(db.session(), newsletter.id),
        may_record=g.viewer.may(Permission.MONEY, newsletter.id), owed=sum(row.invoice.open_minor for row in rows),
        ages=_ages(newsletter, rows, today),
        tasks=list_open_tasks(db.session(), newsletter.id), reason_form=reason_form or ReasonForm(formdata=None),
        may_set=g.viewer.may(Permission.SETTINGS, newsletter.id),
        spendable=_spendable(chosen),
    )  # fmt: skip


def _ages(newsletter: Newsletter, rows: list[Receivable], today: date) -> list[dict[str, object]]:
    """The ageing as a line of figures: by how long what is owed is late."""
    ages = ageing([(row.invoice.due_on, row.invoice.open_minor) for row in rows], today)
    return [
        {
            "label": age.label, "figure": money(age.open_minor, newsletter.currency),
            "owed": age.is_late and bool(age.open_minor),
            "note": count(age.invoices, "invoice") if age.invoices else "",
        }
        for age in ages
    ]  # fmt: skip


def _spendable(chosen: Invoice | None) -> int:
    """What is kept for an invoice's sponsor in its currency."""
    if chosen is None or chosen.order.sponsor_id is None:
        return 0
    return sum(kept.left_minor for kept in list_spendable(db.session(), chosen.order.sponsor_id, chosen.currency))


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
