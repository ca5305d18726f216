"""Writes about the corpus: texts go in, findings are written down, and the publisher waives one with a reason."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.checks.errors import AlreadyDecided, ReasonMissing
from sponsorship.checks.models import CorpusText, Finding
from sponsorship.checks.queries import Match, find_matches, find_text, marks_held_by_others
from sponsorship.checks.rules import CopySource, FindingState, destination_of
from sponsorship.core.text import clean_line


def put_text(
    session: Session,
    *,
    newsletter_id: int,
    source: CopySource,
    source_id: int,
    issue_number: int,
    publish_on: date,
    placement_name: str,
    sponsor_id: int | None,
    sponsor_name: str,
    heading: str,
    body: str,
    url: str,
    now: datetime,
) -> CorpusText:
    """Put a placement's text into the corpus, or replace what stands there; `body` is plain text, markup stripped.

    A text that was withdrawn comes back. `url` may be empty: the link is then compared with nothing.
    """
    text = find_text(session, source, source_id)
    if text is None:
        text = CorpusText(source=source, source_id=source_id)
        session.add(text)
    text.newsletter_id, text.issue_number, text.publish_on = newsletter_id, issue_number, publish_on
    text.placement_name, text.sponsor_id, text.sponsor_name = placement_name, sponsor_id, sponsor_name
    text.heading, text.body, text.url, text.destination = heading, body, url, destination_of(url)
    text.withdrawn_at = None
    session.flush()
    return text


def withdraw_text(session: Session, *, source: CopySource, source_id: int, now: datetime) -> CorpusText | None:
    """Take a text out of comparison: its booking is gone. Findings on it and against it are no longer true."""
    text = find_text(session, source, source_id)
    if text is None or text.withdrawn_at is not None:
        return text
    text.withdrawn_at = now
    query = select(Finding).where((Finding.text_id == text.id) | (Finding.other_id == text.id))
    for finding in session.scalars(query.where(Finding.state == FindingState.OPEN)):
        finding.state = FindingState.GONE
    session.flush()
    return text


def find_duplicates(session: Session, *, text: CorpusText, now: datetime) -> list[Finding]:
    """Compare a text with its neighbours, write down what is new, and return its open findings, most serious first.

    Findings that are no longer true become GONE, waivers stay. One finding stands for a pair: it is on the text that was
    checked last when it was found, and the other text gets none. Open findings of others against this text are
    looked at again.
    """
    found = _write_findings(session, text, now)
    against = select(Finding.text_id).where(Finding.other_id == text.id, Finding.state == FindingState.OPEN).distinct()
    for text_id in session.scalars(against).all():
        _write_findings(session, session.get_one(CorpusText, text_id), now)
    session.flush()
    return found


def waive_finding(session: Session, *, finding: Finding, reason: str, actor: str, now: datetime) -> Finding:
    """Let a finding pass for good; raises ReasonMissing without a reason, AlreadyDecided where it is not open."""
    line = clean_line(reason)
    if not line:
        raise ReasonMissing
    if finding.state is not FindingState.OPEN:
        raise AlreadyDecided
    finding.state = FindingState.WAIVED
    finding.waived_by, finding.waived_reason, finding.waived_at = actor, line, now
    record_act(
        session, actor=actor, action="waived", object_type="finding", object_id=finding.id,
        newsletter_id=finding.text.newsletter_id, now=now, after={"rule": finding.rule.value, "reason": line},
    )  # fmt: skip
    session.flush()
    return finding


def _write_findings(session: Session, text: CorpusText, now: datetime) -> list[Finding]:
    known = {one.fingerprint: one for one in session.scalars(select(Finding).where(Finding.text_id == text.id))}
    matches = find_matches(session, text.passage, now.date(), skipped=marks_held_by_others(session, text.id))
    wanted = {match.fingerprint for match in matches}
    for mark, finding in known.items():
        if finding.state is FindingState.OPEN and mark not in wanted:
            finding.state = FindingState.GONE
    written = [_write(session, text, match, known.get(match.fingerprint), now) for match in matches]
    session.flush()
    return [finding for finding in written if finding.state is FindingState.OPEN]


def _write(session: Session, text: CorpusText, match: Match, finding: Finding | None, now: datetime) -> Finding:
    if finding is None:
        finding = Finding(
            text=text, other=match.other, rule=match.rule, fingerprint=match.fingerprint, state=FindingState.OPEN,
            found_at=now,
        )  # fmt: skip
        session.add(finding)
    elif finding.state is FindingState.GONE:
        finding.state, finding.found_at = FindingState.OPEN, now
    finding.severity, finding.likeness = match.severity, match.likeness
    finding.title, finding.sentence = match.title[:255], match.sentence
    return finding
