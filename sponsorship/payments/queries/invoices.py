"""Reads about invoices: who owes what, who may."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.core.errors import NotFound
from sponsorship.core.format import local
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import Invoice, Receipt
from sponsorship.payments.rules import InvoiceState, ReceiptSource, days_late
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.queries import list_sponsors_of_user

LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Receivable:
    """One open invoice as the list of debtors shows it."""

    invoice: Invoice
    debtor: str
    slots: int
    days_late: int
    is_due_today: bool
    is_reminded_today: bool


def list_credit_sponsors(session: Session, newsletter_id: int, user_id: int | None) -> list[Sponsor]:
    """Return the newsletter's sponsors that may pay by invoice and that this person acts for; nobody acts for none."""
    if user_id is None:
        return []
    sponsors = list_sponsors_of_user(session, user_id)
    return [s for s in sponsors if s.newsletter_id == newsletter_id and s.may_pay_by_invoice]


def get_invoice(session: Session, invoice_id: int) -> Invoice:
    """Return an invoice by its id; raises NotFound."""
    invoice = session.get(Invoice, invoice_id) if invoice_id <= LARGEST_ID else None
    if invoice is None:
        raise NotFound
    return invoice


def find_invoice_of_order(session: Session, order_id: int) -> Invoice | None:
    """Return an order's invoice, or None."""
    return session.scalars(select(Invoice).where(Invoice.order_id == order_id)).one_or_none()


def list_open_invoices(session: Session, newsletter_id: int) -> list[Invoice]:
    """Return a newsletter's invoices on which something is owed, the longest due first."""
    query = select(Invoice).where(Invoice.newsletter_id == newsletter_id, Invoice.state == InvoiceState.OPEN)
    return list(session.scalars(query.order_by(Invoice.due_on, Invoice.id)))


def list_receivables(session: Session, newsletter: Newsletter, today: date) -> list[Receivable]:
    """Return the open invoices with how late each is and whether its debtor was reminded today, the longest due first."""
    invoices = list_open_invoices(session, newsletter.id)
    slots = (
        select(Booking.order_id, func.count(Booking.id))
        .where(Booking.order_id.in_([invoice.order_id for invoice in invoices]))
        .group_by(Booking.order_id)
    )
    counts = {row[0]: row[1] for row in session.execute(slots)}
    return [
        Receivable(
            invoice=invoice,
            debtor=invoice.order.payer.name if invoice.order.payer else invoice.order.contact_name,
            slots=counts.get(invoice.order_id, 0),
            days_late=days_late(invoice.due_on, today),
            is_due_today=invoice.due_on == today,
            is_reminded_today=invoice.reminded_at is not None
            and local(invoice.reminded_at, newsletter.timezone).date() == today,
        )
        for invoice in invoices
    ]


def list_closed_invoices(session: Session, newsletter_id: int, limit: int) -> list[Invoice]:
    """Return a newsletter's newest invoices that are paid, void or written off."""
    query = select(Invoice).where(Invoice.newsletter_id == newsletter_id, Invoice.state != InvoiceState.OPEN)
    return list(session.scalars(query.order_by(Invoice.issued_on.desc(), Invoice.id.desc()).limit(limit)))


def find_receipt(session: Session, order_id: int, source: ReceiptSource, reference: str) -> Receipt | None:
    """Return the receipt of that reference, or None where this money is not in the books."""
    query = select(Receipt).where(
        Receipt.order_id == order_id, Receipt.source == source, Receipt.reference == reference
    )
    return session.scalars(query).one_or_none()
