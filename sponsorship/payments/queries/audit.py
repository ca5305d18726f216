"""Whether the books add up: what a wrong posting would break, in words."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.rules import BookingState
from sponsorship.payments.models import Invoice, JournalEntry, JournalLine, Receipt, Refund
from sponsorship.payments.rules import MEMO_ACCOUNTS, Account, InvoiceState, ReceiptSource, RefundState

OWED_BACK = (RefundState.REQUESTED, RefundState.PENDING, RefundState.FAILED, RefundState.CANCELLED)
STANDING_INVOICES = (InvoiceState.OPEN, InvoiceState.PAID)
BALANCE = func.coalesce(func.sum(JournalLine.amount_minor), 0)


def list_ledger_faults(session: Session) -> list[str]:
    """Return what does not add up, a sentence each; empty where the books are right."""
    return [
        *_unbalanced(session),
        *_off_balance(session),
        *_wrongly_deferred(session),
        *_differing_invoices(session),
        *_differing_receipts(session),
        *_differing_refunds(session),
    ]


def _unbalanced(session: Session) -> Iterator[str]:
    query = select(JournalEntry.key, BALANCE).outerjoin(JournalEntry.lines).group_by(JournalEntry.id)
    for key, total in session.execute(query.having((BALANCE != 0) | (func.count(JournalLine.id) == 0))):
        yield f"Entry {key} does not balance, or has no lines ({total})."


def _off_balance(session: Session) -> Iterator[str]:
    is_memo = JournalLine.account.in_(MEMO_ACCOUNTS)
    query = select(JournalEntry.currency, is_memo, BALANCE).join(JournalLine.entry)
    for currency, memo, total in session.execute(query.group_by(JournalEntry.currency, is_memo).having(BALANCE != 0)):
        yield f"The {'memo ' if memo else ''}accounts in {currency} are off by {total}."


def _wrongly_deferred(session: Session) -> Iterator[str]:
    query = (
        select(Booking.id, Booking.net_minor, Booking.state, BALANCE)
        .join(JournalLine, JournalLine.booking_id == Booking.id)
        .where(JournalLine.account == Account.DEFERRED)
        .group_by(Booking.id, Booking.net_minor, Booking.state)
    )
    for booking_id, net_minor, state, balance in session.execute(query):
        most = 0 if state is BookingState.RAN else net_minor
        if not 0 <= -balance <= most:
            yield f"Booking {booking_id} ({state}) has {-balance} deferred, at most {most} is right."


def _differing_invoices(session: Session) -> Iterator[str]:
    owed = (
        select(JournalEntry.order_id.label("key"), BALANCE.label("balance"))
        .join(JournalEntry.lines)
        .where(JournalLine.account == Account.RECEIVABLE)
        .group_by(JournalEntry.order_id)
        .subquery()
    )
    said = Invoice.net_minor + Invoice.tax_minor - Invoice.paid_minor - Invoice.credited_minor
    query = select(Invoice.number, said, func.coalesce(owed.c.balance, 0))
    query = query.outerjoin(owed, owed.c.key == Invoice.order_id).where(Invoice.state.in_(STANDING_INVOICES))
    for number, open_minor, balance in session.execute(query):
        if open_minor != balance:
            yield f"Invoice {number} says {open_minor} is open, the ledger says {balance}."


def _differing_receipts(session: Session) -> Iterator[str]:
    cash = (
        select(JournalLine.receipt_id.label("key"), BALANCE.label("balance"))
        .where(JournalLine.account.in_((Account.STRIPE, Account.BANK)), JournalLine.amount_minor > 0)
        .group_by(JournalLine.receipt_id)
        .subquery()
    )
    query = select(Receipt.id, Receipt.source, Receipt.amount_minor, func.coalesce(cash.c.balance, 0))
    for receipt_id, source, amount, balance in session.execute(query.outerjoin(cash, cash.c.key == Receipt.id)):
        if balance < amount or (source is ReceiptSource.BANK and balance != amount):
            yield f"Receipt {receipt_id} is over {amount}, the ledger took in {balance}."


def _differing_refunds(session: Session) -> Iterator[str]:
    owed = select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(Refund.state.in_(OWED_BACK))
    booked = select(-BALANCE).where(JournalLine.account == Account.REFUND_DUE)
    wanted, posted = session.scalar(owed), session.scalar(booked)
    if wanted != posted:
        yield f"Refunds of {wanted} are owed, the ledger says {posted}."
