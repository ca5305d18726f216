"""Moving a booking to another slot: it keeps its row, so its copy, links and money come along; the new slot is taken first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sponsorship.booking.errors import CannotMove, MoveOpen, NotForSale
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import find_claim, last_order_number, price_of_move
from sponsorship.booking.rules import (
    BUYER,
    CLAIM,
    HOLD,
    LEAST_NOTICE,
    BookingKind,
    BookingState,
    MovePrice,
    OrderState,
    next_order_number,
)
from sponsorship.booking.services.hold import check_bookable, lock_newsletter
from sponsorship.booking.services.occupy import (
    SLOT_INDEX,
    check_planned,
    lock_issues,
    lock_order,
    name_slot,
    note,
    occupy,
    taken,
)
from sponsorship.booking.services.placing import check_placing
from sponsorship.booking.services.waiting import offer_freed
from sponsorship.core.db import lock_rows, violates
from sponsorship.core.errors import InvalidTransition
from sponsorship.core.format import local
from sponsorship.core.tokens import new_token
from sponsorship.inventory.models import Slot
from sponsorship.inventory.rules import IssueState
from sponsorship.sponsors.models import Sponsor


@dataclass(frozen=True, slots=True)
class Move:
    """What became of a move: `claim` is the order to be paid before a dearer slot is the booking's; None where it moved."""

    booking: Booking
    price: MovePrice
    claim: Order | None


def move_booking(
    session: Session, *, booking: Booking, slot: Slot, actor: str, now: datetime, waive: bool = False, reason: str = ""
) -> Move:
    """Move a booking to another slot of its newsletter; the publisher's act, who is not bound by cut-off and lead times.

    At the same price it moves at once; to a cheaper slot too, and payments leaves a credit; a dearer slot is held for
    three days, at most until two hours before the old issue, in an order over the difference, and the booking moves when
    that is confirmed. With `waive` the price stays what it is, whichever way. Raises SlotTaken, NotForSale, CannotMove,
    MoveOpen.
    """
    _lock(session, booking, slot)
    _check_movable(session, booking, slot, now)
    price = price_of_move(booking, slot)
    if waive:
        price = MovePrice(price.list_minor, booking.net_minor - booking.credited_minor, 0)
    if price.difference_minor > 0:
        return Move(
            booking, price, _claim(session, booking, slot, price, actor=actor, now=now, lasts_until=now + CLAIM)
        )
    _relocate(session, booking, slot, price, actor=actor, now=now, reason=reason)
    return Move(booking, price, None)


def move_own_booking(
    session: Session, *, booking: Booking, slot: Slot, deadline: datetime | None, now: datetime
) -> Move:
    """Move a booking as its sponsor, until `deadline` (None: the newsletter does not let sponsors move), to a slot on sale.

    A dearer slot is held for 20 minutes in an order over the difference. Raises what move_booking raises.
    """
    _lock(session, booking, slot)
    if booking.order is None or deadline is None:
        raise CannotMove("Ask the publisher to move this booking: this newsletter does it by hand.")
    if deadline <= now:
        raise CannotMove("It is too near its issue to be moved from here. Ask the publisher.")
    check_bookable([slot], now)
    _check_movable(session, booking, slot, now)
    price = price_of_move(booking, slot)
    if price.difference_minor > 0:
        return Move(booking, price, _claim(session, booking, slot, price, actor=BUYER, now=now, lasts_until=now + HOLD))
    _relocate(session, booking, slot, price, actor=BUYER, now=now)
    return Move(booking, price, None)


def complete_move(session: Session, *, claim: Booking, now: datetime) -> Booking:
    """Let a booking move into the slot that its claim holds, once the difference is paid; the caller holds the locks.

    Raises InvalidTransition where the booking ran or was cancelled meanwhile. The old slot is free in the same statement.
    """
    booking = claim.moves
    if booking is None or booking.state is not BookingState.CONFIRMED:
        raise InvalidTransition("The booking that was to move has run, or was cancelled.")
    claim.move_to(BookingState.MOVED)
    claim.closed_at, claim.held_until = now, None
    session.flush()  # the claim lets go of the slot before its booking takes it, in one transaction
    paid = booking.net_minor - booking.credited_minor + claim.net_minor
    price = MovePrice(claim.price_minor, paid, claim.net_minor)
    _write(session, booking, claim.slot, price, actor=BUYER, now=now, paid_by=claim.order_id)
    return booking


def _lock(session: Session, booking: Booking, slot: Slot) -> None:
    if booking.order is not None:
        lock_order(session, booking.order)
    else:
        lock_rows(session, Booking, [booking.id])
    lock_issues(session, [booking.slot, slot])
    lock_newsletter(session, booking.slot.issue.newsletter)
    if booking.sponsor_id is not None:
        lock_rows(session, Sponsor, [booking.sponsor_id])


