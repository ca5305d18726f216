"""Who may come to the desk, and what stands above each page."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from sponsorship.accounts.rules import TeamRole
from sponsorship.booking.queries import occupants_of
from sponsorship.core.db import db, transaction
from sponsorship.desk.rules.navigation import SPONSOR_PAGES, TEAM_PAGES, current_item
from sponsorship.desk.views import masthead_values
from sponsorship.inventory.models import Newsletter
from tests.desk.pages import CALENDAR, REVENUE, SPONSORS, texts, tree_of, words
from tests.factories.inventory import make_newsletter, slot_on
from tests.page_checks import CheckedClient
from tests.queries import counted_queries

SignIn = Callable[..., Any]
PAGES = [REVENUE, CALENDAR, SPONSORS, "/desk/sunday-runbook/slots/1"]


@pytest.mark.parametrize("path", ["/desk", *PAGES])
def test_without_a_session_one_is_led_to_the_sign_in(
    client: CheckedClient, clock: None, newsletter: Newsletter, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code in (302, 303) and "/sign-in" in answer.headers["Location"]


@pytest.mark.parametrize("path", PAGES)
def test_another_newsletters_team_finds_nothing(
    client: CheckedClient, clock: None, newsletter: Newsletter, now: datetime, sign_in: SignIn, path: str
) -> None:
    with transaction() as session:
        other = make_newsletter(session, now=now, slug="other-letter")
    sign_in(client, "rival@letter.example", newsletter=other)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("role", list(TeamRole))
def test_every_role_may_look(
    client: CheckedClient, clock: None, season: Newsletter, sign_in: SignIn, role: TeamRole
) -> None:
    sign_in(client, "somebody@sundayrunbook.example", newsletter=season, role=role)
    assert [client.get(path).status_code for path in PAGES] == [200, 200, 200, 200]


def test_the_desk_leads_to_the_first_newsletter_and_a_sponsor_to_his_bookings(
    client: CheckedClient, clock: None, newsletter: Newsletter, now: datetime, sign_in: SignIn, app: Flask
) -> None:
    with transaction() as session:
        make_newsletter(session, now=now, slug="another", name="Another Letter")
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    assert client.get("/desk").headers["Location"].endswith(REVENUE)
    sponsor = app.test_client()
    sign_in(sponsor, "noor@tidewatch.example")
    assert sponsor.get("/desk").headers["Location"].endswith("/sponsor")


def test_the_team_sees_its_pages_what_waits_and_when_the_next_issue_goes(
    desk: CheckedClient, season: Newsletter
) -> None:
    tree = tree_of(desk.get(REVENUE))
    assert texts(tree, ".mast__nav a") == ["Revenue", "Calendar", "Issue", "Review 1 waiting", "Sponsors"]
    assert words(tree.css_first(".mast__next")) == "No. 812 goes out in 2 d 22 h"
    for path, current in ((REVENUE, "Revenue"), (CALENDAR, "Calendar"), (SPONSORS, "Sponsors")):
        assert texts(tree_of(desk.get(path)), '.mast__nav a[aria-current="page"]') == [current]


def test_whoever_works_for_two_newsletters_finds_the_other(
    desk: CheckedClient, season: Newsletter, now: datetime, sign_in: SignIn
) -> None:
    assert texts(tree_of(desk.get(REVENUE)), ".mast .menu__list a") == [
        "Settings", "Public rate card", "Your account", "Audit trail",
    ]  # fmt: skip
    with transaction() as session:
        other = make_newsletter(session, now=now, slug="brief", name="The Brief")
    sign_in(desk, "imogen@sundayrunbook.example", newsletter=other)
    assert texts(tree_of(desk.get(REVENUE)), ".mast .menu__list a") == [
        "Settings",
        "Public rate card",
        "Your account",
        "Audit trail",
        "All newsletters",
        "The Brief",
    ]


def report_path(session: Session, newsletter: Newsletter) -> str:
    slot_id = slot_on(session, newsletter, date(2026, 11, 15)).id
    booking = occupants_of(session, [slot_id])[slot_id]
    assert booking.order is not None
    return f"/orders/{booking.order.token}/report/{booking.id}"


def test_by_an_orders_link_one_sees_that_order_whoever_is_signed_in(
    client: CheckedClient, desk: CheckedClient, app: Flask, session: Session, season: Newsletter
) -> None:
    path = report_path(session, season)
    for browser in (desk, app.test_client()):
        tree = tree_of(browser.get(path))
        assert texts(tree, ".mast__nav a") == ["Bookings", "Reports"]
        assert texts(tree, '.mast__nav a[aria-current="page"]') == ["Reports"]
        first = tree.css_first(".mast__nav a")
        assert first is not None and first.attributes["href"] == path.split("/report")[0]
        assert words(tree.css_first(".mast__cta")) == "Book more dates"


def test_a_sponsor_signed_in_sees_all_that_is_his(
    client: CheckedClient, clock: None, session: Session, season: Newsletter, sign_in: SignIn
) -> None:
    sign_in(client, "ads@tidewatch.example")
    booking_id = report_path(session, season).rsplit("/", 1)[1]
    tree = tree_of(client.get(f"/bookings/{booking_id}/report"))
    assert texts(tree, ".mast__nav a") == ["Bookings", "Copy 1 to write", "Reports"]


@pytest.mark.parametrize(
    ("endpoint", "pages", "item"),
    [
        ("desk.show_docket", TEAM_PAGES, "calendar"),
        ("payments.list_invoices", TEAM_PAGES, "revenue"),
        ("assembly.fill_draft", TEAM_PAGES, "issue"),
        ("creative.list_queue", TEAM_PAGES, "review"),
        ("creative.write_copy", SPONSOR_PAGES, "copy"),
        ("storefront.show_order", SPONSOR_PAGES, "bookings"),
        ("payments.checkout", SPONSOR_PAGES, ""),
        (None, TEAM_PAGES, ""),
    ],
)
def test_a_page_belongs_to_an_item(endpoint: str | None, pages: dict[str, str], item: str) -> None:
    assert current_item(endpoint, pages) == item


def test_mails_have_no_masthead(app: Flask) -> None:
    assert masthead_values() == {}


def test_a_database_that_goes_away_at_any_moment_is_said_so(desk: CheckedClient, season: Newsletter) -> None:
    with counted_queries() as statements:
        desk.get(REVENUE)
    for most in range(0, len(statements), 3):
        left = iter(range(most))

        def refuse(*_more: object, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise OperationalError("SELECT", {}, Exception("the connection is gone"))

        event.listen(db.engine, "before_cursor_execute", refuse)
        try:
            answer = desk.get(REVENUE)
        finally:
            event.remove(db.engine, "before_cursor_execute", refuse)
        assert answer.status_code == 503, f"after {most} statements"
        assert "Too busy just now." in answer.get_data(as_text=True)
