"""The sponsors page: who brings in the year, what is next, who owes."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from sponsorship.booking.services import book_archived
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.services import plan_issues
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.queries import find_sponsor
from sponsorship.tracking.rules import LinkPosition
from sponsorship.tracking.services import make_links
from tests.desk.pages import SPONSORS, rows_of, texts, tree_of, words
from tests.factories.assembly import sell_slot
from tests.factories.booking import make_sponsor
from tests.factories.desk import click, send
from tests.factories.inventory import make_newsletter, slot_on
from tests.page_checks import CheckedClient
from tests.queries import counted_queries


def sponsor_of(session: Session, newsletter: Newsletter, name: str) -> Sponsor:
    found = find_sponsor(session, newsletter.id, name)
    assert found is not None
    return found


def test_sponsors_stand_by_what_they_booked(desk: CheckedClient, season: Newsletter) -> None:
    tree = tree_of(desk.get(SPONSORS))
    rows = rows_of(tree.css_first("table.crm"))
    assert [(row[0], row[1], row[4], row[5]) for row in rows] == [
        ("Tidewatch Ads", "$3,300", "29 Nov", "– nothing"),
        ("Tallyhook Ads", "$2,500", "6 Dec", "$2,500"),
        ("Cinderbox Ads", "$1,650", "22 Nov", "– nothing"),
        ("Mooring Ads", "$850", "22 Nov", "– nothing"),
        ("Brightmoor Conf Ads", "$300", "22 Nov", "– nothing"),
        ("Peat Systems Ads", "$300", "22 Nov", "$300"),
        ("Ferrywork Ads", "$0", "Held 29 Nov", "– nothing"),
    ]
    assert rows[0][2] == "Slots by quarter, oldest first: 0, 0, 0, 2"
    assert words(tree.css_first("h1")) == "Two sponsors bring in 65% of the year."
    assert "6 active from 1 Jan to 31 Dec" in words(tree)


def test_the_first_is_open_beside_and_any_other_by_its_address(
    desk: CheckedClient, session: Session, season: Newsletter
) -> None:
    assert words(tree_of(desk.get(SPONSORS)).css_first("#sponsor h2")) == "Tidewatch"
    tree = tree_of(desk.get(f"{SPONSORS}?sponsor={sponsor_of(session, season, 'Cinderbox').id}"))
    assert words(tree.css_first("#sponsor h2")) == "Cinderbox"
    assert texts(tree, "#sponsor .leaders div") == [
        "Since November 2026 $1,650", "Last four quarters $1,650", "Copy on time 1 of 1",
    ]  # fmt: skip
    assert texts(tree, "#sponsor .runs li") == ["22 Nov Primary In review"]
    assert words(tree.css_first("tr.is-current th a")) == "Cinderbox"


def test_looking_for_a_name_works_without_a_script(desk: CheckedClient, season: Newsletter) -> None:
    tree = tree_of(desk.get(f"{SPONSORS}?find=oo"))
    assert [row[0] for row in rows_of(tree.css_first("table.crm"))] == [
        "Tallyhook Ads", "Mooring Ads", "Brightmoor Conf Ads",
    ]  # fmt: skip
    assert words(tree.css_first("h1")) == "Two sponsors bring in 65% of the year."
    assert "Nobody of that name" in words(tree_of(desk.get(f"{SPONSORS}?find=zz")))


def test_clicks_are_compared_with_the_median_of_the_placement(
    desk: CheckedClient, newsletter: Newsletter, now: datetime
) -> None:
    days = [date(2026, 10, day) for day in (4, 11, 18)]
    with transaction() as session:
        plan_issues(session, newsletter=newsletter, first=days[0], last=days[-1])
        for day, name, people in zip(days, ("Low", "Usual", "High"), (5, 10, 13), strict=True):
            slot = slot_on(session, newsletter, day)
            booking = sell_slot(session, slot, now=slot.issue.publish_at - timedelta(days=20), sponsor_name=name)
            links = make_links(session, booking=booking, destination="https://x.example/", now=now)
            click(session, links[LinkPosition.HEAD], people=people, start=slot.issue.publish_at)
            send(session, newsletter, day)
    rows = {row[0].split()[0]: row[3] for row in rows_of(tree_of(desk.get(SPONSORS)).css_first("table.crm"))}
    assert rows == {"Low": "−50%", "Usual": "0%", "High": "+30%"}


def test_what_came_from_the_archive_counts_as_slots_and_not_as_money(
    desk: CheckedClient, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as session:
        slot = slot_on(session, newsletter, date(2026, 11, 1))
        book_archived(session, slot=slot, sponsor=make_sponsor(session, newsletter, now=now), now=now)
    tree = tree_of(desk.get(SPONSORS))
    row = rows_of(tree.css_first("table.crm"))[0]
    assert (row[1], row[2]) == ("$0", "Slots by quarter, oldest first: 0, 0, 0, 1")
    assert words(tree.css_first("h1")) == "No sponsor has paid for a slot in the last year."
    assert texts(tree, "#sponsor .runs li") == ["1 Nov Primary Ran"]


def test_a_sponsor_of_another_newsletter_is_not_found(desk: CheckedClient, season: Newsletter, now: datetime) -> None:
    with transaction() as session:
        other = make_newsletter(session, now=now, slug="other-letter")
        foreign = make_sponsor(session, other, now=now).id
    assert desk.get(f"{SPONSORS}?sponsor={foreign}").status_code == 404


def test_without_sponsors_the_page_says_what_will_be_here(desk: CheckedClient, newsletter: Newsletter) -> None:
    tree = tree_of(desk.get(SPONSORS))
    assert words(tree.css_first("h1")) == "No sponsor yet."
    assert "Sponsors appear here with their first booking." in words(tree)


def test_the_page_takes_a_fixed_number_of_queries(desk: CheckedClient, season: Newsletter, now: datetime) -> None:
    def count() -> int:
        with counted_queries() as statements:
            desk.get(SPONSORS)
        return len(statements)

    few = count()
    with transaction() as session:
        for week in range(6):
            day = date(2026, 12, 20) + timedelta(weeks=week)
            sell_slot(session, slot_on(session, season, day), now=now, sponsor_name=f"New {week}", due_on=day)
    assert count() == few <= 28
