"""The whole story in one transaction: a newsletter opens, sells, prints and is clicked, up to this very moment."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from sponsorship.demo.errors import NotADemo
from sponsorship.demo.queries import find_demo
from sponsorship.demo.rules.newsletter import HORIZON_WEEKS, TIMEZONE, issue_sunday, next_issue_day
from sponsorship.demo.rules.schedule import PAST_ISSUES, plan_cells
from sponsorship.demo.services.copy import plan_copy, plan_talk
from sponsorship.demo.services.deals import plan_deals, plan_prices
from sponsorship.demo.services.demand import plan_demand
from sponsorship.demo.services.issues import plan_past
from sponsorship.demo.services.newsletter import open_newsletter
from sponsorship.demo.services.orders import plan_orders
from sponsorship.demo.services.stage import Stage, Timeline
from sponsorship.inventory.queries import list_issues, list_newsletters, list_slots
from sponsorship.inventory.rules import local_moment

OPENED_BEFORE = timedelta(days=60)  # the first issue; slots are sold that long ahead
MAIL_IS_NEWS = timedelta(days=5)


def make_sure_of_demo(session: Session, *, now: datetime) -> bool:
    """Make the demo's newsletter as it stands at `now`; False where it is there already, and nothing is changed.

    The same day gives the same demo. Raises NotADemo for a database with a newsletter of somebody's own.
    """
    if find_demo(session) is not None:
        return False
    if list_newsletters(session):
        raise NotADemo
    session.info["no_mail_before"] = now - MAIL_IS_NEWS
    try:
        _tell(session, now)
    finally:
        session.info.pop("no_mail_before")
    return True


def _tell(session: Session, now: datetime) -> None:
    stage = _set_up(session, now, next_issue_day(now))
    cells = plan_cells(stage.day, stage.issues[0].publish_on)
    plan_orders(stage, cells)
    plan_prices(stage)
    plan_deals(stage)
    plan_demand(stage)
    plan_copy(stage, cells)
    plan_talk(stage, cells)
    plan_past(stage, cells)
    stage.timeline.run(session)


def _set_up(session: Session, now: datetime, next_issue: date) -> Stage:
    first, last = issue_sunday(next_issue, -PAST_ISSUES), next_issue + timedelta(weeks=HORIZON_WEEKS)
    opened_at = local_moment(first, time(9), TIMEZONE) - OPENED_BEFORE
    newsletter = open_newsletter(
        session, first=first, last_issue=issue_sunday(next_issue, -1), last=last, now=opened_at
    )
    issues = list_issues(session, newsletter.id, first, last)
    steps = {issue.id: number - PAST_ISSUES for number, issue in enumerate(issues)}
    slots = list_slots(session, [issue.id for issue in issues])
    return Stage(
        session=session,
        now=now,
        newsletter=newsletter,
        timeline=Timeline(end=now),
        issues={steps[issue.id]: issue for issue in issues},
        slots={(steps[slot.issue_id], slot.placement.key, slot.ordinal): slot for slot in slots},
    )
