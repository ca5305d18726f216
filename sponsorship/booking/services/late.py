"""Money that came late: the nearest free dates of the same placement, for a buyer who agreed to them."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.booking.errors import SlotTaken
from sponsorship.booking.models import Order
from sponsorship.booking.queries import occupants_of, open_slots_like
from sponsorship.booking.rules import OCCUPYING
from sponsorship.booking.services.occupy import lock_issues, lock_order, name_slot, note
from sponsorship.inventory.models import Slot
from sponsorship.inventory.rules import IssueState


def take_equivalents(session: Session, *, order: Order, now: datetime) -> list[tuple[Slot, Slot]]:
    """Put those bookings of a lapsed order that lost their slot on the nearest free one of the same placement.

    Returns what was swapped: (old, new). The caller confirms the order in the same savepoint. Raises SlotTaken where there
    is no equivalent for one of them.
    """
    was = lock_order(session, order)
    taken = occupants_of(session, [booking.slot_id for booking in order.bookings])
    used = {booking.slot_id for booking in order.bookings}
    swaps: list[tuple[Slot, Slot]] = []
    for booking in order.bookings:
        old = booking.slot
        is_gone = old.id in taken or old.issue.state is not IssueState.PLANNED or old.issue.publish_at <= now
        if booking.state in OCCUPYING or not is_gone:
            continue
        new = next((s for s in open_slots_like(session, old, now, len(used) + 1) if s.id not in used), None)
        if new is None:
            raise SlotTaken(f"{name_slot(old)} is gone, and nothing like it is free.", (old.id,))
        lock_issues(session, [new])
        used.add(new.id)
        booking.slot = new
        swaps.append((old, new))
    session.flush()
    note(
        session, order, "swapped_late", actor="buyer", now=now, was=was,
        slots=[{"from": old.id, "to": new.id} for old, new in swaps],
    )  # fmt: skip
    return swaps
