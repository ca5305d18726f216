"""Reads about money: what each booking brought, what is owed, what is still to be settled with the provider."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, case, cast, func, or_, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Order
from sponsorship.booking.rules import OrderState
from sponsorship.core.errors import NotFound
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import (
    Invoice,
    JournalEntry,
    JournalLine,
    PaymentSession,
    Receipt,
    Refund,
    WebhookEvent,
)
from sponsorship.payments.rules import (
    STANDING_SESSIONS,
    Account,
    EntryKind,
    InboxState,
    InvoiceState,
    OpenPart,
    ReceiptSource,
    RefundState,
    SessionState,
)

LARGEST_ID = 2**31 - 1
NET_RECEIVABLE = (JournalLine.account == Account.RECEIVABLE) & JournalLine.booking_id.is_not(None)


@dataclass(frozen=True, slots=True)
class BookingMoney:
    """One booking's money, net of tax, minor units: booked = collected + outstanding."""

    booked_minor: int
    collected_minor: int
    outstanding_minor: int


@dataclass(frozen=True, slots=True)
class MoneyTotals:
    """A newsletter's money in its own currency, net of tax, minor units; each figure is a sum of ledger lines.

    Booked = collected + outstanding (+ written off). Deferred is what was collected and has not run yet;
    `deferred_gross_minor` counts unpaid invoices as well. Unapplied money and refunds owed are gross.
    """

    booked_minor: int
    collected_minor: int
    outstanding_minor: int
    written_off_minor: int
    recognised_minor: int
    deferred_minor: int
    deferred_gross_minor: int
    unapplied_minor: int
    refund_due_minor: int


def money_by_booking(session: Session, booking_ids: Collection[int]) -> dict[int, BookingMoney]:
    """Return booked, collected and outstanding of each booking that the ledger knows; the others have no entry."""
    lines = (
        select(
            JournalLine.booking_id,
            _sum(JournalLine.account == Account.BACKLOG),
            _sum(NET_RECEIVABLE & (JournalEntry.kind == EntryKind.RECEIVED)),
            _sum(NET_RECEIVABLE),
        )
        .join(JournalLine.entry)
        .where(JournalLine.booking_id.in_(booking_ids))
        .group_by(JournalLine.booking_id)
    )
    return {
        booking_id: BookingMoney(booked, -received, outstanding)
        for booking_id, booked, received, outstanding in session.execute(lines)
    }


def total_money(session: Session, newsletter_id: int) -> MoneyTotals:
    """Return the sums of a newsletter's ledger, in the newsletter's currency."""
    deferred = _sum(JournalLine.account == Account.DEFERRED)
    columns = (
        _sum(JournalLine.account == Account.BACKLOG),
        _sum(NET_RECEIVABLE & (JournalEntry.kind == EntryKind.RECEIVED)),
        _sum(NET_RECEIVABLE),
        _sum(JournalLine.account == Account.BAD_DEBT),
        _sum(JournalLine.account.in_((Account.REVENUE, Account.ALLOWANCES))),
        deferred,
        _sum(JournalLine.account == Account.UNAPPLIED),
        _sum(JournalLine.account == Account.REFUND_DUE),
    )
    row = session.execute(select(*columns).join(JournalLine.entry).where(*_own(newsletter_id))).one()
    booked, received, outstanding, written_off, recognised, deferred_gross, unapplied, refund_due = row
    not_run = (
        select(_sum(NET_RECEIVABLE).label("owed"))
        .join(JournalLine.entry)
        .where(JournalLine.booking_id.is_not(None), *_own(newsletter_id))
        .group_by(JournalLine.booking_id)
        .having(deferred < 0)
        .subquery()
    )
    owed_not_run = int(session.scalar(select(func.sum(not_run.c.owed))) or 0)
    return MoneyTotals(
        booked_minor=booked,
        collected_minor=-received,
        outstanding_minor=outstanding,
        written_off_minor=written_off,
        recognised_minor=-recognised,
        deferred_minor=-deferred_gross - owed_not_run,
        deferred_gross_minor=-deferred_gross,
        unapplied_minor=-unapplied,
        refund_due_minor=-refund_due,
    )


