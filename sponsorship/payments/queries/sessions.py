"""Reads about what is under way with the provider: payment sessions, webhook events, refunds."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Order
from sponsorship.booking.rules import OrderState
from sponsorship.core.errors import NotFound
from sponsorship.payments.models import PaymentSession, Receipt, Refund, WebhookEvent
from sponsorship.payments.rules import STANDING_SESSIONS, InboxState, ReceiptSource, RefundState, SessionState

LARGEST_ID = 2**31 - 1


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


def list_unsettled_sessions(
    session: Session, now: datetime, *, open_unseen_for: timedelta, awaiting_unseen_for: timedelta
) -> list[int]:
    """Return the ids of sessions that may have moved on at the provider and were not looked at for so long.

    Those being opened or open; and those whose order awaits funds, which takes days.
    """
    seen = func.coalesce(PaymentSession.checked_at, PaymentSession.created_at)
    is_open = PaymentSession.state.in_(STANDING_SESSIONS) & (seen <= now - open_unseen_for)
    is_awaiting = (PaymentSession.state == SessionState.COMPLETE) & (Order.state == OrderState.AWAITING_FUNDS)
    moving = is_open | (is_awaiting & (seen <= now - awaiting_unseen_for))
    query = select(PaymentSession.id).join(PaymentSession.order).where(moving)
    return list(session.scalars(query.order_by(PaymentSession.id)))


def list_confirmed(session: Session, payment_session_ids: Collection[int]) -> set[int]:
    """Return which of these sessions are of orders that are confirmed already."""
    query = select(PaymentSession.id).join(PaymentSession.order)
    return set(
        session.scalars(query.where(PaymentSession.id.in_(payment_session_ids), Order.state == OrderState.CONFIRMED))
    )


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
    query = (
        select(Refund.id)
        .join(Receipt, Receipt.id == Refund.receipt_id)
        .where(or_(Refund.state == RefundState.REQUESTED, Refund.state == RefundState.PENDING))
        .where(Refund.next_attempt_at <= now, Receipt.source == ReceiptSource.STRIPE)
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
