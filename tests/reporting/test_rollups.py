"""What is added up in the database is what the rules make of single rows: slots, money by day, quarters."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter, PlacementPrice
from sponsorship.reporting.queries import (
    count_groups,
    count_slot_groups,
    list_money,
    list_offers,
    list_owing,
    list_sales,
    list_slot_rows,
    see_quarters,
    sum_booked_by_placement,
    sum_money,
    sum_money_by_day,
)
from sponsorship.reporting.rules import Period, Span, count_slots, quarter_so_far, scope_of
from tests.factories.assembly import sell_slot
from tests.factories.desk import furnish
from tests.factories.inventory import slot_on

TODAY, SPAN = date(2026, 11, 19), Span(date(2026, 10, 1), date(2027, 2, 28))


@pytest.fixture
def season(newsletter: Newsletter, now: datetime) -> Newsletter:
    """The newsletter in the middle of its season, with a dearer rate card from December on."""
    with transaction() as session:
        furnish(session, newsletter, now=now)
        primary = session.merge(newsletter).placements[0]
        session.add(PlacementPrice(placement_id=primary.id, starts_on=date(2026, 12, 1), price_minor=180_000))
        for week in range(3):
            slot = slot_on(session, session.merge(newsletter), date(2027, 1, 10) + timedelta(weeks=week))
            sell_slot(session, slot, now=now - timedelta(days=20 * week), sponsor_name=f"Sponsor {week}")
    return newsletter


@pytest.mark.parametrize("placement", [None, 0, 2])
def test_groups_of_slots_are_the_single_slots_counted(
    session: Session, season: Newsletter, now: datetime, placement: int | None
) -> None:
    chosen = None if placement is None else season.placements[placement].id
    scope = scope_of(Period.QUARTER, TODAY, placement_id=chosen)
    money = list_money(session, season, SPAN, scope)
    owing = list_owing(session, season, {row.order_id for row in money.values()}, scope)
    groups = count_slot_groups(session, season, SPAN, scope, owing, now)
    rows = list_slot_rows(session, season, SPAN, scope, owing, now)
    assert count_groups(groups) == count_slots(row.share for row in rows)
    expected: Counter[tuple[date, int]] = Counter()
    for row in rows:
        expected[row.publish_on.replace(day=1), row.placement_id] += row.list_minor
    found: Counter[tuple[date, int]] = Counter()
    for group in groups:
        found[group.month, group.placement_id] += group.list_minor
    assert found == expected
    inside = count_groups(group for group in groups if group.is_inside)
    assert inside == count_slots(row.share for row in rows if row.publish_on in scope.span)


def test_money_by_day_and_by_placement_is_the_money_of_the_bookings(session: Session, season: Newsletter) -> None:
    scope = scope_of(Period.QUARTER, TODAY)
    money = list_money(session, season, SPAN)
    days = sum_money_by_day(session, season, SPAN)
    for day in {row.publish_on for row in money.values()}:
        own = sum_money(row for row in money.values() if row.publish_on == day)
        assert (days[day].booked_minor, days[day].collected_minor, days[day].outstanding_minor) == (
            own.booked_minor, own.collected_minor, own.outstanding_minor,
        )  # fmt: skip
    booked: Counter[int] = Counter()
    for row in money.values():
        booked[row.placement_id] += row.booked_minor
    assert sum_booked_by_placement(session, season, SPAN, scope) == dict(booked)


@pytest.mark.parametrize("days_ahead", [0, 30, 42, 120])
def test_quarters_seen_in_the_database_are_the_rules_of_single_sales(
    session: Session, season: Newsletter, days_ahead: int
) -> None:
    scope = scope_of(Period.QUARTER, TODAY)
    spans = [Span(date(2026, 10, 1), date(2026, 12, 31)), Span(date(2027, 1, 1), date(2027, 3, 31))]
    reach = Span(spans[0].first, spans[1].last)
    offers, sales = list_offers(session, season, reach, scope), list_sales(session, season, reach, scope)
    expected = [quarter_so_far(span, days_ahead, offers, sales) for span in spans]
    assert see_quarters(session, season, scope, spans, days_ahead, offers) == expected
    assert expected[0].final_minor > 0 and session.scalar(select(PlacementPrice.id)) is not None
