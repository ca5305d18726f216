"""Writes about links: they are asked about, claimed by a worker, and what came of it is kept."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.checks.models import LinkCheck
from sponsorship.checks.queries import link_checks, url_hash
from sponsorship.checks.rules import LinkVerdict, Probe
from sponsorship.core import outbox
from sponsorship.core.urls import is_web_url

CLAIM = timedelta(minutes=5)  # a worker that was killed while it followed a link lets it go after that
AGAIN = timedelta(minutes=30)  # what could not be reached, or failed on its own, is tried again
TRANSIENT = (LinkVerdict.UNREACHABLE, LinkVerdict.FAILING)


def ask_links(
    session: Session, *, urls: Collection[str], now: datetime, since: datetime | None = None
) -> list[LinkCheck]:
    """Have links followed soon, unless they were since `since` (by default: ever); returns those that will be."""
    wanted = [url for url in dict.fromkeys(urls) if is_web_url(url)]
    known, asked = link_checks(session, wanted), []
    for url in wanted:
        row = known.get(url)
        if row is None:
            row = LinkCheck(url_hash=url_hash(url), url=url, verdict=LinkVerdict.WAITING, final_url="", due_at=now)
            session.add(row)
            asked.append(row)
        elif row.checked_at is None or (since is not None and row.checked_at < since):
            row.due_at = row.due_at or now
            asked.append(row)
    session.flush()
    return asked


def claim_link(session: Session, *, check_id: int, now: datetime) -> str | None:
    """Take a link that is due for this worker, and return it; None where another worker has it."""
    query = select(LinkCheck).where(LinkCheck.id == check_id, LinkCheck.due_at <= now)
    row = session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    row.due_at = now + CLAIM
    session.flush()
    return row.url


def record_probe(session: Session, *, url: str, probe: Probe, now: datetime) -> LinkCheck:
    """Keep what came of following a link; what is likely to pass is tried once more in half an hour.

    Publishes "link.turned" where it was fine before and is not now, or the other way round.
    """
    row = link_checks(session, [url]).get(url)
    if row is None:
        row = LinkCheck(url_hash=url_hash(url), url=url, verdict=LinkVerdict.WAITING, final_url="")
        session.add(row)
    before = row.verdict
    row.verdict, row.status, row.final_url = probe.verdict, probe.status, probe.final_url[:2000]
    row.hops, row.detail, row.checked_at = probe.hops, probe.detail[:255], now
    is_first_failure = probe.verdict in TRANSIENT and before is not probe.verdict
    row.due_at = now + AGAIN if is_first_failure else None
    session.flush()
    if before is not probe.verdict:
        outbox.publish(session, "link.turned", now=now, check_id=row.id, before=before.value, after=probe.verdict.value)
    return row
