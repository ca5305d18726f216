"""Reads about copy: of a booking, and of the review queue."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from sponsorship.booking.models import Booking
from sponsorship.booking.rules import BookingState
from sponsorship.core.errors import NotFound
from sponsorship.creative.models import Creative, CreativeVersion
from sponsorship.creative.rules import Consent, Copy, CopyLimits, CreativeState
from sponsorship.inventory.models import Issue, Placement, Slot


def find_creative(session: Session, booking_id: int) -> Creative | None:
    """Return the copy of a booking, or None before the first draft."""
    return session.scalars(select(Creative).where(Creative.booking_id == booking_id)).one_or_none()


def get_creative(session: Session, creative_id: int) -> Creative:
    """Return a creative by its id; raises NotFound."""
    creative = session.get(Creative, creative_id) if creative_id < 2**31 else None
    if creative is None:
        raise NotFound
    return creative


def creatives_by_booking(session: Session, booking_ids: Collection[int]) -> dict[int, Creative]:
    """Return the copies of these bookings with their versions, by booking id; a booking without a draft has no entry."""
    query = select(Creative).where(Creative.booking_id.in_(booking_ids)).options(selectinload(Creative.versions))
    return {creative.booking_id: creative for creative in session.scalars(query)}


def current_version(creative: Creative) -> CreativeVersion | None:
    """Return the latest version, or None before the first."""
    return creative.versions[-1] if creative.versions else None


def current_copy(creative: Creative) -> Copy | None:
    """Return the text of the latest version, or None before the first."""
    version = current_version(creative)
    return version.copy if version else None


def last_agreed_version(creative: Creative) -> CreativeVersion | None:
    """Return the latest version that is the sponsor's own, or that the sponsor agreed to; None where there is none."""
    agreed = (v for v in reversed(creative.versions) if v.consent in (None, Consent.GIVEN))
    return next(agreed, None)


def copy_limits(placement: Placement) -> CopyLimits:
    """Return a placement's ad spec."""
    return CopyLimits(placement.heading_limit, placement.body_limit, placement.limit_unit)


def _waiting(newsletter_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Issue.newsletter_id == newsletter_id,
        Creative.state == CreativeState.SUBMITTED,
        Booking.state == BookingState.CONFIRMED,
    )


def list_review_queue(session: Session, newsletter_id: int) -> list[Creative]:
    """Return the copy that waits for the publisher, nearest deadline first, in a fixed number of queries."""
    query = (
        select(Creative)
        .join(Booking, Creative.booking_id == Booking.id)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .where(*_waiting(newsletter_id))
        .options(selectinload(Creative.versions), selectinload(Creative.notes), selectinload(Creative.comments))
        .options(selectinload(Creative.booking, Booking.sponsor), selectinload(Creative.booking, Booking.order))
    )
    found = session.scalars(query)
    return sorted(found, key=lambda c: (c.booking.slot.deadlines.copy_due_at, c.booking.slot.placement.position, c.id))


def count_review_queue(session: Session, newsletter_id: int) -> int:
    """Count the copy that waits for the publisher."""
    query = (
        select(func.count(Creative.id))
        .join(Booking, Creative.booking_id == Booking.id)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
    )
    return session.scalar(query.where(*_waiting(newsletter_id))) or 0
