"""Reads about findings: which are open, which need no telling, and how one is told with its evidence."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from sponsorship.checks.models import CorpusText, Finding
from sponsorship.checks.queries.matches import Match
from sponsorship.checks.rules import COPY_RULES, CheckRule, FindingState, Passage, Reader, Severity, may_show_text, tell
from sponsorship.checks.similarity import Run, word_runs
from sponsorship.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Evidence:
    """A finding as a page shows it: told to its reader, and for copy the words in common with the other text.

    `runs` is empty where there is nothing to compare, or where the other text is not the reader's to see; `finding_id` is
    None for what is not written down, `waived` the reason for which the publisher let it pass.
    """

    rule: CheckRule
    severity: Severity
    title: str
    sentence: str
    place: str
    runs: list[Run]
    finding_id: int | None
    waived: str


def get_finding(session: Session, finding_id: int) -> Finding:
    """Return a finding by its id; raises NotFound."""
    finding = session.get(Finding, finding_id) if finding_id < 2**31 else None
    if finding is None:
        raise NotFound
    return finding


def list_findings(session: Session, text_ids: Collection[int], only_open: bool = True) -> list[Finding]:
    """Return the findings on these texts, with both texts, most serious first; waived ones too unless `only_open`.

    Findings that are no longer true are left out either way.
    """
    states = (FindingState.OPEN,) if only_open else (FindingState.OPEN, FindingState.WAIVED)
    query = select(Finding).where(Finding.text_id.in_(text_ids), Finding.state.in_(states))
    found = session.scalars(query.options(joinedload(Finding.text)).order_by(Finding.id))
    return sorted(found, key=lambda finding: finding.severity is not Severity.STOPS)


def open_findings_of_issue(session: Session, newsletter_id: int, publish_on: date) -> list[Finding]:
    """Return the open findings on the texts of one issue, most serious first; withdrawn texts have none."""
    text = aliased(CorpusText)
    query = (
        select(Finding)
        .join(Finding.text.of_type(text))
        .options(contains_eager(Finding.text.of_type(text)))
        .where(text.newsletter_id == newsletter_id, text.publish_on == publish_on, text.withdrawn_at.is_(None))
        .where(Finding.state == FindingState.OPEN)
        .order_by(Finding.id)
    )
    return sorted(session.scalars(query), key=lambda finding: finding.severity is not Severity.STOPS)


def settled_marks(session: Session, text_id: int) -> set[str]:
    """Return the fingerprints that need no finding on a text: waived there, or held by the other text of the pair."""
    ours = select(Finding.fingerprint).where(Finding.text_id == text_id, Finding.state == FindingState.WAIVED)
    return set(session.scalars(ours)) | marks_held_by_others(session, text_id)


def marks_held_by_others(session: Session, text_id: int) -> set[str]:
    """Return the fingerprints of pairs for which the other text has the finding already, open or waived."""
    states = (FindingState.OPEN, FindingState.WAIVED)
    query = select(Finding.fingerprint).where(Finding.other_id == text_id, Finding.state.in_(states))
    return set(session.scalars(query))


def evidence_of(found: Finding | Match, this: Passage, *, reader: Reader, today: date) -> Evidence:
    """Return what a finding or a match says to a reader, with its evidence."""
    other = found.other.passage
    words = tell(found.rule, this, other, found.likeness, today=today, reader=reader)
    is_shown = found.rule in COPY_RULES and (reader is Reader.PUBLISHER or may_show_text(this, other, today))
    runs = word_runs(other.copy.strip(), this.copy.strip()) if is_shown else []
    waived = f"{found.waived_by}: {found.waived_reason}" if isinstance(found, Finding) and found.waived_at else ""
    return Evidence(
        found.rule, found.severity, words.title, words.sentence, f"No. {other.issue_number}, {other.placement_name}", runs,
        found.id if isinstance(found, Finding) else None, waived,
    )  # fmt: skip
