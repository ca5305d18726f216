"""What somebody holds without having paid, by network address, browser or sponsor."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import LIMIT_WINDOW, OPEN_ORDERS, BookingState, Holdings, HoldLimits, OrderState
from sponsorship.sponsors.queries import policy_of


def hold_limits(session: Session, newsletter_id: int) -> HoldLimits:
    """Return how much a newsletter lets one buyer hold unpaid."""
    policy = policy_of(session, newsletter_id)
    return HoldLimits(policy.open_orders, policy.held_slots, policy.unpaid_a_day)


def holdings_of(
    session: Session, newsletter_id: int, who: ColumnElement[bool], now: datetime, *, besides: int | None = None
) -> Holdings:
    """Count what the orders that `who` selects hold unpaid at a newsletter; `besides` leaves one order out."""
    alive = or_(Order.state.not_in((OrderState.DRAFT, OrderState.HELD)), Order.held_until > now)
    is_open = and_(Order.state.in_(OPEN_ORDERS), alive)
    ended = and_(
        Order.state.in_((OrderState.LAPSED, OrderState.CANCELLED)), Order.confirmed_at.is_(None),
        Order.closed_at > now - LIMIT_WINDOW,
    )  # fmt: skip
    ours = [Order.newsletter_id == newsletter_id, who]
    if besides is not None:
        ours.append(Order.id != besides)
    slots = (
        select(func.count(Booking.id)).join(Order, Booking.order_id == Order.id)
        .where(*ours, is_open, Booking.state == BookingState.HELD)
    )  # fmt: skip
    return Holdings(
        open_orders=session.scalar(select(func.count(Order.id)).where(*ours, is_open)) or 0,
        held_slots=session.scalar(slots) or 0,
        ended_unpaid=session.scalar(select(func.count(Order.id)).where(*ours, ended)) or 0,
    )
