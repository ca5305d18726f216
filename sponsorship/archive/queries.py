"""Reads about imported issues."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.archive.models import ArchivedIssue, ArchivedPlacement
from sponsorship.inventory.models import Issue


def find_import(session: Session, newsletter_id: int, digest: str) -> ArchivedIssue | None:
    """Return the import of a file with that SHA-256, or None."""
    query = select(ArchivedIssue).where(ArchivedIssue.newsletter_id == newsletter_id, ArchivedIssue.digest == digest)
    return session.scalars(query).one_or_none()


def find_import_of_issue(session: Session, issue_id: int) -> ArchivedIssue | None:
    """Return the import that an issue came from, or None."""
    return session.scalars(select(ArchivedIssue).where(ArchivedIssue.issue_id == issue_id)).one_or_none()


def list_placements_of(session: Session, archived: ArchivedIssue) -> list[ArchivedPlacement]:
    """Return what was found in an imported issue, in the order of print."""
    query = select(ArchivedPlacement).where(ArchivedPlacement.archived_issue_id == archived.id)
    return list(session.scalars(query.order_by(ArchivedPlacement.line_start, ArchivedPlacement.id)))


def first_free_number(session: Session, newsletter_id: int) -> int:
    """Return the number after the newsletter's highest, for an issue that does not tell its own."""
    return (session.scalar(select(func.max(Issue.number)).where(Issue.newsletter_id == newsletter_id)) or 0) + 1
