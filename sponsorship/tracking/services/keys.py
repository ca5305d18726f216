"""Readers' keys: made with an issue's links, deleted 14 days after the issue; late clicks have one that lives a day."""

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from sponsorship.inventory.models import Issue
from sponsorship.tracking.models import LateReaderKey, LinkRegister, ReaderKey
from sponsorship.tracking.rules import READERS_KNOWN, SECRET_BYTES
from sponsorship.tracking.services.judging import insert_or


def reader_secrets(session: Session, issue_ids: Collection[int], now: datetime) -> dict[int, bytes]:
    """Return the key of each issue, made where there is none yet; the day's own where it is deleted already."""
    known = dict(
        session.execute(select(ReaderKey.issue_id, ReaderKey.secret).where(ReaderKey.issue_id.in_(issue_ids))).all()
    )
    missing = sorted(set(issue_ids) - set(known))
    if not missing:
        return known
    went_out = func.coalesce(Issue.sent_at, Issue.publish_at)
    old = set(session.scalars(select(Issue.id).where(Issue.id.in_(missing), went_out <= now - READERS_KNOWN)))
    fresh = [one for one in missing if one not in old]
    if fresh:
        make_reader_keys(session, fresh, now)
        query = select(ReaderKey.issue_id, ReaderKey.secret).where(ReaderKey.issue_id.in_(fresh))
        known |= dict(session.execute(query).all())
    if old:
        late = late_secret(session, now)
        known |= dict.fromkeys(old, late)
    return known


def make_reader_keys(session: Session, issue_ids: Collection[int], now: datetime) -> None:
    """Make sure that issues have a key."""
    rows = [
        {"issue_id": one, "secret": secrets.token_bytes(SECRET_BYTES), "created_at": now} for one in sorted(issue_ids)
    ]
    session.execute(insert_or(session, ReaderKey).on_conflict_do_nothing(), rows)


def late_secret(session: Session, now: datetime) -> bytes:
    """Return the day's key for clicks on old issues, made where there is none yet."""
    insert = insert_or(session, LateReaderKey).on_conflict_do_nothing()
    insert = insert.values(day=now.date(), secret=secrets.token_bytes(SECRET_BYTES)).returning(LateReaderKey.day)
    if session.scalars(insert).all():
        tell_web_servers(session)
    return session.execute(select(LateReaderKey.secret).where(LateReaderKey.day == now.date())).scalar_one()


def forget_readers(session: Session, *, now: datetime) -> int:
    """Delete the keys of issues that went out 14 days ago and of days gone by; returns how many."""
    went_out = func.coalesce(Issue.sent_at, Issue.publish_at)
    old = select(Issue.id).where(went_out <= now - READERS_KNOWN)
    of_issues = delete(ReaderKey).where(ReaderKey.issue_id.in_(old)).returning(ReaderKey.issue_id)
    of_days = delete(LateReaderKey).where(LateReaderKey.day < now.date()).returning(LateReaderKey.day)
    gone = len(session.scalars(of_issues).all()) + len(session.scalars(of_days).all())
    late_secret(session, now)
    if gone:
        tell_web_servers(session)
    return gone


def tell_web_servers(session: Session) -> None:
    """Say that links, keys or domains have changed: web servers read them anew within a second."""
    insert = insert_or(session, LinkRegister).values(id=1, generation=1)
    grown = {"generation": LinkRegister.generation + 1}
    session.execute(insert.on_conflict_do_update(index_elements=["id"], set_=grown))
