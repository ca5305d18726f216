"""What assembly does when its time comes round."""

from datetime import datetime, timedelta

from sponsorship.assembly import queries, services
from sponsorship.core.db import db, transaction
from sponsorship.core.worker import Task


def mark_due(now: datetime) -> int:
    """Mark the issues whose moment has come as sent, each in its own transaction; returns how many."""
    due = queries.list_due_issues(db.session(), now)
    db.session.rollback()
    sent = 0
    for issue_id in due:
        with transaction() as session:
            sent += services.send_when_due(session, issue_id=issue_id, now=now)
    return sent


def mail_runsheets(now: datetime) -> None:
    """Tell sponsors what runs for them this month."""
    with transaction() as session:
        services.mail_runsheets(session, now=now)


TASKS: tuple[Task, ...] = (
    Task("assembly.mark_due", timedelta(minutes=1), mark_due),
    Task("assembly.mail_runsheets", timedelta(hours=1), mail_runsheets),
)
