"""Planning issues and slots."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import list_issues, list_slots
from sponsorship.inventory.rules import RhythmChange
from sponsorship.inventory.services import add_rhythm_exception, plan_issues
from tests.factories.inventory import issue_on


def test_every_sunday_gets_one_issue_with_a_slot_for_each_unit_of_capacity(
    session: Session, newsletter: Newsletter
) -> None:
    issues = list_issues(session, newsletter.id, date(2026, 11, 1), date(2026, 11, 30))
    assert [(i.number, i.publish_on.day) for i in issues] == [(809, 1), (810, 8), (811, 15), (812, 22), (813, 29)]
    names = [slot.name for slot in list_slots(session, [issues[0].id])]
    assert names == ["Primary", "Sponsored", "Classified A", "Classified B"]


def test_planning_twice_changes_nothing(newsletter: Newsletter) -> None:
    with transaction() as session:
        again = plan_issues(session, newsletter=newsletter, first=date(2026, 11, 1), last=date(2027, 2, 28))
    assert again == []


def test_a_skipped_day_gets_no_issue_and_no_number(newsletter: Newsletter) -> None:
    with transaction() as session:
        add_rhythm_exception(session, newsletter=newsletter, on_day=date(2027, 3, 14), change=RhythmChange.SKIPPED)
        new = plan_issues(session, newsletter=newsletter, first=date(2027, 3, 1), last=date(2027, 3, 28))
        assert [(i.number, i.publish_on.day) for i in new] == [(827, 7), (828, 21), (829, 28)]


def test_publishing_keeps_its_wall_clock_time_across_summer_time(session: Session, newsletter: Newsletter) -> None:
    with transaction() as writing:
        plan_issues(writing, newsletter=newsletter, first=date(2027, 3, 1), last=date(2027, 3, 28))
    assert issue_on(session, newsletter, date(2027, 3, 21)).publish_at == datetime(2027, 3, 21, 8, tzinfo=UTC)
    assert issue_on(session, newsletter, date(2027, 3, 28)).publish_at == datetime(2027, 3, 28, 7, tzinfo=UTC)
