"""Writes about the corpus: texts go in, are indexed by their words, and come out of comparison."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from sponsorship.checks.models import CopyBand, CorpusText, Finding
from sponsorship.checks.queries import find_text
from sponsorship.checks.rules import CopySource, FindingState, destination_of, signature
from sponsorship.checks.similarity import masked_words, spell
from sponsorship.core.text import clean_line

MOST_LINKS = 1000  # of one issue's own text


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
    index_text(session, text=text)
    return text


def index_text(session: Session, *, text: CorpusText) -> None:
    """Keep a text's words and the bands of their signature, in place of those it had; a text without words has none."""
    words = masked_words(f"{text.heading}\n{text.body}", text.sponsor_name)
    is_indexed = text.words is not None
    text.words = spell(words)
    if is_indexed:
        session.execute(delete(CopyBand).where(CopyBand.text_id == text.id))
    bands = set(signature(words, salt=text.newsletter_id))
    if bands and text.source is not CopySource.EDITORIAL:
        session.execute(insert(CopyBand), [{"band": band, "text_id": text.id} for band in sorted(bands)])
    session.flush()


def index_some(session: Session, *, most: int = 500) -> int:
    """Index texts that came into the corpus before there was an index; return how many."""
    query = select(CorpusText).where(CorpusText.words.is_(None)).order_by(CorpusText.id).limit(most)
    texts = session.scalars(query).all()
    for text in texts:
        index_text(session, text=text)
    return len(texts)


def put_editorial_links(
    session: Session,
    *,
    newsletter_id: int,
    issue_id: int,
    issue_number: int,
    publish_on: date,
    links: Sequence[tuple[str, str]],
    now: datetime,
) -> list[CorpusText]:
    """Put the links of an issue's own text beside its placements, as (words, address), in place of those put before."""
    first = issue_id * MOST_LINKS
    kept = [
        put_text(
            session, newsletter_id=newsletter_id, source=CopySource.EDITORIAL, source_id=first + number,
            issue_number=issue_number, publish_on=publish_on, placement_name="", sponsor_id=None, sponsor_name="",
            heading=clean_line(words)[:200], body="", url=url, now=now,
        )
        for number, (words, url) in enumerate(links[:MOST_LINKS])
    ]  # fmt: skip
    last = first + MOST_LINKS - 1
    query = select(CorpusText.source_id).where(
        CorpusText.source == CopySource.EDITORIAL, CorpusText.source_id.between(first + len(kept), last)
    )
    for source_id in session.scalars(query.where(CorpusText.withdrawn_at.is_(None))).all():
        withdraw_text(session, source=CopySource.EDITORIAL, source_id=source_id, now=now)
    return kept


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
