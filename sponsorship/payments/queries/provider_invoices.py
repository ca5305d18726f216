"""Reads about invoices that can be paid on the provider's page."""

from sqlalchemy import String, and_, cast, exists, literal, or_, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Order
from sponsorship.booking.rules import PaymentMethod
from sponsorship.payments.models import Invoice, MoneyTask, Seller
from sponsorship.payments.rules import InvoiceState
from sponsorship.payments.rules.provider_invoices import PAYABLE_THERE

MOST_AT_ONCE = 100


def list_unsent_invoices(session: Session) -> list[int]:
    """Return the open invoices, by id, of sellers that have them paid at the provider, which is not known there yet.

    One that the provider refused is left to a person.
    """
    refused = exists().where(MoneyTask.key == literal("provider-invoice:") + cast(Invoice.id, String))
    query = (
        select(Invoice.id)
        .join(Seller, Seller.newsletter_id == Invoice.newsletter_id)
        .join(Order, Order.id == Invoice.order_id)
        .where(Seller.sends_by_stripe, Invoice.state == InvoiceState.OPEN, Invoice.provider_id.is_(None), ~refused)
        .where(Order.payment_method == PaymentMethod.INVOICE, Invoice.paid_minor == 0, Invoice.credited_minor == 0)
    )
    return list(session.scalars(query.order_by(Invoice.id).limit(MOST_AT_ONCE)))


def list_invoices_at_provider(session: Session, *, only_changed: bool) -> list[tuple[int, str]]:
    """Return those whose page still takes money, with their ids there; `only_changed`: where ours no longer says the same."""
    open_minor = Invoice.net_minor + Invoice.tax_minor - Invoice.paid_minor - Invoice.credited_minor
    query = select(Invoice.id, Invoice.provider_id).where(Invoice.provider_status.in_(PAYABLE_THERE))
    if only_changed:
        is_closed = Invoice.state.in_((InvoiceState.PAID, InvoiceState.VOID))
        is_given_up = and_(Invoice.state == InvoiceState.UNCOLLECTIBLE, Invoice.provider_status == "open")
        is_other = and_(Invoice.state == InvoiceState.OPEN, open_minor != Invoice.provider_open_minor)
        query = query.where(or_(is_closed, is_given_up, is_other))
    return [(row[0], str(row[1])) for row in session.execute(query.order_by(Invoice.id))]


def find_invoice_at_provider(session: Session, provider_id: str) -> Invoice | None:
    """Return the invoice that the provider knows by this id, or None."""
    return session.scalars(select(Invoice).where(Invoice.provider_id == provider_id)).one_or_none()
