"""What every write about copy does: lock the booking and its issue, see what may be written, note what was done."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Booking
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.core import outbox
from sponsorship.core.db import lock_rows
from sponsorship.creative.errors import CopyClosed, CopyLocked
from sponsorship.creative.models import Creative, CreativeVersion
from sponsorship.creative.queries import find_creative
from sponsorship.creative.rules import EDITABLE, Copy, CreativeState, Side
from sponsorship.inventory.models import Issue
from sponsorship.inventory.rules import IssueState

NEVER_PRINTED = (BookingKind.BLOCK, BookingKind.ARCHIVE, BookingKind.OFFER)


def lock_copy(session: Session, booking: Booking) -> Creative | None:
    """Lock the booking and its issue, and return its copy as it is now; raises CopyClosed where nothing can be printed."""
    lock_rows(session, Booking, [booking.id])
    lock_rows(session, Issue, [booking.slot.issue_id])
    issue = booking.slot.issue
    if issue.state is not IssueState.PLANNED or booking.state is BookingState.RAN:
        raise CopyClosed(f"No. {issue.number} has gone out, so its copy stays as it was.")
    if booking.state is not BookingState.CONFIRMED or booking.kind in NEVER_PRINTED:
        raise CopyClosed("This booking is not confirmed, so there is nothing to print for it yet.")
    creative = find_creative(session, booking.id)
    if creative is not None:
        session.expire(creative)
    return creative


def make_sure_of_creative(session: Session, booking: Booking, now: datetime) -> Creative:
    """Return the booking's copy, locked, made where there is none; raises CopyClosed."""
    creative = lock_copy(session, booking)
    if creative is None:
        creative = Creative(booking=booking, state=CreativeState.DRAFT, version_number=0, created_at=now)
        session.add(creative)
        session.flush()
    return creative


def add_version(
    session: Session,
    creative: Creative,
    copy: Copy,
    *,
    actor: str,
    side: Side,
    now: datetime,
    note: str = "",
    taken_from_id: int | None = None,
) -> CreativeVersion:
    """Keep copy, cleaned before, as the next version."""
    creative.version_number += 1
    version = CreativeVersion(
        number=creative.version_number, heading=copy.heading, body=copy.body, link_url=copy.link_url,
        link_text=copy.link_text, saved_by=actor, saved_at=now, side=side, note=note, taken_from_id=taken_from_id,
    )  # fmt: skip
    creative.versions.append(version)
    session.flush()
    return version


def check_editable(creative: Creative) -> None:
    """Raise CopyLocked where the sponsor may not write on it now."""
    if creative.state is CreativeState.SUBMITTED:
        raise CopyLocked("This copy is being read. Take it back to change it.")
    if creative.state not in EDITABLE:
        raise CopyLocked("This copy is approved, so it is locked. Ask the publisher if something must change.")


def note_act(session: Session, creative: Creative, action: str, actor: str, now: datetime, **more: str | int) -> None:
    """Write the audit entry, and tell the others; `at` tells one sending of a version from the next."""
    session.flush()
    record_act(
        session, actor=actor, action=action, object_type="creative", object_id=creative.id,
        newsletter_id=creative.booking.slot.issue.newsletter_id, now=now, after={"version": creative.version_number, **more},
    )  # fmt: skip
    outbox.publish(
        session,
        f"creative.{action}",
        now=now,
        creative_id=creative.id,
        booking_id=creative.booking_id,
        at=now.isoformat(),
        **more,
    )
