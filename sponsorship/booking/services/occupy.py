"""How a slot is taken, whoever takes it: locks in one order, one insert that the index may refuse, a note of what was done."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.errors import NotForSale, SlotTaken
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import occupants_of
from sponsorship.booking.rules import BookingState, OrderState
from sponsorship.core import outbox
from sponsorship.core.db import lock_rows, violates
from sponsorship.core.format import day
from sponsorship.inventory.models import Issue, Slot
from sponsorship.inventory.rules import IssueState

OF_BOOKINGS = (
    "ran",
    "lapsed",
    "released",
    "cancelled",
    "moved",
    "make_good_owed",
    "make_good_cancelled",
)  # what happens to a booking; the rest happens to a slot: "slot.blocked"
SLOT_INDEX = ("uq_booking_occupied_slot", "booking.slot_id")


def lock_order(session: Session, order: Order) -> OrderState:
    """Lock an order and its bookings, read them anew, and return the state found: whoever was first decides what is next.

    Locks are taken in one order everywhere: order, bookings, issues, newsletter, sponsor; each in order of id.
    """
    lock_rows(session, Order, [order.id])
    orders = [order.id]
    if order.moves_order_id is not None:  # the order of a move's difference first, then the order whose booking moves
        lock_rows(session, Order, [order.moves_order_id])
        orders.append(order.moves_order_id)
    ids = session.scalars(select(Booking.id).where(Booking.order_id.in_(orders)))
    lock_rows(session, Booking, list(ids))
    session.refresh(order, ["bookings"])
    return order.state


def lock_issues(session: Session, slots: Iterable[Slot]) -> None:
    """Lock the issues of these slots, in order of id, so that none is skipped or filled meanwhile."""
    lock_rows(session, Issue, sorted({slot.issue_id for slot in slots}))


def name_slot(slot: Slot) -> str:
    """Return a slot as a sentence names it: "Primary on Sun 13 Dec"."""
    return f"{slot.name} on {day(slot.issue.publish_on)}"


def name_slots(slots: Sequence[Slot]) -> str:
    """Return several slots as a sentence names them: "Primary on Sun 13 Dec and Sponsored on Sun 20 Dec"."""
    names = [name_slot(slot) for slot in slots]
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def check_planned(slots: Sequence[Slot], now: datetime) -> None:
    """Raise NotForSale for slots of issues that went out or were skipped."""
    gone = [s for s in slots if s.issue.state is not IssueState.PLANNED or s.issue.publish_at <= now]
    if gone:
        ids = tuple(slot.id for slot in gone)
        raise NotForSale(f"{name_slots(gone)} cannot be booked: the issue went out, or there is none that day.", ids)


def occupy(session: Session, slots: Sequence[Slot], rows: Sequence[Booking | Order]) -> None:
    """Write rows that take these slots, all or none; raises SlotTaken that names those which somebody else has.

    A savepoint keeps the caller's transaction usable; the database's index, not a look before, decides who was first.
    """
    try:
        with session.begin_nested():
            session.add_all(rows)
            session.flush()
    except IntegrityError as refusal:
        if not violates(refusal, *SLOT_INDEX):
            raise
        raise taken(session, slots) from refusal


def free_booking(booking: Booking, state: BookingState, now: datetime) -> None:
    """Let a booking go: it takes a state that occupies nothing. Whoever frees slots tells the waiting list afterwards."""
    booking.move_to(state)
    booking.closed_at, booking.held_until = now, None


def taken(session: Session, slots: Sequence[Slot], ours: frozenset[int] = frozenset()) -> SlotTaken:
    """Return the error that names which of these slots are occupied by others than the bookings `ours`."""
    occupants = occupants_of(session, [slot.id for slot in slots])
    gone = [slot for slot in slots if slot.id in occupants and occupants[slot.id].id not in ours]
    named = gone or list(slots)  # freed again in the same moment: say what was asked for
    return SlotTaken(f"{name_slots(named)} went to somebody else.", tuple(slot.id for slot in named))


def note(
    session: Session,
    subject: Order | Booking,
    action: str,
    *,
    actor: str,
    now: datetime,
    was: OrderState | BookingState | None = None,
    before: Mapping[str, Any] | None = None,
    **after: Any,
) -> None:
    """Write the audit entry of an act on an order or a booking, and publish it to the outbox as "order.held" and the like.

    `was` is the state before; what else was otherwise stands in `before`. The event carries the entry's id then.
    """
    kind = "order" if isinstance(subject, Order) else "booking"
    newsletter_id = subject.newsletter_id if isinstance(subject, Order) else subject.slot.issue.newsletter_id
    known = ({"state": was.value} if was else {}) | dict(before or {})
    entry = record_act(
        session, actor=actor, action=action, object_type=kind, object_id=subject.id, newsletter_id=newsletter_id,
        now=now, before=known or None, after={"state": subject.state.value, **after},
    )  # fmt: skip
    topic = f"{kind}.{action}" if kind == "order" or action in OF_BOOKINGS else f"slot.{action}"
    outbox.publish(session, topic, now=now, **({f"{kind}_id": subject.id} | ({"entry_id": entry.id} if before else {})))
