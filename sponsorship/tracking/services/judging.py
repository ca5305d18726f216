"""Keeping hits with their verdicts: in whatever order they come, the clicks and sums are what judging all at once would give."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from sponsorship.core.db import Base
from sponsorship.inventory.models import Issue
from sponsorship.tracking.models import Click, ClickHour, ClickHourExclusion, ClickRulesUsed, TrackedLink
from sponsorship.tracking.queries.sums import sums_of_clicks
from sponsorship.tracking.rules import (
    AT_ONCE,
    BURST_SECONDS,
    NO_BURST,
    RULES_VERSION,
    Before,
    ExclusionReason,
    Judged,
    LinkFacts,
    burst_seconds,
    judge,
    second_of,
)

REACH = timedelta(seconds=BURST_SECONDS)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Part = tuple[int, str]  # an issue and a network: hits of different parts have nothing to do with each other


@dataclass(slots=True)
class NewHit:
    """A hit on its way into the database: what is kept of it, and what it is judged by."""

    judged: Judged
    network: str
    marks: int
    user_agent_id: int | None


def link_facts(session: Session, links: Iterable[TrackedLink]) -> dict[int, LinkFacts]:
    """Return what judging needs of some links."""
    found = list(links)
    query = select(Issue.id, Issue.publish_at, Issue.sent_at).where(Issue.id.in_({link.issue_id for link in found}))
    ran_at = {row.id: min(row.publish_at, row.sent_at or row.publish_at) for row in session.execute(query)}
    return {
        link.id: LinkFacts(
            link.id, link.issue_id, link.booking_id, link.position, ran_at[link.issue_id], link.counts_until
        )
        for link in found
    }


def keep_hits(session: Session, hits: Sequence[NewHit], facts: dict[int, LinkFacts], now: datetime) -> None:
    """Judge new hits among those that are kept already, and keep them; earlier ones are judged again where it matters.

    `facts` has all links of the issues concerned; the caller holds their lock.
    """
    parts: dict[Part, list[NewHit]] = {}
    for hit in hits:
        parts.setdefault((hit.judged.link.issue_id, hit.network), []).append(hit)
    kept = _kept_seconds(session, parts, facts)
    starts, bursts = _starts(parts, kept)
    _reach_back_for_traps(session, parts, starts, facts)
    again = _hits_since(session, starts, facts)
    everyone = [*(hit.judged for hit in hits), *(hit for old in again.values() for hit in old)]
    before = _before(session, starts, everyone, facts)
    changes: list[tuple[Judged, ExclusionReason | None, bool]] = []
    for part, new in parts.items():
        old = again.get(part, [])
        was = [(hit, hit.reason, hit.is_unique) for hit in old]
        judge(_in_order([*(hit.judged for hit in new), *old]), bursts[part], before[part[0]])
        changes.extend(one for one in was if one[1:] != (one[0].reason, one[0].is_unique))
    session.execute(insert(Click), [_row(hit) for hit in hits])
    _store_verdicts(session, [hit for hit, _, _ in changes])
    _add_to_sums(session, [hit.judged for hit in hits], changes)
    note_rules(session, {issue_id for issue_id, _ in parts}, now)


def judge_all(hits: Sequence[tuple[str, Judged]]) -> None:
    """Judge all hits of an issue from nothing; each comes with its network."""
    parts: dict[str, list[Judged]] = {}
    for network, hit in hits:
        parts.setdefault(network, []).append(hit)
    for part in parts.values():
        judge(_in_order(part), burst_seconds(_pairs(part)), Before())


def _in_order(hits: Sequence[Judged]) -> list[Judged]:
    """By time; of hits in the same microsecond the order is by what they are, never by when they were kept."""
    return sorted(hits, key=lambda hit: (hit.at, hit.reader, hit.link.link_id, hit.at_once or ""))


def _pairs(hits: Iterable[Judged]) -> set[tuple[int, int | None]]:
    return {(second_of(hit.at), hit.link.booking_id) for hit in hits if hit.at_once not in NO_BURST}


def _kept_seconds(
    session: Session, parts: dict[Part, list[NewHit]], facts: dict[int, LinkFacts]
) -> dict[Part, set[tuple[int, int | None]]]:
    """The seconds in which the networks at hand hit which bookings, from twenty seconds before their first new hit on."""
    first = min(hit.judged.at for new in parts.values() for hit in new)
    second = func.substr(Click.at, 1, 19) if _is_sqlite(session) else func.date_trunc("second", Click.at)
    query = (
        select(Click.network, Click.link_id, func.min(Click.at).label("at"))
        .where(
            Click.network.in_({network for _, network in parts}),
            Click.link_id.in_(facts),
            Click.at >= first - 2 * REACH,
            or_(Click.reason.is_(None), Click.reason.not_in(NO_BURST)),
        )
        .group_by(Click.network, Click.link_id, second)
    )
    found: dict[Part, set[tuple[int, int | None]]] = {part: set() for part in parts}
    for row in session.execute(query):
        link = facts[row.link_id]
        if (part := found.get((link.issue_id, row.network))) is not None:
            part.add((second_of(row.at), link.booking_id))
    return found


def _starts(
    parts: dict[Part, list[NewHit]], kept: dict[Part, set[tuple[int, int | None]]]
) -> tuple[dict[Part, datetime], dict[Part, set[int]]]:
    """From when on each part is judged: its first new hit, or an earlier second that the new hits make part of a burst."""
    starts, bursts = {}, {}
    for part, new in parts.items():
        judged = [hit.judged for hit in new]
        start = min(hit.at for hit in judged)
        bursts[part] = burst_seconds(kept[part] | _pairs(judged))
        hit_seconds = {second for second, _ in kept[part]}
        turned = (bursts[part] - burst_seconds(kept[part])) & hit_seconds
        reached = {second for second in turned if second >= second_of(start) - BURST_SECONDS}
        starts[part] = min(start, EPOCH + timedelta(seconds=min(reached))) if reached else start
    return starts, bursts


def _reach_back_for_traps(
    session: Session, parts: dict[Part, list[NewHit]], starts: dict[Part, datetime], facts: dict[int, LinkFacts]
) -> None:
    """A reader who has followed a trap was a program before as well: judge from its first hit on."""
    for part, new in parts.items():
        readers = {hit.judged.reader for hit in new if hit.judged.link.is_trap}
        if readers:
            links = [link.link_id for link in facts.values() if link.issue_id == part[0]]
            earliest = select(func.min(Click.at)).where(
                Click.network == part[1], Click.reader.in_(readers), Click.link_id.in_(links)
            )
            starts[part] = min(starts[part], session.scalar(earliest) or starts[part])


def _hits_since(
    session: Session, starts: dict[Part, datetime], facts: dict[int, LinkFacts]
) -> dict[Part, list[Judged]]:
    """The kept hits from each part's start on: as a rule there are none."""
    query = select(
        Click.id, Click.link_id, Click.network, Click.at, Click.reader, Click.source, Click.reason, Click.is_unique
    ).where(
        Click.network.in_({network for _, network in starts}),
        Click.link_id.in_(facts),
        Click.at >= min(starts.values()),
    )
    found: dict[Part, list[Judged]] = {}
    for row in session.execute(query):
        link = facts[row.link_id]
        part = (link.issue_id, row.network)
        if part in starts and row.at >= starts[part]:
            at_once = row.reason if row.reason in AT_ONCE else None
            found.setdefault(part, []).append(
                Judged(link, row.at, row.reader, row.source, at_once, row.id, row.reason, row.is_unique)
            )
    return found


