"""Writes about findings: what is found is written down, and the publisher waives one with a reason."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.checks.errors import AlreadyDecided, ReasonMissing
from sponsorship.checks.models import CorpusText, Finding
from sponsorship.checks.queries import Match, find_matches, marks_held_by_others
from sponsorship.checks.rules import FindingState
from sponsorship.core.text import clean_line


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
