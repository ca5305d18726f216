"""The clock changes, and the hour on the newsletter's wall is kept, to the minute."""

from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy.orm import Session

from sponsorship.core.db import transaction
from sponsorship.inventory.services import plan_issues
from tests.factories.inventory import make_newsletter
from torture.dst import run_zones

ZONES = [
    "Europe/London", "America/New_York", "America/Santiago", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut",
    "Australia/Lord_Howe", "Antarctica/Troll", "Pacific/Chatham", "Asia/Gaza",
]  # fmt: skip


def test_publishing_times_and_deadlines_are_right_around_every_change_from_2026_to_2030() -> None:
    verdict = run_zones(ZONES, plant="")
    assert verdict.passed, verdict.figure["first"]
    assert verdict.figure["changes"] >= 90


def test_a_day_with_one_difference_from_utc_would_be_seen() -> None:
    assert run_zones(["Europe/London"], plant="fixed").figure["wrong"] > 0


@pytest.mark.parametrize(
    ("zone", "at", "day", "published", "copy_due"),
    [
        ("Europe/London", time(1, 30), date(2027, 3, 28), (28, 1, 30), (25, 18, 0)),  # 01:30 is left out
        ("America/New_York", time(8), date(2027, 3, 14), (14, 12, 0), (11, 23, 0)),  # copy due in winter time
        ("America/New_York", time(1, 30), date(2027, 11, 7), (7, 5, 30), (4, 22, 0)),  # 01:30 comes twice
    ],
)
def test_planned_issues_keep_the_hour_of_the_wall(
    session: Session,
    now: datetime,
    zone: str,
    at: time,
    day: date,
    published: tuple[int, int, int],
    copy_due: tuple[int, int, int],
) -> None:
    with transaction() as writing:
        newsletter = make_newsletter(writing, now=now, timezone=zone, publish_time=at)
        issue = plan_issues(writing, newsletter=newsletter, first=day, last=day)[0]
    session.expire_all()
    assert issue.publish_at == datetime(day.year, day.month, *published, tzinfo=UTC)
    assert {slot.deadlines.copy_due_at for slot in issue.slots} == {
        datetime(day.year, day.month, *copy_due, tzinfo=UTC)
    }
