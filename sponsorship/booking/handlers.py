"""What booking does when something happened: bookings run with their issue, buyers are told what they bought."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.booking.models import Order
from sponsorship.booking.queries import get_booking, get_move, get_order_by_id, list_bookings
from sponsorship.booking.rules import BookingState, OrderState
from sponsorship.booking.services import release_claims, run_bookings
from sponsorship.core.format import day
from sponsorship.core.mail import queue_mail
from sponsorship.core.outbox import Handler
from sponsorship.core.web import page_url
from sponsorship.inventory.queries import get_issue


def run_issue(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """An issue went out: what was confirmed in it ran."""
    run_bookings(session, issue=get_issue(session, payload["issue_id"]), now=now)


def mail_confirmation(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """An order was confirmed: tell its contact what is booked, when copy is due, and where to write it."""
    order = get_order_by_id(session, payload["order_id"])
    if order.state is not OrderState.CONFIRMED or not order.contact_email or order.moves_order_id is not None:
        return  # a difference that was paid moves a booking, and of that there is a mail of its own
    bookings = list_bookings(session, order)
    queue_mail(
        session, key=f"order.confirmed:{order.id}", to=order.contact_email,
        subject=f"Booked: {order.number} in {order.newsletter.name}", template="booking/email/order_confirmed",
        reply_to=order.newsletter.contact_email or None, now=now, order=order, bookings=bookings,
        newsletter=order.newsletter, next_copy=min((b.slot.deadlines.copy_due_at for b in bookings), default=None),
        order_url=page_url("storefront.show_order", token=order.token),
    )  # fmt: skip


def mail_proposal(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """The publisher booked in a sponsor's name: send the contact the link to see and pay the order."""
    order = get_order_by_id(session, payload["order_id"])
    if order.state is not OrderState.HELD or order.held_until is None or not order.contact_email:
        return
    queue_mail(
        session, key=f"order.proposed:{order.id}", to=order.contact_email,
        subject=_proposal_subject(order), template="booking/email/order_proposed",
        reply_to=order.newsletter.contact_email or None, now=now, order=order, bookings=list_bookings(session, order),
        newsletter=order.newsletter, checkout_url=page_url("payments.checkout", token=order.token),
    )  # fmt: skip


def _proposal_subject(order: Order) -> str:
    what = "The difference for your new date" if order.moves_order_id is not None else "Your dates"
    return f"{what} in {order.newsletter.name}: {order.number}"


def mail_moved(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A booking moved: tell who bought it where it runs now and when copy is due, whoever moved it."""
    booking = get_booking(session, payload["booking_id"])
    order = booking.order
    if order is None or booking.state is not BookingState.CONFIRMED or not order.contact_email:
        return
    newsletter, slot = order.newsletter, booking.slot
    queue_mail(
        session, key=f"booking.moved:{booking.id}:{payload['entry_id']}", to=order.contact_email,
        subject=f"Moved to {day(slot.issue.publish_on)}: {slot.name} in {newsletter.name}",
        template="booking/email/booking_moved", reply_to=newsletter.contact_email or None, now=now, order=order,
        slot=slot, newsletter=newsletter, move=get_move(session, payload["entry_id"]),
        order_url=page_url("storefront.show_order", token=order.token),
    )  # fmt: skip


def drop_claims(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A booking ran or is gone, or an order was cancelled: what waited to be paid for moving it is released."""
    if "booking_id" in payload:
        booking_ids = [payload["booking_id"]]
    else:
        booking_ids = [booking.id for booking in get_order_by_id(session, payload["order_id"]).bookings]
    release_claims(session, booking_ids=booking_ids, now=now)


HANDLERS: dict[str, Sequence[Handler]] = {
    "issue.sent": [run_issue],
    "order.confirmed": [mail_confirmation],
    "order.proposed": [mail_proposal],
    "order.cancelled": [drop_claims],
    "booking.moved": [mail_moved],
    "booking.ran": [drop_claims],
    "booking.cancelled": [drop_claims],
}
