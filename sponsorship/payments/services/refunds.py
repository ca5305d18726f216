"""Money that cannot be used: kept apart, then given back, once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Order
from sponsorship.booking.rules import OrderState
from sponsorship.core.db import lock_rows
from sponsorship.core.format import money
from sponsorship.inventory.services import today_of
from sponsorship.payments.errors import NotPayableByBank
from sponsorship.payments.gateway import ProviderMoney, ProviderRefund
from sponsorship.payments.models import Receipt, Refund
from sponsorship.payments.queries import find_receipt, find_refund_of_receipt
from sponsorship.payments.queries.reversals import list_kept_money
from sponsorship.payments.rules import (
    LONGEST_PAUSE,
    REFUND_STEPS,
    Account,
    EntryKind,
    ReceiptSource,
    RefundState,
    refund_due_lines,
    refunded_lines,
    retry_pause,
    unapplied_lines,
)
from sponsorship.payments.rules.reversals import TaskKind
from sponsorship.payments.services.kept import keep_money, take_from_kept
from sponsorship.payments.services.ledger import post_entry, post_fee
from sponsorship.payments.services.notices import tell_refunded
from sponsorship.payments.services.tasks import ask_person, close_tasks_of

PROVIDER = "payment provider"


def keep_unapplied(session: Session, *, order: Order, paid: ProviderMoney, now: datetime) -> Receipt | None:
    """Put money into the books that pays for nothing, in the currency it came in; None where it is in the books already."""
    reference = paid.money_id
    if not paid.amount_minor or find_receipt(session, order.id, ReceiptSource.STRIPE, reference) is not None:
        return None
    receipt = Receipt(
        order_id=order.id, source=ReceiptSource.STRIPE, reference=reference, amount_minor=paid.amount_minor,
        fee_minor=paid.fee_minor, currency=paid.currency, received_at=now,
    )  # fmt: skip
    session.add(receipt)
    session.flush()
    post_entry(
        session, key=f"late:{reference}", kind=EntryKind.LATE_MONEY, order=order, currency=receipt.currency,
        lines=unapplied_lines(receipt.amount_minor, receipt.id), effective_on=today_of(order.newsletter, now), now=now,
    )  # fmt: skip
    post_fee(session, order=order, receipt=receipt, now=now)
    keep_money(
        session, order=order, receipt=receipt, amount_minor=receipt.amount_minor, key=f"late:{reference}",
        reason="Paid for what could not be had", now=now,
    )  # fmt: skip
    return receipt


def add_refund(
    session: Session,
    *,
    order: Order,
    receipt: Receipt,
    amount_minor: int,
    cause: str,
    reason: str,
    prepare: Callable[[str, int, Mapping[str, str]], dict[str, Any]],
    deployment: str,
    credit_note_id: int | None = None,
    now: datetime,
) -> Refund:
    """Want part of a receipt given back: by the provider with a frozen request, or, what came by bank, by a person.

    `cause` is unique and goes along as metadata, so that the provider's refund is known for ours; the ledger's line of what
    is due is the caller's.
    """
    metadata = {"app": "flatplan", "deployment": deployment, "order_id": str(order.id), "refund": cause}
    is_bank = receipt.source is ReceiptSource.BANK
    refund = Refund(
        order=order, receipt=receipt, state=RefundState.REQUESTED, idempotency_key=f"{deployment}:rf:{cause}",
        request={"metadata": metadata} if is_bank else prepare(receipt.reference, amount_minor, metadata),
        amount_minor=amount_minor, currency=receipt.currency, reason=reason, credit_note_id=credit_note_id,
        created_at=now, next_attempt_at=now,
    )  # fmt: skip
    session.add(refund)
    session.flush()
    if is_bank:
        amount = money(amount_minor, receipt.currency, cents=True)
        ask_person(
            session, key=f"refund:{refund.id}", kind=TaskKind.PAY_BACK_BY_BANK, order=order, now=now,
            sentence=f"{amount} came by bank ({receipt.reference}) and goes back by bank: pay it, then say so here.",
        )  # fmt: skip
    return refund


def pay_back_by_bank(session: Session, *, refund: Refund, actor: str, now: datetime) -> Refund:
    """Note that a person paid a refund by bank: one of money that came by bank, or one that the provider could not make.

    Raises NotPayableByBank where the provider is at it, or it is done.
    """
    lock_refund(session, refund)
    is_banks = refund.receipt.source is ReceiptSource.BANK and refund.state is RefundState.REQUESTED
    if not is_banks and refund.state not in (RefundState.FAILED, RefundState.CANCELLED):
        raise NotPayableByBank
    refund.is_by_hand = True
    refund.move_to(RefundState.SUCCEEDED)
    post_entry(
        session, key=f"rf:{refund.id}:by-hand", kind=EntryKind.REFUNDED, order=refund.order, currency=refund.currency,
        lines=refunded_lines(refund.amount_minor, refund.receipt_id, Account.BANK),
        effective_on=today_of(refund.order.newsletter, now), now=now,
    )  # fmt: skip
    _move_order(refund.order, OrderState.NEEDS_REVIEW, OrderState.REFUNDING)
    _move_order(refund.order, OrderState.REFUNDING, OrderState.REFUNDED)
    close_tasks_of(session, key=f"refund:{refund.id}", actor=actor, now=now)
    _note(session, refund, "refund_paid_by_bank", now, actor)
    return refund


def request_refund(
    session: Session,
    *,
    order: Order,
    receipt: Receipt,
    request: Mapping[str, Any],
    is_double: bool,
    now: datetime,
) -> Refund:
    """Decide to give unapplied money back, whole: post it as owed, freeze the request with its key, tell both sides.

    `is_double`: the order was paid before, and stays as it is. A receipt has one refund: a second call returns it.
    """
    known = find_refund_of_receipt(session, receipt.id)
    if known is not None:
        return known
    deployment = request["metadata"]["deployment"]
    refund = Refund(
        order=order, receipt=receipt, request=dict(request), state=RefundState.REQUESTED,
        idempotency_key=f"{deployment}:late-rf:{receipt.reference}", amount_minor=receipt.amount_minor,
        currency=receipt.currency, reason="paid twice" if is_double else "slots gone", created_at=now,
        next_attempt_at=now,
    )  # fmt: skip
    session.add(refund)
    session.flush()
    take_from_kept(
        session, rows=list_kept_money(session, order.id), receipt_id=receipt.id, amount_minor=receipt.amount_minor
    )
    post_entry(
        session, key=f"late-rf:{receipt.reference}", kind=EntryKind.CREDITED, order=order, currency=receipt.currency,
        lines=refund_due_lines(receipt.amount_minor, receipt.id), effective_on=today_of(order.newsletter, now), now=now,
    )  # fmt: skip
    if order.state in (OrderState.LAPSED, OrderState.CANCELLED):
        order.move_to(OrderState.LATE_PAYMENT)
        order.move_to(OrderState.REFUNDING)
    _note(session, refund, "refund_requested", now)
    tell_refunded(session, order=order, receipt=receipt, is_double=is_double, now=now)
    return refund


def note_refund(session: Session, *, refund: Refund, told: ProviderRefund, now: datetime) -> Refund:
    """Note how far the provider has come with a refund, and post what that means; may be called often, in any order."""
    lock_refund(session, refund)
    if refund.is_by_hand:
        return refund
    refund.provider_id, refund.error = told.provider_id, told.failure
    refund.next_attempt_at = now + LONGEST_PAUSE
    if told.state is refund.state or told.state not in REFUND_STEPS[refund.state]:
        return refund
    had_succeeded = refund.state is RefundState.SUCCEEDED
    refund.move_to(told.state)
    if told.state is RefundState.SUCCEEDED:
        _post(session, refund, EntryKind.REFUNDED, refund.amount_minor, now)
        _move_order(refund.order, OrderState.REFUNDING, OrderState.REFUNDED)
    elif had_succeeded:  # the bank returned it: it is with the provider again, and owed
        _post(session, refund, EntryKind.REFUND_FAILED, -refund.amount_minor, now)
    if told.state in (RefundState.FAILED, RefundState.CANCELLED):
        _move_order(refund.order, OrderState.REFUNDING, OrderState.NEEDS_REVIEW)
        _ask_for_other_way(session, refund, now)
    _note(session, refund, f"refund_{told.state.value}", now)
    return refund


def note_refund_trouble(session: Session, *, refund: Refund, error: str, is_final: bool, now: datetime) -> None:
    """Note that a refund could not be sent: it is tried again later, or, where that is final, it needs a person."""
    lock_refund(session, refund)
    if refund.state is not RefundState.REQUESTED:
        return
    refund.attempts += 1
    refund.error, refund.next_attempt_at = error, now + retry_pause(refund.attempts)
    if is_final:
        refund.move_to(RefundState.FAILED)
        _move_order(refund.order, OrderState.REFUNDING, OrderState.NEEDS_REVIEW)
        _ask_for_other_way(session, refund, now)
        _note(session, refund, "refund_refused", now)


def lock_refund(session: Session, refund: Refund) -> None:
    """Lock a refund's order, then the refund, and read both anew."""
    lock_rows(session, Order, [refund.order_id])
    lock_rows(session, Refund, [refund.id])


