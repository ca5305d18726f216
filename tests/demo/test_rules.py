"""The demo's tables keep what they promise on every day of the year: copy fits, dates follow, the quarter is well sold."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from sponsorship.checks.rules import ALIKE_FROM, RuleSetting
from sponsorship.checks.similarity import masked_words, rank_alike, spell
from sponsorship.core.text import LimitUnit, count_units
from sponsorship.core.urls import host_of, normal_url
from sponsorship.demo.rules.clicks import people_of, visits
from sponsorship.demo.rules.copy import ADS, SAME_AGAIN, Ad, first_try
from sponsorship.demo.rules.newsletter import PLACEMENTS, issue_sunday, next_issue_day, number_of, seeded_at
from sponsorship.demo.rules.schedule import (
    PAST_ISSUES,
    SLOTS,
    Cell,
    CopyStep,
    Deal,
    MoneyStep,
    count_runs,
    group_orders,
    plan_cells,
)
from sponsorship.demo.rules.sponsors import SIGNS_IN, SPONSORS

DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(0, 800)]
LIMITS = {line.key: line for line in PLACEMENTS}


def every_ad() -> Iterator[tuple[str, Ad]]:
    for placement, by_sponsor in ADS.items():
        for ads in by_sponsor.values():
            yield from ((placement, ad) for ad in ads)
    for placement, sponsor in (("primary", "cinderbox"), ("classified", "spindrift"), ("classified", "latchkey")):
        yield placement, SAME_AGAIN[sponsor]


@pytest.mark.parametrize(("placement", "ad"), list(every_ad()), ids=lambda value: getattr(value, "heading", value))
def test_every_ad_fits_its_slot_and_leads_to_its_own_sponsor(placement: str, ad: Ad) -> None:
    limits = LIMITS[placement]
    for tried in (ad, first_try(ad)):
        assert count_units(tried.heading, LimitUnit.WORDS) <= limits.heading_limit
        assert 3 < count_units(tried.body, LimitUnit.WORDS) <= limits.body_limit
    assert host_of(ad.link_url) == SPONSORS[ad.sponsor].domain
    assert ad.link_text and len(ad.link_text) <= 60


def test_every_sponsor_is_invented_reachable_and_in_the_plan() -> None:
    assert len(SPONSORS) >= 40
    assert all(sponsor.domain.endswith(".example") and "@" in sponsor.address for sponsor in SPONSORS.values())
    booked = {cell.sponsor for cell in plan_cells(date(2026, 1, 1), date(2026, 1, 4)) if cell.sponsor}
    assert booked == set(SPONSORS)
    assert SIGNS_IN in SPONSORS


def test_two_ads_are_alike_only_where_they_are_meant_to_be() -> None:
    def words(ad: Ad) -> str:
        return spell(masked_words(f"{ad.heading}\n{ad.body}", SPONSORS[ad.sponsor].name))

    ads = [ad for placement, ad in every_ad() if ad not in SAME_AGAIN.values()]
    spelt = dict(enumerate(map(words, ads)))
    for number, ad in enumerate(ads):
        alike = rank_alike(spelt[number], {key: text for key, text in spelt.items() if key != number})
        assert max(alike.values(), default=0) * 100 < ALIKE_FROM, ad.heading
    for key in ("cinderbox", "spindrift"):
        alike = rank_alike(words(SAME_AGAIN[key]), spelt)
        best = max(alike, key=alike.__getitem__)
        assert alike[best] * 100 >= ALIKE_FROM and ads[best].sponsor == key


def test_no_page_is_printed_twice_within_the_checks_reach_but_those_to_be_found() -> None:
    reach = RuleSetting()
    for day in DAYS[::13]:
        next_issue = issue_sunday(day, 0)
        printed: list[tuple[int, date, str]] = []
        for cell, turn in count_runs(plan_cells(day, next_issue)):
            ads = ADS[cell.placement][cell.sponsor]
            if cell.says_the_same:
                continue
            page = normal_url(ads[turn % len(ads)].link_url) or ""
            on = issue_sunday(next_issue, cell.step)
            near = [
                step
                for step, when, other in printed
                if other == page and (cell.step - step <= reach.issues or (on - when).days <= reach.days)
            ]
            assert not near, f"{page} in {near} and {cell.step}"
            printed.append((cell.step, on, page))


def test_the_quarter_is_about_four_fifths_sold_whenever_the_demo_is_made() -> None:
    def quarter(day: date) -> tuple[int, int]:
        return day.year, (day.month - 1) // 3

    for day in DAYS:
        next_issue = next_issue_day(seeded_at(day))
        here = [n for n in range(-PAST_ISSUES, 20) if quarter(issue_sunday(next_issue, n)) == quarter(day)]
        cells = [cell for cell in plan_cells(day, next_issue) if cell.step in here]
        blocked = sum(cell.deal is Deal.BLOCK for cell in cells)
        sold = sum(cell.deal is Deal.SALE for cell in cells)
        assert 0.77 <= sold / (len(here) * len(SLOTS) - blocked) <= 0.91, day


def test_the_next_issue_has_one_of_each_trouble() -> None:
    for day in DAYS[::7]:
        cells = [cell for cell in plan_cells(day, next_issue_day(seeded_at(day))) if cell.step == 0]
        assert Counter(cell.copy for cell in cells) == {CopyStep.REVIEW: 1, CopyStep.APPROVED: 2, CopyStep.NONE: 1}
        assert [cell.money for cell in cells].count(MoneyStep.OPEN) == 1


def test_orders_hold_every_sale_once_and_money_of_its_own_stands_alone() -> None:
    cells = plan_cells(date(2026, 10, 1), date(2026, 10, 4))
    orders = group_orders(cells)
    ordered = [cell for order in orders for cell in order]
    assert sorted(ordered, key=lambda cell: cell.place) == sorted(
        (cell for cell in cells if cell.deal is Deal.SALE), key=lambda cell: cell.place
    )
    assert all(len({cell.sponsor for cell in order}) == 1 for order in orders)
    assert all(len(order) == 1 for order in orders if any(cell.stands_alone for cell in order))
    assert any(len(order) == 3 for order in orders)


@pytest.mark.parametrize(
    ("sunday", "number"),
    [(date(2026, 11, 22), 812), (date(2026, 12, 20), 816), (date(2027, 1, 3), 817), (date(2025, 12, 21), 765),
     (date(2026, 1, 4), 766)],
)  # fmt: skip
def test_issues_are_numbered_without_the_sunday_between_the_years(sunday: date, number: int) -> None:
    assert number_of(sunday) == number


@pytest.mark.parametrize(
    ("now", "day"),
    [(datetime(2026, 11, 19, 9, tzinfo=UTC), date(2026, 11, 22)), (datetime(2026, 11, 22, 7, 59, tzinfo=UTC), date(2026, 11, 22)),
     (datetime(2026, 11, 22, 8, tzinfo=UTC), date(2026, 11, 29)), (datetime(2026, 7, 5, 7, tzinfo=UTC), date(2026, 7, 12)),
     (datetime(2026, 12, 23, tzinfo=UTC), date(2027, 1, 3))],
)  # fmt: skip
def test_the_next_issue_is_the_one_still_to_come(now: datetime, day: date) -> None:
    assert next_issue_day(now) == day


def test_clicks_fall_off_with_time_and_programs_are_told_by_what_they_send() -> None:
    sent_at = datetime(2026, 11, 15, 8, tzinfo=UTC)
    found = visits(sent_at, 400, is_echoed=True, random=Random("a"))
    assert found == visits(sent_at, 400, is_echoed=True, random=Random("a"))
    assert found == sorted(found, key=lambda visit: visit.at) and found[0].at >= sent_at + timedelta(minutes=1)
    people = [visit for visit in found if visit.address.startswith("10.")]
    assert 400 <= len(people) <= 480
    assert sum(visit.at < sent_at + timedelta(hours=24) for visit in people) > len(people) * 0.6
    assert 0.1 < sum(visit.at_foot for visit in people) / len(people) < 0.3
    programs = [visit for visit in found if visit not in people]
    assert {visit.method for visit in programs} == {"GET", "HEAD"} and any(visit.purposes for visit in programs)
    assert 250 < people_of("primary", 1.0, -1, Random("b")) < 340


def test_a_cell_of_the_plan_says_how_far_things_are() -> None:
    cells = {cell.place: cell for cell in plan_cells(date(2026, 11, 19), date(2026, 11, 22))}
    assert cells[-3, "sponsored", 1] == Cell(
        -3, "sponsored", 1, Deal.SALE, "tallyhook", money=MoneyStep.OPEN, due_in=-11
    )
    assert cells[3, "classified", 1] == Cell(3, "classified", 1, Deal.HELD, "ferrywork", money=MoneyStep.OPEN, due_in=2)
    assert cells[-1, "classified", 1].is_half_paid and cells[0, "primary", 1].took_two_tries
