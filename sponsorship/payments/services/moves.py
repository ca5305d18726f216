"""A booking that moved to a cheaper place leaves a credit: struck off what is unpaid, else kept for the sponsor's next order."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.payments.models import CreditNote
from sponsorship.payments.queries.reversals import find_credit_note, read_order_money
from sponsorship.payments.rules.reversals import MoneyBack, credit_of_part
from sponsorship.payments.services.credit_notes import Return, issue_credit_note, lock_money
from sponsorship.payments.services.debts import restore_debt


def credit_move(
    session: Session, *, booking: Booking, amount_minor: int, key: str, reason: str, actor: str, now: datetime
) -> CreditNote | None:
    """Credit the difference (net of tax) of a booking that moved, with its tax; `key` names the move, so once.

    None where the order has no invoice, or nothing of the booking's price is left.
    """
    order = booking.order
    if order is None:
        return None
    invoice, known = lock_money(session, order), find_credit_note(session, key)
    if invoice is None or known is not None:
        return known
    restore_debt(session, invoice=invoice, actor=actor, now=now)
    left = read_order_money(session, order.id)
    part = next((part for part in left.parts if part.booking_id == booking.id), None)
    if part is None:
        return None
    return issue_credit_note(
        session, order=order, credit=credit_of_part(part, amount_minor, left.tax_minor, left.net_minor), left=left,
        reason=reason, key=key, actor=actor, by=Return(_nothing_goes_back, "", MoneyBack.KEEP), now=now,
    )  # fmt: skip


def _nothing_goes_back(_intent: str, _amount_minor: int, _metadata: Mapping[str, str]) -> dict[str, Any]:
    raise AssertionError("money that is kept is not sent to the provider")
