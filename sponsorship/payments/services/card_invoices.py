"""An open invoice that is paid by card: what came is its receipt, once, whatever happened to the invoice meanwhile."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Order
from sponsorship.core.db import lock_rows
from sponsorship.payments.errors import NothingOwed
from sponsorship.payments.gateway import ProviderMoney
from sponsorship.payments.models import Invoice, Receipt
from sponsorship.payments.queries import find_invoice_of_order
from sponsorship.payments.rules import InvoiceState, ReceiptSource
from sponsorship.payments.services.debts import restore_debt
from sponsorship.payments.services.invoices import take_money
from sponsorship.payments.services.refunds import PROVIDER, keep_unapplied, request_refund

PrepareRefund = Callable[[str, int, Mapping[str, str]], dict[str, Any]]


def take_card_payment(
    session: Session,
    *,
    order: Order,
    paid: ProviderMoney,
    refund_request: Mapping[str, Any],
    now: datetime,
) -> Receipt | None:
    """Put money of an invoice's payment page into the books; the caller has locked the order and knows it for new money.

    It pays what is open, after a write-off too; what is more than that is kept. Where nothing is owed any more, all of it
    goes back.
    """
    invoice = find_invoice_of_order(session, order.id)
    if invoice is None:
        raise NothingOwed
    lock_rows(session, Invoice, [invoice.id])
    restore_debt(session, invoice=invoice, actor=PROVIDER, now=now)
    if invoice.state is not InvoiceState.OPEN:
        return _give_back(session, invoice, paid, refund_request, now)
    receipt = take_money(
        session, invoice=invoice, source=ReceiptSource.STRIPE, reference=paid.money_id, amount_minor=paid.amount_minor,
        fee_minor=paid.fee_minor, now=now,
    )  # fmt: skip
    record_act(
        session, actor=PROVIDER, action="payment_recorded", object_type="invoice", object_id=invoice.id,
        newsletter_id=invoice.newsletter_id, now=now,
        after={"amount_minor": paid.amount_minor, "reference": paid.money_id, "state": invoice.state.value},
    )  # fmt: skip
    return receipt


def _give_back(
    session: Session,
    invoice: Invoice,
    paid: ProviderMoney,
    refund_request: Mapping[str, Any],
    now: datetime,
) -> Receipt | None:
    receipt = keep_unapplied(session, order=invoice.order, paid=paid, now=now)
    if receipt is not None:
        is_double = invoice.state is InvoiceState.PAID
        request_refund(
            session, order=invoice.order, receipt=receipt, request=refund_request, is_double=is_double, now=now
        )
    return receipt
