"""Reads for money that goes the other way: what is left of an order to credit, where it came from, what waits for a person."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Session

from sponsorship.booking.models import Order
from sponsorship.core.errors import NotFound
from sponsorship.payments.models import (
    CreditNote,
    Dispute,
    Invoice,
    JournalEntry,
    JournalLine,
    KeptMoney,
    MoneyTask,
    Receipt,
    Refund,
    Seller,
)
from sponsorship.payments.queries.ledger import NET_COLLECTED_KINDS
from sponsorship.payments.rules import Account, EntryKind, InvoiceState
from sponsorship.payments.rules.reversals import STANDING_DISPUTES, SoldPart, Source

LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """What of an order is still sold and how much of it is unpaid: net by booking, and the tax; minor units."""

    parts: tuple[SoldPart, ...]
    tax_minor: int
    open_tax_minor: int
    sources: tuple[Source, ...]

    @property
    def net_minor(self) -> int:
        """Net that is still sold."""
        return sum(part.net_minor for part in self.parts)

    @property
    def total_minor(self) -> int:
        """Net and tax: the most that can be credited."""
        return self.net_minor + self.tax_minor

    @property
    def paid_minor(self) -> int:
        """What came in for the order and has not gone back: the most that can be refunded."""
        return sum(source.left_minor for source in self.sources)


def read_order_money(session: Session, order_id: int) -> OrderMoney:
    """Return an order's money as the ledger has it now."""
    query = (
        select(JournalLine.account, JournalLine.booking_id, func.sum(JournalLine.amount_minor))
        .join(JournalLine.entry)
        .where(JournalEntry.order_id == order_id)
        .group_by(JournalLine.account, JournalLine.booking_id)
    )
    sums = {(account, booking_id): int(total) for account, booking_id, total in session.execute(query)}

    def of(account: Account, booking_id: int | None) -> int:
        return sums.get((account, booking_id), 0)

    ids = sorted({booking_id for _, booking_id in sums if booking_id is not None})
    parts = [
        SoldPart(i, of(Account.BACKLOG, i), -of(Account.DEFERRED, i), max(of(Account.RECEIVABLE, i), 0)) for i in ids
    ]
    return OrderMoney(
        parts=tuple(part for part in parts if part.net_minor),
        tax_minor=-of(Account.TAX, None),
        open_tax_minor=max(of(Account.RECEIVABLE, None), 0),
        sources=tuple(_sources(session, order_id)),
    )


def _sources(session: Session, order_id: int) -> list[Source]:
    """What each receipt brought to the order, less what went back of it; the newest first."""
    came = (JournalLine.account == Account.RECEIVABLE) & JournalEntry.kind.in_(NET_COLLECTED_KINDS)
    went = JournalLine.account.in_((Account.REFUND_DUE, Account.UNAPPLIED)) & (JournalEntry.kind == EntryKind.CREDITED)
    lost = (JournalLine.account == Account.DISPUTE_HOLD) & (JournalEntry.kind == EntryKind.DISPUTE_LOST)
    query = (
        select(JournalLine.receipt_id, JournalLine.account, func.sum(JournalLine.amount_minor))
        .join(JournalLine.entry)
        .where(JournalEntry.order_id == order_id, JournalLine.receipt_id.is_not(None), came | went | lost)
        .group_by(JournalLine.receipt_id, JournalLine.account)
        .order_by(JournalLine.receipt_id.desc())
    )
    left: dict[int, int] = {}
    for receipt_id, account, total in session.execute(query):
        assert receipt_id is not None
        left[receipt_id] = left.get(receipt_id, 0) + (-int(total) if account is Account.RECEIVABLE else int(total))
    return [Source(receipt_id, amount) for receipt_id, amount in left.items() if amount > 0]


def list_orders_over(session: Session, booking_ids: Collection[int], besides: int) -> list[Order]:
    """Return the other orders that paid for these bookings: those over the difference to a dearer slot."""
    query = (
        select(JournalEntry.order_id)
        .join(JournalEntry.lines)
        .where(JournalLine.booking_id.in_(booking_ids), JournalEntry.order_id != besides)
        .where(JournalEntry.kind == EntryKind.INVOICED)
    )
    return list(session.scalars(select(Order).where(Order.id.in_(query)).order_by(Order.id)))


def list_receipts(session: Session, order_id: int) -> list[Receipt]:
    """Return the money that came for an order, oldest first."""
    return list(session.scalars(select(Receipt).where(Receipt.order_id == order_id).order_by(Receipt.id)))


def list_receipts_by_id(session: Session, receipt_ids: Collection[int]) -> dict[int, Receipt]:
    """Return receipts by their ids."""
    return {receipt.id: receipt for receipt in session.scalars(select(Receipt).where(Receipt.id.in_(receipt_ids)))}


def find_receipt_of_payment(session: Session, payment_id: str) -> Receipt | None:
    """Return the receipt of a payment of the provider's, or None."""
    return session.scalars(select(Receipt).where(Receipt.reference == payment_id).order_by(Receipt.id)).first()


def list_credit_notes(session: Session, order_id: int) -> list[CreditNote]:
    """Return an order's credit notes, oldest first."""
    return list(session.scalars(select(CreditNote).where(CreditNote.order_id == order_id).order_by(CreditNote.id)))


