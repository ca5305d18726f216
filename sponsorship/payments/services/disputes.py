"""Disputes: a bank asks, takes the money, and decides; the books follow, whatever order the news comes in."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Order
from sponsorship.booking.rules import BookingState
from sponsorship.core.db import lock_rows
from sponsorship.core.format import money
from sponsorship.inventory.services import today_of
from sponsorship.payments.gateway import ProviderDispute, ProviderWarning
from sponsorship.payments.models import Dispute, JournalEntry, MoneyTask, Receipt
from sponsorship.payments.queries.reversals import find_dispute, get_task_of, read_order_money
from sponsorship.payments.rules import Account, EntryKind, Posting
from sponsorship.payments.rules.reversals import (
    DisputeState,
    TaskKind,
    credit_of_amount,
    dispute_lost_lines,
    disputed_lines,
    judge_dispute,
    unbooked_lines,
)
from sponsorship.payments.services.credit_notes import lock_money
from sponsorship.payments.services.ledger import post_entry
from sponsorship.payments.services.notices import tell_disputed
from sponsorship.payments.services.refunds import PROVIDER
from sponsorship.payments.services.tasks import ask_person, close_tasks_of


def note_dispute(session: Session, *, order: Order, receipt: Receipt, told: ProviderDispute, now: datetime) -> Dispute:
    """Move a dispute of a receipt to where the provider says it is, and post what that means; may be called often.

    Money that the bank took is held apart until it decides; what it costs is a fee. Won, it comes back; lost, what has not
    run is sold no more, what ran is a loss, and its sponsor pays by card from then on. A decided dispute stays decided.
    """
    lock_money(session, order)
    dispute = find_dispute(session, told.provider_id)
    if dispute is None:
        dispute = Dispute(
            provider_id=told.provider_id, order=order, receipt_id=receipt.id, state=DisputeState.INQUIRY, fee_minor=0,
            amount_minor=told.amount_minor, currency=told.currency, reason=told.reason.replace("_", " "), opened_at=now,
        )  # fmt: skip
        session.add(dispute)
        session.flush()
    lock_rows(session, Dispute, [dispute.id])
    before = dispute.state
    if before not in (DisputeState.WON, DisputeState.LOST):
        dispute.state = judge_dispute(told.status)
    dispute.is_refundable, dispute.evidence_due_at = told.is_refundable, told.evidence_due_at
    _post_movements(session, dispute, told, now)
    if dispute.state is DisputeState.LOST and dispute.is_money_gone:
        _lose(session, dispute, now)
    if not dispute.is_standing and dispute.closed_at is None:
        dispute.closed_at = now
    session.flush()
    _tell(session, dispute, before, now)
    return dispute


def note_warning(
    session: Session, *, order: Order, receipt: Receipt, told: ProviderWarning, now: datetime
) -> MoneyTask:
    """Ask a person whether to give a payment back that its card's bank holds for fraud: it costs less than the dispute.

    Nothing is posted, and nothing happens by itself. Asked once; where it was disputed or given back already, the question
    is closed.
    """
    key = f"fraud:{told.provider_id}"
    amount = money(receipt.amount_minor, receipt.currency, cents=True)
    task = ask_person(
        session, key=key, kind=TaskKind.FRAUD_WARNING, order=order, now=now,
        sentence=f"The card’s bank believes that its holder did not pay these {amount} ({told.kind.replace('_', ' ')}). "
        "Given back now, it will not be disputed, which would cost a fee as well.",
    )  # fmt: skip
    if not told.is_actionable:
        close_tasks_of(session, key=key, actor=PROVIDER, now=now)
    return task or get_task_of(session, key)


def _post_movements(session: Session, dispute: Dispute, told: ProviderDispute, now: datetime) -> None:
    """Post what the bank took, what that cost, and what came back, each once."""
    taken, returned = told.withdrawn_minor, told.reinstated_minor
    if taken:
        lines = disputed_lines(taken, dispute.receipt_id)
        _book(session, dispute, "withdrawn", EntryKind.DISPUTED, lines, now)
    if told.fee_minor:
        dispute.fee_minor = told.fee_minor
        lines = [
            Posting(Account.FEES, told.fee_minor, receipt_id=dispute.receipt_id),
            Posting(Account.STRIPE, -told.fee_minor, receipt_id=dispute.receipt_id),
        ]
        _book(session, dispute, "fee", EntryKind.FEE, lines, now)
    if returned:
        lines = disputed_lines(-returned, dispute.receipt_id)
        _book(session, dispute, "won", EntryKind.REINSTATED, lines, now)
    dispute.is_money_gone = taken > returned


def _lose(session: Session, dispute: Dispute, now: datetime) -> None:
    """The money will not come back: off what has not run, a loss on what ran; the provider holds nothing any more."""
    order = dispute.order
    if session.query(JournalEntry.id).filter(JournalEntry.key == f"dp:{dispute.provider_id}:lost").first():
        return
    left = read_order_money(session, order.id)
    most = min(dispute.amount_minor, left.total_minor)
    if not most:
        lines = [
            Posting(Account.DISPUTE_LOSS, dispute.amount_minor, receipt_id=dispute.receipt_id),
            Posting(Account.DISPUTE_HOLD, -dispute.amount_minor, receipt_id=dispute.receipt_id),
        ]
        _book(session, dispute, "lost", EntryKind.DISPUTE_LOST, lines, now)
        return
    credit = credit_of_amount(left.parts, left.tax_minor, most)
    lines, gone = dispute_lost_lines(credit, left.parts, dispute.amount_minor, dispute.receipt_id)
    _book(session, dispute, "lost", EntryKind.DISPUTE_LOST, lines, now)
    _book(session, dispute, "unbooked", EntryKind.UNBOOKED, unbooked_lines(gone), now)
    if order.payer is not None:
        order.payer.may_pay_by_invoice = False
    if any(booking.state is BookingState.CONFIRMED for booking in order.bookings):
        amount = money(dispute.amount_minor, dispute.currency, cents=True)
        ask_person(
            session, key=f"dispute-lost:{dispute.provider_id}", kind=TaskKind.DISPUTE_LOST, order=order, now=now,
            sentence=f"{amount} is lost. Cancel what has not run, so that its slots go on sale again.",
        )  # fmt: skip


def _book(session: Session, dispute: Dispute, what: str, kind: EntryKind, lines: list[Posting], now: datetime) -> None:
    order = dispute.order
    post_entry(
        session, key=f"dp:{dispute.provider_id}:{what}", kind=kind, order=order, lines=lines, currency=dispute.currency,
        effective_on=today_of(order.newsletter, now), now=now,
    )  # fmt: skip


def _tell(session: Session, dispute: Dispute, before: DisputeState, now: datetime) -> None:
    order = dispute.order
    if dispute.is_standing:
        amount = money(dispute.amount_minor, dispute.currency, cents=True)
        ask_person(
            session, key=f"dispute:{dispute.provider_id}", kind=TaskKind.DISPUTED, order=order, now=now,
            sentence=f"{amount} is disputed ({dispute.reason}). Answer in the provider’s dashboard.",
        )  # fmt: skip
    else:
        close_tasks_of(session, key=f"dispute:{dispute.provider_id}", actor=PROVIDER, now=now)
    tell_disputed(session, dispute=dispute, now=now)
    if before is not dispute.state:
        record_act(
            session, actor=PROVIDER, action="disputed", object_type="order", object_id=order.id,
            newsletter_id=order.newsletter_id, now=now, before={"state": before.value},
            after={"state": dispute.state.value, "amount_minor": dispute.amount_minor},
        )  # fmt: skip
