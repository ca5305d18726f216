"""How a placement did, from its clicks, on both databases."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.queries import get_booking
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.services import plan_issues
from sponsorship.reporting.queries import get_placement_report, hour_rows
from sponsorship.reporting.rules import HOURS_SHOWN, HourRow
from sponsorship.tracking.queries import HourCount
from sponsorship.tracking.rules import ExclusionReason, LinkPosition
from tests.factories.inventory import slot_on
from tests.queries import counted_queries
from tests.reporting.conftest import RAN, Printed, run_earlier, tell_delivered

START = datetime(2026, 11, 15, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
EARLIER = [date(2026, 10, day) for day in (4, 11, 18, 25)]


def test_people_are_counted_once_and_head_and_foot_apart(session: Session, printed: Printed, now: datetime) -> None:
    report = get_placement_report(session, get_booking(session, printed.booking_id), now)
    assert report.has_run and report.is_tracked
    assert (report.own.people, report.clicks.hits, report.taken_out) == (52, 82, 30)
    assert report.by_position == {LinkPosition.HEAD: 40, LinkPosition.FOOT: 12}
    assert report.exclusions == ((ExclusionReason.BOT, 30),)
    assert report.copy is not None and report.copy.heading == "Know what your containers do"


def test_hours_begin_with_the_issue_and_quiet_ones_are_there(session: Session, printed: Printed, now: datetime) -> None:
    report = get_placement_report(session, get_booking(session, printed.booking_id), now)
    assert report.started_at == START and len(report.hours) == HOURS_SHOWN
    assert report.hours[0] == HourRow(40, 30) and report.hours[25] == HourRow(12, 0)
    assert sum(row.people for row in report.hours) == 52 and sum(row.taken_out for row in report.hours) == 30
    assert report.came_later == 0


def test_clicks_outside_of_the_three_days_are_not_lost() -> None:
    early, late = HourCount(START - 2 * HOUR, 5, 0, 0), HourCount(START + 100 * HOUR, 7, 6, 4)
    rows = hour_rows([early, HourCount(START, 3, 3, 2), late], START)
    assert len(rows) == 101
    assert rows[0] == HourRow(2, 5) and rows[100] == HourRow(4, 1)


def test_a_rate_is_known_once_the_number_delivered_is(
    session: Session, newsletter: Newsletter, printed: Printed, now: datetime
) -> None:
    report = get_placement_report(session, get_booking(session, printed.booking_id), now)
    assert report.own.delivered is None and report.own.rate is None
    tell_delivered(newsletter, RAN, 26_000, now)
    report = get_placement_report(session, get_booking(session, printed.booking_id), now)
    assert report.own.rate == 52 / 26_000
    assert report.own.cost_minor == 165_000 / 52


def test_a_placement_is_compared_with_those_of_its_kind_that_ran_before(
    session: Session, newsletter: Newsletter, printed: Printed, now: datetime
) -> None:
    with transaction() as own:
        plan_issues(own, newsletter=newsletter, first=EARLIER[0], last=EARLIER[-1])
    run_earlier(newsletter, EARLIER, [26, 39, 52, 13], now)
    tell_delivered(newsletter, EARLIER[0], 26_000, now)
    report = get_placement_report(session, get_booking(session, printed.booking_id), now)
    assert [(other.people, other.rate) for other in report.others] == [(13, None), (52, None), (39, None), (26, 0.001)]
    first = session.query(Booking).filter(Booking.slot_id == slot_on(session, newsletter, EARLIER[0]).id).one()
    assert get_placement_report(session, first, now).others == ()


def test_another_date_is_offered_that_is_still_open(session: Session, printed: Printed, now: datetime) -> None:
    report = get_placement_report(session, get_booking(session, printed.booking_id), now)
    first, *others = report.next_dates
    assert first.placement.key == "primary" and first.issue.publish_on == date(2026, 11, 22) and len(others) == 2


def test_a_report_takes_a_fixed_number_of_queries(
    session: Session, newsletter: Newsletter, printed: Printed, now: datetime
) -> None:
    def count() -> int:
        session.expire_all()
        booking = get_booking(session, printed.booking_id)
        with counted_queries() as statements:
            get_placement_report(session, booking, now)
        return len(statements)

    few = count()
    with transaction() as own:
        plan_issues(own, newsletter=newsletter, first=EARLIER[0], last=EARLIER[-1])
    run_earlier(newsletter, EARLIER, [3, 4, 5, 6], now)
    assert count() <= few <= 12
