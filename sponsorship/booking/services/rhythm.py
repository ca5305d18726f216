"""A newsletter's rhythm changed: issues to come follow it; whatever is booked keeps its issue."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.queries import occupants_of
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import DomainError
from sponsorship.inventory.models import Issue, Newsletter, Slot
from sponsorship.inventory.queries import list_one_offs, list_slots
from sponsorship.inventory.rhythm import check_rule, publishing_days
from sponsorship.inventory.rules import IssueState, local_moment
from sponsorship.inventory.services import check_zone, plan_horizon, today_of

FAR = 10_000_000  # numbers that no issue has, on the way to their new ones


def change_rhythm(
    session: Session,
    *,
    newsletter: Newsletter,
    rule: str,
    start: date,
    publish_time: time,
    timezone: str,
    horizon_weeks: int,
    actor: str,
    now: datetime,
) -> list[Issue]:
    """Plan the issues to come by a new rhythm, time and zone; returns those that stay outside it because something is booked.

    An issue that nobody booked goes where the new rhythm has none; moved and extra issues stay. Raises RhythmInvalid,
    DomainError for an unknown zone or a rule that gives no day within the horizon.
    """
    check_rule(rule)
    check_zone(timezone)
    coming = _lock_coming(session, newsletter, now)
    before = {"rule": newsletter.rhythm_rule, "time": newsletter.publish_time.isoformat(), "zone": newsletter.timezone}
    newsletter.rhythm_rule, newsletter.rhythm_start = rule, start
    newsletter.publish_time, newsletter.timezone, newsletter.horizon_weeks = publish_time, timezone, horizon_weeks
    days = _days(session, newsletter, now)
    if not days:
        raise DomainError("This rhythm gives no issue within the weeks that are planned ahead.")
    stay = [issue for issue in coming if not (issue.publish_on in days or _remove(session, issue))]
    for issue in _lock_coming(session, newsletter, now):
        issue.publish_at = local_moment(issue.publish_on, publish_time, timezone)
    session.flush()
    plan_horizon(session, newsletter=newsletter, now=now)
    _renumber(session, newsletter, now)
    record_act(
        session, actor=actor, action="rhythm_changed", object_type="newsletter", object_id=newsletter.id,
        newsletter_id=newsletter.id, now=now, before=before,
        after={"rule": rule, "time": publish_time.isoformat(), "zone": timezone, "stay": [issue.id for issue in stay]},
    )  # fmt: skip
    return stay


def _lock_coming(session: Session, newsletter: Newsletter, now: datetime) -> list[Issue]:
    query = select(Issue.id).where(
        Issue.newsletter_id == newsletter.id, Issue.state == IssueState.PLANNED, Issue.publish_at > now
    )
    return lock_rows(session, Issue, list(session.scalars(query.order_by(Issue.id))))


def _days(session: Session, newsletter: Newsletter, now: datetime) -> set[date]:
    """The days on which the newsletter comes out from today to its horizon, and those that exceptions give beyond it."""
    one_offs = list_one_offs(session, newsletter)
    first = today_of(newsletter, now)
    last = first + timedelta(weeks=newsletter.horizon_weeks)
    return set(publishing_days(newsletter.rhythm_rule, newsletter.rhythm_start, first, last, one_offs))


def _remove(session: Session, issue: Issue) -> bool:
    """Take away an issue that nobody has booked; one that somebody once had in a cart is skipped. False where it is booked."""
    slots = list_slots(session, [issue.id])
    if occupants_of(session, [slot.id for slot in slots]):
        return False
    try:
        with session.begin_nested():
            for slot in slots:
                session.delete(session.get_one(Slot, slot.id))
            session.delete(issue)
            session.flush()
    except IntegrityError:  # something refers to it
        issue.move_to(IssueState.SKIPPED)
        session.flush()
    return True


def _renumber(session: Session, newsletter: Newsletter, now: datetime) -> None:
    """Count the issues to come on in order of date, from the least number that one of them has."""
    coming = sorted(_lock_coming(session, newsletter, now), key=lambda issue: issue.publish_on)
    taken = set(
        session.scalars(
            select(Issue.number).where(
                Issue.newsletter_id == newsletter.id, Issue.id.not_in([issue.id for issue in coming])
            )
        )
    )
    first = max(taken, default=newsletter.first_issue_number - 1) + 1
    for offset, issue in enumerate(coming):
        issue.number = FAR + offset
    session.flush()
    for offset, issue in enumerate(coming):
        issue.number = first + offset
    session.flush()
