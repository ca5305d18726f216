"""Invoices at the provider: described once from what was printed, noted, and settled by what the provider tells."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Order
from sponsorship.core.db import lock_rows
from sponsorship.core.format import day, money
from sponsorship.payments.gateway import InvoiceOrder, ProviderInvoice, SessionLine
from sponsorship.payments.models import Invoice, Receipt
from sponsorship.payments.queries import find_receipt
from sponsorship.payments.queries.terms import find_terms, get_seller
from sponsorship.payments.rules import InvoiceState, ReceiptSource
from sponsorship.payments.rules.provider_invoices import CLOSED_THERE
from sponsorship.payments.rules.reversals import TaskKind
from sponsorship.payments.services.card_invoices import PrepareRefund, take_card_payment
from sponsorship.payments.services.invoices import take_money
from sponsorship.payments.services.refunds import PROVIDER
from sponsorship.payments.services.sessions import APP
from sponsorship.payments.services.tasks import ask_person

NUMBER_AT_MOST, FIELD_AT_MOST = 26, 140


def describe_provider_invoice(session: Session, *, invoice: Invoice, deployment: str) -> InvoiceOrder:
    """Return what the provider is to ask for: the lines of our invoice under our number, due at the end of its last day."""
    order, terms = invoice.order, find_terms(session, invoice.order)
    lines = [
        SessionLine(f"{b.slot.name}, {day(b.slot.issue.publish_on)}, No. {b.slot.issue.number}", b.net_minor)
        for b in order.bookings
    ]
    if invoice.tax_minor:
        lines.append(SessionLine((terms.tax_label if terms else "") or "Tax", invoice.tax_minor))
    last_day = datetime.combine(invoice.due_on + timedelta(days=1), time(), ZoneInfo(order.newsletter.timezone))
    notes = [terms.tax_note] if terms is not None and terms.tax_note else []
    return InvoiceOrder(
        number=invoice.number[:NUMBER_AT_MOST], description=f"{order.newsletter.name}, {order.number}",
        name=order.sponsor.name if order.sponsor else order.contact_name, email=order.contact_email,
        lines=tuple(lines), currency=invoice.currency, due_at=last_day - timedelta(seconds=1),
        purchase_order_number=order.purchase_order_number[:FIELD_AT_MOST],
        footer="\n".join([*notes, *get_seller(session, order.newsletter).footer.splitlines()]),
        metadata={"app": APP, "deployment": deployment, "order_id": str(order.id), "invoice": invoice.number},
    )  # fmt: skip


def note_provider_invoice(session: Session, *, invoice: Invoice, told: ProviderInvoice, now: datetime) -> None:
    """Note which invoice of the provider's is ours, and the address of its page."""
    lock_rows(session, Invoice, [invoice.id])
    is_new = invoice.provider_id is None
    invoice.provider_id, invoice.provider_url = told.provider_id, told.url
    invoice.provider_status, invoice.provider_open_minor = told.status, told.open_minor
    session.flush()
    if is_new:
        record_act(
            session, actor=PROVIDER, action="invoice_sent", object_type="invoice", object_id=invoice.id,
            newsletter_id=invoice.newsletter_id, now=now, after={"provider_id": told.provider_id},
        )  # fmt: skip


def note_provider_trouble(session: Session, *, invoice: Invoice, error: str, now: datetime) -> None:
    """Ask a person about an invoice that the provider does not take as it is; ours stands, and can be paid here or by bank."""
    ask_person(
        session, key=f"provider-invoice:{invoice.id}", kind=TaskKind.INVOICE_DIFFERS, order=invoice.order, now=now,
        sentence=f"Stripe did not take invoice {invoice.number}: {error} It stands all the same, and can be paid here.",
    )  # fmt: skip


def apply_provider_invoice(
    session: Session, *, invoice: Invoice, told: ProviderInvoice, prepare: PrepareRefund, now: datetime
) -> InvoiceState:
    """Take what was paid on the provider's page into the books, once each; returns the invoice's state. May be called often.

    What was marked there as paid elsewhere is money at our bank. An invoice that was closed there and stands open here is
    shown to a person.
    """
    lock_rows(session, Order, [invoice.order_id])
    lock_rows(session, Invoice, [invoice.id])
    before = invoice.provider_status
    for paid in told.payments:
        if find_receipt(session, invoice.order_id, ReceiptSource.STRIPE, paid.money_id) is None:
            request = prepare(paid.money_id, paid.amount_minor, told.metadata)
            take_card_payment(session, order=invoice.order, paid=paid, refund_request=request, now=now)
    if told.elsewhere_minor and before == "open" and invoice.open_minor:
        _take_elsewhere(session, invoice, told, now)
    if told.status in CLOSED_THERE and before == "open" and invoice.state is InvoiceState.OPEN:
        amount = money(invoice.open_minor, invoice.currency, cents=True)
        ask_person(
            session, key=f"provider-closed:{told.provider_id}:{told.status}", kind=TaskKind.INVOICE_DIFFERS,
            order=invoice.order, now=now,
            sentence=f"Invoice {invoice.number} is {told.status} in Stripe’s dashboard; here {amount} of it is still owed.",
        )  # fmt: skip
    note_provider_invoice(session, invoice=invoice, told=told, now=now)
    return invoice.state


def _take_elsewhere(session: Session, invoice: Invoice, told: ProviderInvoice, now: datetime) -> Receipt:
    amount = min(told.elsewhere_minor, invoice.open_minor)
    receipt = take_money(
        session, invoice=invoice, source=ReceiptSource.BANK, reference=f"marked as paid: {told.provider_id}",
        amount_minor=amount, now=now,
    )  # fmt: skip
    record_act(
        session, actor=PROVIDER, action="payment_recorded", object_type="invoice", object_id=invoice.id,
        newsletter_id=invoice.newsletter_id, now=now, after={"amount_minor": amount, "reference": receipt.reference},
    )  # fmt: skip
    return receipt
