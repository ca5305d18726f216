"""Several dates at once: every n-th issue of a placement, or the slots of an order a quarter later."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from sponsorship.booking.models import Order
from sponsorship.booking.queries.orders import list_bookings, occupants_of
from sponsorship.booking.rules import MOST_SLOTS, OCCUPYING, QUARTER, nearest_day, pick_series
from sponsorship.inventory.models import Issue, Newsletter, Placement, Slot
from sponsorship.inventory.queries import list_issues, list_slots
from sponsorship.inventory.rules import IssueState

NEAR = timedelta(days=10)
BEYOND = timedelta(days=3)  # past the last planned issue by more than this is a date that is not planned yet


def find_series(
    session: Session,
    newsletter: Newsletter,
    placement: Placement,
    *,
    every: int,
    first: date,
    until: date,
    now: datetime,
) -> list[Slot]:
    """Return the slot of a placement in every n-th planned issue, a free one where there is one; at most 26."""
    issues = _coming(session, newsletter, first, until, now)
    days = pick_series(sorted(issues), every=every, first=first, until=until, most=MOST_SLOTS)
    return _choose(session, [(issues[day], placement.id, 1) for day in days])


def find_same_slots_later(
    session: Session, order: Order, now: datetime, shift: timedelta = QUARTER
) -> tuple[list[Slot], list[date]]:
    """Return an order's slots in the issues a quarter later, and the days for which no issue is planned yet.

    The nearest issue within ten days counts; the same position where it is free, else another of the same placement.
    """
    bookings = [booking for booking in list_bookings(session, order) if booking.state in OCCUPYING]
    if not bookings:
        return [], []
    wanted = [(booking.slot.issue.publish_on + shift, booking.slot) for booking in bookings]
    issues = _coming(session, order.newsletter, wanted[0][0] - NEAR, wanted[-1][0] + NEAR, now)
    last = max(issues, default=date.min)
    found = [
        (nearest_day(day, list(issues), NEAR) if day - BEYOND <= last else None, day, slot) for day, slot in wanted
    ]
    places = [(issues[near], slot.placement_id, slot.ordinal) for near, _, slot in found if near is not None]
    return _choose(session, places), [day for near, day, _ in found if near is None]


def _coming(session: Session, newsletter: Newsletter, first: date, last: date, now: datetime) -> dict[date, Issue]:
    issues = list_issues(session, newsletter.id, first, last)
    return {one.publish_on: one for one in issues if one.state is IssueState.PLANNED and one.publish_at > now}


def _choose(session: Session, places: Sequence[tuple[Issue, int, int]]) -> list[Slot]:
    """For each issue, placement and ordinal one slot: that one where it is free, else a free one beside it, else that one."""
    slots = list_slots(session, sorted({issue.id for issue, _, _ in places}))
    taken, chosen = set(occupants_of(session, [slot.id for slot in slots])), list[Slot]()
    for issue, placement_id, ordinal in places:
        beside = [s for s in slots if s.issue_id == issue.id and s.placement_id == placement_id and s not in chosen]
        beside.sort(key=lambda slot: (slot.id in taken, slot.ordinal != ordinal, slot.ordinal))
        chosen += beside[:1]
    return chosen
