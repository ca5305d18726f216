"""Recording clicks: every hit is kept, with the reason it does not count; sums per hour go along in the same transaction."""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from sponsorship.core.db import Base
from sponsorship.inventory.models import Issue
from sponsorship.tracking.models import Click, ClickHour, ReaderKey, TrackedLink, UserAgent
from sponsorship.tracking.rules import (
    LATE_KEY_LIVES,
    READERS_KNOWN,
    RULES_VERSION,
    ExclusionReason,
    Hit,
    clean_agent,
    hash_reader,
    is_repeat,
    network_of,
    reason_at_once,
)
from sponsorship.tracking.services.robots import is_robot

SECRET_BYTES = 32


def record_click(
    session: Session,
    *,
    link: TrackedLink,
    address: str,
    user_agent: str,
    now: datetime,
    method: str = "GET",
    purposes: tuple[str, ...] = (),
    is_team: bool = False,
) -> Click:
    """Record one hit on a link; the address is cut to its network and otherwise forgotten."""
    hit = Hit(
        link_id=link.id,
        at=now,
        address=address,
        user_agent=user_agent,
        method=method,
        purposes=purposes,
        is_team=is_team,
    )
    return record_clicks(session, hits=[hit])[0]


def record_clicks(session: Session, *, hits: Sequence[Hit]) -> list[Click]:
    """Record hits in order of time and return them as kept; some thousands at once cost few queries.

    Clicks on one booking wait for each other, head and foot alike, so that a reader is unique once whoever comes first.
    """
    hits = sorted(hits, key=lambda hit: hit.at)
    links = _lock_links(session, {hit.link_id for hit in hits})
    published = _publication_times(session, {link.issue_id for link in links.values()})
    keys = _reader_secrets(session, links, hits)
    agents = _agent_ids(session, {clean_agent(hit.user_agent) for hit in hits})
    readers = [hash_reader(keys[links[hit.link_id].issue_id], hit.address, clean_agent(hit.user_agent)) for hit in hits]
    seen = _recall(session, links, set(readers))
    clicks = [
        _judge(hit, reader, links[hit.link_id], published[links[hit.link_id].issue_id], seen, agents)
        for hit, reader in zip(hits, readers, strict=True)
    ]
    session.add_all(clicks)
    session.flush()
    _add_to_hours(session, clicks)
    return clicks


@dataclass(slots=True)
class _Seen:
    """What is known of the readers at hand: when each last counted on each link, and whom a booking has counted already."""

    counted_at: dict[tuple[int, str], datetime] = field(default_factory=dict)
    of_booking: set[tuple[int, str]] = field(default_factory=set)

    def note(self, link: TrackedLink, reader: str, at: datetime) -> None:
        """Remember a click that counted."""
        before = self.counted_at.get((link.id, reader))
        self.counted_at[link.id, reader] = at if before is None else max(at, before)
        self.of_booking.add((link.booking_id, reader))


def _judge(
    hit: Hit, reader: str, link: TrackedLink, published_at: datetime, seen: _Seen, agents: dict[str, int]
) -> Click:
    agent = clean_agent(hit.user_agent)
    reason = reason_at_once(hit, is_robot=is_robot(agent), published_at=published_at)
    if reason is None and is_repeat(hit.at, seen.counted_at.get((link.id, reader))):
        reason = ExclusionReason.REPEAT
    is_new = reason is None and (link.booking_id, reader) not in seen.of_booking
    if reason is None:
        seen.note(link, reader, hit.at)
    return Click(
        link_id=link.id, at=hit.at, reader=reader, network=network_of(hit.address), user_agent_id=agents.get(agent),
        reason=reason, rules_version=RULES_VERSION, is_unique=is_new and hit.at < published_at + READERS_KNOWN,
    )  # fmt: skip


def _lock_links(session: Session, link_ids: Collection[int]) -> dict[int, TrackedLink]:
    """All links of the bookings concerned, locked in order of id (on SQLite the transaction's own lock does it)."""
    bookings = select(TrackedLink.booking_id).where(TrackedLink.id.in_(link_ids))
    query = select(TrackedLink).where(TrackedLink.booking_id.in_(bookings)).order_by(TrackedLink.id)
    return {link.id: link for link in session.scalars(query.with_for_update())}


