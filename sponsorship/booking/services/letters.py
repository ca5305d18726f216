"""What is written to whom about holds, offers, the waiting list, requests and proposals."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Challenge, CreditGrant, Order, Promise, Waiting
from sponsorship.booking.queries import find_challenge_by, list_bookings, place_in_line
from sponsorship.booking.rules import ChallengeState, PromiseKind, WaitingState, ordinal_word
from sponsorship.booking.services.occupy import name_slot
from sponsorship.core.format import long_day, moment, money
from sponsorship.core.mail import queue_mail
from sponsorship.core.web import page_url
from sponsorship.inventory.models import Newsletter

Row = tuple[str, str]


def write_joined(session: Session, *, waiting: Waiting, now: datetime) -> None:
    """Confirm a place on the waiting list, with the link to leave it; a challenger learns until when the holder answers."""
    if waiting.state is not WaitingState.WAITING:
        return
    newsletter, place = waiting.newsletter, place_in_line(session, waiting)
    challenge = find_challenge_by(session, waiting.id)
    words = [
        f"You are {ordinal_word(place)} in line. If it comes free, we hold it for you for up to 24 hours and write to you."
    ]
    if challenge is not None:
        until = moment(challenge.answer_until, newsletter.timezone)
        words.insert(0, f"Somebody has a hold on it. We have asked them to confirm or let go until {until}.")
    _send(
        session, f"waiting.joined:{waiting.id}", waiting.contact_email, newsletter, now,
        subject=f"On the waiting list: {waiting.wish}", title=f"You wait for {waiting.wish}.", words=words,
        button=(page_url("booking.show_waiting", token=waiting.token), "See your place, or leave the list"),
    )  # fmt: skip


def write_offer(session: Session, *, promise: Promise, now: datetime) -> None:
    """Tell the first in line that a slot came free and until when it is theirs."""
    booking, until = promise.booking, _until(promise.booking)
    _send(
        session, f"slot.offered:{promise.id}", promise.contact_email, booking.slot.issue.newsletter, now,
        subject=f"It came free: {name_slot(booking.slot)}", title="The slot you waited for came free.",
        rows=_slot_rows([booking]), words=[f"We hold it for you until {until}. After that the next in line is asked."],
        button=(page_url("booking.show_promise", token=promise.token), "Take it, or let it go"),
    )  # fmt: skip


def write_promise(session: Session, *, promise: Promise, now: datetime) -> None:
    """Tell a sponsor that a slot is kept for them, and how to take it."""
    booking, newsletter = promise.booking, promise.booking.slot.issue.newsletter
    is_first = promise.kind is PromiseKind.FIRST_REFUSAL
    title = "You have the first refusal of this slot." if is_first else "This slot is held for you."
    words = f"Nobody else can have it until {_until(booking)}. Nothing is booked before you pay."
    _send(
        session, f"slot.promised:{promise.id}", promise.contact_email, newsletter, now,
        subject=f"{promise.kind.label}: {name_slot(booking.slot)}", title=title, rows=_slot_rows([booking]),
        quote=promise.message, words=[words],
        button=(page_url("booking.show_promise", token=promise.token), "Book it, or let it go"),
    )  # fmt: skip


def write_challenge(session: Session, *, promise: Promise, challenge: Challenge, now: datetime) -> None:
    """Ask the holder of a slot to confirm or let go, because another buyer is ready."""
    booking = promise.booking
    if challenge.state is not ChallengeState.OPEN:
        return
    until = moment(challenge.answer_until, booking.slot.issue.newsletter.timezone)
    _send(
        session, f"slot.challenged:{challenge.id}", promise.contact_email, booking.slot.issue.newsletter, now,
        subject=f"Another buyer is ready: {name_slot(booking.slot)}", rows=_slot_rows([booking]),
        title="Another buyer is ready for the slot we hold for you.",
        words=[f"Confirm or release it until {until}. If we hear nothing, it goes to the other buyer."],
        button=(page_url("booking.show_promise", token=promise.token), "Confirm or release"),
    )  # fmt: skip


def write_challenge_answer(session: Session, *, challenge: Challenge, now: datetime) -> None:
    """Tell a challenger that the holder confirmed; where the slot came free, the offer says so instead."""
    waiting = challenge.challenger
    if challenge.state is not ChallengeState.CONFIRMED or waiting.state is not WaitingState.WAITING:
        return
    _send(
        session, f"challenge.answered:{challenge.id}", waiting.contact_email, waiting.newsletter, now,
        subject=f"Taken: {waiting.wish}", title=f"The holder has confirmed {waiting.wish}.",
        words=["You stay first in line: if it is not paid, it is offered to you."],
        button=(page_url("booking.show_waiting", token=waiting.token), "Stay, or leave the list"),
    )  # fmt: skip


def write_promise_lapsed(session: Session, *, promise: Promise, now: datetime) -> None:
    """Tell whoever a slot was kept for that its time ran out."""
    booking, newsletter = promise.booking, promise.booking.slot.issue.newsletter
    is_offer = promise.kind is PromiseKind.OFFER
    words = "It goes to the next in line, and you are off the waiting list." if is_offer else "It is for sale again."
    _send(
        session, f"slot.promise_lapsed:{promise.id}", promise.contact_email, newsletter, now,
        subject=f"Lapsed: {name_slot(booking.slot)}", title=f"Our {promise.kind.label.lower()} on this slot has ended.",
        rows=_slot_rows([booking]), words=[f"{words} You have not been charged."],
        button=(page_url("storefront.show_storefront", slug=newsletter.slug), "See what is open"),
    )  # fmt: skip


def write_proposal(session: Session, *, order: Order, is_reminder: bool = False, now: datetime) -> None:
    """Send a sponsor the link to a proposal: see it, accept it and pay, or decline it; once more as a reminder."""
    until = moment(order.held_until or now, order.newsletter.timezone)
    title = "This proposal still waits for your answer." if is_reminder else "These dates are held for you."
    first = (
        "You have the first refusal of them: nobody else can book them meanwhile. " if order.is_first_refusal else ""
    )
    _send_order(
        session, "proposal_reminded" if is_reminder else "proposed", order, now, title=title,
        subject=f"{'Reminder: y' if is_reminder else 'Y'}our dates in {order.newsletter.name}: {order.number}",
        quote=order.message, words=[f"{first}Valid until {until}. Nothing is booked before you accept and pay."],
        button=(page_url("booking.show_proposal", token=order.token), "Read the proposal"),
    )  # fmt: skip


def write_proposal_over(session: Session, *, order: Order, now: datetime) -> None:
    """Tell a sponsor that a proposal is withdrawn, or that its time ran out."""
    is_lapse = order.state.value == "lapsed"
    why = "Its time ran out." if is_lapse else "The publisher took it back."
    _send_order(
        session, "proposal_over", order, now, subject=f"Over: proposal {order.number}", title="This proposal is over.",
        quote="" if is_lapse else _reason(order), words=[f"{why} The dates are for sale again. You have not been charged."],
        button=(page_url("storefront.show_storefront", slug=order.newsletter.slug), "See what is open"),
    )  # fmt: skip


def write_request(session: Session, *, order: Order, now: datetime) -> None:
    """Confirm a request to the sponsor, and tell the publisher that one waits."""
    newsletter, until = order.newsletter, moment(order.held_until or now, order.newsletter.timezone)
    _send_order(
        session, "requested", order, now, subject=f"Your request to {newsletter.name}: {order.number}",
        title="Your request is with the publisher.",
        button=(page_url("storefront.show_order", token=order.token), "See the request"),
        words=[f"The dates are held for you until {until}. You pay only if the publisher accepts."],
    )  # fmt: skip
    if newsletter.contact_email:
        company = order.sponsor.name if order.sponsor else order.contact_email
        _send(
            session, f"order.requested:{order.id}:publisher", newsletter.contact_email, newsletter, now,
            subject=f"{company} asks for {order.number}", title=f"{company} asks to sponsor {newsletter.name}.",
            rows=_order_rows(session, order), quote=order.message,
            words=[f"Held until {until}, then the dates are for sale again."],
            button=(page_url("booking.answer_request", order_id=order.id), "Accept, decline, or propose other dates"),
            why=f"You get this because {newsletter.contact_email} is the address of {newsletter.name}.",
        )  # fmt: skip


def write_request_answer(session: Session, *, order: Order, now: datetime) -> None:
    """Tell a sponsor that a request was accepted, with the link to pay, or declined, with the reason."""
    if order.state.value == "cancelled":
        _send_order(
            session, "request_declined", order, now, subject=f"About your request {order.number}",
            title=f"{order.newsletter.name} cannot take this booking.", quote=_reason(order),
            words=["The dates are free again. You have not been charged."],
        )  # fmt: skip
        return
    until = moment(order.held_until or now, order.newsletter.timezone)
    _send_order(
        session, "request_accepted", order, now, subject=f"Accepted: {order.number}", title="Your request is accepted.",
        words=[f"The dates are held for you until {until}. Pay by then and they are yours."],
        button=(page_url("payments.checkout", token=order.token), "Pay and book"),
    )  # fmt: skip


def write_request_lapsed(session: Session, *, order: Order, now: datetime) -> None:
    """Tell a sponsor that a request was not answered in time."""
    _send_order(
        session, "request_lapsed", order, now, subject=f"Not answered in time: {order.number}",
        title="Your request was not answered in time.", words=["The dates are for sale again. You have not been charged."],
        button=(page_url("booking.hold_again", token=order.token), "Ask for them again"),
    )  # fmt: skip


def write_proposal_declined(session: Session, *, order: Order, now: datetime) -> None:
    """Tell the publisher that a sponsor declined a proposal, with the sponsor's words."""
    newsletter = order.newsletter
    if newsletter.contact_email:
        company = order.sponsor.name if order.sponsor else order.contact_email
        _send(
            session, f"order.proposal_declined:{order.id}", newsletter.contact_email, newsletter, now,
            subject=f"{company} declined {order.number}", title=f"{company} declined your proposal.",
            rows=_order_rows(session, order), quote=_reason(order), words=["The dates are for sale again."],
            why=f"You get this because {newsletter.contact_email} is the address of {newsletter.name}.",
        )  # fmt: skip


