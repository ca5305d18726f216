"""The revenue page: what a period brings, what the next issues need, who owes."""

import json
from datetime import date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from sponsorship.core.db import transaction
from sponsorship.core.format import money
from sponsorship.inventory.models import Newsletter
from tests.desk.pages import CALENDAR, REVENUE, rows_of, texts, tree_of, words
from tests.factories.assembly import sell_slot
from tests.factories.inventory import make_newsletter, slot_on
from tests.page_checks import CheckedClient
from tests.queries import counted_queries


def test_the_headline_the_equation_and_the_tally(desk: CheckedClient, season: Newsletter) -> None:
    tree = tree_of(desk.get(REVENUE))
    assert words(tree.css_first("h1")) == "The quarter is 23% sold. $2,800 is still owed, $850 of it late."
    assert words(tree.css_first("h1 .owed")) == "$2,800 is still owed,"
    assert texts(tree, ".sum__fig") == ["$8,900", "$6,100", "$2,800", "8"]
    assert [node.attributes.get("data-op") for node in tree.css(".sum")] == [None, "=", "+", None]
    assert "Sold, of 35 slots" in words(tree.css_first(".sums"))
    tally = tree.css_first(".tally")
    assert tally is not None
    assert tally.attributes["aria-label"] == "5 paid, 3 unpaid, 2 held, 25 open or not sold"
    assert [len(tally.css(f"i.t--{key}")) for key in ("sold", "owed", "held", "open")] == [5, 3, 2, 25]


def test_the_figures_are_those_of_the_ledger(desk: CheckedClient, session: Session, season: Newsletter) -> None:
    query = text(
        "SELECT SUM(line.amount_minor) FROM journal_line line JOIN booking ON booking.id = line.booking_id"
        " JOIN slot ON slot.id = booking.slot_id JOIN issue ON issue.id = slot.issue_id"
        " WHERE line.account = :account AND issue.publish_on BETWEEN :first AND :last"
    )
    quarter = {"first": date(2026, 10, 1), "last": date(2026, 12, 31)}
    booked = int(session.execute(query, quarter | {"account": "backlog"}).scalar_one())
    outstanding = int(session.execute(query, quarter | {"account": "ar"}).scalar_one())
    figures = [money(amount, "USD") for amount in (booked, booked - outstanding, outstanding)]
    assert texts(tree_of(desk.get(REVENUE)), ".sum__fig")[:3] == figures


def test_the_chart_and_its_table_say_the_same(desk: CheckedClient, season: Newsletter) -> None:
    tree = tree_of(desk.get(REVENUE))
    script = tree.css_first("#chart-revenue-figure")
    assert script is not None
    bars = {trace["name"]: trace for trace in json.loads(script.text())["data"]}
    rows = rows_of(tree.css_first(".figures table"))
    assert [row[0] for row in rows][-3:] == ["November 2026", "December 2026", "January 2027"]
    for column, name in enumerate(("Collected", "Outstanding", "Held", "Open or not sold"), start=1):
        assert [row[column] for row in rows] == bars[name]["customdata"]
    assert rows[-3] == ["November 2026", "$6,100", "$1,150", "$850", "$7,400", "$0", "35%"]
    chart = tree.css_first("#chart-revenue")
    assert chart is not None and "November: $6,100 collected, $1,150 outstanding" in (
        chart.attributes["aria-label"] or ""
    )


def test_the_next_issues_say_what_each_needs(desk: CheckedClient, season: Newsletter) -> None:
    tree = tree_of(desk.get(REVENUE))
    issues = [
        (words(node.css_first("h3")), words(node.css_first(".agate")), texts_in(node)) for node in tree.css(".nexti")
    ]
    assert issues == [
        ("No. 812, Sun 22 Nov", "In 3 days. 4 of 4 sold, $3,100",
         ["No copy from Brightmoor Conf, due today", "Read Cinderbox’s copy", "Peat Systems, due today"]),
        ("No. 813, Sun 29 Nov", "In 10 days. 1 of 4 sold, $1,650",
         ["Sponsored held for Ferrywork, until today 21:40", "2 Classified open, $300 each"]),
        ("No. 814, Sun 6 Dec", "In 17 days. 1 of 4 sold, $1,650",
         ["Tallyhook pays by 29 Nov", "Sponsored held for a buyer, until Sat 21 Nov 09:40", "2 Classified open, $300 each"]),
    ]  # fmt: skip


def texts_in(node: object) -> list[str]:
    """The needs of one issue."""
    return [words(one) for one in node.css(".todo li")]  # type: ignore[attr-defined]


