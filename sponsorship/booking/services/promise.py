"""Promises: a slot kept for somebody who has a link to take it or let it go, and what ends each of them."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.rules import normal_email
from sponsorship.booking.errors import PromiseOver
from sponsorship.booking.models import Booking, Challenge, Order, Promise
from sponsorship.booking.queries import find_open_challenge, find_promise
from sponsorship.booking.rules import (
    BUYER,
    HOLD,
    BookingKind,
    BookingState,
    ChallengeState,
    PromiseKind,
    WaitingState,
    promise_paid_until,
)
from sponsorship.booking.services.hold import agree_price, hold_until, lock_newsletter, make_order
from sponsorship.booking.services.limits import UNLIMITED, Buyer, check_limits
from sponsorship.booking.services.occupy import check_planned, free_booking, lock_issues, note
from sponsorship.booking.services.placing import check_placing
from sponsorship.booking.services.prices import price_slots
from sponsorship.booking.services.waiting import make_promise, offer_freed, step_waiting
from sponsorship.core import outbox
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import DomainError
from sponsorship.core.text import clean_line
from sponsorship.inventory.models import Slot
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.services import add_contact


def hold_courtesy(
    session: Session,
    *,
    slot: Slot,
    sponsor: Sponsor | None,
    until: datetime,
    actor: str,
    now: datetime,
    is_first_refusal: bool = False,
    contact_email: str = "",
    message: str = "",
) -> Booking:
    """Promise a slot until a moment, without an order: a courtesy hold, or a sponsor's first refusal.

    Whoever is known to act for the sponsor, or `contact_email`, is sent the link with which to take it or let it go. Raises
    SlotTaken, NotForSale, DomainError for a moment past, or for a first refusal that nobody can be told of.
    """
    if not now < until <= slot.issue.publish_at:
        raise DomainError("A promise ends after now and before the issue goes out.")
    lock_issues(session, [slot])
    name, address = "", normal_email(contact_email)
    if sponsor is not None:
        check_placing(session, newsletter=slot.issue.newsletter, sponsor=sponsor, slots=[slot])
        if address:
            add_contact(session, sponsor=sponsor, email=address, now=now)
        person = next((c.user for c in sponsor.contacts if address in ("", c.user.email)), None)
        name, address = (person.name, person.email) if person else ("", address)
    if is_first_refusal and not (sponsor and address):
        raise DomainError("A first refusal needs the sponsor’s name and an e-mail address, so that it can be taken.")
    kind = PromiseKind.FIRST_REFUSAL if is_first_refusal else PromiseKind.COURTESY
    promise = make_promise(
        session, slot=slot, kind=kind, until=until, waiting=None, sponsor_id=sponsor.id if sponsor else None,
        contact_name=name, contact_email=address, message=clean_line(message), actor=actor, now=now,
    )  # fmt: skip
    return promise.booking


def take_promise(session: Session, *, promise: Promise, buyer: Buyer = UNLIMITED, now: datetime) -> Order:
    """Make an order of a promise, at the price that was promised; the slot is never free in between.

    To be paid within a day, never later than promised, and within 20 minutes at least. Raises PromiseOver where it was taken,
    let go or ran out; NotForSale where the issue is gone; HoldsTooMuch.
    """
    booking = _lock(session, promise, now)
    slot, newsletter = booking.slot, booking.slot.issue.newsletter
    lock_newsletter(session, newsletter)
    sponsor = session.get(Sponsor, booking.sponsor_id) if booking.sponsor_id else None
    if sponsor is not None:
        lock_rows(session, Sponsor, [sponsor.id])
    check_planned([slot], now)
    check_limits(session, newsletter, now, wanted=1, buyer=buyer, sponsor=sponsor)
    until = promise_paid_until(now, booking.held_until or now, HOLD)
    price = price_slots(session, newsletter=newsletter, slots=[], sponsor=sponsor, now=now)
    order = make_order(session, newsletter, [], sponsor, price, now=now, held_until=until)
    order.accepted_at, order.holder_key, order.browser_key = now, buyer.address_key, buyer.browser_key
    order.list_minor = booking.price_minor
    agree_price(order, booking.net_minor, "As promised")
    order.contact_name, order.contact_email = promise.contact_name, promise.contact_email
    order.is_first_refusal = promise.kind is PromiseKind.FIRST_REFUSAL
    session.add(order)
    booking.kind, booking.order = BookingKind.SALE, order
    session.flush()
    session.refresh(order, ["bookings"])
    hold_until(order, until)
    note(session, order, "held", actor=BUYER, now=now, slots=[slot.id], promise=promise.kind.value)
    close_promise(session, booking, BookingState.CONFIRMED, actor=BUYER, now=now)
    return order


def decline_promise(session: Session, *, promise: Promise, stays_in_line: bool = False, now: datetime) -> None:
    """Let a promised slot go; whoever was offered it from the waiting list may stay in line for other slots.

    Raises PromiseOver.
    """
    booking = _lock(session, promise, now)
    free_booking(booking, BookingState.RELEASED, now)
    note(session, booking, "released", actor=BUYER, now=now, was=BookingState.HELD, slot=booking.slot_id)
    close_promise(session, booking, BookingState.RELEASED, actor=BUYER, now=now, stays_in_line=stays_in_line)
    offer_freed(session, [booking.slot], now=now)


def close_promise(
    session: Session, booking: Booking, end: BookingState, *, actor: str, now: datetime, stays_in_line: bool = False
) -> None:
    """Note how a promise on this booking ended: on its place in the waiting list, and on a challenge to it.

    `end` is confirmed where it was taken, lapsed, or released. Of whoever stays in line nobody asks again about this slot.
    """
    promise = find_promise(session, booking)
    if promise is None:
        return
    challenge = find_open_challenge(session, promise)
    if challenge is not None:
        _close_challenge(session, challenge, end, now)
    waiting = promise.waiting
    if waiting is not None:
        lock_newsletter(session, waiting.newsletter)
        states = {BookingState.CONFIRMED: WaitingState.TAKEN, BookingState.LAPSED: WaitingState.LAPSED}
        stays, gone = stays_in_line and waiting.is_wide, WaitingState.LEFT if actor == BUYER else WaitingState.REMOVED
        state = states.get(end, WaitingState.WAITING if stays else gone)
        if waiting.state is WaitingState.OFFERED:
            action = "stayed" if state is WaitingState.WAITING else state.value
            step_waiting(session, waiting, state, action, actor=actor, now=now)
    session.flush()


def _close_challenge(session: Session, challenge: Challenge, end: BookingState, now: datetime) -> None:
    states = {BookingState.CONFIRMED: ChallengeState.CONFIRMED, BookingState.LAPSED: ChallengeState.LAPSED}
    challenge.move_to(states.get(end, ChallengeState.RELEASED))
    challenge.closed_at = now
    session.flush()
    outbox.publish(session, "challenge.answered", now=now, challenge_id=challenge.id)


def _lock(session: Session, promise: Promise, now: datetime) -> Booking:
    """Lock a promise's booking, then its issue; raises PromiseOver unless it still stands."""
    lock_rows(session, Booking, [promise.booking_id])
    booking = promise.booking
    is_standing = booking.state is BookingState.HELD and booking.order_id is None
    if not is_standing or booking.held_until is None or booking.held_until <= now:
        raise PromiseOver
    lock_issues(session, [booking.slot])
    return booking
