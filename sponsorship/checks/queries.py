"""Reads about the corpus: what stands near a placement, what a comparison finds, which findings are open."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from sponsorship.checks.models import CorpusText, Finding
from sponsorship.checks.rules import (
    COPY_RULES,
    NEIGHBOUR_DAYS,
    NEIGHBOUR_ISSUES,
    SEVERITIES,
    CheckRule,
    CopySource,
    FindingState,
    Nearness,
    Passage,
    Reader,
    Severity,
    are_one_placement,
    fingerprint,
    may_show_text,
    nearness,
    tell,
)
from sponsorship.checks.similarity import Likeness, Run, compare, normal_words, word_runs
from sponsorship.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Match:
    """What a rule finds now between a placement and a text of the corpus: a finding that is not written down yet."""

    rule: CheckRule
    severity: Severity
    title: str
    sentence: str
    likeness: float
    fingerprint: str
    other: CorpusText


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


def find_text(session: Session, source: CopySource, source_id: int) -> CorpusText | None:
    """Return the corpus's text of a creative or an archived placement, or None."""
    query = select(CorpusText).where(CorpusText.source == source, CorpusText.source_id == source_id)
    return session.scalars(query).one_or_none()


def list_near_texts(session: Session, passage: Passage) -> list[CorpusText]:
    """Return the other texts of this and the neighbouring issues of the newsletter, earliest first."""
    days = CorpusText.publish_on.between(passage.publish_on - NEIGHBOUR_DAYS, passage.publish_on + NEIGHBOUR_DAYS)
    numbers = CorpusText.issue_number.between(
        passage.issue_number - NEIGHBOUR_ISSUES, passage.issue_number + NEIGHBOUR_ISSUES
    )
    query = (
        select(CorpusText)
        .where(CorpusText.newsletter_id == passage.newsletter_id, CorpusText.withdrawn_at.is_(None), or_(days, numbers))
        .order_by(CorpusText.publish_on, CorpusText.id)
    )
    return [text for text in session.scalars(query) if not are_one_placement(passage, text.passage)]


def find_matches(session: Session, passage: Passage, today: date, skipped: Collection[str] = ()) -> list[Match]:
    """Return what the rules find for a placement, whether it is in the corpus yet or not, most serious first.

    In the same issue every pair counts. Of the neighbouring issues each kind of rule names one: the same destination the
    nearest, the copy the most alike. Findings whose fingerprint is in `skipped` are passed over.
    """
    here: list[Match] = []
    near: dict[str, tuple[tuple[float, int], Match]] = {}
    for text in list_near_texts(session, passage):
        for seen in compare(passage, text.passage):
            match = _match(passage, text, seen, today)
            if match is None or match.fingerprint in skipped:
                continue
            if nearness(passage, text.passage) is Nearness.SAME_ISSUE:
                here.append(match)
                continue
            kind = "copy" if seen.rule in COPY_RULES else seen.rule.value
            rank = (seen.share, -abs((text.publish_on - passage.publish_on).days))
            if kind not in near or rank > near[kind][0]:
                near[kind] = (rank, match)
    found = [*here, *(match for _, match in near.values())]
    return sorted(found, key=lambda match: (match.severity is not Severity.STOPS, list(CheckRule).index(match.rule)))


def _match(passage: Passage, text: CorpusText, seen: Likeness, today: date) -> Match | None:
    other = text.passage
    severity = SEVERITIES[seen.rule, nearness(passage, other)]
    if severity is None:
        return None
    words = tell(seen.rule, passage, other, seen.share, today=today)
    mark = fingerprint(seen.rule, passage, other, _compared(seen.rule, passage, other))
    return Match(seen.rule, severity, words.title, words.sentence, seen.share, mark, text)


def _compared(rule: CheckRule, this: Passage, other: Passage) -> tuple[str, ...]:
    """What a finding rests on: where it changes, the finding is a new one, whatever was waived before."""
    if rule is CheckRule.SAME_SPONSOR:
        return ()
    if rule is CheckRule.SAME_DESTINATION:
        return (this.destination,)
    return tuple(" ".join(normal_words(one.copy)) for one in (this, other))


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
