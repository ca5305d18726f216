"""The audit trail: lines that are only ever added, and the chain that shows where one was changed or taken away."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry, AuditSeal
from sponsorship.accounts.queries import audit_facts
from sponsorship.accounts.rules import chained

SEALED_AT_ONCE = 2000


def record_act(
    session: Session,
    *,
    actor: str,
    action: str,
    object_type: str,
    object_id: int,
    newsletter_id: int | None,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one line of the audit trail in the caller's transaction; `action` is a verb in the past tense."""
    entry = AuditEntry(
        at=now, actor=actor, action=action, object_type=object_type, object_id=object_id, newsletter_id=newsletter_id,
        before=before, after=after,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    return entry


def seal_audit(session: Session, *, limit: int = SEALED_AT_ONCE) -> int:
    """Add the entries that are not yet in the chain, and return how many. One writer at a time: the last link is locked.

    An entry whose transaction ended late is sealed behind younger ones; the chain keeps the order of sealing.
    """
    last = session.scalars(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1).with_for_update()).one_or_none()
    waiting = (
        select(AuditEntry)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.id.is_(None))
        .order_by(AuditEntry.id)
        .limit(limit)
    )
    digest, sealed = last.digest if last else "", 0
    for entry in session.scalars(waiting).all():
        digest = chained(digest, audit_facts(entry))
        session.add(AuditSeal(entry_id=entry.id, digest=digest))
        session.flush()
        sealed += 1
    return sealed
