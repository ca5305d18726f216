"""The next dates on which a placement can still be bought."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.rules import OCCUPYING
from sponsorship.inventory.models import Issue, Slot
from sponsorship.inventory.rules import IssueState

LOOKED_AT = 40


def next_open_slots(session: Session, slot: Slot, now: datetime, limit: int) -> list[Slot]:
    """Return up to `limit` free slots of the same placement that can still be bought, the soonest first, one for each issue."""
    taken = select(Booking.id).where(Booking.slot_id == Slot.id, Booking.state.in_(OCCUPYING))
    query = (
        select(Slot.id, Slot.issue_id)
        .join(Issue, Slot.issue_id == Issue.id)
        .where(Slot.placement_id == slot.placement_id, Issue.newsletter_id == slot.issue.newsletter_id)
        .where(Issue.state == IssueState.PLANNED, Issue.publish_at > now, ~taken.exists())
        .order_by(Issue.publish_at, Slot.ordinal)
        .limit(LOOKED_AT)
    )
    first_of_issue: dict[int, int] = {}
    for slot_id, issue_id in session.execute(query):
        first_of_issue.setdefault(issue_id, slot_id)
    found: list[Slot] = []
    for slot_id in first_of_issue.values():
        candidate = session.get_one(Slot, slot_id)
        if candidate.deadlines.bookable_until > now:
            found.append(candidate)
        if len(found) == limit:
            break
    return found