def get_credit_note(session: Session, credit_note_id: int) -> CreditNote:
    """Return a credit note by its id; raises NotFound."""
    note = session.get(CreditNote, credit_note_id) if credit_note_id <= LARGEST_ID else None
    if note is None:
        raise NotFound
    return note


def find_credit_note(session: Session, key: str) -> CreditNote | None:
    """Return the credit note of that cause, or None."""
    return session.scalars(select(CreditNote).where(CreditNote.key == key)).one_or_none()


def list_refunds(session: Session, order_id: int) -> list[Refund]:
    """Return an order's refunds, oldest first."""
    return list(session.scalars(select(Refund).where(Refund.order_id == order_id).order_by(Refund.id)))


def get_refund(session: Session, refund_id: int) -> Refund:
    """Return a refund by its id; raises NotFound."""
    refund = session.get(Refund, refund_id) if refund_id <= LARGEST_ID else None
    if refund is None:
        raise NotFound
    return refund


def list_disputes(session: Session, order_id: int) -> list[Dispute]:
    """Return an order's disputes, oldest first."""
    return list(session.scalars(select(Dispute).where(Dispute.order_id == order_id).order_by(Dispute.id)))


def find_dispute(session: Session, provider_id: str) -> Dispute | None:
    """Return the dispute that the provider knows by this id, or None."""
    return session.scalars(select(Dispute).where(Dispute.provider_id == provider_id)).one_or_none()


def get_dispute(session: Session, dispute_id: int) -> Dispute:
    """Return a dispute by its id; raises NotFound."""
    dispute = session.get(Dispute, dispute_id) if dispute_id <= LARGEST_ID else None
    if dispute is None:
        raise NotFound
    return dispute


def list_unrefundable(session: Session, receipt_ids: Collection[int]) -> list[Dispute]:
    """Return the disputes that stand in the way of refunding these receipts."""
    query = select(Dispute).where(
        Dispute.receipt_id.in_(receipt_ids), Dispute.state.in_(STANDING_DISPUTES), Dispute.is_refundable.is_(False)
    )
    return list(session.scalars(query))


def list_held_back(session: Session, order_ids: Collection[int]) -> set[int]:
    """Return which of these orders must not run until their dispute is decided; a newsletter may let them run all the same."""
    return set(session.scalars(orders_held_back().where(Dispute.order_id.in_(order_ids))))


def orders_held_back() -> Select[Any]:
    """The query for the ids of all orders held back, as a part of another."""
    return (
        select(Dispute.order_id)
        .join(Order, Order.id == Dispute.order_id)
        .outerjoin(Seller, Seller.newsletter_id == Order.newsletter_id)
        .where(Dispute.state.in_(STANDING_DISPUTES), Dispute.is_money_gone.is_(True))
        .where(func.coalesce(Seller.holds_disputed, true()))
    )


def list_open_tasks(session: Session, newsletter_id: int) -> list[MoneyTask]:
    """Return what a person has to look at, oldest first."""
    query = select(MoneyTask).where(MoneyTask.newsletter_id == newsletter_id, MoneyTask.done_at.is_(None))
    return list(session.scalars(query.order_by(MoneyTask.id)))


def get_task(session: Session, task_id: int) -> MoneyTask:
    """Return a task by its id; raises NotFound."""
    task = session.get(MoneyTask, task_id) if task_id <= LARGEST_ID else None
    if task is None:
        raise NotFound
    return task


def get_task_of(session: Session, key: str) -> MoneyTask:
    """Return the task of a cause; raises NotFound."""
    task = find_task_of(session, key)
    if task is None:
        raise NotFound
    return task


def find_task_of(session: Session, key: str) -> MoneyTask | None:
    """Return the task of a cause, open or done, or None."""
    return session.scalars(select(MoneyTask).where(MoneyTask.key == key)).one_or_none()


def list_kept_money(session: Session, order_id: int) -> list[KeptMoney]:
    """Return the money of an order's receipts that pays for nothing yet."""
    query = select(KeptMoney).where(KeptMoney.order_id == order_id, KeptMoney.left_minor > 0)
    return list(session.scalars(query.order_by(KeptMoney.id)))


def list_spendable(session: Session, sponsor_id: int, currency: str) -> list[KeptMoney]:
    """Return the money that is kept for a sponsor in a currency, oldest first."""
    query = select(KeptMoney).where(
        KeptMoney.sponsor_id == sponsor_id, KeptMoney.currency == currency, KeptMoney.left_minor > 0
    )
    return list(session.scalars(query.order_by(KeptMoney.id)))


def get_kept_money(session: Session, kept_id: int) -> KeptMoney:
    """Return money that is kept, by its id; raises NotFound."""
    kept = session.get(KeptMoney, kept_id) if kept_id <= LARGEST_ID else None
    if kept is None:
        raise NotFound
    return kept


def owed_by_sponsor(session: Session, sponsor_id: int, currency: str) -> int:
    """Return what a sponsor owes on open invoices in a currency, tax included: of its own, and as an agency."""
    query = (
        select(func.sum(Invoice.net_minor + Invoice.tax_minor - Invoice.paid_minor - Invoice.credited_minor))
        .join(Order, Order.id == Invoice.order_id)
        .where(
            func.coalesce(Order.agency_id, Order.sponsor_id) == sponsor_id,
            Invoice.currency == currency,
            Invoice.state == InvoiceState.OPEN,
        )
    )
    return int(session.scalar(query) or 0)
