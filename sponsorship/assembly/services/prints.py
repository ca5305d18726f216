"""Keeping a whole issue that the publisher gives: pasted or uploaded, to be checked or as it was sent."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.archive.reader import open_issue
from sponsorship.archive.reader.decode import decode_issue
from sponsorship.assembly.errors import PrintInvalid
from sponsorship.assembly.models import IssuePrint
from sponsorship.assembly.queries import find_print
from sponsorship.assembly.rules.proof import PrintOrigin, PrintPurpose
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import InvalidTransition
from sponsorship.inventory.models import Issue
from sponsorship.inventory.rules import IssueState

_TAG_FIRST = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:![a-z]|\?xml|[a-z][a-z0-9]*[\s>/])", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class GivenIssue:
    """An issue as text, with the name by whose ending it is read."""

    origin: PrintOrigin
    file_name: str
    source: str
    address: str = ""


def given_issue(pasted: str, upload: tuple[str, bytes] | None) -> GivenIssue:
    """Return what was pasted or uploaded, a mail as saved by a mail program (.eml) included; the file goes first.

    Raises PrintInvalid where nothing was given, UnreadableIssue for what is no text.
    """
    if upload is not None and upload[1]:
        name, content = upload
        if name.lower().endswith(".eml"):
            return GivenIssue(PrintOrigin.UPLOADED, *_mail_body(name, content))
        return GivenIssue(PrintOrigin.UPLOADED, name, decode_issue(content))
    if not pasted.strip():
        raise PrintInvalid
    source = decode_issue(pasted.encode())
    return GivenIssue(PrintOrigin.PASTED, "issue.html" if _TAG_FIRST.match(source) else "issue.md", source)


def _mail_body(name: str, content: bytes) -> tuple[str, str]:
    """A mail's HTML, or its text where it has none."""
    message = message_from_bytes(content, policy=policy.default)
    body = message.get_body(("html", "plain")) if isinstance(message, EmailMessage) else None
    if body is None:
        raise PrintInvalid("There is no text in this mail. Save it once more, or paste the issue.")
    ending = "html" if body.get_content_subtype() == "html" else "md"
    text = str(body.get_content())
    return f"{name.removesuffix('.eml')}.{ending}", decode_issue(text.encode())


def save_print(
    session: Session, *, issue: Issue, purpose: PrintPurpose, given: GivenIssue, actor: str, now: datetime
) -> IssuePrint:
    """Keep an issue as it was given, in place of what was given before.

    Raises UnreadableIssue for what cannot be read as one, InvalidTransition for a check of what was sent or a proof of what
    was not.
    """
    lock_rows(session, Issue, [issue.id])
    wanted = IssueState.PLANNED if purpose is PrintPurpose.CHECK else IssueState.SENT
    if issue.state is not wanted:
        raise InvalidTransition(
            "What is planned can be checked." if purpose is PrintPurpose.CHECK else "Only what was sent can be proved."
        )
    open_issue(given.file_name, given.source.encode())
    kept = find_print(session, issue, purpose)
    if kept is None:
        kept = IssuePrint(issue_id=issue.id, purpose=purpose)
        session.add(kept)
    kept.origin, kept.file_name, kept.source, kept.address = given.origin, given.file_name, given.source, given.address
    kept.saved_by, kept.saved_at = actor, now
    session.flush()
    record_act(
        session, actor=actor, action="print_given", object_type="issue", object_id=issue.id,
        newsletter_id=issue.newsletter_id, now=now,
        after={"purpose": purpose.value, "origin": given.origin.value, "characters": len(given.source)},
    )  # fmt: skip
    return kept


def forget_print(session: Session, *, issue: Issue, actor: str, now: datetime) -> None:
    """Put away what was given to be checked; where nothing was, nothing happens."""
    kept = find_print(session, issue, PrintPurpose.CHECK)
    if kept is None:
        return
    session.delete(kept)
    session.flush()
    record_act(
        session, actor=actor, action="print_forgotten", object_type="issue", object_id=issue.id,
        newsletter_id=issue.newsletter_id, now=now, before={"saved_by": kept.saved_by},
    )  # fmt: skip
