"""Recording clicks, on both databases."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.core.db import db, transaction
from sponsorship.inventory.models import Issue
from sponsorship.tracking.models import Click, ClickHour, ClickHourExclusion, LateReaderKey, ReaderKey, UserAgent
from sponsorship.tracking.queries import (
    ClickCount,
    clicks_by_booking,
    clicks_by_hour,
    clicks_by_position,
    exclusions_of,
)
from sponsorship.tracking.rules import ExclusionReason, Hit, LinkPosition
from sponsorship.tracking.services import forget_readers, record_clicks
from tests.tracking.conftest import FIREFOX, SENT_AT, Tracked

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def click(link_id: int, at: datetime, address: str = "203.0.113.77", **more: Any) -> Click:
    """Record one hit in a transaction of its own, and return it as it was kept."""
    more.setdefault("user_agent", FIREFOX)
    with transaction() as session:
        record_clicks(session, hits=[Hit(link_id=link_id, at=at, address=address, **more)])
        kept = session.scalars(select(Click).order_by(Click.id.desc()).limit(1)).one()
        session.expunge(kept)
        return kept


def counted(tracked: Tracked) -> ClickCount:
    """The booking's counts as a report reads them."""
    db.session.rollback()
    return clicks_by_booking(db.session(), [tracked.booking_id])[tracked.booking_id]


def test_a_click_is_kept_with_its_network_and_its_browser(session: Session, tracked: Tracked) -> None:
    kept = click(tracked.head_id, SENT_AT + MINUTE)
    assert (kept.reason, kept.is_unique, kept.network) == (None, True, "203.0.113.0/24")
    assert session.scalars(select(UserAgent.text)).all() == [FIREFOX]
    assert counted(tracked) == ClickCount(hits=1, human=1, unique=1)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"user_agent": "curl/8.5.0"}, ExclusionReason.BOT),
        ({"user_agent": ""}, ExclusionReason.BOT),
        ({"method": "HEAD"}, ExclusionReason.HEAD_REQUEST),
        ({"purposes": ("prefetch",)}, ExclusionReason.PREFETCH),
        ({"is_team": True}, ExclusionReason.TEAM),
    ],
)
def test_a_hit_that_does_not_count_is_kept_with_its_reason(
    session: Session, tracked: Tracked, more: dict[str, object], reason: ExclusionReason
) -> None:
    assert click(tracked.head_id, SENT_AT + MINUTE, **more).reason is reason
    assert counted(tracked) == ClickCount(hits=1, human=0, unique=0)
    assert exclusions_of(session, tracked.booking_id) == {reason: 1}


def test_before_the_issue_is_out_nothing_counts_unless_it_was_sent_early(tracked: Tracked) -> None:
    assert click(tracked.head_id, SENT_AT - MINUTE).reason is ExclusionReason.BEFORE_PUBLICATION
    with transaction() as session:
        session.get_one(Issue, tracked.issue_id).sent_at = SENT_AT - HOUR
    assert click(tracked.head_id, SENT_AT - MINUTE).reason is None


def test_a_reader_is_unique_once_over_head_and_foot(tracked: Tracked) -> None:
    assert click(tracked.head_id, SENT_AT + MINUTE).is_unique
    foot = click(tracked.foot_id, SENT_AT + 2 * MINUTE)
    assert (foot.reason, foot.is_unique) == (None, False)
    assert click(tracked.foot_id, SENT_AT + 3 * MINUTE, "203.0.113.78").is_unique
    assert counted(tracked) == ClickCount(hits=3, human=3, unique=2)


def test_positions_are_told_apart_and_add_up(session: Session, tracked: Tracked) -> None:
    click(tracked.head_id, SENT_AT + MINUTE)
    click(tracked.foot_id, SENT_AT + MINUTE)
    click(tracked.foot_id, SENT_AT + MINUTE, "203.0.113.78")
    assert clicks_by_position(session, tracked.booking_id) == {
        LinkPosition.HEAD: ClickCount(1, 1, 1),
        LinkPosition.FOOT: ClickCount(2, 2, 1),
    }
    assert counted(tracked) == ClickCount(3, 3, 2)


def test_a_repeat_within_ten_minutes_does_not_count_and_does_not_slide_the_window(tracked: Tracked) -> None:
    minutes_and_reasons = [
        (0, None), (1, ExclusionReason.REPEAT), (9, ExclusionReason.REPEAT), (10, None), (11, ExclusionReason.REPEAT),
    ]  # fmt: skip
    for minutes, reason in minutes_and_reasons:
        assert click(tracked.head_id, SENT_AT + (minutes + 1) * MINUTE).reason is reason, minutes
    assert counted(tracked) == ClickCount(hits=5, human=2, unique=1)


