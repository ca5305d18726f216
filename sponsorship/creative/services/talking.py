"""Words between sponsor and publisher beside the copy."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.core.errors import DomainError
from sponsorship.creative.errors import NoteMissing
from sponsorship.creative.models import CopyComment
from sponsorship.creative.rules import LONGEST_COMMENT, Side
from sponsorship.creative.services.acts import make_sure_of_creative, note_act


def add_comment(session: Session, *, booking: Booking, body: str, side: Side, actor: str, now: datetime) -> CopyComment:
    """Put a comment beside a booking's copy, whatever its state before the issue goes out; the other side gets it by mail.

    Raises NoteMissing without a word, DomainError beyond 4,000 characters, CopyClosed.
    """
    words = body.strip()
    if not words:
        raise NoteMissing("Write a comment first.")
    if len(words) > LONGEST_COMMENT:
        raise DomainError(f"{LONGEST_COMMENT:,} characters are the most.")
    creative = make_sure_of_creative(session, booking, now)
    comment = CopyComment(version_number=creative.version_number, side=side, author=actor, body=words, written_at=now)
    creative.comments.append(comment)
    session.flush()
    note_act(session, creative, "commented", actor, now, comment_id=comment.id)
    return comment
