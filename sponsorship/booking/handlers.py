"""What booking does when something happened: bookings run with their issue, buyers are told what they bought."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.booking.models import (
    Challenge,
    Order,
)
from sponsorship.booking.queries import (
    find_open_challenge,
    find_promise,
    get_booking,
    get_displacement,
    get_move,
    get_order_by_id,
    get_waiting_by_id,
    list_bookings,
    list_make_goods_of,
    list_open_of_bookings,
)
from sponsorship.booking.rules import (
    CLOCK,
    BookingState,
    DisplacementState,
    OrderState,
    PromiseKind,
    displaced_words,
)
from sponsorship.booking.services import (
    letters,
    release_claims,
    resolve_when_over,
    run_bookings,
    withdraw_challenges_of,
)
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
    """The publisher prepared an order for a sponsor: send the contact the link to read, accept and pay it."""
    order = get_order_by_id(session, payload["order_id"])
    if order.is_open_proposal:
        letters.write_proposal(session, order=order, now=now)
    elif order.state is OrderState.HELD and order.held_until is not None and order.contact_email:
        queue_mail(
            session, key=f"order.proposed:{order.id}", to=order.contact_email,
            subject=_proposal_subject(order), template="booking/email/order_proposed",
            reply_to=order.newsletter.contact_email or None, now=now, order=order, bookings=list_bookings(session, order),
            newsletter=order.newsletter, checkout_url=page_url("payments.checkout", token=order.token),
        )  # fmt: skip


def mail_proposal_reminder(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A proposal is not answered: remind of it, once."""
    order = get_order_by_id(session, payload["order_id"])
    if order.is_open_proposal:
        letters.write_proposal(session, order=order, is_reminder=True, now=now)