def sum_accounts(session: Session, newsletter_id: int) -> dict[Account, int]:
    """Return every account's balance in the newsletter's currency (debits positive); 0 where nothing was posted."""
    sums = (
        select(JournalLine.account, func.sum(JournalLine.amount_minor))
        .join(JournalLine.entry)
        .where(*_own(newsletter_id))
        .group_by(JournalLine.account)
    )
    return dict.fromkeys(Account, 0) | {account: int(total) for account, total in session.execute(sums)}


def list_open_parts(session: Session, order_id: int) -> list[OpenPart]:
    """Return what is still owed of an order: each booking's net amount, and the tax; parts that are paid are left out."""
    sums = (
        select(JournalLine.booking_id, func.sum(JournalLine.amount_minor))
        .join(JournalLine.entry)
        .where(JournalEntry.order_id == order_id, JournalLine.account == Account.RECEIVABLE)
        .group_by(JournalLine.booking_id)
    )
    parts = [OpenPart(booking_id, int(owed)) for booking_id, owed in session.execute(sums)]
    return sorted((part for part in parts if part.amount_minor), key=lambda part: part.booking_id or LARGEST_ID)


def deferred_of_booking(session: Session, booking_id: int) -> int:
    """Return what is still deferred of a booking, minor units."""
    query = select(func.sum(JournalLine.amount_minor)).where(
        JournalLine.account == Account.DEFERRED, JournalLine.booking_id == booking_id
    )
    return -int(session.scalar(query) or 0)


def get_invoice(session: Session, invoice_id: int) -> Invoice:
    """Return an invoice by its id; raises NotFound."""
    invoice = session.get(Invoice, invoice_id) if invoice_id <= LARGEST_ID else None
    if invoice is None:
        raise NotFound
    return invoice


def find_invoice_of_order(session: Session, order_id: int) -> Invoice | None:
    """Return an order's invoice, or None."""
    return session.scalars(select(Invoice).where(Invoice.order_id == order_id)).one_or_none()


def list_open_invoices(session: Session, newsletter_id: int) -> list[Invoice]:
    """Return a newsletter's invoices on which something is owed, the longest due first."""
    query = select(Invoice).where(Invoice.newsletter_id == newsletter_id, Invoice.state == InvoiceState.OPEN)
    return list(session.scalars(query.order_by(Invoice.due_on, Invoice.id)))


def list_closed_invoices(session: Session, newsletter_id: int, limit: int) -> list[Invoice]:
    """Return a newsletter's newest invoices that are paid, void or written off."""
    query = select(Invoice).where(Invoice.newsletter_id == newsletter_id, Invoice.state != InvoiceState.OPEN)
    return list(session.scalars(query.order_by(Invoice.issued_on.desc(), Invoice.id.desc()).limit(limit)))


def find_receipt(session: Session, order_id: int, source: ReceiptSource, reference: str) -> Receipt | None:
    """Return the receipt of that reference, or None where this money is not in the books."""
    query = select(Receipt).where(
        Receipt.order_id == order_id, Receipt.source == source, Receipt.reference == reference
    )
    return session.scalars(query).one_or_none()


def get_payment_session(session: Session, payment_session_id: int) -> PaymentSession:
    """Return a payment session by its id; raises NotFound."""
    payment = session.get(PaymentSession, payment_session_id)
    if payment is None:
        raise NotFound
    return payment


def find_payment_session(session: Session, provider_id: str) -> PaymentSession | None:
    """Return the payment session that the provider knows by this id, or None."""
    return session.scalars(select(PaymentSession).where(PaymentSession.provider_id == provider_id)).one_or_none()


def find_session_by_metadata(session: Session, metadata: Mapping[str, str]) -> PaymentSession | None:
    """Return the payment session that was asked for with this metadata (order and attempt), or None."""
    order_id, attempt = metadata.get("order_id", ""), metadata.get("attempt", "")
    if not (order_id.isdecimal() and attempt.isdecimal()) or max(int(order_id), int(attempt)) > LARGEST_ID:
        return None
    query = select(PaymentSession).where(
        PaymentSession.order_id == int(order_id), PaymentSession.attempt == int(attempt)
    )
    payment = session.scalars(query).one_or_none()
    return payment if payment is not None and payment.request["metadata"] == dict(metadata) else None


