"""Requests: where the publisher approves sponsors before selling, what they pick is asked for first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.errors import PromiseOver
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import list_requests
from sponsorship.booking.rules import BUYER, PROPOSAL, BookingState, OrderState, request_until
from sponsorship.booking.services.details import give_details
from sponsorship.booking.services.hold import check_alive, hold_until, lock_newsletter, make_order, slots_of
from sponsorship.booking.services.occupy import check_planned, free_booking, lock_issues, lock_order, note, occupy
from sponsorship.booking.services.order import cancel_order
from sponsorship.booking.services.placing import check_order_placing
from sponsorship.booking.services.prices import price_slots
from sponsorship.booking.services.waiting import offer_freed
from sponsorship.core import outbox
from sponsorship.core.errors import DomainError
from sponsorship.core.text import clean_line
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.rules import SponsorApproval


def send_request(session: Session, *, order: Order, details: Mapping[str, Any], message: str, now: datetime) -> Order:
    """Send a draft to the publisher: its slots stay held, without payment, for 48 hours at most; one request a sponsor.

    Records who asks and that today's terms were accepted. Raises HoldExpired, HoldsTooMuch, PromiseOver where it was
    sent before, DomainError where the sponsor has a request waiting.
    """
    lock_order(session, order)
    if order.state is not OrderState.DRAFT or order.requested_at is not None:
        raise PromiseOver("This request was sent already.")
    give_details(session, order=order, now=now, **details)
    others = [one for one in list_requests(session, order.newsletter_id) if one.id != order.id]
    if any(one.sponsor_id == order.sponsor_id for one in others):
        raise DomainError("You have a request waiting here. It is answered first: write to us to change it.")
    order.requested_at, order.message = now, message.strip()
    order.is_extended = True
    hold_until(order, request_until(now, min(b.slot.deadlines.bookable_until for b in order.bookings)))
    note(session, order, "requested", actor=BUYER, now=now, until=(order.held_until or now).isoformat())
    return order


def accept_request(session: Session, *, order: Order, actor: str, now: datetime) -> Order:
    """Accept a request: the sponsor is approved and sent the payment link; held for three days, at most until the issue.

    Publishes "order.request_accepted". Raises PromiseOver where it was answered or ran out.
    """
    was = _lock(session, order, now)
    check_order_placing(session, order)
    order.move_to(OrderState.HELD)
    order.approved_at = order.accepted_at = now
    hold_until(order, min(now + PROPOSAL, min(b.slot.issue.publish_at for b in order.bookings)))
    note(session, order, "request_accepted", actor=actor, now=now, was=was, until=(order.held_until or now).isoformat())
    return order


def decline_request(session: Session, *, order: Order, reason: str, actor: str, now: datetime) -> None:
    """Decline a request with a reason that the sponsor reads; its slots are free at once. Raises PromiseOver, DomainError."""
    _lock(session, order, now)
    words = clean_line(reason)
    if not words:
        raise DomainError("Say why: the sponsor reads it.")
    cancel_order(session, order=order, reason=words, actor=actor, now=now)
    outbox.publish(session, "order.request_declined", now=now, order_id=order.id)


def propose_instead(
    session: Session, *, order: Order, slot_ids: Sequence[int], message: str, actor: str, now: datetime
) -> Order:
    """Answer a request with other dates: a proposal of these slots, which keeps what it has in common with the request.

    The new slots are claimed before the old ones are freed, in one transaction; the request is closed. Raises PromiseOver,
    SlotTaken, NotForSale, NothingPicked, TooManySlots.
    """
    was = _lock(session, order, now)
    newsletter = order.newsletter
    slots = slots_of(session, newsletter, slot_ids)
    mine = {booking.slot_id: booking for booking in order.bookings if booking.state is BookingState.HELD}
    lock_issues(session, [*slots, *(booking.slot for booking in mine.values())])
    lock_newsletter(session, newsletter)
    check_planned(slots, now)
    until = min(now + PROPOSAL, min(slot.issue.publish_at for slot in slots))
    price = price_slots(session, newsletter=newsletter, slots=slots, sponsor=order.sponsor, now=now)
    fresh = make_order(session, newsletter, slots, order.sponsor, price, now=now, held_until=until)
    _keep(fresh, mine)
    fresh.agency = order.agency
    fresh.contact_name, fresh.contact_email = order.contact_name, order.contact_email
    fresh.proposed_at, fresh.message, fresh.approved_at = now, message.strip(), now
    occupy(session, [slot for slot in slots if slot.id not in mine], [fresh])
    session.refresh(fresh, ["bookings"])
    session.refresh(order, ["bookings"])
    order.move_to(OrderState.CANCELLED)
    order.closed_at, order.held_until = now, None
    freed = [booking for booking in order.bookings if booking.state is BookingState.HELD]
    for booking in freed:
        free_booking(booking, BookingState.RELEASED, now)
        booking.reason = f"Other dates proposed: {fresh.number}"
    note(session, order, "answered_with_others", actor=actor, now=now, was=was, proposal=fresh.number)
    note(
        session, fresh, "proposed", actor=actor, now=now, contact=fresh.contact_email, instead_of=order.number,
        slots=[slot.id for slot in slots],
    )  # fmt: skip
    offer_freed(session, [booking.slot for booking in freed], now=now)
    return fresh


def set_sponsor_approval(
    session: Session, *, newsletter: Newsletter, approval: SponsorApproval, actor: str, now: datetime
) -> None:
    """Say whose orders are a request first; what is held or ordered already stays as it is."""
    before = newsletter.sponsor_approval
    newsletter.sponsor_approval = approval
    session.flush()
    record_act(
        session, actor=actor, action="sponsor_approval_set", object_type="newsletter", object_id=newsletter.id,
        newsletter_id=newsletter.id, now=now, before={"sponsor_approval": before.value},
        after={"sponsor_approval": approval.value},
    )  # fmt: skip


def _keep(fresh: Order, mine: Mapping[int, Booking]) -> None:
    """Put the bookings that the request has already in the place of the new order's, so that their slots are never free."""
    for booking in list(fresh.bookings):
        kept = mine.get(booking.slot.id)
        if kept is not None:
            kept.price_minor, kept.net_minor, kept.held_until = (
                booking.price_minor,
                booking.net_minor,
                booking.held_until,
            )
            fresh.bookings.remove(booking)
            fresh.bookings.append(kept)


def _lock(session: Session, order: Order, now: datetime) -> OrderState:
    was = lock_order(session, order)
    check_alive(order, now)
    if order.state is not OrderState.DRAFT or order.requested_at is None:
        raise PromiseOver("This request is answered or over already.")
    return was