def _reason(order: Order) -> str:
    return next((booking.reason for booking in order.bookings if booking.reason), "")


def _until(booking: Booking) -> str:
    return moment(booking.held_until or booking.slot.issue.publish_at, booking.slot.issue.newsletter.timezone)


def _slot_rows(bookings: Sequence[Booking]) -> list[Row]:
    return [
        (
            f"{b.slot.name}, {long_day(b.slot.issue.publish_on)}",
            money(b.net_minor, b.slot.issue.newsletter.currency, cents=True),
        )
        for b in bookings
    ]


def _order_rows(session: Session, order: Order) -> list[Row]:
    rows = [*_slot_rows(list_bookings(session, order))]
    return [*rows, ("In all", money(order.total_minor, order.currency, cents=True))] if len(rows) > 1 else rows


def _send_order(
    session: Session,
    cause: str,
    order: Order,
    now: datetime,
    *,
    subject: str,
    title: str,
    words: Sequence[str],
    quote: str = "",
    button: tuple[str, str] | None = None,
) -> None:
    why = f"You get this because {order.contact_email} stands on order {order.number} at {order.newsletter.name}."
    _send(
        session, f"order.{cause}:{order.id}", order.contact_email, order.newsletter, now, subject=subject, title=title,
        rows=_order_rows(session, order), words=words, quote=quote, button=button, why=why,
    )  # fmt: skip


