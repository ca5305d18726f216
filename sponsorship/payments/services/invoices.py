"""Invoices: numbered without gaps, owed by an order, paid by card or bank, reminded of."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.errors import HoldExpired
from sponsorship.booking.models import Order
from sponsorship.booking.rules import OrderState, PaymentMethod
from sponsorship.booking.services import confirm_order
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import InvalidTransition
from sponsorship.core.format import local, money
from sponsorship.core.text import clean_line
from sponsorship.inventory.rules import local_moment
from sponsorship.inventory.services import today_of
from sponsorship.payments.errors import (
    CreditExceeded,
    NothingOwed,
    NotOnInvoice,
    PaymentNotPositive,
    PaymentRecorded,
    ReminderSent,
)
from sponsorship.payments.models import Invoice, InvoiceSequence, Receipt
from sponsorship.payments.queries import find_invoice_of_order, find_receipt, list_credit_sponsors, list_open_parts
from sponsorship.payments.queries.reversals import owed_by_sponsor
from sponsorship.payments.rules import (
    MONEY_ACCOUNT,
    EntryKind,
    InvoiceState,
    ReceiptSource,
    invoice_number,
    received_lines,
)
from sponsorship.payments.rules.dunning import exceeds_credit
from sponsorship.payments.services.debts import restore_debt
from sponsorship.payments.services.documents import print_invoice
from sponsorship.payments.services.kept import keep_money
from sponsorship.payments.services.ledger import post_entry, post_fee, post_sale
from sponsorship.payments.services.notices import send_invoice, send_reminder
from sponsorship.payments.services.numbers import next_number
from sponsorship.payments.services.taxes import decide_tax
from sponsorship.sponsors.models import Sponsor


def invoice_order(session: Session, *, order: Order, now: datetime, due_on: date) -> Invoice:
    """Give a confirmed order its invoice, with the next number of its newsletter's year, and post the sale.

    An order has one invoice: a second call returns it.
    """
    known = find_invoice_of_order(session, order.id)
    if known is not None:
        return known
    today = today_of(order.newsletter, now)
    number = next_number(session, InvoiceSequence, order.newsletter, today.year)
    invoice = Invoice(
        newsletter_id=order.newsletter_id, order=order, state=InvoiceState.OPEN, currency=order.currency,
        number=invoice_number(today.year, number), net_minor=order.net_minor,
        tax_minor=order.tax_minor, paid_minor=0, credited_minor=0, issued_on=today, due_on=due_on,
    )  # fmt: skip
    invoice.printed = print_invoice(session, invoice)
    session.add(invoice)
    session.flush()
    post_sale(session, order=order, now=now)
    close_when_paid(invoice, now)
    return invoice


def confirm_on_invoice(session: Session, *, order: Order, now: datetime, by_publisher: bool = False) -> Invoice:
    """Confirm a held order that is paid later, within the newsletter's days, and send its invoice.

    The publisher himself may have one order paid so by a sponsor that has no credit; the limit binds him too. Raises
    NotOnInvoice where the sponsor has no credit, CreditExceeded where it would owe more than it may, HoldExpired where
    time ran out, InvalidTransition where the order is not held any more. An order that has its invoice already keeps it.
    """
    lock_rows(session, Order, [order.id])
    known = find_invoice_of_order(session, order.id)
    if known is not None:
        return known
    if order.payer is None or not (by_publisher or order.payer.may_pay_by_invoice):
        raise NotOnInvoice
    if order.state is not OrderState.HELD:
        raise InvalidTransition
    if order.held_until is not None and order.held_until <= now:
        raise HoldExpired
    decide_tax(session, order=order, now=now, on_invoice=True)
    confirm_order(session, order=order, method=PaymentMethod.INVOICE, now=now)
    check_credit_limit(session, order=order)
    due_on = today_of(order.newsletter, now) + timedelta(days=order.newsletter.invoice_days)
    invoice = invoice_order(session, order=order, now=now, due_on=due_on)
    send_invoice(session, invoice=invoice, now=now)
    return invoice


def check_credit(session: Session, *, order: Order, user_id: int | None) -> None:
    """Raise NotOnInvoice unless this person acts for who pays the order, sponsor or agency, and that has credit."""
    cleared = list_credit_sponsors(session, order.newsletter_id, user_id)
    if (order.agency_id or order.sponsor_id) not in {sponsor.id for sponsor in cleared}:
        raise NotOnInvoice


def check_credit_limit(session: Session, *, order: Order) -> None:
    """Raise CreditExceeded where an order's total would bring its sponsor over its limit, seen under the sponsor's lock."""
    sponsor = order.payer
    if sponsor is None or sponsor.credit_limit_minor is None:
        return
    lock_rows(session, Sponsor, [sponsor.id])
    owed = owed_by_sponsor(session, sponsor.id, order.currency)
    if exceeds_credit(sponsor.credit_limit_minor, owed, order.total_minor):
        limit, open_text = (money(n, order.currency) for n in (sponsor.credit_limit_minor, owed))
        raise CreditExceeded(
            f"{sponsor.name} may owe {limit} at a time and owes {open_text} already. Pay this order by card, or pay what "
            "is open first."
        )


def confirm_free(session: Session, *, order: Order, now: datetime) -> Invoice:
    """Confirm an order that costs nothing; raises InvalidTransition where it costs something or is not held any more."""
    lock_rows(session, Order, [order.id])
    if order.total_minor or order.state is not OrderState.HELD:
        raise InvalidTransition
    confirm_order(session, order=order, method=PaymentMethod.COMPED, now=now)
    return invoice_order(session, order=order, now=now, due_on=today_of(order.newsletter, now))


def confirm_on_card(
    session: Session, *, order: Order, reference: str, amount_minor: int, fee_minor: int, now: datetime
) -> Invoice:
    """Confirm an order that has been paid at the provider: invoice and receipt in one; `reference` is the payment's id.

    Raises SlotTaken and InvalidTransition as booking does. Where nothing was to pay there is no receipt.
    """
    confirm_order(session, order=order, method=PaymentMethod.CARD, now=now)
    invoice = invoice_order(session, order=order, now=now, due_on=today_of(order.newsletter, now))
    if amount_minor:
        take_money(
            session, invoice=invoice, source=ReceiptSource.STRIPE, reference=reference, amount_minor=amount_minor,
            fee_minor=fee_minor, now=now,
        )  # fmt: skip
    return invoice


def take_money(
    session: Session,
    *,
    invoice: Invoice,
    source: ReceiptSource,
    reference: str,
    amount_minor: int,
    fee_minor: int = 0,
    now: datetime,
    on: date | None = None,
) -> Receipt:
    """Put money that came for an invoice into the books; what is more than owed stays unapplied.

    It counts for the day `on`, on which it came; today without one.
    """
    order = invoice.order
    receipt = Receipt(
        order_id=order.id, invoice_id=invoice.id, source=source, reference=reference, amount_minor=amount_minor,
        fee_minor=fee_minor, currency=invoice.currency,
        received_at=local_moment(on, time(12), order.newsletter.timezone) if on else now,
    )  # fmt: skip
    session.add(receipt)
    session.flush()
    lines = received_lines(MONEY_ACCOUNT[source], amount_minor, list_open_parts(session, order.id), receipt.id)
    post_entry(
        session, key=f"rcpt:{_receipt_key(receipt)}", kind=EntryKind.RECEIVED, order=order, lines=lines,
        effective_on=on or today_of(order.newsletter, now), now=now,
    )  # fmt: skip
    post_fee(session, order=order, receipt=receipt, now=now)
    applied = min(amount_minor, invoice.open_minor)
    invoice.paid_minor += applied
    if amount_minor > applied:
        keep_money(
            session, order=order, receipt=receipt, amount_minor=amount_minor - applied, key=f"over:{receipt.id}",
            reason=f"Paid too much for {invoice.number}", now=now,
        )  # fmt: skip
    close_when_paid(invoice, now)
    session.flush()
    return receipt


def record_bank_payment(
    session: Session, *, invoice: Invoice, amount_minor: int, reference: str, actor: str, now: datetime
) -> Receipt:
    """Record money that came to the bank for an invoice: all of it, a part, or more, of which the rest stays unapplied.

    Raises NothingOwed, PaymentNotPositive, and PaymentRecorded where the invoice has that statement reference already.
    """
    lock_rows(session, Invoice, [invoice.id])
    line = clean_line(reference)
    if invoice.state not in (InvoiceState.OPEN, InvoiceState.UNCOLLECTIBLE):
        raise NothingOwed
    if amount_minor <= 0:
        raise PaymentNotPositive
    if find_receipt(session, invoice.order_id, ReceiptSource.BANK, line):
        raise PaymentRecorded
    restore_debt(session, invoice=invoice, actor=actor, now=now)
    receipt = take_money(
        session, invoice=invoice, source=ReceiptSource.BANK, reference=line, amount_minor=amount_minor, now=now
    )
    record_act(
        session, actor=actor, action="payment_recorded", object_type="invoice", object_id=invoice.id,
        newsletter_id=invoice.newsletter_id, now=now,
        after={"amount_minor": amount_minor, "reference": line, "state": invoice.state.value},
    )  # fmt: skip
    return receipt


def remind_debtor(session: Session, *, invoice: Invoice, actor: str, now: datetime) -> Invoice:
    """Mail the debtor of an open invoice, once a day of the newsletter's; raises NothingOwed, ReminderSent."""
    lock_rows(session, Invoice, [invoice.id])
    zone = invoice.order.newsletter.timezone
    if invoice.state is not InvoiceState.OPEN:
        raise NothingOwed
    if invoice.reminded_at is not None and local(invoice.reminded_at, zone).date() == local(now, zone).date():
        raise ReminderSent
    invoice.reminded_at = now
    send_reminder(session, invoice=invoice, now=now)
    record_act(
        session, actor=actor, action="reminded", object_type="invoice", object_id=invoice.id,
        newsletter_id=invoice.newsletter_id, now=now, after={"open_minor": invoice.open_minor},
    )  # fmt: skip
    return invoice


def close_when_paid(invoice: Invoice, now: datetime) -> None:
    """Close an invoice on which nothing is open any more."""
    if invoice.state is InvoiceState.OPEN and invoice.open_minor == 0:
        invoice.move_to(InvoiceState.PAID)
        invoice.closed_at = now


def _receipt_key(receipt: Receipt) -> str:
    """A payment of the provider's is unique everywhere; a reference on a bank statement is only within its invoice."""
    return receipt.reference if receipt.source is ReceiptSource.STRIPE else f"bank:{receipt.id}"