def _before(
    session: Session, starts: dict[Part, datetime], hits: Sequence[Judged], facts: dict[int, LinkFacts]
) -> dict[int, Before]:
    """What counted, by issue, before its network's start from the addresses at hand, and which readers ever followed a trap.

    Hashes are made with the issue's key, so that no two networks or issues share one.
    """
    found = {issue_id: Before() for issue_id, _ in starts}
    query = (
        select(Click.link_id, Click.reader, Click.source, Click.network, Click.at)
        .where(Click.source.in_({hit.source for hit in hits}), Click.reason.is_(None), Click.link_id.in_(facts))
        .order_by(Click.at)
    )
    for row in session.execute(query):
        link = facts[row.link_id]
        start = starts.get((link.issue_id, row.network))
        if start is not None and row.at < start:
            found[link.issue_id].note(link, row.reader, row.source, row.at)
    traps = {link.link_id: link.issue_id for link in facts.values() if link.is_trap}
    if traps:
        followed = select(Click.link_id, Click.reader).where(
            Click.link_id.in_(traps), Click.reader.in_({hit.reader for hit in hits})
        )
        for link_id, reader in session.execute(followed):
            found[traps[link_id]].trapped.add(reader)
    return found


def _row(hit: NewHit) -> dict[str, Any]:
    judged = hit.judged
    return {
        "link_id": judged.link.link_id, "at": judged.at, "reader": judged.reader, "source": judged.source,
        "network": hit.network, "marks": hit.marks, "user_agent_id": hit.user_agent_id, "reason": judged.reason,
        "rules_version": RULES_VERSION, "is_unique": judged.is_unique,
    }  # fmt: skip


