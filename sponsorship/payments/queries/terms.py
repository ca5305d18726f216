"""Reads of the terms on which a newsletter sells: its seller, its tax table, an order's tax."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Order
from sponsorship.core.errors import NotFound
from sponsorship.core.format import local
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import Invoice, OrderTerms, Seller, TaxRate
from sponsorship.payments.rules import InvoiceState
from sponsorship.payments.rules.dunning import reminder_due
from sponsorship.payments.rules.taxes import TaxMode


def get_seller(session: Session, newsletter: Newsletter) -> Seller:
    """Return who issues a newsletter's invoices; until somebody says so, the publisher by name, untaxed, without reminders."""
    seller = session.get(Seller, newsletter.id)
    if seller is not None:
        return seller
    return Seller(
        newsletter_id=newsletter.id, name=newsletter.publisher_name or newsletter.name, street="", city="", country="",
        tax_number="", bank_details="", footer="", tax_mode=TaxMode.NONE, reminder_days=[], holds_disputed=True,
        sends_by_stripe=False,
    )  # fmt: skip


def list_tax_rates(session: Session, newsletter_id: int) -> list[TaxRate]:
    """Return a newsletter's tax table, by country and kind of buyer."""
    query = select(TaxRate).where(TaxRate.newsletter_id == newsletter_id)
    return list(session.scalars(query.order_by(TaxRate.country, TaxRate.buyer)))


def get_tax_rate(session: Session, rate_id: int) -> TaxRate:
    """Return a line of a tax table; raises NotFound."""
    rate = session.get(TaxRate, rate_id) if rate_id < 2**31 else None
    if rate is None:
        raise NotFound
    return rate


def find_terms(session: Session, order: Order) -> OrderTerms | None:
    """Return what an order's tax came from, or None where it was not decided."""
    return session.get(OrderTerms, order.id)


def list_due_reminders(session: Session, now: datetime) -> list[int]:
    """Return the ids of open invoices whose day of reminding has come, by their newsletter's schedule and calendar."""
    due = []
    for seller in session.scalars(select(Seller)):
        zone = seller.newsletter.timezone
        today = local(now, zone).date()
        if not seller.reminder_days:
            continue
        query = select(Invoice).where(Invoice.newsletter_id == seller.newsletter_id, Invoice.state == InvoiceState.OPEN)
        for invoice in session.scalars(query.order_by(Invoice.id)):
            reminded_on = local(invoice.reminded_at, zone).date() if invoice.reminded_at else None
            if reminder_due(invoice.due_on, today, seller.reminder_days, reminded_on, invoice.issued_on):
                due.append(invoice.id)
    return due
