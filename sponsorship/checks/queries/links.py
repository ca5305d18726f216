"""Reads about links: what came of following them, and which are to be followed now."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.checks.models import LinkCheck


def url_hash(url: str) -> str:
    """Return what a link is found by."""
    return hashlib.sha256(url.encode()).hexdigest()


def link_checks(session: Session, urls: Collection[str]) -> dict[str, LinkCheck]:
    """Return what is known of these links, by link; one that nobody asked about has no entry."""
    marks = {url_hash(url): url for url in urls}
    query = select(LinkCheck).where(LinkCheck.url_hash.in_(marks))
    return {marks[row.url_hash]: row for row in session.scalars(query)}


def list_due_links(session: Session, now: datetime, limit: int = 20) -> list[int]:
    """Return the ids of links that are to be followed, the longest due first."""
    query = select(LinkCheck.id).where(LinkCheck.due_at <= now).order_by(LinkCheck.due_at, LinkCheck.id)
    return list(session.scalars(query.limit(limit)))
