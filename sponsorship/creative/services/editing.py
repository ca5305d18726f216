"""The publisher's own edits, and what the sponsor says to them; who wrote what stays on record with each version."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.checks.rules import Severity
from sponsorship.core.errors import InvalidTransition
from sponsorship.core.text import clean_line
from sponsorship.creative.errors import CopyInvalid, CopyLocked, CopyUnchanged, NoteMissing, NothingAsked
from sponsorship.creative.models import CopyComment, Creative, CreativeVersion
from sponsorship.creative.queries import NO_COPY, copy_limits, current_copy, current_version, last_agreed_version
from sponsorship.creative.rules import Consent, Copy, CreativeState, Side, clean_copy, copy_problems
from sponsorship.creative.services.acts import add_version, lock_copy, note_act
from sponsorship.creative.services.comparing import check_copy
from sponsorship.creative.services.review import approve_copy, check_read


def edit_copy(
    session: Session,
    *,
    creative: Creative,
    copy: Copy,
    why: str,
    agreed_how: str = "",
    actor: str,
    now: datetime,
    version_number: int | None = None,
) -> CreativeVersion:
    """Keep the publisher's edit of sent or approved copy as a version, and ask for the sponsor's consent.

    Where the sponsor agreed already, `agreed_how` says how, and the edit is approved at once unless a finding stops it.
    Raises NoteMissing without `why`, CopyUnchanged, CopyInvalid, CopyLocked, NewerVersion, CopyClosed, InvalidTransition.
    """
    reason, agreed, kept = clean_line(why), clean_line(agreed_how), clean_copy(copy)
    if not reason:
        raise NoteMissing("Say what you change and why: the sponsor reads it.")
    lock_copy(session, creative.booking)
    check_read(creative, version_number)
    _check_may_edit(creative)
    if kept == current_copy(creative):
        raise CopyUnchanged
    if problems := copy_problems(kept, copy_limits(creative.booking.slot.placement)):
        raise CopyInvalid(problems)
    before = current_version(creative)
    if before is not None and before.is_asked:
        before.answer(Consent.WITHDRAWN, by=actor, note="", now=now)
    version = add_version(session, creative, kept, actor=actor, side=Side.PUBLISHER, note=reason, now=now)
    version.consent = Consent.ASKED
    if creative.state is CreativeState.APPROVED:
        creative.move_to(CreativeState.SUBMITTED)
        creative.decided_at = None
    check_copy(session, creative=creative, now=now)
    note_act(session, creative, "edited", actor, now, reason=reason, edit=version.number)
    if agreed:
        vouch_for_consent(session, creative=creative, how=agreed, actor=actor, now=now)
    return version


def vouch_for_consent(session: Session, *, creative: Creative, how: str, actor: str, now: datetime) -> Creative:
    """Write down that the sponsor agreed elsewhere, in whoever's words heard it, and approve; raises as `answer_edit`."""
    line = clean_line(how)
    if not line:
        raise NoteMissing("Say how they agreed: by telephone, in a mail of Tuesday.")
    return _agree(session, creative, None, actor, line, now)


def answer_edit(
    session: Session,
    *,
    creative: Creative,
    version_number: int,
    agrees: bool,
    note: str = "",
    actor: str,
    now: datetime,
) -> Creative:
    """Take the sponsor's answer to an edit: agreed, it is approved; declined, the sponsor's own words are in review again.

    Raises NothingAsked where no edit awaits an answer, NewerVersion where it is another one, CopyClosed.
    """
    if agrees:
        return _agree(session, creative, version_number, actor, clean_line(note), now)
    version = _asked(session, creative, version_number)
    version.answer(Consent.DECLINED, by=actor, note=note.strip(), now=now)
    own = last_agreed_version(creative)
    if own is not None:
        add_version(
            session, creative, own.copy, actor=actor, side=Side.SPONSOR, note=f"As in version {own.number}.", now=now,
            taken_from_id=own.id,
        )  # fmt: skip
    if note.strip():
        creative.comments.append(
            CopyComment(
                version_number=version.number, side=Side.SPONSOR, author=actor, body=note.strip(), written_at=now
            )
        )
    check_copy(session, creative=creative, now=now)
    note_act(session, creative, "edit_declined", actor, now)
    return creative


def _agree(
    session: Session, creative: Creative, version_number: int | None, actor: str, note: str, now: datetime
) -> Creative:
    version = _asked(session, creative, version_number)
    version.answer(Consent.GIVEN, by=actor, note=note, now=now)
    note_act(session, creative, "edit_agreed", actor, now)
    found = check_copy(session, creative=creative, now=now)
    if not any(finding.severity is Severity.STOPS for finding in found):
        approve_copy(session, creative=creative, actor=version.saved_by, now=now)
    return creative


def _asked(session: Session, creative: Creative, version_number: int | None) -> CreativeVersion:
    lock_copy(session, creative.booking)
    check_read(creative, version_number)
    version = current_version(creative)
    if version is None or not version.is_asked or creative.state is not CreativeState.SUBMITTED:
        raise NothingAsked
    return version


def _check_may_edit(creative: Creative) -> None:
    if creative.state is CreativeState.LOCKED:
        raise CopyLocked("The copy is locked since its deadline. Open the lock first, with a reason.")
    if creative.state not in (CreativeState.SUBMITTED, CreativeState.APPROVED):
        raise InvalidTransition("The sponsor is writing on it. Edit it once it is sent.")
    if (current_copy(creative) or NO_COPY) == NO_COPY:
        raise InvalidTransition("There is nothing to edit yet.")
