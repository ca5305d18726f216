"""The publisher's decisions: approve, or ask for changes."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.booking.rules import CLOCK
from sponsorship.checks.rules import Severity
from sponsorship.core.errors import InvalidTransition
from sponsorship.core.format import count
from sponsorship.core.text import clean_line
from sponsorship.creative.errors import ConsentMissing, CopyClosed, FindingsOpen, NewerVersion, NoteMissing
from sponsorship.creative.models import Creative, ReviewNote
from sponsorship.creative.queries import current_version
from sponsorship.creative.rules import Consent, CreativeState
from sponsorship.creative.services.acts import lock_copy, note_act
from sponsorship.creative.services.comparing import check_copy


def approve_copy(
    session: Session, *, creative: Creative, actor: str, now: datetime, version_number: int | None = None
) -> Creative:
    """Release the latest version for print, after comparing it once more; `version_number` is the one that was read.

    Raises NewerVersion where another came in meanwhile, FindingsOpen while a finding stops it, ConsentMissing while an edit
    of the publisher's awaits the sponsor's answer, CopyClosed, and InvalidTransition where it was not sent.
    """
    lock_copy(session, creative.booking)
    check_read(creative, version_number)
    version = current_version(creative)
    if version is not None and version.is_asked:
        raise ConsentMissing
    creative.move_to(CreativeState.APPROVED)
    creative.decided_at, creative.unlocked_at = now, None
    stops = [one for one in check_copy(session, creative=creative, now=now) if one.severity is Severity.STOPS]
    if stops:
        what = f"{count(len(stops), 'finding stops', 'findings stop')} it"
        raise FindingsOpen(f"Not approved: {what}. Allow what may run, with a reason, or ask for changes.")
    note_act(session, creative, "approved", actor, now)
    return creative


def request_changes(
    session: Session, *, creative: Creative, note: str, actor: str, now: datetime, version_number: int | None = None
) -> Creative:
    """Give sent or approved copy back with a note; raises NoteMissing without one, and what `approve_copy` raises."""
    body = note.strip()
    if not body:
        raise NoteMissing
    lock_copy(session, creative.booking)
    check_read(creative, version_number)
    version = current_version(creative)
    if version is not None and version.is_asked:
        version.answer(Consent.WITHDRAWN, by=actor, note="", now=now)
    creative.move_to(CreativeState.CHANGES_REQUESTED)
    creative.decided_at = now
    creative.notes.append(ReviewNote(version_number=creative.version_number, author=actor, body=body, written_at=now))
    note_act(session, creative, "changes_requested", actor, now)
    return creative


def check_read(creative: Creative, version_number: int | None) -> None:
    """Raise NewerVersion unless this is the version that was read; None stands for whichever is there."""
    if version_number is not None and version_number != creative.version_number:
        raise NewerVersion


def unlock_copy(session: Session, *, creative: Creative, reason: str, actor: str, now: datetime) -> Creative:
    """Open the copy lock, for a reason that is kept; the next approval closes it again.

    Raises NoteMissing without a reason, InvalidTransition where it is not locked, CopyClosed.
    """
    line = clean_line(reason)
    if not line:
        raise NoteMissing("Say why it must change after the lock: the reason is kept.")
    lock_copy(session, creative.booking)
    if creative.state is not CreativeState.LOCKED:
        raise InvalidTransition("This copy is not locked.")
    creative.move_to(CreativeState.APPROVED)
    creative.unlocked_at = now
    note_act(session, creative, "unlocked", actor, now, reason=line)
    return creative


def close_when_due(session: Session, *, creative: Creative, now: datetime) -> bool:
    """Lock approved copy whose deadline is over, unless the publisher opened it; False where there is nothing to lock."""
    try:
        lock_copy(session, creative.booking)
    except CopyClosed:
        return False
    is_due = creative.booking.slot.deadlines.copy_due_at <= now and creative.unlocked_at is None
    if creative.state is not CreativeState.APPROVED or not is_due:
        return False
    creative.move_to(CreativeState.LOCKED)
    note_act(session, creative, "locked", CLOCK, now)
    return True
