"""The page on which an invoice is paid, and what the shop's owner does with it in the dashboard."""

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from sponsorship.standin.engine import Engine
from sponsorship.standin.errors import ApiError
from sponsorship.standin.invoices import OPEN_ENDED, settle_elsewhere, void
from sponsorship.standin.money import format_amount
from sponsorship.standin.pages import plain_page
from sponsorship.standin.payments import BANK_TRANSFER, pay_invoice
from sponsorship.standin.store import Body, Transaction

BY_CARD, BY_BANK, PART, ELSEWHERE, VOID = "card", "bank", "part", "elsewhere", "void"

blueprint = Blueprint("invoice_pages", __name__)


@blueprint.errorhandler(ApiError)
def show_refusal(refusal: ApiError) -> Response:
    """Say why something cannot be done with this invoice; no page offers it."""
    return plain_page("refused.html", status=409, message=refusal.message)


@blueprint.get("/invoice/<invoice_id>")
def show_invoice(invoice_id: str) -> Response:
    """Show what is left to pay, and the buttons that pay it."""
    with Engine.of(current_app).store.transaction() as tx:
        invoice = _invoice(tx, invoice_id)
    lines = [{**line, "shown": format_amount(line["amount"], line["currency"])} for line in invoice["lines"]["data"]]
    return plain_page(
        "invoice.html",
        invoice=invoice,
        lines=lines,
        is_payable=invoice["status"] in OPEN_ENDED,
        left=format_amount(invoice["amount_remaining"], invoice["currency"]),
        total=format_amount(invoice["total"], invoice["currency"]),
    )


@blueprint.post("/invoice/<invoice_id>")
def act(invoice_id: str) -> Response:
    """Do what the button says."""
    engine, wanted = Engine.of(current_app), request.form.get("act", "")
    with engine.store.transaction() as tx:
        invoice = _invoice(tx, invoice_id)
        left = invoice["amount_remaining"]
        if wanted == BY_CARD:
            pay_invoice(tx, invoice, "card", left)
        elif wanted == BY_BANK:
            pay_invoice(tx, invoice, BANK_TRANSFER, left)
        elif wanted == PART:
            pay_invoice(tx, invoice, BANK_TRANSFER, left // 200 * 100 or left)
        elif wanted == ELSEWHERE:
            settle_elsewhere(tx, invoice_id)
        elif wanted == VOID:
            void(tx, invoice_id)
    engine.wake()
    return redirect(url_for("invoice_pages.show_invoice", invoice_id=invoice_id), 303)


def _invoice(tx: Transaction, invoice_id: str) -> Body:
    found = tx.find(invoice_id, "invoice")
    if found is None or found.body["status"] == "draft":
        raise NotFound
    return found.body
