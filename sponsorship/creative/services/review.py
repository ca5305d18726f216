"""The publisher's decisions: approve, or ask for changes."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.checks.rules import Severity
from sponsorship.core.format import count
from sponsorship.creative.errors import FindingsOpen, NewerVersion, NoteMissing
from sponsorship.creative.models import Creative, ReviewNote
from sponsorship.creative.rules import CreativeState
from sponsorship.creative.services.acts import lock_copy, note_act
from sponsorship.creative.services.comparing import check_copy


def approve_copy(
    session: Session, *, creative: Creative, actor: str, now: datetime, version_number: int | None = None
) -> Creative:
    """Release the latest version for print, after comparing it once more; `version_number` is the one that was read.

    Raises NewerVersion where another came in meanwhile, FindingsOpen while a finding stops it, CopyClosed, and
    InvalidTransition where it was not sent.
    """
    lock_copy(session, creative.booking)
    _check_read(creative, version_number)
    creative.move_to(CreativeState.APPROVED)
    creative.decided_at = now
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
    _check_read(creative, version_number)
    creative.move_to(CreativeState.CHANGES_REQUESTED)
    creative.decided_at = now
    creative.notes.append(ReviewNote(version_number=creative.version_number, author=actor, body=body, written_at=now))
    note_act(session, creative, "changes_requested", actor, now)
    return creative


def _check_read(creative: Creative, version_number: int | None) -> None:
    if version_number is not None and version_number != creative.version_number:
        raise NewerVersion
