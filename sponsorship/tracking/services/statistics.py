"""Keeping what the mail provider counted."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.core.errors import DomainError
from sponsorship.inventory.models import Issue
from sponsorship.tracking.models import MailingStatistics


def enter_statistics(
    session: Session, *, issue: Issue, delivered: int, opens: int | None, entered_by: str, now: datetime
) -> MailingStatistics:
    """Keep how many mails of an issue were delivered and opened; a second entry replaces the first, on record."""
    if delivered < 1:
        raise DomainError("At least one mail must have been delivered.")
    if opens is not None and not 0 <= opens <= delivered:
        raise DomainError("Opens are counted per reader here: they cannot exceed what was delivered.")
    row = session.get(MailingStatistics, issue.id)
    before = {"delivered": row.delivered, "opens": row.opens} if row else None
    if row is None:
        row = MailingStatistics(issue_id=issue.id)
        session.add(row)
    row.delivered, row.opens, row.entered_by, row.entered_at = delivered, opens, entered_by, now
    session.flush()
    record_act(
        session, actor=entered_by, action="statistics_entered", object_type="issue", object_id=issue.id,
        newsletter_id=issue.newsletter_id, now=now, before=before, after={"delivered": delivered, "opens": opens},
    )  # fmt: skip
    return row
