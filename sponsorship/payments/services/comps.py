"""Comps: slots given for nothing, by somebody who may, for a reason."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.booking.models import Order
from sponsorship.booking.rules import OrderState
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import InvalidTransition
from sponsorship.core.text import clean_line
from sponsorship.payments.models import Invoice
from sponsorship.payments.services.invoices import confirm_free
from sponsorship.payments.services.taxes import decide_tax

COMPED = "Comped"


def comp_order(session: Session, *, order: Order, approver: str, reason: str, now: datetime) -> Invoice:
    """Confirm a held order for nothing: all of its list price is taken off, and who approved it, and why, stays with it.

    Raises InvalidTransition where it is not held. The list prices stay on the bookings, and are no revenue.
    """
    lock_rows(session, Order, [order.id])
    if order.state is not OrderState.HELD:
        raise InvalidTransition("Only an order that is held can be given for nothing.")
    order.discount_label, order.discount_minor = COMPED, order.list_minor
    order.net_minor = order.tax_minor = 0
    for booking in order.bookings:
        booking.net_minor = 0
    terms = decide_tax(session, order=order, now=now)
    terms.approver, terms.comp_reason = approver, clean_line(reason)
    return confirm_free(session, order=order, now=now)
