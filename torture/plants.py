"""Defects that a served product can be started with, by FLATPLAN_PLANT and only where APP_ENV is test.

Each does what careless code does. They are put over the product's functions when it starts: no line of the product knows them.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.booking.errors import SlotTaken
from sponsorship.booking.portal import buying
from sponsorship.booking.queries import occupants_of
from sponsorship.booking.services import hold
from sponsorship.core.db import db


def plant(name: str) -> None:
    """Break this process in the way named; raises KeyError for a defect that does not exist."""
    PLANTS[name]()


def _nolock() -> None:
    """Look whether the slot is free, then take it: no lock, and the index that would refuse is dropped by the proof."""
    hold_form = buying._hold
    _replace(hold, "lock_issues", lambda session, slots: None)

    def look_first(form: Any, slug: str) -> str:
        session = db.session()
        gone = occupants_of(session, form.slot_ids)
        session.rollback()
        if gone:
            raise SlotTaken("That date went to somebody else.", tuple(gone))
        return hold_form(form, slug)

    _replace(buying, "_hold", look_first)


def _halves() -> None:
    """Hold a cart slot by slot, in the order ticked, each in a transaction of its own; a refusal keeps what is held."""
    hold_one: Callable[[Any, str], str] = buying._hold

    class OneSlot:
        """The form as it would be if one slot were ticked."""

        def __init__(self, form: Any, slot_id: int) -> None:
            self.again, self.slot_ids = form.again, [slot_id]

    def one_by_one(form: Any, slug: str) -> str:
        return [hold_one(OneSlot(form, slot_id), slug) for slot_id in form.slot_ids][-1]

    _replace(buying, "_hold", one_by_one)


def _unordered() -> None:
    """Lock issues one by one in the order that the buyer ticked them: two buyers wait for each other, on PostgreSQL."""
    sorted_slots, lock_issues = hold.slots_of, hold.lock_issues

    def as_ticked(session: Session, newsletter: Any, slot_ids: Sequence[int]) -> list[Any]:
        return sorted(sorted_slots(session, newsletter, slot_ids), key=lambda slot: slot_ids.index(slot.id))

    def one_by_one(session: Session, slots: Sequence[Any]) -> None:
        for slot in slots:
            lock_issues(session, [slot])

    _replace(hold, "slots_of", as_ticked)
    _replace(hold, "lock_issues", one_by_one)


def _nolimit() -> None:
    """Look at no limit on what one buyer holds."""
    _replace(hold, "check_limits", lambda *_given, **_named: None)


def _replace(module: Any, name: str, function: Callable[..., Any]) -> None:
    if not hasattr(module, name):
        raise AttributeError(f"{module.__name__} has no {name} any more: the plant would break nothing")
    setattr(module, name, function)


PLANTS: dict[str, Callable[[], None]] = {
    "nolock": _nolock,
    "halves": _halves,
    "unordered": _unordered,
    "nolimit": _nolimit,
}
