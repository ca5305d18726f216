"""A sponsor whose slot fell away chooses: keep it, move it, a credit, the money back."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Displacement
from sponsorship.booking.rules import BookingState, CreditOrigin, DisplacementState, Remedy
from sponsorship.booking.services.displace import note_displacement, resolve_displacement
from sponsorship.booking.services.move import move_booking
from sponsorship.booking.services.occupy import lock_order, name_slot
from sponsorship.booking.services.order import cancel_bookings
from sponsorship.booking.services.prices import grant_credits
from sponsorship.core import outbox
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import DomainError, InvalidTransition
from sponsorship.inventory.models import Slot


def choose_remedy(
    session: Session, *, displacement: Displacement, remedy: Remedy, slot: Slot | None = None, actor: str, now: datetime
) -> Displacement:
    """Take a sponsor's choice and carry it out; a refund is carried out by payments, which hears of it.

    A move is at the price paid, whichever way. Raises InvalidTransition where it was chosen before or is not booked for good
    yet, DomainError for what was not offered; SlotTaken, NotForSale for the new date.
    """
    booking = displacement.booking
    if booking.order is not None:
        lock_order(session, booking.order)
    lock_rows(session, Displacement, [displacement.id])
    if displacement.state is not DisplacementState.OPEN:
        raise InvalidTransition("This has been chosen already. What was chosen stands on the page.")
    if remedy.value not in displacement.offers:
        raise DomainError("That was not offered.")
    if booking.state is not BookingState.CONFIRMED:
        raise InvalidTransition("It is not paid yet. Choose once it is.")
    displacement.choice, displacement.chosen_at, displacement.chosen_by = remedy, now, actor
    if remedy is Remedy.REFUND:
        return _ask_refund(session, displacement, actor, now)
    if remedy is Remedy.MOVE:
        outcome = _move(session, displacement, booking, slot, actor, now)
    elif remedy is Remedy.CREDIT:
        outcome = keep_as_credit(session, booking=booking, reason="Kept as a credit", actor=actor, now=now)
    else:
        outcome = "Kept on its new date"
    return resolve_displacement(session, displacement=displacement, outcome=outcome, actor=actor, now=now)


def reopen_displacement(session: Session, *, displacement: Displacement, why: str, actor: str, now: datetime) -> None:
    """Ask again where a choice could not be carried out."""
    lock_rows(session, Displacement, [displacement.id])
    displacement.move_to(DisplacementState.OPEN)
    displacement.choice, displacement.outcome = None, why
    session.flush()
    note_displacement(session, displacement, "displacement_reopened", actor, now, was=DisplacementState.CHOSEN)


def _ask_refund(session: Session, displacement: Displacement, actor: str, now: datetime) -> Displacement:
    displacement.move_to(DisplacementState.CHOSEN)
    session.flush()
    note_displacement(session, displacement, "refund_chosen", actor, now, was=DisplacementState.OPEN)
    outbox.publish(session, "displacement.refund_chosen", now=now, displacement_id=displacement.id)
    return displacement


def _move(
    session: Session, displacement: Displacement, booking: Booking, slot: Slot | None, actor: str, now: datetime
) -> str:
    if slot is None:
        raise DomainError("Choose the date to move to.")
    move_booking(session, booking=booking, slot=slot, actor=actor, now=now, waive=True, reason=displacement.reason)
    displacement.to_slot_id = slot.id
    return f"Moved to {name_slot(slot)}"


def keep_as_credit(session: Session, *, booking: Booking, reason: str, actor: str, now: datetime) -> str:
    """Free a confirmed booking's slot and give its sponsor a credit in its place; returns what they have now, in words.

    Raises DomainError for a booking without a sponsor or an order.
    """
    newsletter, sponsor = booking.slot.issue.newsletter, booking.sponsor
    if sponsor is None or booking.order is None:
        raise DomainError("A credit needs a sponsor to belong to. Choose another way.")
    placement = booking.slot.placement
    grant_credits(
        session, sponsor=sponsor, newsletter=newsletter, slots=1,
        placement=placement if placement.retired_at is None else None, value_minor=booking.net_minor,
        origin=CreditOrigin.DISPLACED, booking=booking, note=f"In place of {name_slot(booking.slot)}", actor=actor, now=now,
    )  # fmt: skip
    cancel_bookings(session, order=booking.order, bookings=[booking], reason=reason, actor=actor, now=now)
    return f"A credit for one {placement.name} slot"
