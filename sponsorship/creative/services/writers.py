"""Links for copywriters: made by the sponsor, valid for days, taken back at any time."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Booking
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import DomainError
from sponsorship.core.text import clean_line
from sponsorship.core.tokens import hash_token, new_token
from sponsorship.creative.models import WriterLink
from sponsorship.creative.queries import list_writer_links
from sponsorship.creative.rules import MOST_WRITER_DAYS, MOST_WRITERS


def make_writer_link(
    session: Session, *, booking: Booking, name: str, days: int, actor: str, now: datetime
) -> tuple[WriterLink, str]:
    """Make a link that opens this booking's copy to be written, and return it with its token, which is kept nowhere.

    Raises DomainError without a name, for other than 1 to 30 days, and beyond ten links that are open.
    """
    line = clean_line(name)
    if not line:
        raise DomainError("Say whose link it is: the name stands beside each version.")
    if not 1 <= days <= MOST_WRITER_DAYS:
        raise DomainError(f"From 1 to {MOST_WRITER_DAYS} days.")
    lock_rows(session, Booking, [booking.id])
    if sum(link.is_open(now) for link in list_writer_links(session, booking.id)) >= MOST_WRITERS:
        raise DomainError(f"{MOST_WRITERS} links are open already. Take one back first.")
    token = new_token()
    link = WriterLink(
        booking_id=booking.id, name=line[:80], token_hash=hash_token(token), created_by=actor, created_at=now,
        expires_at=now + timedelta(days=days),
    )  # fmt: skip
    session.add(link)
    session.flush()
    _note(session, booking, link, "writer_link_made", actor, now)
    return link, token


def revoke_writer_link(session: Session, *, link: WriterLink, actor: str, now: datetime) -> None:
    """Take a link back at once; a second time changes nothing."""
    lock_rows(session, WriterLink, [link.id])
    if link.revoked_at is None:
        link.revoked_at = now
        session.flush()
        _note(session, link.booking, link, "writer_link_revoked", actor, now)


def _note(session: Session, booking: Booking, link: WriterLink, action: str, actor: str, now: datetime) -> None:
    record_act(
        session, actor=actor, action=action, object_type="booking", object_id=booking.id,
        newsletter_id=booking.slot.issue.newsletter_id, now=now,
        after={"link": link.id, "name": link.name, "until": link.expires_at.isoformat()},
    )  # fmt: skip