def test_who_owes_is_listed_by_age_with_subtotals(desk: CheckedClient, season: Newsletter) -> None:
    tree = tree_of(desk.get(REVENUE))
    table = tree.css(".sect table.ledger")[-1]
    rows = [[cell for cell in row if cell] for row in rows_of(table)]
    assert [row[0] for row in rows] == ["Tallyhook", "Up to 30 days late", "Peat Systems", "Tallyhook", "Not due yet"]
    assert rows[0][:5] == ["Tallyhook", "$850", "Sponsored, No. 811", "2026-0002", "4 days late 15 Nov"]
    assert rows[2][4] == "Today" and rows[3][4] == "29 Nov"
    assert words(table.css_first("tfoot")).startswith("Owed in all $2,800")
    reminders = [form.attributes["action"] for form in table.css("form")]
    assert len(reminders) == 2 and all(path and path.endswith("/remind") for path in reminders)


@pytest.mark.parametrize(
    ("period", "headline"),
    [
        ("next", "Next quarter has nothing sold yet."),
        ("year", "The year is 23% sold. $2,800 is still owed, $850 of it late."),
    ],
)
def test_other_periods(desk: CheckedClient, season: Newsletter, period: str, headline: str) -> None:
    tree = tree_of(desk.get(f"{REVENUE}?period={period}"))
    assert words(tree.css_first("h1")) == headline
    current = tree.css_first(".seg [aria-current]")
    assert current is not None and (current.attributes["href"] or "").endswith(f"period={period}")


def test_an_unknown_period_is_refused_in_a_sentence(desk: CheckedClient, season: Newsletter) -> None:
    answer = desk.get(f"{REVENUE}?period=fortnight")
    assert answer.status_code == 422
    assert "Choose a quarter, the year, or two days of your own." in answer.get_data(as_text=True)


def test_nobody_owes_when_everything_is_paid(desk: CheckedClient, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as session:
        sell_slot(session, slot_on(session, newsletter, date(2026, 12, 6)), now=now)
    tree = tree_of(desk.get(REVENUE))
    assert words(tree.css_first("h1")) == "The quarter is 3% sold. All of it is paid."
    assert "Nobody owes you anything" in words(tree)
    assert tree.css_first(".sum--owed") is None


def test_before_anything_is_booked_the_page_says_how_to_begin(desk: CheckedClient, newsletter: Newsletter) -> None:
    for path in (REVENUE, CALENDAR):
        tree = tree_of(desk.get(path))
        assert words(tree.css_first("h1")) == "Twelve Sundays, 48 slots, nothing sold yet."
        assert "At your rate card that is $37,200." in words(tree)
        assert len(tree.css(".empty__art svg")) == 12
        field = tree.css_first("#rate-card")
        assert field is not None and (field.attributes["value"] or "").endswith("/newsletters/sunday-runbook")
    way_on = tree_of(desk.get(f"{CALENDAR}?from=2026-11-22"))
    assert way_on.css_first("table.slots") is not None


def test_a_newsletter_without_an_issue_says_so(desk: CheckedClient, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as session:
        session.execute(text("DELETE FROM slot"))
        session.execute(text("DELETE FROM issue"))
    assert words(tree_of(desk.get(REVENUE)).css_first("h1")) == "No issue is planned yet."


def test_amounts_are_in_the_newsletters_currency(
    desk: CheckedClient, newsletter: Newsletter, now: datetime, sign_in: object
) -> None:
    with transaction() as session:
        other = make_newsletter(session, now=now, slug="brief", name="The Brief", currency="EUR")
        sell_slot(session, slot_on(session, other, date(2026, 12, 6)), now=now, due_on=date(2026, 12, 20))
    sign_in(desk, "imogen@sundayrunbook.example", newsletter=other)  # type: ignore[operator]
    tree = tree_of(desk.get("/desk/brief/revenue"))
    assert texts(tree, ".sum__fig")[:3] == ["€1,650", "€0", "€1,650"]


def test_the_page_takes_a_fixed_number_of_queries(desk: CheckedClient, season: Newsletter, now: datetime) -> None:
    def count() -> int:
        with counted_queries() as statements:
            desk.get(REVENUE)
        return len(statements)

    few = count()
    with transaction() as session:
        for day in (date(2026, 12, 20), date(2027, 1, 3), date(2027, 1, 10)):
            sell_slot(
                session, slot_on(session, season, day), now=now, sponsor_name=f"New {day}", due_on=date(2026, 11, 1)
            )
    assert count() == few <= 30
