"""Putting on record who took what out of the desk."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.reporting.rules import Span


def record_export(
    session: Session, *, newsletter_id: int, table: str, kind: str, span: Span, actor: str, now: datetime
) -> None:
    """Write into the audit trail that somebody took a table out of the desk."""
    record_act(
        session, actor=actor, action="exported", object_type="newsletter", object_id=newsletter_id,
        newsletter_id=newsletter_id, now=now,
        after={"table": table, "kind": kind, "from": span.first.isoformat(), "to": span.last.isoformat()},
    )  # fmt: skip
