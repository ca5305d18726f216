"""Issues that went out before the newsletter was kept here."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.core.errors import DomainError
from sponsorship.core.format import local, long_day
from sponsorship.inventory.models import Issue, Newsletter
from sponsorship.inventory.queries import find_issue_on, list_one_offs
from sponsorship.inventory.rhythm import anchor_before, publishing_days
from sponsorship.inventory.rules import IssueState
from sponsorship.inventory.services.issues import add_issue, make_slots


def make_sure_of_issue(session: Session, *, newsletter: Newsletter, day: date, now: datetime) -> Issue:
    """Return the issue of a day; one that went out before the first one that is known here is made, as sent.

    Its number counts back from the first known one along the rhythm. Raises DomainError where the newsletter does not come
    out that day, the day was skipped, or is too far ahead.
    """
    known = find_issue_on(session, newsletter.id, day)
    if known is not None and known.state is not IssueState.SKIPPED:
        return known
    if known is not None:
        raise DomainError(f"The issue of {long_day(day)} is skipped.")
    first = session.scalars(
        select(Issue).where(Issue.newsletter_id == newsletter.id).order_by(Issue.publish_on)
    ).first()
    if first is None or day > first.publish_on or day >= local(now, newsletter.timezone).date():
        raise DomainError(f"There is no issue on {long_day(day)}.")
    one_offs, rhythm = list_one_offs(session, newsletter), newsletter.rhythm_rule
    eve = first.publish_on - timedelta(days=1)
    start = anchor_before(rhythm, newsletter.rhythm_start, day)
    between = publishing_days(rhythm, start, day, eve, one_offs)
    number = first.number - len(between)
    if day not in between or number < 1:
        raise DomainError(f"The newsletter did not come out on {long_day(day)}, as its rhythm goes.")
    taken = session.scalar(select(Issue.id).where(Issue.newsletter_id == newsletter.id, Issue.number == number))
    if taken is not None:
        raise DomainError(f"Issue No. {number} would be that of {long_day(day)}, and is another day’s.")
    issue = add_issue(session, newsletter=newsletter, number=number, day=day)
    make_slots(session, issue=issue, placements=newsletter.placements)
    issue.move_to(IssueState.SENT)
    issue.sent_at = issue.publish_at
    session.flush()
    return issue
