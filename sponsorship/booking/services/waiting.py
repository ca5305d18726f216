"""The waiting list: joining, leaving, and the offer that a freed slot becomes in the transaction that frees it."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.accounts.rules import normal_email
from sponsorship.accounts.services import record_act
from sponsorship.booking.errors import SlotIsOpen, SlotTaken, TooManyWishes
from sponsorship.booking.models import Booking, Promise, Waiting
from sponsorship.booking.queries import (
    awaited_slots,
    find_offer_of,
    find_same_wish,
    first_in_line,
    list_free_slots,
    list_waiting,
    occupants_of,
    quote_slots,
)
from sponsorship.booking.rules import (
    CLOCK,
    MOST_WAITING,
    BookingKind,
    BookingState,
    PromiseKind,
    WaitingState,
    offer_until,
)
from sponsorship.booking.services.hold import lock_newsletter
from sponsorship.booking.services.occupy import check_planned, free_booking, lock_issues, name_slot, note, occupy
from sponsorship.booking.services.surplus import take_off_surplus
from sponsorship.core import outbox
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import DomainError
from sponsorship.core.format import local
from sponsorship.core.text import clean_line
from sponsorship.core.tokens import new_token
from sponsorship.inventory.models import Issue, Newsletter, Placement, Slot
from sponsorship.inventory.rules import IssueState
from sponsorship.sponsors.queries import find_sponsor_of_address


def join_waiting(
    session: Session,
    *,
    newsletter: Newsletter,
    issue: Issue | None,
    placement: Placement | None,
    first_day: date,
    last_day: date,
    company: str,
    contact_name: str,
    contact_email: str,
    message: str = "",
    now: datetime,
) -> Waiting:
    """Put somebody on a newsletter's waiting list; the same wish of the same address is returned as it stands.

    For an issue, or for any issue of a range of days. Raises SlotIsOpen where such a slot can be bought now, TooManyWishes
    where the address waits for ten things already, DomainError for dates that are behind us or the wrong way round.
    """
    _check_wish(newsletter, issue, first_day, last_day, now)
    lock_newsletter(session, newsletter)
    waiting = new_waiting(
        session, newsletter=newsletter, issue=issue, placement=placement, first_day=first_day, last_day=last_day,
        company=company, contact_name=contact_name, contact_email=contact_email, message=message, now=now,
    )  # fmt: skip
    same = find_same_wish(session, waiting)
    if same is not None:
        return same
    _check_nothing_open(session, waiting, now)
    if sum(one.contact_email == waiting.contact_email for one in list_waiting(session, newsletter.id)) >= MOST_WAITING:
        raise TooManyWishes(
            f"You wait for {MOST_WAITING} things already. Leave one of them first: its mail has the link."
        )
    waiting.rank = _last_rank(session, newsletter.id) + 1
    enter_line(session, waiting, actor=waiting.contact_email, now=now)
    return waiting


def new_waiting(
    session: Session,
    *,
    newsletter: Newsletter,
    issue: Issue | None,
    placement: Placement | None,
    first_day: date,
    last_day: date,
    company: str,
    contact_name: str,
    contact_email: str,
    message: str = "",
    now: datetime,
) -> Waiting:
    """Return a wish that is not on the list yet."""
    address = normal_email(contact_email)
    sponsor = find_sponsor_of_address(session, newsletter.id, address)
    return Waiting(
        token=new_token(), newsletter_id=newsletter.id, issue_id=issue.id if issue else None,
        placement_id=placement.id if placement else None, first_day=issue.publish_on if issue else first_day,
        last_day=issue.publish_on if issue else last_day, rank=0, sponsor_id=sponsor.id if sponsor else None,
        company=clean_line(company), contact_name=clean_line(contact_name), contact_email=address,
        message=message.strip(), state=WaitingState.WAITING, joined_at=now,
    )  # fmt: skip


def enter_line(session: Session, waiting: Waiting, *, actor: str, now: datetime) -> None:
    """Write a wish down, with its audit entry; publishes "waiting.joined"."""
    session.add(waiting)
    session.flush()
    session.refresh(waiting)
    note_waiting(session, waiting, "joined", actor=actor, now=now, wish=waiting.wish, rank=waiting.rank)


def leave_waiting(session: Session, *, waiting: Waiting, now: datetime) -> None:
    """Take somebody off the list at their own wish; an offer they have goes to the next. A second time changes nothing."""
    if waiting.closed_at is None:
        _take_off(session, waiting, WaitingState.LEFT, actor=waiting.contact_email, now=now)


def remove_waiting(session: Session, *, waiting: Waiting, reason: str, actor: str, now: datetime) -> None:
    """Take somebody off the list in the publisher's name; raises InvalidTransition for whoever is off it already."""
    _take_off(session, waiting, WaitingState.REMOVED, actor=actor, now=now, reason=reason)


