"""Make-goods: a run that went wrong is owed again, placed in a free slot for nothing, or the entitlement is taken back."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from sponsorship.booking.errors import CreditsRefused
from sponsorship.booking.models import Booking, CreditGrant, Order
from sponsorship.booking.queries import list_make_goods_of, quote_slots
from sponsorship.booking.rules import HOLD, BookingKind, BookingState, CreditOrigin, MakeGoodCause
from sponsorship.booking.services.hold import lock_newsletter, make_order
from sponsorship.booking.services.occupy import check_planned, lock_issues, name_slot, note, occupy
from sponsorship.booking.services.placing import check_placing
from sponsorship.booking.services.prices import Price, cancel_credits, grant_credits, spend_credits
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import DomainError, InvalidTransition
from sponsorship.core.format import local
from sponsorship.inventory.models import Placement, Slot
from sponsorship.sponsors.models import Sponsor

NOT_SOLD = "Only a slot that a sponsor bought, and whose issue went out, can be made good."
OWED = "A make-good is owed for this slot already. Take that one back first."


def owe_make_good(
    session: Session,
    *,
    booking: Booking,
    cause: MakeGoodCause,
    placement: Placement | None,
    expires_on: date | None,
    note_text: str = "",
    actor: str,
    now: datetime,
) -> CreditGrant:
    """Owe a sponsor another run for one that went wrong: one slot of a placement (None: of any) until a day, included.

    Its value is nothing, for the money of the run that went wrong was earned with it. Raises InvalidTransition where the
    booking was not sold, has not run, or is made good already; DomainError for a day that is over.
    """
    lock_rows(session, Booking, [booking.id])
    newsletter = booking.slot.issue.newsletter
    if booking.kind is not BookingKind.SALE or booking.sponsor is None or booking.state is not BookingState.RAN:
        raise InvalidTransition(NOT_SOLD)
    if any(not grant.is_cancelled for grant in list_make_goods_of(session, [booking.id])):
        raise InvalidTransition(OWED)
    if expires_on is not None and expires_on < local(now, newsletter.timezone).date():
        raise DomainError("The last day to use it is over already.")
    grant = grant_credits(
        session, sponsor=booking.sponsor, newsletter=newsletter, slots=1, placement=placement, expires_on=expires_on,
        origin=CreditOrigin.MADE_GOOD, cause=cause, booking=booking, note=note_text, actor=actor, now=now,
    )  # fmt: skip
    note(session, booking, "make_good_owed", actor=actor, now=now, cause=cause.value, grant=grant.id, reason=grant.note)
    return grant


def cancel_make_good(session: Session, *, grant: CreditGrant, reason: str, actor: str, now: datetime) -> CreditGrant:
    """Take an entitlement back; raises InvalidTransition where it was used, has expired or was taken back."""
    cancel_credits(session, grant=grant, actor=actor, now=now)
    if grant.booking is not None:
        note(session, grant.booking, "make_good_cancelled", actor=actor, now=now, grant=grant.id, reason=reason)
    return grant


def hold_make_good(session: Session, *, grant: CreditGrant, slot: Slot, actor: str, now: datetime) -> Order:
    """Hold a slot that an entitlement pays for, in an order that costs nothing; the list price stays on its booking.

    Raises CreditsRefused where it is used up, has ended, or is for another placement; SlotTaken, NotForSale, PlacingRefused.
    """
    newsletter, sponsor = slot.issue.newsletter, grant.sponsor
    lock_issues(session, [slot])
    lock_newsletter(session, newsletter)
    lock_rows(session, Sponsor, [sponsor.id])
    lock_rows(session, CreditGrant, [grant.id])
    session.refresh(grant, ["entries"])
    if grant.left < 1:
        raise CreditsRefused("This make-good is not open any more: it was placed, has ended, or was taken back.")
    if grant.expires_on is not None and grant.expires_on < local(now, newsletter.timezone).date():
        raise CreditsRefused("The last day to use this make-good is over.")
    if newsletter.id != sponsor.newsletter_id or grant.placement_id not in (None, slot.placement_id):
        raise CreditsRefused(f"This make-good is for another placement than {name_slot(slot)}.")
    check_planned([slot], now)
    check_placing(session, newsletter=newsletter, sponsor=sponsor, slots=[slot])
    price = Price(quote_slots(session, newsletter, [slot], now, on_credit=[slot.id]))
    order = make_order(session, newsletter, [slot], sponsor, price, now=now, held_until=now + HOLD)
    _address(order, grant)
    occupy(session, [slot], [order])
    spend_credits(session, order=order, grants={slot.id: grant.id}, actor=actor, now=now)
    note(session, order, "held", actor=actor, now=now, slots=[slot.id], grant=grant.id)
    return order


def _address(order: Order, grant: CreditGrant) -> None:
    """Whoever bought the run that went wrong hears of the new one, or else the sponsor's first contact."""
    before = grant.booking.order if grant.booking is not None else None
    if before is not None and before.contact_email:
        order.contact_name, order.contact_email = before.contact_name, before.contact_email
    elif grant.sponsor.contacts:
        person = grant.sponsor.contacts[0].user
        order.contact_name, order.contact_email = person.name, person.email