def list_payment_sessions(session: Session, order_id: int) -> list[PaymentSession]:
    """Return an order's payment sessions, newest first."""
    query = select(PaymentSession).where(PaymentSession.order_id == order_id)
    return list(session.scalars(query.order_by(PaymentSession.attempt.desc())))


def find_standing_session(session: Session, order_id: int) -> PaymentSession | None:
    """Return the order's payment session that is being opened or is open, or None."""
    return next((s for s in list_payment_sessions(session, order_id) if s.state in STANDING_SESSIONS), None)


def list_unsettled_sessions(session: Session, now: datetime, unchecked_for: timedelta) -> list[int]:
    """Return the ids of sessions that may have moved on at the provider and were not looked at for so long.

    Those being opened or open, and those whose order awaits funds.
    """
    moving = PaymentSession.state.in_(STANDING_SESSIONS) | (
        (PaymentSession.state == SessionState.COMPLETE) & (Order.state == OrderState.AWAITING_FUNDS)
    )
    seen = func.coalesce(PaymentSession.checked_at, PaymentSession.created_at)
    query = select(PaymentSession.id).join(PaymentSession.order).where(moving, seen <= now - unchecked_for)
    return list(session.scalars(query.order_by(PaymentSession.id)))


def list_overdue_checkouts(session: Session, now: datetime) -> list[int]:
    """Return the ids of orders in checkout whose hold, session and grace included, has run out."""
    query = select(Order.id).where(Order.state == OrderState.IN_CHECKOUT, Order.held_until <= now)
    return list(session.scalars(query.order_by(Order.held_until)))


def list_due_events(session: Session, now: datetime, limit: int) -> list[int]:
    """Return the ids of webhook events that are to be settled now, oldest first."""
    query = select(WebhookEvent.id).where(
        WebhookEvent.state.in_((InboxState.NEW, InboxState.FAILED)), WebhookEvent.next_attempt_at <= now
    )
    return list(session.scalars(query.order_by(WebhookEvent.id).limit(limit)))


def find_event(session: Session, event_id: str) -> WebhookEvent | None:
    """Return the inbox row of an event, or None."""
    return session.scalars(select(WebhookEvent).where(WebhookEvent.event_id == event_id)).one_or_none()


def list_due_refunds(session: Session, now: datetime) -> list[int]:
    """Return the ids of refunds that are to be asked for, or asked about, now."""
    query = select(Refund.id).where(
        or_(Refund.state == RefundState.REQUESTED, Refund.state == RefundState.PENDING), Refund.next_attempt_at <= now
    )
    return list(session.scalars(query.order_by(Refund.id)))


def find_refund_of_receipt(session: Session, receipt_id: int) -> Refund | None:
    """Return the refund of a receipt, or None."""
    return session.scalars(select(Refund).where(Refund.receipt_id == receipt_id)).first()


def list_refunds_of_payment(session: Session, payment_id: str) -> list[Refund]:
    """Return the refunds of money that the provider knows by this payment id."""
    query = select(Refund).join(Receipt, Receipt.id == Refund.receipt_id).where(Receipt.reference == payment_id)
    return list(session.scalars(query.order_by(Refund.id)))


def find_refund(session: Session, provider_id: str) -> Refund | None:
    """Return the refund that the provider knows by this id, or None."""
    return session.scalars(select(Refund).where(Refund.provider_id == provider_id)).one_or_none()


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """Sum the lines of that condition, 0 without one; PostgreSQL would make a decimal of it."""
    return cast(func.coalesce(func.sum(case((condition, JournalLine.amount_minor), else_=0)), 0), BigInteger)


def _own(newsletter_id: int) -> tuple[ColumnElement[bool], ...]:
    """Entries of the newsletter in its own currency: amounts of several currencies are never summed."""
    currency = select(Newsletter.currency).where(Newsletter.id == newsletter_id).scalar_subquery()
    return JournalEntry.newsletter_id == newsletter_id, JournalEntry.currency == currency
