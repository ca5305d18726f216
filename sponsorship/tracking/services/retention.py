"""Forgetting with what browser and from which network somebody clicked, once a newsletter's retention is over."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from sponsorship.inventory.models import Issue, Newsletter
from sponsorship.tracking.models import Click, TrackedLink, UserAgent
from sponsorship.tracking.queries import settings_of
from sponsorship.tracking.rules import FORGOTTEN


def forget_agents(session: Session, *, now: datetime) -> int:
    """Forget browsers and networks of clicks older than each newsletter keeps them, and browsers nobody has; returns how many."""
    forgotten = 0
    for newsletter_id in session.scalars(select(Newsletter.id)):
        oldest = now - timedelta(days=settings_of(session, newsletter_id).agent_days)
        links = (
            select(TrackedLink.id)
            .join(Issue, Issue.id == TrackedLink.issue_id)
            .where(Issue.newsletter_id == newsletter_id, Issue.publish_at < oldest)
        )
        old = Click.link_id.in_(links) & (Click.at < oldest) & (Click.network != FORGOTTEN)
        forgotten += session.scalar(select(func.count()).select_from(Click).where(old)) or 0
        session.execute(update(Click).where(old).values(user_agent_id=None, network=FORGOTTEN))
    if forgotten:
        referred = select(Click.user_agent_id).where(Click.user_agent_id.is_not(None)).distinct()
        session.execute(delete(UserAgent).where(UserAgent.id.not_in(referred)))
    return forgotten
