"""What stands on invoices and credit notes: put into words when they are issued, kept with them, typeset when asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from babel import Locale
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Order
from sponsorship.core import format as wording
from sponsorship.core.pdf import typeset
from sponsorship.core.web import page_url
from sponsorship.payments.models import CreditNote, Invoice, OrderTerms, Seller
from sponsorship.payments.queries.terms import find_terms, get_seller
from sponsorship.payments.rules import InvoiceState
from sponsorship.payments.rules.taxes import percent_text

Values = dict[str, Any]
COLUMNS = ["Placement", "Issue", "Tax", "Net"]


def print_invoice(session: Session, invoice: Invoice) -> Values:
    """Return an invoice's paper in words, as it is issued: what is changed later of sponsor or seller does not change it."""
    order, seller = invoice.order, get_seller(session, invoice.order.newsletter)
    terms = find_terms(session, order)
    payment = _payment(invoice, seller)
    notes = [{"title": "How it is paid", "lines": payment}] if payment else []
    return _paper(
        order, seller, terms, kind="Invoice", number=invoice.number, currency=invoice.currency,
        facts=[f"Issued {wording.long_day(invoice.issued_on)}", f"Due {wording.long_day(invoice.due_on)}", order.number],
        rows=_rows(order.bookings, {b.id: b.net_minor for b in order.bookings}, terms, invoice.currency),
        net_minor=invoice.net_minor, tax_minor=invoice.tax_minor, total_label="To pay", notes=notes,
    )  # fmt: skip


def print_credit_note(session: Session, note: CreditNote, invoice: Invoice, what_becomes: str) -> Values:
    """Return a credit note's paper in words: which invoice it takes from, why, and what becomes of the money."""
    order = note.order
    seller, terms = get_seller(session, order.newsletter), find_terms(session, order)
    net_of = {int(booking_id): net for booking_id, net in note.net_by_booking.items()}
    return _paper(
        order, seller, terms, kind="Credit note", number=note.number, currency=note.currency,
        facts=[f"Issued {wording.long_day(note.issued_on)}", f"To invoice {invoice.number}", order.number],
        rows=_rows(order.bookings, net_of, terms, note.currency), net_minor=note.net_minor, tax_minor=note.tax_minor,
        total_label="Credited", notes=[{"title": "Why", "lines": [note.reason, what_becomes]}],
    )  # fmt: skip


def invoice_pdf(invoice: Invoice) -> bytes:
    """Return an invoice as PDF, a cancelled one marked as such."""
    values = dict(invoice.printed)
    if invoice.state is InvoiceState.VOID:
        values["notes"] = [{"title": "Void", "lines": [invoice.close_reason]}, *values["notes"]]
    return typeset("invoice", values, made_at=invoice.order.confirmed_at or invoice.order.created_at)


def credit_note_pdf(note: CreditNote) -> bytes:
    """Return a credit note as PDF."""
    return typeset("invoice", note.printed, made_at=note.issued_at)


def _paper(
    order: Order,
    seller: Seller,
    terms: OrderTerms | None,
    *,
    kind: str,
    number: str,
    currency: str,
    facts: list[str],
    rows: list[list[str]],
    net_minor: int,
    tax_minor: int,
    total_label: str,
    notes: list[dict[str, Any]],
) -> Values:
    sums = [["Net", _money(net_minor, currency)]]
    if terms is not None and (terms.tax_label or tax_minor):
        sums.append([terms.tax_label or "Tax", _money(tax_minor, currency)])
    elif tax_minor:
        sums.append(["Tax", _money(tax_minor, currency)])
    if terms is not None and terms.tax_note:
        notes = [*notes, {"title": "Tax", "lines": [terms.tax_note]}]
    return {
        "title": f"{kind} {number}", "publisher": seller.name, "newsletter": order.newsletter.name, "kind": kind,
        "number": number, "facts": facts, "parties": [_from(seller, order), _to(order, terms)], "columns": COLUMNS,
        "rows": rows, "sums": sums, "total": [total_label, _money(net_minor + tax_minor, currency)], "notes": notes,
        "footer": seller.footer.splitlines(),
    }  # fmt: skip


def _from(seller: Seller, order: Order) -> dict[str, Any]:
    lines = [seller.name, seller.street, seller.city, _country(seller.country)]
    lines += [f"Tax number {seller.tax_number}"] if seller.tax_number else []
    return {"label": "From", "lines": [*lines, order.newsletter.contact_email]}


def _to(order: Order, terms: OrderTerms | None) -> dict[str, Any]:
    sponsor = order.payer
    lines = [sponsor.name, sponsor.street, sponsor.city, _country(sponsor.country)] if sponsor else []
    tax_number = terms.tax_number if terms is not None else (sponsor.vat_number if sponsor else "")
    lines += [f"Tax number {tax_number}"] if tax_number else []
    lines += [f"For {order.sponsor.name}"] if order.agency is not None and order.sponsor else []
    lines += [f"Your order {order.purchase_order_number}"] if order.purchase_order_number else []
    return {"label": "To", "lines": [*lines, order.contact_name]}


def _rows(
    bookings: Sequence[Booking], net_of: Mapping[int, int], terms: OrderTerms | None, currency: str
) -> list[list[str]]:
    rate = "" if terms is None or not terms.tax_label else _rate(terms)
    return [
        [
            b.slot.name + (", no competitor in the issue" if b.is_exclusive else ""),
            f"{wording.long_day(b.slot.issue.publish_on)}, No. {b.slot.issue.number}",
            rate,
            _money(net_of[b.id], currency),
        ]
        for b in bookings
        if net_of.get(b.id) is not None
    ]


def _rate(terms: OrderTerms) -> str:
    if terms.is_reverse_charge:
        return "0 %"
    return percent_text(terms.tax_basis_points)


def _payment(invoice: Invoice, seller: Seller) -> list[str]:
    if invoice.total_minor == 0:
        return ["Nothing is to be paid."]
    if invoice.order.payment_method is not None and invoice.order.payment_method.value == "card":
        return ["Paid by card. Nothing is owed."]
    asked = f"Please pay by {wording.long_day(invoice.due_on)} and give {invoice.number} as the reference."
    by_card = f"By card: {page_url('storefront.show_order', token=invoice.order.token)}"
    return [asked, *seller.bank_details.splitlines(), by_card]


def _country(code: str) -> str:
    return str(Locale.parse("en_GB").territories.get(code, code)) if code else ""


def _money(amount_minor: int, currency: str) -> str:
    return f"{wording.money(amount_minor, currency, cents=True)} {currency}"