def test_a_scanner_does_not_use_up_its_readers_click(tracked: Tracked) -> None:
    assert click(tracked.head_id, SENT_AT + timedelta(seconds=6), method="HEAD").reason is ExclusionReason.HEAD_REQUEST
    later = click(tracked.head_id, SENT_AT + MINUTE)
    assert (later.reason, later.is_unique) == (None, True)


def test_hours_are_summed_as_the_clicks_come(session: Session, tracked: Tracked) -> None:
    for minutes, address in ((1, "203.0.113.1"), (59, "203.0.113.2"), (61, "203.0.113.3"), (62, "203.0.113.3")):
        click(tracked.head_id, SENT_AT + minutes * MINUTE, address)
    hours = [(row.hour, row.hits, row.human, row.unique) for row in clicks_by_hour(session, tracked.booking_id)]
    assert hours == [(SENT_AT, 2, 2, 2), (SENT_AT + HOUR, 2, 1, 1)]


def test_many_hits_at_once_are_judged_as_one_by_one(session: Session, tracked: Tracked) -> None:
    hits = [
        Hit(link_id=(tracked.head_id, tracked.foot_id)[n % 2], at=SENT_AT + timedelta(minutes=1 + n * 3 % 100),
            address=f"203.0.113.{n % 7}", user_agent=(FIREFOX, "curl/8.5.0")[n % 5 == 0], method="GET")
        for n in range(120)
    ]  # fmt: skip
    for hit in sorted(hits, key=lambda hit: hit.at):
        click(hit.link_id, hit.at, hit.address, user_agent=hit.user_agent)
    one_by_one = (
        counted(tracked),
        exclusions_of(session, tracked.booking_id),
        clicks_by_hour(session, tracked.booking_id),
    )
    with transaction() as writing:
        writing.query(Click).delete()
        writing.query(ClickHour).delete()
        writing.query(ClickHourExclusion).delete()
        record_clicks(writing, hits=hits)
    assert one_by_one[0].hits == 120
    assert one_by_one[0].unique == 7
    at_once = counted(tracked), exclusions_of(session, tracked.booking_id), clicks_by_hour(session, tracked.booking_id)
    assert at_once == one_by_one


def test_the_sums_are_what_the_clicks_say(session: Session, tracked: Tracked) -> None:
    for n in range(30):
        agent = ("", FIREFOX, FIREFOX)[n % 3]
        click(
            (tracked.head_id, tracked.foot_id)[n % 2],
            SENT_AT + (n * 7 + 1) * MINUTE,
            f"203.0.113.{n % 4}",
            user_agent=agent,
        )
    clicks = session.scalars(select(Click)).all()
    said = (len(clicks), sum(c.reason is None for c in clicks), sum(c.is_unique for c in clicks))
    count = counted(tracked)
    assert said == (count.hits, count.human, count.unique)
    assert said[0] == 30


def test_two_clicks_of_one_reader_at_the_same_moment_are_one_reader(app: Flask, tracked: Tracked) -> None:
    """Eight threads, one reader, head and foot: each link counts one click, the booking one reader, and no hit is lost."""
    barrier, errors = threading.Barrier(8), []

    def come(link_id: int) -> None:
        with app.app_context():
            try:
                barrier.wait(timeout=20)
                click(link_id, SENT_AT + MINUTE)
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=come, args=((tracked.head_id, tracked.foot_id)[n % 2],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []
    assert counted(tracked) == ClickCount(hits=8, human=2, unique=1)


def test_the_secret_goes_14_days_after_the_issue(session: Session, tracked: Tracked) -> None:
    click(tracked.head_id, SENT_AT + MINUTE)
    for days, left in ((13.99, 1), (14, 0)):
        with transaction() as writing:
            forget_readers(writing, now=SENT_AT + timedelta(days=days))
        assert session.query(ReaderKey).count() == left, days
        session.rollback()


def test_after_that_a_click_still_counts_but_no_reader_is_counted_again(session: Session, tracked: Tracked) -> None:
    late = SENT_AT + timedelta(days=20)
    click(tracked.head_id, SENT_AT + MINUTE)
    with transaction() as writing:
        forget_readers(writing, now=late)
    first, again = click(tracked.head_id, late), click(tracked.head_id, late + MINUTE)
    assert (first.reason, first.is_unique) == (None, False)
    assert again.reason is ExclusionReason.REPEAT
    assert counted(tracked) == ClickCount(hits=3, human=2, unique=1)
    with transaction() as writing:
        assert forget_readers(writing, now=late + timedelta(hours=12)) == 0
        assert forget_readers(writing, now=late + timedelta(hours=24)) == 1
        assert [key.day for key in writing.query(LateReaderKey)] == [(late + timedelta(hours=24)).date()]
