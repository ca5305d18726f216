"""Keeping an editor's draft, and noting that an issue went out."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.assembly.errors import DraftInvalid, NotReady
from sponsorship.assembly.models import IssueDraft
from sponsorship.assembly.queries import preflight
from sponsorship.assembly.rules.draft import editorial_links
from sponsorship.assembly.rules.preflight import PreflightSeverity
from sponsorship.checks.queries import list_copy_of_issue
from sponsorship.checks.services import find_duplicates, put_editorial_links
from sponsorship.core.db import lock_rows
from sponsorship.core.format import count_word
from sponsorship.inventory.models import Issue
from sponsorship.inventory.rules import IssueState
from sponsorship.inventory.services import mark_issue_sent

LONGEST_DRAFT = 400_000  # characters; a long issue has some 60,000
WORKER = "worker"


def save_draft(session: Session, *, issue: Issue, markdown: str, actor: str, now: datetime) -> IssueDraft:
    """Keep an editor's draft as it is, to the byte; what it replaces stays in the audit trail, so no word is lost.

    Raises DraftInvalid for a draft that is empty, longer than 400,000 characters, or has a NUL in it.
    """
    if not markdown.strip():
        raise DraftInvalid
    if len(markdown) > LONGEST_DRAFT:
        raise DraftInvalid("This draft is longer than 400,000 characters. Paste one issue, without its pictures.")
    if "\x00" in markdown:
        raise DraftInvalid("There is a NUL character in this draft. Copy it again as plain text.")
    lock_rows(session, Issue, [issue.id])
    draft = session.get(IssueDraft, issue.id)
    if draft is not None and draft.markdown == markdown:
        return draft
    before = {"markdown": draft.markdown, "saved_by": draft.saved_by} if draft else None
    if draft is None:
        draft = IssueDraft(issue_id=issue.id)
        session.add(draft)
    draft.markdown, draft.saved_by, draft.saved_at = markdown, actor, now
    session.flush()
    record_act(
        session, actor=actor, action="draft_saved", object_type="issue", object_id=issue.id,
        newsletter_id=issue.newsletter_id, now=now, before=before,
    )  # fmt: skip
    _check_links(session, issue, markdown, now)
    return draft


def _check_links(session: Session, issue: Issue, markdown: str, now: datetime) -> None:
    """Look whether a sponsor of the issue is also among the links of its own text; what was found before follows the draft."""
    put_editorial_links(
        session, newsletter_id=issue.newsletter_id, issue_id=issue.id, issue_number=issue.number,
        publish_on=issue.publish_on, links=editorial_links(markdown), now=now,
    )  # fmt: skip
    for text in list_copy_of_issue(session, issue.newsletter_id, issue.publish_on):
        find_duplicates(session, text=text, now=now)


def send_issue(session: Session, *, issue: Issue, actor: str, now: datetime) -> None:
    """Note that an issue went out, where nothing in its preflight stops it.

    Raises NotReady with what does, InvalidTransition for an issue that was sent or skipped.
    """
    lock_rows(session, Issue, [issue.id])
    if issue.state is IssueState.PLANNED:
        stops = [line.title for line in preflight(session, issue, now) if line.severity is PreflightSeverity.STOPS]
        if stops:
            things = count_word(len(stops), "thing stops", "things stop")
            raise NotReady(f"No. {issue.number} was not marked as sent. {things} it: {'; '.join(stops)}.")
    _send(session, issue, actor, now)


def send_when_due(session: Session, *, issue_id: int, now: datetime) -> bool:
    """Note that a planned issue went out once its moment has come; False where another was first or it was moved.

    The worker does not see the mail go out, so the moment decides, whatever the preflight says.
    """
    due = (Issue.id == issue_id, Issue.state == IssueState.PLANNED, Issue.publish_at <= now)
    query = select(Issue).where(*due).with_for_update(skip_locked=True, of=Issue)
    issue = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if issue is None:
        return False
    _send(session, issue, WORKER, now)
    return True


def _send(session: Session, issue: Issue, actor: str, now: datetime) -> None:
    mark_issue_sent(session, issue=issue, now=now)
    record_act(
        session, actor=actor, action="sent", object_type="issue", object_id=issue.id, newsletter_id=issue.newsletter_id,
        now=now, before={"state": IssueState.PLANNED.value}, after={"state": issue.state.value},
    )  # fmt: skip