def write_make_good(session: Session, *, grant: CreditGrant, now: datetime) -> None:
    """Tell a sponsor that a run went wrong, and that another is owed."""
    assert grant.booking is not None and grant.cause is not None
    what = f"one {grant.placement.name} slot" if grant.placement else "one slot of any placement"
    until = f", to run by {long_day(grant.expires_on)}" if grant.expires_on else ""
    _send_make_good(
        session, "owed", grant, now, title="We owe you another run.", quote=grant.note,
        words=[f"{grant.cause.label}. We owe you {what}{until}, for nothing.",
               "We place it and write to you; you can also use it yourself as a credit for any open date, signed in."],
    )  # fmt: skip


def write_make_good_cancelled(session: Session, *, grant: CreditGrant, now: datetime) -> None:
    """Tell a sponsor that an entitlement was taken back."""
    words = ["The publisher took it back. If that is a surprise, answer this mail."]
    _send_make_good(session, "cancelled", grant, now, title="Your make-good was taken back.", words=words)


def _send_make_good(
    session: Session,
    cause: str,
    grant: CreditGrant,
    now: datetime,
    *,
    title: str,
    words: Sequence[str],
    quote: str = "",
) -> None:
    booking = grant.booking
    if booking is None or booking.order is None:
        return
    newsletter, order = booking.slot.issue.newsletter, booking.order
    _send(
        session, f"make_good.{cause}:{grant.id}", order.contact_email, newsletter, now,
        subject=f"Make-good for {name_slot(booking.slot)}", title=title, rows=_slot_rows([booking]), words=words,
        quote=quote, button=(page_url("storefront.show_order", token=order.token), "To the order"),
        why=f"You get this because {order.contact_email} stands on order {order.number} at {newsletter.name}.",
    )  # fmt: skip


def _send(
    session: Session,
    key: str,
    to: str,
    newsletter: Newsletter,
    now: datetime,
    *,
    subject: str,
    title: str,
    words: Sequence[str],
    rows: Sequence[Row] = (),
    quote: str = "",
    button: tuple[str, str] | None = None,
    why: str = "",
) -> None:
    if not to:
        return
    queue_mail(
        session, key=key, to=to, subject=subject, template="booking/email/demand", now=now,
        reply_to=newsletter.contact_email or None, newsletter=newsletter, title=title, rows=rows, words=words, quote=quote,
        button=button, why=why or f"You get this because you asked {newsletter.name} for a sponsor slot.",
    )  # fmt: skip
