"""Writes about copy: draft, send, take back; approve, ask for changes. Whoever writes locks the booking, then its issue."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Booking
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.checks.models import Finding
from sponsorship.checks.rules import CopySource, Severity
from sponsorship.checks.services import find_duplicates, put_text, withdraw_text
from sponsorship.core import outbox
from sponsorship.core.db import lock_rows
from sponsorship.core.format import count
from sponsorship.creative.errors import CopyClosed, CopyInvalid, CopyLocked, FindingsOpen, NewerVersion, NoteMissing
from sponsorship.creative.models import Creative, CreativeVersion, ReviewNote
from sponsorship.creative.queries import (
    NO_COPY,
    copy_limits,
    current_copy,
    find_creative,
    passage_of,
)
from sponsorship.creative.rules import EDITABLE, Copy, CreativeState, clean_copy, copy_problems
from sponsorship.inventory.models import Issue
from sponsorship.inventory.rules import IssueState

NEVER_PRINTED = (BookingKind.BLOCK, BookingKind.ARCHIVE, BookingKind.OFFER)


def save_draft(session: Session, *, booking: Booking, copy: Copy, actor: str, now: datetime) -> Creative:
    """Keep copy as it stands, finished or not: a new version where the text changed, or else nothing new.

    Raises CopyClosed where nothing can be printed for the booking, CopyLocked where the copy was sent or approved.
    """
    creative = _lock(session, booking)
    if creative is None:
        creative = Creative(booking=booking, state=CreativeState.DRAFT, version_number=0, created_at=now)
        session.add(creative)
    _check_editable(creative)
    kept = clean_copy(copy)
    if kept == (current_copy(creative) or NO_COPY):
        session.flush()
        return creative
    creative.version_number += 1
    version = CreativeVersion(
        number=creative.version_number, heading=kept.heading, body=kept.body, link_url=kept.link_url,
        link_text=kept.link_text, saved_by=actor, saved_at=now,
    )  # fmt: skip
    creative.versions.append(version)
    session.flush()
    return creative


def submit_copy(session: Session, *, creative: Creative, actor: str, now: datetime) -> list[Finding]:
    """Send the latest version to the publisher, put it into the corpus, and return the findings that are open on it.

    A finding keeps nobody from sending. Raises CopyInvalid with a sentence for each field that is over its limit or
    no link, and what `save_draft` raises.
    """
    _lock(session, creative.booking)
    _check_editable(creative)
    copy = current_copy(creative) or NO_COPY
    problems = copy_problems(copy, copy_limits(creative.booking.slot.placement))
    if problems:
        raise CopyInvalid(problems)
    creative.move_to(CreativeState.SUBMITTED)
    creative.submitted_at, creative.decided_at = now, None
    findings = check_copy(session, creative=creative, now=now)
    _note(session, creative, "submitted", actor, now)
    return findings


def send_copy(session: Session, *, booking: Booking, copy: Copy, actor: str, now: datetime) -> list[Finding]:
    """Keep this copy and send it at once; raises what `save_draft` and `submit_copy` raise, and then keeps nothing."""
    creative = save_draft(session, booking=booking, copy=copy, actor=actor, now=now)
    return submit_copy(session, creative=creative, actor=actor, now=now)


def take_back_copy(session: Session, *, creative: Creative, actor: str, now: datetime) -> Creative:
    """Make sent copy a draft again, to be changed and sent anew; raises CopyLocked once the publisher has decided."""
    _lock(session, creative.booking)
    if creative.state is not CreativeState.SUBMITTED:
        raise CopyLocked("The publisher has decided already, so it cannot be taken back.")
    creative.move_to(CreativeState.DRAFT)
    _note(session, creative, "taken_back", actor, now)
    return creative


def check_copy(session: Session, *, creative: Creative, now: datetime) -> list[Finding]:
    """Compare the latest version with its neighbours anew, write down what is found, and return what is open."""
    passage = passage_of(creative.booking, creative.id, current_copy(creative) or NO_COPY)
    text = put_text(
        session, newsletter_id=passage.newsletter_id, source=passage.source, source_id=passage.source_id,
        issue_number=passage.issue_number, publish_on=passage.publish_on, placement_name=passage.placement_name,
        sponsor_id=passage.sponsor_id, sponsor_name=passage.sponsor_name, heading=passage.heading, body=passage.body,
        url=passage.url, now=now,
    )  # fmt: skip
    return find_duplicates(session, text=text, now=now)


def approve_copy(
    session: Session, *, creative: Creative, actor: str, now: datetime, version_number: int | None = None
) -> Creative:
    """Release the latest version for print, after comparing it once more; `version_number` is the one that was read.

    Raises NewerVersion where another came in meanwhile, FindingsOpen while a finding stops it, CopyClosed, and
    InvalidTransition where it was not sent.
    """
    _lock(session, creative.booking)
    _check_read(creative, version_number)
    creative.move_to(CreativeState.APPROVED)
    creative.decided_at = now
    stops = [one for one in check_copy(session, creative=creative, now=now) if one.severity is Severity.STOPS]
    if stops:
        what = f"{count(len(stops), 'finding stops', 'findings stop')} it"
        raise FindingsOpen(f"Not approved: {what}. Allow what may run, with a reason, or ask for changes.")
    _note(session, creative, "approved", actor, now)
    return creative


def request_changes(
    session: Session, *, creative: Creative, note: str, actor: str, now: datetime, version_number: int | None = None
) -> Creative:
    """Give sent or approved copy back with a note; raises NoteMissing without one, and what `approve_copy` raises."""
    body = note.strip()
    if not body:
        raise NoteMissing
    _lock(session, creative.booking)
    _check_read(creative, version_number)
    creative.move_to(CreativeState.CHANGES_REQUESTED)
    creative.decided_at = now
    creative.notes.append(ReviewNote(version_number=creative.version_number, author=actor, body=body, written_at=now))
    _note(session, creative, "changes_requested", actor, now)
    return creative


def withdraw_copy(session: Session, *, creative: Creative, now: datetime) -> None:
    """Take the copy of a booking that is gone out of comparison; its versions stay."""
    withdraw_text(session, source=CopySource.CREATIVE, source_id=creative.id, now=now)


def _lock(session: Session, booking: Booking) -> Creative | None:
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


def _check_editable(creative: Creative) -> None:
    if creative.state is CreativeState.SUBMITTED:
        raise CopyLocked("This copy is being read. Take it back to change it.")
    if creative.state not in EDITABLE:
        raise CopyLocked("This copy is approved, so it is locked. Ask the publisher if something must change.")


def _check_read(creative: Creative, version_number: int | None) -> None:
    if version_number is not None and version_number != creative.version_number:
        raise NewerVersion


def _note(session: Session, creative: Creative, action: str, actor: str, now: datetime) -> None:
    """Write the audit entry, and tell the others; `at` tells one sending of a version from the next."""
    session.flush()
    record_act(
        session, actor=actor, action=action, object_type="creative", object_id=creative.id,
        newsletter_id=creative.booking.slot.issue.newsletter_id, now=now, after={"version": creative.version_number},
    )  # fmt: skip
    outbox.publish(
        session,
        f"creative.{action}",
        now=now,
        creative_id=creative.id,
        booking_id=creative.booking_id,
        at=now.isoformat(),
    )
