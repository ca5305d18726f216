"""Comparing copy with what runs near it: into the corpus, and out of it again."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.checks.models import Finding
from sponsorship.checks.rules import CopySource
from sponsorship.checks.services import ask_links, find_duplicates, put_text, withdraw_text
from sponsorship.creative.models import Creative
from sponsorship.creative.queries import NO_COPY, current_copy, passage_of, urls_of


def check_copy(session: Session, *, creative: Creative, now: datetime) -> list[Finding]:
    """Compare the latest version with its neighbours anew, have its links followed, and return the findings that are open."""
    passage = passage_of(creative.booking, creative.id, current_copy(creative) or NO_COPY)
    text = put_text(
        session, newsletter_id=passage.newsletter_id, source=passage.source, source_id=passage.source_id,
        issue_number=passage.issue_number, publish_on=passage.publish_on, placement_name=passage.placement_name,
        sponsor_id=passage.sponsor_id, sponsor_name=passage.sponsor_name, heading=passage.heading, body=passage.body,
        url=passage.url, now=now,
    )  # fmt: skip
    ask_links(session, urls=urls_of(current_copy(creative) or NO_COPY), now=now)
    return find_duplicates(session, text=text, now=now)


def withdraw_copy(session: Session, *, creative: Creative, now: datetime) -> None:
    """Take the copy of a booking that is gone out of comparison; its versions stay."""
    withdraw_text(session, source=CopySource.CREATIVE, source_id=creative.id, now=now)