def _store_verdicts(session: Session, hits: Sequence[Judged]) -> None:
    if hits:
        rows = [
            {"id": hit.click_id, "reason": hit.reason, "is_unique": hit.is_unique, "rules_version": RULES_VERSION}
            for hit in hits
        ]
        session.execute(update(Click), rows)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _add_to_sums(
    session: Session, new: Sequence[Judged], changes: Sequence[tuple[Judged, ExclusionReason | None, bool]]
) -> None:
    """Add what came and what changed to the hours' sums: only the hours of the links at hand are written."""
    sums: Counter[tuple[int, datetime, str]] = Counter()
    for hit in new:
        key = hit.link.link_id, _hour(hit.at)
        sums[(*key, "hits")] += 1
        _count(sums, key, hit.reason, hit.is_unique, 1)
    for hit, reason, was_unique in changes:
        key = hit.link.link_id, _hour(hit.at)
        _count(sums, key, reason, was_unique, -1)
        _count(sums, key, hit.reason, hit.is_unique, 1)
    hours: dict[tuple[int, datetime], dict[str, int]] = {}
    reasons: list[dict[str, Any]] = []
    for (link_id, hour, name), count in sorted(sums.items()):
        if name in ("hits", "human", "unique"):
            hours.setdefault((link_id, hour), {"hits": 0, "human": 0, "unique": 0})[name] = count
        elif count:
            reasons.append({"link_id": link_id, "hour": hour, "reason": ExclusionReason(name), "hits": count})
    _grow(session, ClickHour, [{"link_id": i, "hour": hour, **counts} for (i, hour), counts in hours.items()])
    _grow(session, ClickHourExclusion, reasons)
    if changes:
        links = {hit.link.link_id for hit, _, _ in changes}
        empty = and_(ClickHourExclusion.link_id.in_(links), ClickHourExclusion.hits == 0)
        session.execute(delete(ClickHourExclusion).where(empty))


def _count(
    sums: Counter[tuple[int, datetime, str]],
    key: tuple[int, datetime],
    reason: ExclusionReason | None,
    is_unique: bool,
    by: int,
) -> None:
    sums[(*key, "human" if reason is None else reason.value)] += by
    if is_unique:
        sums[(*key, "unique")] += by


def _grow(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        upsert = insert_or(session, model)
        keys = [column.name for column in model.__table__.primary_key]
        grown = {name: model.__table__.c[name] + upsert.excluded[name] for name in rows[0] if name not in keys}
        session.execute(upsert.on_conflict_do_update(index_elements=keys, set_=grown), rows)


def rebuild_sums(session: Session, link_ids: Collection[int]) -> None:
    """Make the hours' sums of some links anew from their clicks."""
    for model in (ClickHour, ClickHourExclusion):
        session.execute(delete(model).where(model.link_id.in_(link_ids)))
    sums = sums_of_clicks(session, link_ids)
    rows = [
        {"link_id": link_id, "hour": hour, "hits": hits, "human": human, "unique": unique}
        for (link_id, hour), (hits, human, unique) in sorted(sums.hours.items())
    ]
    if rows:
        session.execute(insert(ClickHour), rows)
    excluded = [{"link_id": i, "hour": h, "reason": why, "hits": n} for (i, h, why), n in sorted(sums.reasons.items())]
    if excluded:
        session.execute(insert(ClickHourExclusion), excluded)


def note_rules(session: Session, issue_ids: Collection[int], now: datetime) -> None:
    """Remember that clicks of these issues were judged by the rules as they are now."""
    rows = [{"issue_id": one, "rules_version": RULES_VERSION, "since": now} for one in sorted(issue_ids)]
    session.execute(insert_or(session, ClickRulesUsed).on_conflict_do_nothing(), rows)


def insert_or(session: Session, model: type[Base]) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the database at hand."""
    return sqlite.insert(model) if _is_sqlite(session) else postgresql.insert(model)


def _is_sqlite(session: Session) -> bool:
    return session.connection().dialect.name == "sqlite"
