"""Writes about newsletters, placements, issues and slots."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.core import outbox
from sponsorship.core.errors import DomainError
from sponsorship.core.format import local
from sponsorship.inventory.models import Issue, Newsletter, Placement, PriceRule, RhythmException, Slot
from sponsorship.inventory.queries import find_issue_on, last_issue_number, list_one_offs
from sponsorship.inventory.rhythm import check_rule, publishing_days
from sponsorship.inventory.rules import IssueState, PlacementKind, PriceRuleKind, RhythmChange, local_moment


def create_newsletter(
    session: Session,
    *,
    slug: str,
    name: str,
    timezone: str,
    currency: str,
    rhythm_rule: str,
    rhythm_start: date,
    publish_time: time,
    now: datetime,
    **more: Any,
) -> Newsletter:
    """Create a newsletter; raises DomainError for an unknown zone, RhythmInvalid for a rule that cannot be followed."""
    check_zone(timezone)
    check_rule(rhythm_rule)
    newsletter = Newsletter(
        slug=slug, name=name, timezone=timezone, currency=currency.upper(), rhythm_rule=rhythm_rule,
        rhythm_start=rhythm_start, publish_time=publish_time, created_at=now, **more,
    )  # fmt: skip
    session.add(newsletter)
    session.flush()
    return newsletter


def check_zone(timezone: str) -> None:
    """Raise DomainError unless that is a time zone."""
    if timezone not in available_timezones():
        raise DomainError(f"“{timezone}” is not a time zone. Write it like Europe/London.")


def add_placement(
    session: Session, *, newsletter: Newsletter, key: str, name: str, kind: PlacementKind, price_minor: int, **more: Any
) -> Placement:
    """Add a placement at the end of the issue unless `position` says otherwise; issues planned later get its slots."""
    more.setdefault("position", len(newsletter.placements) + 1)
    placement = Placement(newsletter=newsletter, key=key, name=name, kind=kind, price_minor=price_minor, **more)
    session.add(placement)
    session.flush()
    return placement


def add_frequency_discount(
    session: Session, *, newsletter: Newsletter, label: str, threshold: int, discount_basis_points: int
) -> PriceRule:
    """From `threshold` slots in one order, take so many basis points off."""
    rule = PriceRule(
        newsletter_id=newsletter.id, kind=PriceRuleKind.FREQUENCY, label=label, threshold=threshold,
        discount_basis_points=discount_basis_points,
    )  # fmt: skip
    session.add(rule)
    session.flush()
    return rule


def add_rhythm_exception(
    session: Session,
    *,
    newsletter: Newsletter,
    on_day: date,
    change: RhythmChange,
    moved_to: date | None = None,
    reason: str = "",
) -> RhythmException:
    """Note a day that is skipped, moved or extra; issues planned afterwards follow it."""
    if (change is RhythmChange.MOVED) != (moved_to is not None):
        raise DomainError("A moved issue needs the day it moves to, and only a moved one has it.")
    exception = RhythmException(
        newsletter_id=newsletter.id, on_day=on_day, change=change, moved_to=moved_to, reason=reason
    )
    session.add(exception)
    session.flush()
    return exception


def plan_issues(session: Session, *, newsletter: Newsletter, first: date, last: date) -> list[Issue]:
    """Make the issues and slots that the rhythm gives from `first` to `last` and that do not exist yet; returns the new ones."""
    one_offs = list_one_offs(session, newsletter)
    days = publishing_days(newsletter.rhythm_rule, newsletter.rhythm_start, first, last, one_offs)
    new = [_plan_issue(session, newsletter, day) for day in days if find_issue_on(session, newsletter.id, day) is None]
    for issue in session.scalars(
        select(Issue).where(
            Issue.newsletter_id == newsletter.id,
            Issue.publish_on.between(first, last),
            Issue.state == IssueState.PLANNED,
        )
    ):
        make_slots(session, issue=issue, placements=newsletter.placements)
    return new


def plan_horizon(session: Session, *, newsletter: Newsletter, now: datetime) -> list[Issue]:
    """Plan from today to the end of the newsletter's horizon; returns the new issues."""
    today = local(now, newsletter.timezone).date()
    return plan_issues(
        session, newsletter=newsletter, first=today, last=today + timedelta(weeks=newsletter.horizon_weeks)
    )


def _plan_issue(session: Session, newsletter: Newsletter, day: date) -> Issue:
    highest = last_issue_number(session, newsletter.id)
    number = newsletter.first_issue_number if highest is None else highest + 1
    return add_issue(session, newsletter=newsletter, number=number, day=day)


def add_issue(session: Session, *, newsletter: Newsletter, number: int, day: date, title: str = "") -> Issue:
    """Add one planned issue without slots, published on that day at the newsletter's time."""
    moment = local_moment(day, newsletter.publish_time, newsletter.timezone)
    issue = Issue(
        newsletter=newsletter, number=number, title=title, publish_on=day, publish_at=moment, state=IssueState.PLANNED
    )
    session.add(issue)
    session.flush()
    return issue


def make_slots(session: Session, *, issue: Issue, placements: Iterable[Placement]) -> list[Slot]:
    """Make sure that an issue has the slots of these placements that are not retired; returns those that were new."""
    have = {(slot.placement_id, slot.ordinal) for slot in issue.slots}
    new = [
        Slot(issue=issue, placement=placement, ordinal=ordinal)
        for placement in placements
        if placement.retired_at is None
        for ordinal in range(1, placement.capacity + 1)
        if (placement.id, ordinal) not in have
    ]
    session.add_all(new)
    session.flush()
    return new


def add_slot(session: Session, *, issue: Issue, placement: Placement, ordinal: int) -> Slot:
    """Add one slot to an issue beyond what its placements say; an archive needs it for what a past issue had."""
    slot = Slot(issue=issue, placement=placement, ordinal=ordinal)
    session.add(slot)
    session.flush()
    return slot


def mark_issue_sent(session: Session, *, issue: Issue, now: datetime) -> None:
    """Note that an issue went out; publishes "issue.sent", on which bookings become "ran"."""
    issue.move_to(IssueState.SENT)
    issue.sent_at = now
    session.flush()
    outbox.publish(session, "issue.sent", issue_id=issue.id, now=now)


def today_in(zone: str, now: datetime) -> date:
    """Return the day in a time zone."""
    return now.astimezone(ZoneInfo(zone)).date()


def today_of(newsletter: Newsletter, now: datetime) -> date:
    """Return the day on the newsletter's calendar."""
    return now.astimezone(ZoneInfo(newsletter.timezone)).date()
