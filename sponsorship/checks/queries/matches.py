"""What the rules find between a placement and the corpus, whether it is written down or not."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from sponsorship.checks.models import CorpusText
from sponsorship.checks.queries.corpus import find_alike, get_policy, list_near_texts, list_texts, list_texts_with_link
from sponsorship.checks.rules import (
    COPY_RULES,
    SEVERITIES,
    CheckRule,
    Nearness,
    Passage,
    Policy,
    Severity,
    fingerprint,
    nearness,
    tell,
)
from sponsorship.checks.similarity import Likeness, compare, normal_words


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


def find_matches(session: Session, passage: Passage, today: date, skipped: Collection[str] = ()) -> list[Match]:
    """Return what the rules find for a placement, whether it is in the corpus yet or not, most serious first.

    In the same issue every pair counts. Of other issues each kind of rule names one: for the copy the most alike, else
    the nearest. Findings whose fingerprint is in `skipped` are passed over, rules that the newsletter switched off find nothing.
    """
    policy = get_policy(session, passage.newsletter_id)
    texts, alike = _texts_to_compare(session, passage, policy)
    here: list[Match] = []
    elsewhere: dict[str, tuple[tuple[bool, float, int], Match]] = {}
    for text in texts:
        other = text.passage
        for seen in compare(passage, other, alike.get(text.id, 0.0), policy):
            place = nearness(passage, other, policy[seen.rule].issues, policy[seen.rule].days)
            severity = SEVERITIES[seen.rule, place] if policy[seen.rule].is_on else None
            if severity is None:
                continue
            match = _match(passage, text, seen, severity, today)
            if match.fingerprint in skipped:
                continue
            if place is Nearness.SAME_ISSUE:
                here.append(match)
                continue
            kind = "copy" if seen.rule in COPY_RULES else seen.rule.value
            distance = abs((text.publish_on - passage.publish_on).days)
            rank = (place is Nearness.NEIGHBOUR, seen.share, -distance)
            if kind not in elsewhere or rank > elsewhere[kind][0]:
                elsewhere[kind] = (rank, match)
    found = [*here, *(match for _, match in elsewhere.values())]
    return sorted(found, key=lambda match: (match.severity is not Severity.STOPS, list(CheckRule).index(match.rule)))


def _texts_to_compare(session: Session, passage: Passage, policy: Policy) -> tuple[list[CorpusText], dict[int, float]]:
    """The texts near by, those with the same link and those with much the same words, with how alike their words are."""
    near = list_near_texts(session, passage, dict(policy))
    linked = list_texts_with_link(session, passage) if policy[CheckRule.OLD_LINK].is_on else []
    known = {text.id: text for text in [*near, *linked]}
    alike = find_alike(session, passage, {text.id: text.words for text in known.values() if text.words})
    least = policy[CheckRule.OTHERS_COPY].likeness / 100
    others = [text_id for text_id, score in alike.items() if score >= least and text_id not in known]
    known |= {text.id: text for text in list_texts(session, passage, others)}
    return sorted(known.values(), key=lambda text: (text.publish_on, text.id)), alike


def _match(passage: Passage, text: CorpusText, seen: Likeness, severity: Severity, today: date) -> Match:
    other = text.passage
    words = tell(seen.rule, passage, other, seen.share, today=today)
    mark = fingerprint(seen.rule, passage, other, _compared(seen.rule, passage, other))
    return Match(seen.rule, severity, words.title, words.sentence, seen.share, mark, text)


def _compared(rule: CheckRule, this: Passage, other: Passage) -> tuple[str, ...]:
    """What a finding rests on: where it changes, the finding is a new one, whatever was waived before."""
    if rule in (CheckRule.SAME_SPONSOR, CheckRule.SAME_SLOT):
        return ()
    if rule in (CheckRule.SAME_DESTINATION, CheckRule.EDITORIAL_LINK):
        return (other.destination,)
    if rule is CheckRule.OLD_LINK:
        return (this.url, " ".join(normal_words(this.copy)))
    return tuple(" ".join(normal_words(one.copy)) for one in (this, other))
