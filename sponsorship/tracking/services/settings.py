"""Changing how a newsletter's links are made and its clicks kept."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.inventory.models import Issue, Newsletter
from sponsorship.inventory.rules import IssueState
from sponsorship.tracking.models import Click, TrackedLink, TrackingSettings
from sponsorship.tracking.queries import settings_of
from sponsorship.tracking.rules import LinkPosition
from sponsorship.tracking.rules.hosts import HostFault, LinkHostInvalid
from sponsorship.tracking.services.keys import tell_web_servers
from sponsorship.tracking.services.links import make_trap


@dataclass(frozen=True, slots=True)
class TrackingChoice:
    """What a publisher chooses: days, switches, a domain; `count_days` None: clicks count for good."""

    count_days: int | None
    agent_days: int
    prints_trap: bool
    carries_click_id: bool
    link_host: str | None


def change_settings(
    session: Session, *, newsletter: Newsletter, choice: TrackingChoice, home: str, changed_by: str, now: datetime
) -> TrackingSettings:
    """Keep what was chosen; links of issues that have not gone out follow it, those that readers have stay as they are.

    A domain is used once it has been checked; raises LinkHostInvalid where another newsletter has it. A trap leads to `home`.
    """
    kept = settings_of(session, newsletter.id)
    before = {name: getattr(kept, name) for name in asdict(choice)}
    if before == asdict(choice):
        return kept
    if choice.link_host and _is_taken(session, newsletter.id, choice.link_host):
        raise LinkHostInvalid(f"Another newsletter’s links stand on {choice.link_host}.")
    if kept.link_host != choice.link_host:
        kept.link_host_checked_at = kept.link_host_fault = None
    for name, value in asdict(choice).items():
        setattr(kept, name, value)
    session.add(kept)
    session.flush()
    _follow(session, newsletter, choice, home, now)
    record_act(
        session, actor=changed_by, action="tracking_changed", object_type="newsletter", object_id=newsletter.id,
        newsletter_id=newsletter.id, now=now, before=before, after=asdict(choice),
    )  # fmt: skip
    tell_web_servers(session)
    return kept


def _is_taken(session: Session, newsletter_id: int, host: str) -> bool:
    query = select(TrackingSettings.newsletter_id).where(TrackingSettings.link_host == host)
    return session.scalar(query.where(TrackingSettings.newsletter_id != newsletter_id)) is not None


def _follow(session: Session, newsletter: Newsletter, choice: TrackingChoice, home: str, now: datetime) -> None:
    """Let the links of issues to come be what was chosen."""
    query = (
        select(TrackedLink, Issue)
        .join(Issue, Issue.id == TrackedLink.issue_id)
        .where(Issue.newsletter_id == newsletter.id, Issue.state != IssueState.SENT, Issue.publish_at > now)
        .order_by(TrackedLink.id)
    )
    issues: dict[int, Issue] = {}
    traps: list[int] = []
    for link, issue in session.execute(query):
        issues[issue.id] = issue
        if link.position is LinkPosition.TRAP:
            traps.append(link.id)
            continue
        link.counts_until = issue.publish_at + timedelta(days=choice.count_days) if choice.count_days else None
        link.carries_click_id = choice.carries_click_id
    session.flush()
    if choice.prints_trap:
        for issue in issues.values():
            make_trap(session, issue=issue, destination=home, now=now)
    elif traps:
        followed = select(Click.link_id).where(Click.link_id.in_(traps))
        gone: Any = delete(TrackedLink).where(TrackedLink.id.in_(traps), TrackedLink.id.not_in(followed))
        session.execute(gone)


def note_host_check(
    session: Session, *, newsletter_id: int, host: str, fault: HostFault | None, desk: str, now: datetime
) -> bool:
    """Keep what a domain's check found, if it is still the one chosen; True where links stand on it from now on."""
    kept = session.get(TrackingSettings, newsletter_id)
    if kept is None or kept.link_host != host:
        return False
    kept.link_host_checked_at = None if fault else now
    kept.link_host_fault = fault.sentence(host, desk) if fault else None
    session.flush()
    return fault is None
