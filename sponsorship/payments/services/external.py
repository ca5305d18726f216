"""What was done in the provider's dashboard, not here: taken into the books, never into the bookings; a person looks."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.booking.models import Order
from sponsorship.core.format import money
from sponsorship.inventory.services import today_of
from sponsorship.payments.gateway import ProviderRefund
from sponsorship.payments.models import CreditNote, Receipt, Refund
from sponsorship.payments.queries.reversals import OrderMoney, list_kept_money, read_order_money
from sponsorship.payments.rules import Account, EntryKind, Posting, RefundState, refund_due_lines
from sponsorship.payments.rules.reversals import MoneyBack, TaskKind, credit_of_amount
from sponsorship.payments.services.credit_notes import Return, issue_credit_note, lock_money
from sponsorship.payments.services.kept import take_from_kept
from sponsorship.payments.services.ledger import post_entry
from sponsorship.payments.services.refunds import note_refund
from sponsorship.payments.services.tasks import ask_person

FROM_OUTSIDE = "Made in the provider’s dashboard"


def import_refund(session: Session, *, order: Order, receipt: Receipt, told: ProviderRefund, now: datetime) -> Refund:
    """Take a refund into the books that nobody here asked for: off what is kept of its receipt, else off the order's price.

    The bookings stand as they are: the refund may have been of a payment made twice. A person is asked to look.
    """
    lock_money(session, order)
    spare = [kept for kept in list_kept_money(session, order.id) if kept.receipt_id == receipt.id]
    from_spare = min(sum(kept.left_minor for kept in spare), told.amount_minor)
    refund = Refund(
        order=order, receipt=receipt, request={"metadata": told.metadata}, state=RefundState.REQUESTED,
        idempotency_key=f"outside:{told.provider_id}", amount_minor=told.amount_minor, currency=told.currency,
        reason=FROM_OUTSIDE, is_external=True, created_at=now, next_attempt_at=now,
    )  # fmt: skip
    session.add(refund)
    session.flush()
    if from_spare:
        take_from_kept(session, rows=spare, receipt_id=receipt.id, amount_minor=from_spare)
        _book(session, order, receipt, told, "kept", refund_due_lines(from_spare, receipt.id), now)
    if told.amount_minor > from_spare:
        note = _credit(session, order, receipt, told, told.amount_minor - from_spare, now)
        refund.credit_note_id = note.id if note else None
    note_refund(session, refund=refund, told=told, now=now)
    amount = money(told.amount_minor, told.currency, cents=True)
    ask_person(
        session, key=f"outside:{told.provider_id}", kind=TaskKind.REFUND_FROM_OUTSIDE, order=order, now=now,
        sentence=f"{amount} was given back in the provider’s dashboard. The bookings stand: decide whether they should.",
    )  # fmt: skip
    return refund


def _credit(
    session: Session, order: Order, receipt: Receipt, told: ProviderRefund, amount_minor: int, now: datetime
) -> CreditNote | None:
    """Take the amount off the order with a credit note; what the order no longer bears is an allowance of nobody's."""
    left = read_order_money(session, order.id)
    own = next((source.left_minor for source in left.sources if source.receipt_id == receipt.id), 0)
    borne = min(amount_minor, left.total_minor, own)
    note = None
    if borne:
        note = issue_credit_note(
            session, order=order, credit=credit_of_amount(left.parts, left.tax_minor, borne), left=_of(left, receipt),
            reason=FROM_OUTSIDE, key=f"outside:{told.provider_id}", actor="payment provider", now=now,
            by=Return(lambda *_: {}, "", MoneyBack.REFUND, is_made=True),
        )  # fmt: skip
    if amount_minor > borne:
        rest = amount_minor - borne
        lines = [
            Posting(Account.ALLOWANCES, rest, receipt_id=receipt.id),
            Posting(Account.REFUND_DUE, -rest, receipt_id=receipt.id),
        ]
        _book(session, order, receipt, told, "rest", lines, now)
    return note


def _of(left: OrderMoney, receipt: Receipt) -> OrderMoney:
    """The order's money as this receipt sees it: all that goes back is the receipt's, nothing that is owed is struck off."""
    return replace(
        left,
        parts=tuple(replace(part, open_minor=0) for part in left.parts),
        open_tax_minor=0,
        sources=tuple(source for source in left.sources if source.receipt_id == receipt.id),
    )


def _book(
    session: Session,
    order: Order,
    receipt: Receipt,
    told: ProviderRefund,
    what: str,
    lines: list[Posting],
    now: datetime,
) -> None:
    post_entry(
        session, key=f"outside:{told.provider_id}:{what}", kind=EntryKind.CREDITED, order=order, lines=lines,
        currency=receipt.currency, effective_on=today_of(order.newsletter, now), now=now,
    )  # fmt: skip
