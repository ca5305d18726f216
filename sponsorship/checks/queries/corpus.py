"""Reads about the corpus: the text of a placement, what stands near it, what is like it anywhere, a newsletter's rules."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from sponsorship.checks.models import CheckSetting, CopyBand, CorpusText
from sponsorship.checks.rules import (
    WINDOW_RULES,
    CheckRule,
    CopySource,
    Passage,
    RuleSetting,
    are_one_placement,
    policy_of,
    signature,
)
from sponsorship.checks.similarity import masked_words, rank_alike, spell

MOST_CANDIDATES = 200


def get_policy(session: Session, newsletter_id: int) -> dict[CheckRule, RuleSetting]:
    """Return how a newsletter wants each rule, defaults included."""
    rows = session.scalars(select(CheckSetting).where(CheckSetting.newsletter_id == newsletter_id))
    return policy_of({row.rule: RuleSetting(row.is_on, row.issues, row.days, row.likeness) for row in rows})


def find_text(session: Session, source: CopySource, source_id: int) -> CorpusText | None:
    """Return the corpus's text of a creative or an archived placement, or None."""
    query = select(CorpusText).where(CorpusText.source == source, CorpusText.source_id == source_id)
    return session.scalars(query).one_or_none()


def list_near_texts(session: Session, passage: Passage, policy: dict[CheckRule, RuleSetting]) -> list[CorpusText]:
    """Return the other texts of this and the neighbouring issues of the newsletter, earliest first."""
    widest = [policy[rule] for rule in WINDOW_RULES if policy[rule].is_on]
    issues, days = max((one.issues for one in widest), default=0), max((one.days for one in widest), default=0)
    on = CorpusText.publish_on.between(passage.publish_on - timedelta(days), passage.publish_on + timedelta(days))
    numbers = CorpusText.issue_number.between(passage.issue_number - issues, passage.issue_number + issues)
    return _others(session, passage, or_(on, numbers))


def list_texts_with_link(session: Session, passage: Passage) -> list[CorpusText]:
    """Return the other texts of the newsletter with the same destination, however long ago, earliest first."""
    return _others(session, passage, CorpusText.destination == passage.destination) if passage.destination else []


def list_texts(session: Session, passage: Passage, ids: Collection[int]) -> list[CorpusText]:
    """Return the other texts among these, earliest first."""
    return _others(session, passage, CorpusText.id.in_(ids)) if ids else []


def find_alike(session: Session, passage: Passage, beside: Mapping[int, str]) -> dict[int, float]:
    """Return by id how alike the newsletter's texts are, 0 to 1: those that share a band with it, and those in `beside`.

    `beside` gives texts that are compared in any case, their words by id. One indexed query, however large the archive.
    """
    words = masked_words(passage.copy, passage.sponsor_name)
    bands = signature(words, salt=passage.newsletter_id)
    if not bands:
        return {}
    shared = (
        select(CopyBand.text_id)
        .where(CopyBand.band.in_(bands))
        .group_by(CopyBand.text_id)
        .order_by(func.count().desc(), CopyBand.text_id.desc())
        .limit(MOST_CANDIDATES)
        .subquery()
    )
    query = select(CorpusText.id, CorpusText.words).join(shared, CorpusText.id == shared.c.text_id)
    found = {row.id: row.words for row in session.execute(query.where(CorpusText.withdrawn_at.is_(None)))}
    return rank_alike(spell(words), {**beside, **found})


def list_copy_of_issue(session: Session, newsletter_id: int, publish_on: date) -> list[CorpusText]:
    """Return the sponsors' copy of one issue, handed in and not withdrawn."""
    query = select(CorpusText).where(
        CorpusText.newsletter_id == newsletter_id, CorpusText.publish_on == publish_on,
        CorpusText.source == CopySource.CREATIVE, CorpusText.withdrawn_at.is_(None),
    )  # fmt: skip
    return list(session.scalars(query.order_by(CorpusText.id)))


def _others(session: Session, passage: Passage, condition: ColumnElement[bool]) -> list[CorpusText]:
    query = (
        select(CorpusText)
        .where(CorpusText.newsletter_id == passage.newsletter_id, CorpusText.withdrawn_at.is_(None), condition)
        .order_by(CorpusText.publish_on, CorpusText.id)
    )
    return [text for text in session.scalars(query) if not are_one_placement(passage, text.passage)]