def _move_order(order: Order, before: OrderState, after: OrderState) -> None:
    if order.state is before:
        order.move_to(after)


def _post(session: Session, refund: Refund, kind: EntryKind, amount_minor: int, now: datetime) -> None:
    post_entry(
        session, key=f"rf:{refund.provider_id}:{refund.state.value}", kind=kind, order=refund.order,
        currency=refund.currency, lines=refunded_lines(amount_minor, refund.receipt_id),
        effective_on=today_of(refund.order.newsletter, now), now=now,
    )  # fmt: skip


def _ask_for_other_way(session: Session, refund: Refund, now: datetime) -> None:
    amount = money(refund.amount_minor, refund.currency, cents=True)
    ask_person(
        session, key=f"refund:{refund.id}", kind=TaskKind.REFUND_FAILED, order=refund.order, now=now,
        sentence=f"{amount} could not be given back ({refund.error or 'no reason was told'}). It is still owed: "
        "pay it by bank, then say so here.",
    )  # fmt: skip


def _note(session: Session, refund: Refund, action: str, now: datetime, actor: str = PROVIDER) -> None:
    record_act(
        session, actor=actor, action=action, object_type="order", object_id=refund.order_id,
        newsletter_id=refund.order.newsletter_id, now=now,
        after={"refund_id": refund.id, "amount_minor": refund.amount_minor, "state": refund.state.value},
    )  # fmt: skip
