"""Proposals: an order that the publisher prepares, and the sponsor accepts by a link and pays."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from sponsorship.booking.errors import NotYoursToRelease, PromiseOver
from sponsorship.booking.models import Order
from sponsorship.booking.rules import BUYER, HOLD, PROPOSAL, OrderState
from sponsorship.booking.services.hold import (
    agree_prices,
    check_alive,
    hold_until,
    keep_rivals_away,
    lock_newsletter,
    make_order,
    name_contact,
    price_placed,
    slots_of,
)
from sponsorship.booking.services.occupy import check_planned, lock_issues, lock_order, note, occupy
from sponsorship.booking.services.order import cancel_order
from sponsorship.core import outbox
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import DomainError, InvalidTransition
from sponsorship.core.text import clean_line
from sponsorship.inventory.models import Newsletter
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.services import make_sure_of_sponsor

LONGEST_PROPOSAL = timedelta(days=60)


def propose_order(
    session: Session,
    *,
    newsletter: Newsletter,
    slot_ids: Sequence[int],
    sponsor_name: str,
    contact_name: str = "",
    contact_email: str = "",
    actor: str,
    now: datetime,
    valid_until: datetime | None = None,
    prices: Mapping[int, int] | None = None,
    total_minor: int | None = None,
    message: str = "",
    is_first_refusal: bool = False,
    is_exclusive: bool = False,
) -> Order:
    """Prepare an order for a sponsor, whose contact is sent the link: held until `valid_until`, three days without one.

    `prices` are agreed net prices by slot id, `total_minor` one price for all; without either today's rate card holds. Lead
    times and the limit on open orders are the publisher's own. Raises SlotTaken, NotForSale, NothingPicked, TooManySlots,
    DomainError for a time or a price that cannot be.
    """
    slots = slots_of(session, newsletter, slot_ids)
    lock_issues(session, slots)
    lock_newsletter(session, newsletter)
    check_planned(slots, now)
    first = min(slot.issue.publish_at for slot in slots)
    until = min(valid_until or now + PROPOSAL, first)
    if not now < until <= now + LONGEST_PROPOSAL:
        raise DomainError("A proposal is valid until a day to come, at most 60 days from now.")
    sponsor = make_sure_of_sponsor(session, newsletter_id=newsletter.id, name=sponsor_name, now=now)
    lock_rows(session, Sponsor, [sponsor.id])
    price = price_placed(session, newsletter, sponsor, slots, is_exclusive, now)
    order = make_order(session, newsletter, slots, sponsor, price, now=now, held_until=until)
    keep_rivals_away(order, is_exclusive)
    name_contact(session, order, sponsor, contact_name, contact_email, now)
    order.proposed_at, order.message, order.is_first_refusal = now, message.strip(), is_first_refusal
    agree_prices(order, prices=prices, total_minor=total_minor)
    occupy(session, slots, [order])
    note(session, order, "held", actor=actor, now=now, slots=[slot.id for slot in slots])
    note(
        session, order, "proposed", actor=actor, now=now, contact=order.contact_email, until=until.isoformat(),
        net_minor=order.net_minor, list_minor=order.list_minor,
    )  # fmt: skip
    return order


def accept_proposal(session: Session, *, order: Order, now: datetime) -> Order:
    """Note that the sponsor accepts what was proposed, and today's terms; from here the payment's own hold runs.

    Raises PromiseOver where it was withdrawn or answered, HoldExpired where time ran out.
    """
    was = lock_order(session, order)
    check_alive(order, now)
    if order.state is not OrderState.HELD or order.proposed_at is None:
        raise PromiseOver("This proposal is over, so it can no longer be accepted. You have not been charged.")
    if order.accepted_at is None:
        order.accepted_at = now
        order.terms_version, order.terms_accepted_at = order.newsletter.terms_version, now
        hold_until(order, max(order.held_until or now, now + HOLD))
        note(session, order, "accepted", actor=BUYER, now=now, was=was, terms_version=order.terms_version)
    return order


def decline_proposal(session: Session, *, order: Order, reason: str, now: datetime) -> None:
    """Let a proposal go in the sponsor's name, with the words given; raises PromiseOver where it is over or being paid."""
    lock_order(session, order)
    if order.state is not OrderState.HELD or order.proposed_at is None:
        raise PromiseOver("This proposal is over already. You have not been charged.")
    cancel_order(session, order=order, reason=f"Declined: {clean_line(reason)}".rstrip(": "), actor=BUYER, now=now)
    outbox.publish(session, "order.proposal_declined", now=now, order_id=order.id)


def withdraw_proposal(session: Session, *, order: Order, reason: str, actor: str, now: datetime) -> None:
    """Take a proposal back and tell the sponsor; raises NotYoursToRelease where it is being paid, or was answered."""
    lock_order(session, order)
    if not order.is_open_proposal:
        raise NotYoursToRelease
    cancel_order(session, order=order, reason=clean_line(reason) or "Withdrawn", actor=actor, now=now)
    outbox.publish(session, "order.proposal_withdrawn", now=now, order_id=order.id)


def remind_of_proposal(session: Session, *, order: Order, actor: str, now: datetime) -> None:
    """Remind the sponsor of a proposal that is not answered, once; raises InvalidTransition the second time."""
    was = lock_order(session, order)
    check_alive(order, now)
    if not order.is_open_proposal or order.reminded_at is not None:
        raise InvalidTransition("This proposal is answered, or its reminder was sent already: one is enough.")
    order.reminded_at = now
    note(session, order, "proposal_reminded", actor=actor, now=now, was=was, contact=order.contact_email)


def remind_of_proposal_when_due(session: Session, *, order: Order, actor: str, before: datetime, now: datetime) -> bool:
    """Remind of a proposal that ends before a moment, if, seen under its lock, nobody answered or was reminded."""
    lock_order(session, order)
    if not order.is_open_proposal or order.reminded_at is not None or order.held_until is None:
        return False
    if not now < order.held_until <= before:
        return False
    remind_of_proposal(session, order=order, actor=actor, now=now)
    return True