def move_up(session: Session, *, waiting: Waiting, actor: str, now: datetime) -> None:
    """Let somebody change places with whoever stands before them; whoever is first stays first."""
    lock_newsletter(session, waiting.newsletter)
    line = list_waiting(session, waiting.newsletter_id)
    place = line.index(waiting) if waiting in line else 0
    if place == 0:
        return
    before = line[place - 1]
    lock_rows(session, Waiting, [before.id, waiting.id])
    before.rank, waiting.rank = waiting.rank, before.rank
    session.flush()
    note_waiting(session, waiting, "moved_up", actor=actor, now=now, before=before.company, rank=waiting.rank)


def close_over(session: Session, *, waiting: Waiting, now: datetime) -> bool:
    """Close a wish whose last day is over; False where it has an offer, or was closed meanwhile."""
    lock_newsletter(session, waiting.newsletter)
    lock_rows(session, Waiting, [waiting.id])
    if waiting.state is not WaitingState.WAITING or waiting.last_day >= local(now, waiting.newsletter.timezone).date():
        return False
    step_waiting(session, waiting, WaitingState.OVER, "over", actor=CLOCK, now=now)
    return True


def step_waiting(
    session: Session, waiting: Waiting, state: WaitingState, action: str, *, actor: str, now: datetime, reason: str = ""
) -> None:
    """Move a wish on, with its audit entry; what ends it closes it."""
    was = waiting.state
    waiting.move_to(state)
    waiting.closed_at = None if state in (WaitingState.WAITING, WaitingState.OFFERED) else now
    session.flush()
    note_waiting(session, waiting, action, actor=actor, now=now, was=was, reason=reason)


def offer_freed(session: Session, slots: Sequence[Slot], *, now: datetime, takes_off: bool = True) -> list[Promise]:
    """Offer slots that have just become free to whoever is first in line for each; returns the offers made.

    Called in the transaction that frees them, after their bookings were flushed. A slot that somebody took meanwhile, whose
    issue is gone, or whose sale ends within half an hour, is not offered. One that there is no room for any more is blocked
    instead, unless the publisher himself put it back on sale (`takes_off`).
    """
    session.flush()
    if takes_off:
        slots = take_off_surplus(session, slots, now=now)
    awaited = sorted(awaited_slots(session, slots, now), key=lambda slot: slot.id)
    if not awaited:
        return []
    lock_issues(session, awaited)
    for newsletter in {slot.issue.newsletter_id: slot.issue.newsletter for slot in awaited}.values():
        lock_newsletter(session, newsletter)
    offers = [_offer(session, slot, now) for slot in awaited]
    return [offer for offer in offers if offer is not None]


def offer_free_slots(session: Session, *, newsletter: Newsletter, now: datetime) -> list[Promise]:
    """Offer whatever is free and waited for, however it became free: a new issue, more slots, a sale opened again."""
    return offer_freed(session, list_free_slots(session, newsletter.id, now), now=now, takes_off=False)


def _offer(session: Session, slot: Slot, now: datetime) -> Promise | None:
    until = offer_until(now, slot.deadlines.bookable_until)
    if until is None or slot.issue.state is not IssueState.PLANNED or slot.id in occupants_of(session, [slot.id]):
        return None
    waiting = first_in_line(session, slot)
    if waiting is None:
        return None
    lock_rows(session, Waiting, [waiting.id])
    try:
        promise = make_promise(
            session, slot=slot, kind=PromiseKind.OFFER, until=until, waiting=waiting, sponsor_id=waiting.sponsor_id,
            contact_name=waiting.contact_name, contact_email=waiting.contact_email, actor=CLOCK, now=now,
        )  # fmt: skip
    except SlotTaken:
        return None
    step_waiting(session, waiting, WaitingState.OFFERED, "offered", actor=CLOCK, now=now, reason=name_slot(slot))
    return promise


