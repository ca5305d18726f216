"""The sponsor's acts: write, send, take back."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.checks.models import Finding
from sponsorship.creative.errors import CopyInvalid, CopyLocked
from sponsorship.creative.models import Creative
from sponsorship.creative.queries import NO_COPY, copy_limits, current_copy, current_version
from sponsorship.creative.rules import Consent, Copy, CreativeState, Side, clean_copy, copy_problems
from sponsorship.creative.services.acts import add_version, check_editable, lock_copy, make_sure_of_creative, note_act
from sponsorship.creative.services.comparing import check_copy


def save_draft(
    session: Session,
    *,
    booking: Booking,
    copy: Copy,
    actor: str,
    now: datetime,
    side: Side = Side.SPONSOR,
    note: str = "",
    taken_from_id: int | None = None,
) -> Creative:
    """Keep copy as it stands, finished or not: a new version where the text changed, or else nothing new.

    `taken_from_id` is the version that it was taken from as it was. Raises CopyClosed where nothing can be printed for the
    booking, CopyLocked where the copy was sent or approved.
    """
    creative = make_sure_of_creative(session, booking, now)
    check_editable(creative)
    kept = clean_copy(copy)
    if kept != (current_copy(creative) or NO_COPY):
        add_version(session, creative, kept, actor=actor, side=side, note=note, taken_from_id=taken_from_id, now=now)
    return creative


def submit_copy(session: Session, *, creative: Creative, actor: str, now: datetime) -> list[Finding]:
    """Send the latest version to the publisher, put it into the corpus, and return the findings that are open on it.

    A finding keeps nobody from sending. Raises CopyInvalid with a sentence for each field that is over its limit or
    no link, and what `save_draft` raises.
    """
    lock_copy(session, creative.booking)
    check_editable(creative)
    copy = current_copy(creative) or NO_COPY
    problems = copy_problems(copy, copy_limits(creative.booking.slot.placement))
    if problems:
        raise CopyInvalid(problems)
    creative.move_to(CreativeState.SUBMITTED)
    creative.submitted_at, creative.decided_at = now, None
    findings = check_copy(session, creative=creative, now=now)
    note_act(session, creative, "submitted", actor, now)
    return findings


def send_copy(session: Session, *, booking: Booking, copy: Copy, actor: str, now: datetime) -> list[Finding]:
    """Keep this copy and send it at once; raises what `save_draft` and `submit_copy` raise, and then keeps nothing."""
    creative = save_draft(session, booking=booking, copy=copy, actor=actor, now=now)
    return submit_copy(session, creative=creative, actor=actor, now=now)


def take_back_copy(session: Session, *, creative: Creative, actor: str, now: datetime) -> Creative:
    """Make sent copy a draft again, to be changed and sent anew; raises CopyLocked once the publisher has decided."""
    lock_copy(session, creative.booking)
    if creative.state is not CreativeState.SUBMITTED:
        raise CopyLocked("The publisher has decided already, so it cannot be taken back.")
    version = current_version(creative)
    if version is not None and version.is_asked:
        version.answer(Consent.DECLINED, by=actor, note="Taken back to be written anew.", now=now)
    creative.move_to(CreativeState.DRAFT)
    note_act(session, creative, "taken_back", actor, now)
    return creative