def _check_movable(session: Session, booking: Booking, slot: Slot, now: datetime) -> None:
    order, old = booking.order, booking.slot
    is_sold = booking.state is BookingState.CONFIRMED and (order is None or order.state is OrderState.CONFIRMED)
    is_promise = booking.state is BookingState.HELD and order is None
    if booking.kind is BookingKind.BLOCK or not (is_sold or is_promise):
        raise CannotMove(f"{name_slot(old)} is not booked for good, so there is nothing to move.")
    if slot.id == old.id:
        raise CannotMove(f"It stands on {name_slot(slot)} already.")
    if slot.issue.newsletter_id != old.issue.newsletter_id:
        raise NotForSale("That date belongs to another newsletter.", (slot.id,))
    check_planned([slot] if old.issue.state is IssueState.SKIPPED else [old, slot], now)
    open_claim = find_claim(session, booking)
    if open_claim is not None:
        raise MoveOpen(
            f"It waits to move to {name_slot(open_claim.slot)} until the difference is paid. Release that hold first."
        )
    check_placing(
        session, newsletter=old.issue.newsletter, sponsor=booking.sponsor, slots=[slot], besides={booking.id},
        is_exclusive=booking.is_exclusive,
    )  # fmt: skip


def _relocate(
    session: Session, booking: Booking, slot: Slot, price: MovePrice, *, actor: str, now: datetime, reason: str = ""
) -> None:
    """Take the new slot; one statement takes it and frees the old one, and the index refuses it where somebody has it."""
    try:
        with session.begin_nested():
            _write(session, booking, slot, price, actor=actor, now=now, reason=reason)
    except IntegrityError as refusal:
        if not violates(refusal, *SLOT_INDEX):
            raise
        raise taken(session, [slot], ours=frozenset([booking.id])) from refusal


def _write(
    session: Session, booking: Booking, slot: Slot, price: MovePrice, *, actor: str, now: datetime, reason: str = "",
    paid_by: int | None = None,
) -> None:  # fmt: skip
    """Write the new place; what a cheaper one gives back is credited by payments, on "booking.moved"."""
    old, net_before = booking.slot, booking.net_minor
    booking.slot, booking.price_minor = slot, price.list_minor
    if price.difference_minor > 0:
        booking.net_minor += price.difference_minor
    booking.credited_minor -= min(price.difference_minor, 0)
    session.flush()
    note(
        session, booking, "moved", actor=actor, now=now, was=booking.state,
        before={"slot": old.id, "place": name_slot(old), "net_minor": net_before},
        slot=slot.id, place=name_slot(slot), net_minor=price.net_minor, difference_minor=price.difference_minor,
        reason=reason, paid_by=paid_by,
    )  # fmt: skip
    offer_freed(session, [old], now=now)


def _claim(
    session: Session,
    booking: Booking,
    slot: Slot,
    price: MovePrice,
    *,
    actor: str,
    now: datetime,
    lasts_until: datetime,
) -> Order:
    """Hold the dearer slot in an order over the difference, for who bought the booking."""
    bought = booking.order
    if bought is None:
        raise CannotMove("Without an order there is nobody to pay the difference.")
    ends = min(lasts_until, booking.slot.issue.publish_at - LEAST_NOTICE, slot.issue.publish_at)
    if ends <= now:
        raise CannotMove(
            "The old issue is too near for the difference to be paid before it. Waive it, or pick another date."
        )
    newsletter, difference = bought.newsletter, price.difference_minor
    year = local(now, newsletter.timezone).year
    last = last_order_number(session, newsletter.id, f"IO-{year}-")
    order = Order(
        token=new_token(), number=next_order_number(year, last), newsletter_id=newsletter.id, newsletter=newsletter,
        sponsor=bought.sponsor, agency=bought.agency, moves_order_id=bought.id, state=OrderState.HELD, currency=bought.currency,
        list_minor=difference, net_minor=difference, contact_name=bought.contact_name,
        contact_email=bought.contact_email, purchase_order_number=bought.purchase_order_number, created_at=now,
        held_until=ends,
        bookings=[
            Booking(slot=slot, sponsor=booking.sponsor, moves=booking, kind=BookingKind.SALE, state=BookingState.HELD,
                    price_minor=price.list_minor, net_minor=difference, created_at=now, held_until=ends)
        ],
    )  # fmt: skip
    occupy(session, [slot], [order])
    note(
        session, order, "held", actor=actor, now=now, slots=[slot.id], moves=booking.id, place=name_slot(slot),
        difference_minor=difference,
    )  # fmt: skip
    return order