def make_promise(
    session: Session,
    *,
    slot: Slot,
    kind: PromiseKind,
    until: datetime,
    waiting: Waiting | None,
    sponsor_id: int | None,
    contact_name: str,
    contact_email: str,
    message: str = "",
    actor: str,
    now: datetime,
) -> Promise:
    """Keep a slot for somebody at today's price until a moment; the slot's issue is locked. Raises SlotTaken, NotForSale.

    Publishes "slot.held", "slot.refused_first" or "slot.offered" with the booking's id.
    """
    check_planned([slot], now)
    price = quote_slots(session, slot.issue.newsletter, [slot], now)
    booking = Booking(
        slot=slot, sponsor_id=sponsor_id, state=BookingState.HELD, reason=message[:200], created_at=now,
        kind=BookingKind.OFFER if kind is PromiseKind.OFFER else BookingKind.COURTESY, held_until=until,
        price_minor=price.list_minor, net_minor=price.net_minor,
    )  # fmt: skip
    occupy(session, [slot], [booking])
    promise = Promise(
        token=new_token(), booking=booking, kind=kind, waiting=waiting, contact_name=contact_name,
        contact_email=contact_email, message=message, created_at=now,
    )  # fmt: skip
    session.add(promise)
    session.flush()
    action = {PromiseKind.COURTESY: "held", PromiseKind.FIRST_REFUSAL: "refusal_given", PromiseKind.OFFER: "offered"}[
        kind
    ]
    note(session, booking, action, actor=actor, now=now, slot=slot.id, until=until.isoformat(), reason=message)
    return promise


def _take_off(
    session: Session, waiting: Waiting, state: WaitingState, *, actor: str, now: datetime, reason: str = ""
) -> None:
    offer = find_offer_of(session, waiting)
    if offer is not None:
        lock_rows(session, Booking, [offer.booking_id])
        lock_issues(session, [offer.booking.slot])
    lock_newsletter(session, waiting.newsletter)
    lock_rows(session, Waiting, [waiting.id])
    step_waiting(session, waiting, state, state.value, actor=actor, now=now, reason=reason)
    if offer is not None and offer.booking.order_id is None and offer.booking.state is BookingState.HELD:
        free_booking(offer.booking, BookingState.RELEASED, now)
        note(
            session, offer.booking, "released", actor=actor, now=now, was=BookingState.HELD, slot=offer.booking.slot_id
        )
        offer_freed(session, [offer.booking.slot], now=now)


def note_waiting(
    session: Session,
    waiting: Waiting,
    action: str,
    *,
    actor: str,
    now: datetime,
    was: WaitingState | None = None,
    **after: str | int,
) -> None:
    """Write the audit entry of an act on the waiting list, and publish it as "waiting.joined" and the like."""
    record_act(
        session, actor=actor, action=action, object_type="waiting", object_id=waiting.id,
        newsletter_id=waiting.newsletter_id, now=now, before={"state": was.value} if was else None,
        after={"state": waiting.state.value, **after},
    )  # fmt: skip
    outbox.publish(session, f"waiting.{action}", now=now, waiting_id=waiting.id)


def _check_wish(newsletter: Newsletter, issue: Issue | None, first_day: date, last_day: date, now: datetime) -> None:
    if issue is not None:
        if issue.state is not IssueState.PLANNED or issue.publish_at <= now:
            raise DomainError("That issue went out, or there is none that day. Wait for a later one.")
        return
    if first_day > last_day:
        raise DomainError("The last day lies before the first. Turn them round.")
    if last_day < local(now, newsletter.timezone).date():
        raise DomainError("These days are over. Wait for later ones.")


def _check_nothing_open(session: Session, waiting: Waiting, now: datetime) -> None:
    fitting = [slot for slot in list_free_slots(session, waiting.newsletter_id, now) if fits(waiting, slot)]
    promised = {slot.id for slot in awaited_slots(session, fitting, now)}
    free = next((slot for slot in fitting if slot.id not in promised), None)
    if free is not None:
        raise SlotIsOpen(f"{name_slot(free)} is open: you can book it now, nobody need wait.", free.id)


def fits(waiting: Waiting, slot: Slot) -> bool:
    """Whether a slot is one that somebody waits for."""
    if waiting.placement_id not in (None, slot.placement_id):
        return False
    if waiting.issue_id is not None:
        return waiting.issue_id == slot.issue_id
    return waiting.first_day <= slot.issue.publish_on <= waiting.last_day


def _last_rank(session: Session, newsletter_id: int) -> int:
    return session.scalar(select(func.max(Waiting.rank)).where(Waiting.newsletter_id == newsletter_id)) or 0


def front_rank(session: Session, newsletter_id: int) -> int:
    """Return a rank before everybody's."""
    first = session.scalar(select(func.min(Waiting.rank)).where(Waiting.newsletter_id == newsletter_id))
    return (1 if first is None else first) - 1
