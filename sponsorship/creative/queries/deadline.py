"""Reads about deadlines: a newsletter's rules for copy, whose copy is not in, who was reminded when."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.creative.models import CopyChase, CopySettings, Creative, CreativeVersion
from sponsorship.creative.rules import EDITABLE, CopyPolicy, CreativeState
from sponsorship.inventory.models import Issue, Slot
from sponsorship.inventory.rules import IssueState

AHEAD = timedelta(days=60)  # of the issue: deadlines and reminders lie well within


def get_copy_policy(session: Session, newsletter_id: int) -> CopyPolicy:
    """Return a newsletter's rules for copy."""
    row = session.get(CopySettings, newsletter_id)
    return row.policy if row else CopyPolicy()


def list_missing_copy(session: Session, now: datetime) -> list[Booking]:
    """Return sold bookings of issues that are still to come whose copy was not sent, nearest issue first."""
    query = (
        select(Booking)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .outerjoin(Creative, Creative.booking_id == Booking.id)
        .where(Booking.state == BookingState.CONFIRMED, Booking.kind == BookingKind.SALE)
        .where(Issue.state == IssueState.PLANNED, Issue.publish_at > now, Issue.publish_at < now + AHEAD)
        .where(or_(Creative.id.is_(None), Creative.state.in_(EDITABLE)))
        .order_by(Issue.publish_at, Booking.id)
        .options(selectinload(Booking.order).lazyload(Order.newsletter), selectinload(Booking.sponsor))
    )
    return list(session.scalars(query))


def last_chases(session: Session, booking_ids: Collection[int]) -> dict[int, date]:
    """Return the day on which each of these bookings' sponsor was last written to about copy; the others have no entry."""
    query = select(CopyChase.booking_id, func.max(CopyChase.on_day)).where(CopyChase.booking_id.in_(booking_ids))
    return {row[0]: row[1] for row in session.execute(query.group_by(CopyChase.booking_id))}


def list_chases(session: Session, booking_id: int) -> list[CopyChase]:
    """Return when and why a booking's sponsor was written to about copy, in order."""
    query = select(CopyChase).where(CopyChase.booking_id == booking_id).order_by(CopyChase.on_day)
    return list(session.scalars(query))


def list_to_lock(session: Session, now: datetime) -> list[int]:
    """Return the ids of approved copy whose deadline is over and whose lock nobody opened."""
    query = (
        select(Creative)
        .join(Booking, Creative.booking_id == Booking.id)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .where(Creative.state == CreativeState.APPROVED, Creative.unlocked_at.is_(None))
        .where(Issue.state == IssueState.PLANNED, Issue.publish_at < now + AHEAD)
    )
    return [one.id for one in session.scalars(query) if one.booking.slot.deadlines.copy_due_at <= now]


def list_approved_copy(session: Session, sponsor_id: int, newsletter_id: int) -> list[CreativeVersion]:
    """Return what a sponsor had approved in a newsletter, latest decision first: the latest version of each copy."""
    query = (
        select(CreativeVersion)
        .join(Creative, CreativeVersion.creative_id == Creative.id)
        .join(Booking, Creative.booking_id == Booking.id)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .where(Booking.sponsor_id == sponsor_id, Issue.newsletter_id == newsletter_id)
        .where(Creative.state.in_((CreativeState.APPROVED, CreativeState.LOCKED)))
        .where(CreativeVersion.number == Creative.version_number)
        .order_by(Creative.decided_at.desc(), Creative.id.desc())
    )
    return list(session.scalars(query))