def _publication_times(session: Session, issue_ids: Collection[int]) -> dict[int, datetime]:
    """When each issue went or goes out: as planned, or earlier where it was sent earlier."""
    query = select(Issue.id, Issue.publish_at, Issue.sent_at).where(Issue.id.in_(issue_ids))
    return {row.id: min(row.publish_at, row.sent_at or row.publish_at) for row in session.execute(query)}


def _reader_secrets(session: Session, links: dict[int, TrackedLink], hits: Iterable[Hit]) -> dict[int, bytes]:
    first_hit: dict[int, datetime] = {}
    for hit in hits:
        first_hit.setdefault(links[hit.link_id].issue_id, hit.at)
    known = select(ReaderKey.issue_id, ReaderKey.secret).where(ReaderKey.issue_id.in_(first_hit))
    keys = dict(session.execute(known).all())
    missing = sorted(set(first_hit) - set(keys))
    if missing:
        rows = [
            {"issue_id": i, "secret": secrets.token_bytes(SECRET_BYTES), "created_at": first_hit[i]} for i in missing
        ]
        session.execute(_insert(session, ReaderKey).on_conflict_do_nothing(), rows)
        keys = dict(session.execute(known).all())
    return keys


def _agent_ids(session: Session, texts: Collection[str]) -> dict[str, int]:
    """Each user-agent string is kept once; returns its row's id by text, nothing for the empty one."""
    digests = {hashlib.sha256(text.encode()).hexdigest(): text for text in texts if text}
    known = select(UserAgent.digest, UserAgent.id).where(UserAgent.digest.in_(digests))
    ids = dict(session.execute(known).all())
    missing = sorted(set(digests) - set(ids))
    if missing:
        rows = [{"digest": one, "text": digests[one], "is_bot": is_robot(digests[one])} for one in missing]
        session.execute(_insert(session, UserAgent).on_conflict_do_nothing(), rows)
        ids = dict(session.execute(known).all())
    return {digests[digest]: agent_id for digest, agent_id in ids.items()}


def _recall(session: Session, links: dict[int, TrackedLink], readers: Collection[str]) -> _Seen:
    """What these readers did before on these bookings' links: one row for each reader and link."""
    query = (
        select(Click.link_id, Click.reader, func.max(Click.at).label("at"))
        .where(Click.link_id.in_(links), Click.reader.in_(readers), Click.reason.is_(None))
        .group_by(Click.link_id, Click.reader)
    )
    seen = _Seen()
    for row in session.execute(query):
        seen.note(links[row.link_id], row.reader, row.at)
    return seen


def _add_to_hours(session: Session, clicks: Iterable[Click]) -> None:
    sums: dict[tuple[int, datetime], list[int]] = {}
    for click in clicks:
        hour = click.at.replace(minute=0, second=0, microsecond=0)
        added = sums.setdefault((click.link_id, hour), [0, 0, 0])
        for place, counts in enumerate((True, click.reason is None, click.is_unique)):
            added[place] += counts
    rows = [
        {"link_id": link_id, "hour": hour, "hits": hits, "human": human, "unique": unique}
        for (link_id, hour), (hits, human, unique) in sorted(sums.items())
    ]
    upsert = _insert(session, ClickHour)
    grown = {name: ClickHour.__table__.c[name] + upsert.excluded[name] for name in ("hits", "human", "unique")}
    session.execute(upsert.on_conflict_do_update(index_elements=["link_id", "hour"], set_=grown), rows)


def _insert(session: Session, model: type[Base]) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the database at hand."""
    is_postgresql = session.connection().dialect.name == "postgresql"
    return postgresql.insert(model) if is_postgresql else sqlite.insert(model)


def forget_readers(session: Session, *, now: datetime) -> int:
    """Delete the secrets of issues that went out 14 days ago, and a later click's after a day; returns how many."""
    went_out = func.coalesce(Issue.sent_at, Issue.publish_at)
    query = (
        select(ReaderKey.issue_id, ReaderKey.created_at, went_out.label("went_out"))
        .join(Issue, Issue.id == ReaderKey.issue_id)
        .where(went_out <= now - READERS_KNOWN)
    )
    old = [
        row.issue_id
        for row in session.execute(query)
        if row.created_at < row.went_out + READERS_KNOWN or row.created_at <= now - LATE_KEY_LIVES
    ]
    session.execute(delete(ReaderKey).where(ReaderKey.issue_id.in_(old)))
    return len(old)
