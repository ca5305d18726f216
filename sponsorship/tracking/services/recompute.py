"""Judging an issue's clicks anew, by the rules as they are now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.inventory.models import Issue
from sponsorship.tracking.models import Click, ClickRulesUsed, TrackedLink, UserAgent
from sponsorship.tracking.rules import FORGOTTEN, RULES_VERSION, Judged, reason_at_once
from sponsorship.tracking.services.judging import judge_all, link_facts, note_rules, rebuild_sums
from sponsorship.tracking.services.robots import is_robot


@dataclass(frozen=True, slots=True)
class Recomputed:
    """How many clicks of an issue were judged, how many have another verdict now, and how many are past retention."""

    judged: int
    changed: int
    forgotten: int


def recompute_issue(session: Session, *, issue: Issue, recomputed_by: str, now: datetime) -> Recomputed:
    """Judge all clicks of one issue anew, and make its hours' sums from them; no other issue's rows are written.

    Clicks past retention keep their verdict: with what browser they came is no longer known.
    """
    query = select(TrackedLink).where(TrackedLink.issue_id == issue.id).order_by(TrackedLink.id)
    facts = link_facts(session, session.scalars(query.with_for_update()))
    rows = session.execute(
        select(
            Click.id, Click.link_id, Click.at, Click.reader, Click.source, Click.network, Click.marks, Click.reason,
            Click.is_unique, UserAgent.text,
        )
        .outerjoin(UserAgent, UserAgent.id == Click.user_agent_id)
        .where(Click.link_id.in_(facts))
    ).all()  # fmt: skip
    hits: list[tuple[str, Judged]] = []
    for row in rows:
        if row.network != FORGOTTEN:
            link = facts[row.link_id]
            at_once = reason_at_once(row.marks, row.at, link, is_robot=is_robot(row.text or ""))
            hits.append((row.network, Judged(link, row.at, row.reader, row.source, at_once, row.id)))
    judge_all(hits)
    was = {row.id: (row.reason, row.is_unique) for row in rows}
    changed = [hit for _, hit in hits if was[hit.click_id or 0] != (hit.reason, hit.is_unique)]
    if changed:
        verdicts = [{"id": hit.click_id, "reason": hit.reason, "is_unique": hit.is_unique} for hit in changed]
        session.execute(update(Click), verdicts)
    judged_anew = Click.link_id.in_(facts) & (Click.network != FORGOTTEN)
    session.execute(update(Click).where(judged_anew).values(rules_version=RULES_VERSION))
    rebuild_sums(session, list(facts))
    _note(session, issue, recomputed_by, len(changed), now, keeps_old=len(hits) < len(rows))
    return Recomputed(len(hits), len(changed), len(rows) - len(hits))


def _note(session: Session, issue: Issue, recomputed_by: str, changed: int, now: datetime, *, keeps_old: bool) -> None:
    before = list(session.scalars(select(ClickRulesUsed.rules_version).where(ClickRulesUsed.issue_id == issue.id)))
    if not keeps_old:
        session.execute(delete(ClickRulesUsed).where(ClickRulesUsed.issue_id == issue.id))
    note_rules(session, [issue.id], now)
    record_act(
        session, actor=recomputed_by, action="clicks_recomputed", object_type="issue", object_id=issue.id,
        newsletter_id=issue.newsletter_id, now=now, before={"rules": sorted(before)},
        after={"rules": RULES_VERSION, "changed": changed},
    )  # fmt: skip
