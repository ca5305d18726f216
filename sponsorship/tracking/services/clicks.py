"""Recording clicks: every hit is kept, with the reason it does not count; sums per hour go along in the same transaction."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.inventory.models import Issue
from sponsorship.tracking.models import SpoolFile, TrackedLink, UserAgent
from sponsorship.tracking.queries import teams_behind
from sponsorship.tracking.rules import Hit, Judged, LinkFacts, Mark, clean_agent, hash_reader, place_of, reason_at_once
from sponsorship.tracking.rules.spool import Record
from sponsorship.tracking.services.judging import NewHit, insert_or, keep_hits, link_facts
from sponsorship.tracking.services.keys import reader_secrets
from sponsorship.tracking.services.robots import is_robot

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def record_clicks(session: Session, *, hits: Sequence[Hit], now: datetime | None = None) -> int:
    """Record hits whose addresses are at hand, and forget these; returns how many.

    Clicks on one issue wait for each other, so that verdicts that look at several do not miss one.
    """
    facts = _lock_links(session, {hit.link_id for hit in hits})
    secrets = reader_secrets(session, {facts[hit.link_id].issue_id for hit in hits}, min(hit.at for hit in hits))
    agents = _agent_ids(session, {clean_agent(hit.user_agent) for hit in hits})
    new = []
    for hit in hits:
        link, agent = facts[hit.link_id], clean_agent(hit.user_agent)
        reader, source = hash_reader(secrets[link.issue_id], link.issue_id, hit.address, agent)
        new.append(_new_hit(link, hit.at, reader, source, place_of(hit.address)[1], hit.marks, agent, agents))
    keep_hits(session, new, facts, now or max(hit.at for hit in hits))
    return len(new)


def record_spooled(session: Session, *, records: Sequence[Record], now: datetime) -> int:
    """Record what web servers spooled; hits on links that are not there any more are left out. Returns how many were kept."""
    facts = _lock_links(session, {record.link_id for record in records})
    records = [record for record in records if record.link_id in facts]
    if not records:
        return 0
    teams = teams_behind(session, {record.session_hash for record in records if record.session_hash})
    newsletters = _newsletters(session, {facts[record.link_id].issue_id for record in records}) if teams else {}
    agents = _agent_ids(session, {record.user_agent for record in records})
    new = []
    for record in records:
        link, at = facts[record.link_id], EPOCH + timedelta(microseconds=record.at)
        marks = record.marks
        if record.session_hash and teams.is_member(record.session_hash, newsletters.get(link.issue_id), at):
            marks |= Mark.TEAM
        new.append(_new_hit(link, at, record.reader, record.source, record.network, marks, record.user_agent, agents))
    keep_hits(session, new, facts, now)
    return len(new)


def note_position(
    session: Session,
    *,
    name: str,
    position: int,
    clicks: int,
    damaged: int,
    lost: int,
    now: datetime,
    is_finished: bool,
) -> None:
    """Remember how far a spool file has been read, in the transaction that keeps its clicks."""
    row = session.get(SpoolFile, name)
    if row is None:
        row = SpoolFile(name=name, position=0, clicks=0, damaged=0, lost=0)
        session.add(row)
    row.position, row.read_at, row.lost = position, now, max(row.lost, lost)
    row.clicks += clicks
    row.damaged += damaged
    row.finished_at = now if is_finished else None
    session.flush()


def _new_hit(
    link: LinkFacts,
    at: datetime,
    reader: str,
    source: str,
    network: str,
    marks: int,
    agent: str,
    agents: dict[str, int],
) -> NewHit:
    at_once = reason_at_once(marks, at, link, is_robot=is_robot(agent))
    return NewHit(Judged(link, at, reader, source, at_once), network, marks, agents.get(agent))


def _lock_links(session: Session, link_ids: Collection[int]) -> dict[int, LinkFacts]:
    """All links of the issues concerned, locked in order of id (on SQLite the transaction's own lock does it)."""
    issues = select(TrackedLink.issue_id).where(TrackedLink.id.in_(link_ids))
    query = select(TrackedLink).where(TrackedLink.issue_id.in_(issues)).order_by(TrackedLink.id)
    return link_facts(session, session.scalars(query.with_for_update()))


def _newsletters(session: Session, issue_ids: Collection[int]) -> dict[int, int]:
    query = select(Issue.id, Issue.newsletter_id).where(Issue.id.in_(issue_ids))
    return {row.id: row.newsletter_id for row in session.execute(query)}


def _agent_ids(session: Session, texts: Collection[str]) -> dict[str, int]:
    """Each user-agent string is kept once; returns its row's id by text, nothing for the empty one."""
    digests = {hashlib.sha256(text.encode(errors="replace")).hexdigest(): text for text in texts if text}
    known = select(UserAgent.digest, UserAgent.id).where(UserAgent.digest.in_(digests))
    ids = dict(session.execute(known).all())
    missing = sorted(set(digests) - set(ids))
    if missing:
        rows = [{"digest": one, "text": digests[one], "is_bot": is_robot(digests[one])} for one in missing]
        session.execute(insert_or(session, UserAgent).on_conflict_do_nothing(), rows)
        ids = dict(session.execute(known).all())
    return {digests[digest]: agent_id for digest, agent_id in ids.items()}