def mail_proposal_withdrawn(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A proposal was taken back: say so."""
    letters.write_proposal_over(session, order=get_order_by_id(session, payload["order_id"]), now=now)


def mail_proposal_declined(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A sponsor declined a proposal: tell the publisher."""
    letters.write_proposal_declined(session, order=get_order_by_id(session, payload["order_id"]), now=now)


def mail_lapse(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """An order lapsed: whoever asked for it, or was sent it, is told; a cart that ran out says so on its own page."""
    order = get_order_by_id(session, payload["order_id"])
    if order.requested_at is not None and order.approved_at is None:
        letters.write_request_lapsed(session, order=order, now=now)
    elif order.proposed_at is not None and order.accepted_at is None:
        letters.write_proposal_over(session, order=order, now=now)


def mail_request(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A request was sent: confirm it, and tell the publisher."""
    letters.write_request(session, order=get_order_by_id(session, payload["order_id"]), now=now)


def mail_request_answer(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A request was accepted or declined: tell who asked."""
    letters.write_request_answer(session, order=get_order_by_id(session, payload["order_id"]), now=now)


def mail_promise(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A slot is kept for somebody: send the link with which it is taken or let go."""
    promise = find_promise(session, get_booking(session, payload["booking_id"]))
    if promise is None or promise.booking.state is not BookingState.HELD:
        return
    if promise.kind is PromiseKind.OFFER:
        letters.write_offer(session, promise=promise, now=now)
    else:
        letters.write_promise(session, promise=promise, now=now)


def mail_promise_lapsed(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A promise ran out: tell whoever had it."""
    promise = find_promise(session, get_booking(session, payload["booking_id"]))
    if promise is not None:
        letters.write_promise_lapsed(session, promise=promise, now=now)


def mail_challenge(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A hold is challenged: ask its holder."""
    promise = find_promise(session, get_booking(session, payload["booking_id"]))
    challenge = find_open_challenge(session, promise) if promise is not None else None
    if promise is not None and challenge is not None:
        letters.write_challenge(session, promise=promise, challenge=challenge, now=now)


def mail_challenge_answer(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A challenge was answered: tell the challenger."""
    letters.write_challenge_answer(session, challenge=session.get_one(Challenge, payload["challenge_id"]), now=now)


def mail_place_in_line(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """Somebody joined a waiting list: confirm it with the link to leave."""
    letters.write_joined(session, waiting=get_waiting_by_id(session, payload["waiting_id"]), now=now)


def end_challenge(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A challenger has left the list: the hold lasts as long as it did before."""
    withdraw_challenges_of(session, waiting_id=payload["waiting_id"], actor=CLOCK, now=now)


def mail_displaced(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A slot fell away: tell whoever booked it what is offered, with the link to choose."""
    displacement = get_displacement(session, payload["displacement_id"])
    booking, newsletter = displacement.booking, displacement.booking.slot.issue.newsletter
    contacts = booking.sponsor.contacts if booking.sponsor else []
    to = (booking.order.contact_email if booking.order else "") or (contacts[0].user.email if contacts else "")
    if not to:
        return
    place = f"{booking.slot.name}, {day(displacement.was_on)}"
    words = displaced_words(displacement.cause, place, newsletter.name, booking.slot.issue.publish_on,
                            is_settled=displacement.state is DisplacementState.RESOLVED)  # fmt: skip
    url = page_url("storefront.show_storefront", slug=newsletter.slug)
    if booking.order is not None and displacement.state is not DisplacementState.RESOLVED:
        url = page_url("booking.show_displacement", token=booking.order.token, displacement_id=displacement.id)
    queue_mail(
        session, key=f"booking.displaced:{displacement.id}", to=to, subject=words.subject,
        template="booking/email/displaced", reply_to=newsletter.contact_email or None, now=now, newsletter=newsletter,
        said=words.said, offer=words.offer, label=words.label, reason=displacement.reason, place=place, url=url,
    )  # fmt: skip


def close_displacements(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """An order lapsed or was cancelled: what waited for a choice of its buyer's is settled by that."""
    order = get_order_by_id(session, payload["order_id"])
    for displacement in list_open_of_bookings(session, [booking.id for booking in order.bookings]):
        resolve_when_over(session, displacement=displacement, actor=CLOCK, now=now)


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


def mail_make_good(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A make-good is owed: tell the sponsor for what, and until when it is good."""
    standing = [one for one in list_make_goods_of(session, [payload["booking_id"]]) if not one.is_cancelled]
    if standing:
        letters.write_make_good(session, grant=standing[-1], now=now)


def mail_make_good_cancelled(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A make-good was taken back: say so."""
    taken_back = [one for one in list_make_goods_of(session, [payload["booking_id"]]) if one.is_cancelled]
    if taken_back:
        letters.write_make_good_cancelled(session, grant=taken_back[-1], now=now)


def drop_claims(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A booking ran or is gone, or an order was cancelled: what waited to be paid for moving it is released."""
    if "booking_id" in payload:
        booking_ids = [payload["booking_id"]]
    else:
        booking_ids = [booking.id for booking in get_order_by_id(session, payload["order_id"]).bookings]
    release_claims(session, booking_ids=booking_ids, now=now)


HANDLERS: dict[str, Sequence[Handler]] = {
    "booking.displaced": [mail_displaced],
    "order.cut": [close_displacements],
    "issue.sent": [run_issue],
    "order.confirmed": [mail_confirmation],
    "order.proposed": [mail_proposal],
    "order.cancelled": [close_displacements, drop_claims],
    "order.proposal_reminded": [mail_proposal_reminder],
    "order.proposal_withdrawn": [mail_proposal_withdrawn],
    "order.proposal_declined": [mail_proposal_declined],
    "order.lapsed": [close_displacements, mail_lapse],
    "order.requested": [mail_request],
    "order.request_accepted": [mail_request_answer],
    "order.request_declined": [mail_request_answer],
    "slot.held": [mail_promise],
    "slot.refusal_given": [mail_promise],
    "slot.offered": [mail_promise],
    "slot.challenged": [mail_challenge],
    "booking.lapsed": [mail_promise_lapsed],
    "challenge.answered": [mail_challenge_answer],
    "waiting.joined": [mail_place_in_line],
    "waiting.left": [end_challenge],
    "waiting.removed": [end_challenge],
    "booking.moved": [mail_moved],
    "booking.make_good_owed": [mail_make_good],
    "booking.make_good_cancelled": [mail_make_good_cancelled],
    "booking.ran": [drop_claims],
    "booking.cancelled": [drop_claims],
}
