"""The report's page, and who may see it."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.orm import Session

from sponsorship.booking.services import block_slot
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.services import plan_issues
from tests.factories.assembly import sell_slot
from tests.factories.inventory import make_newsletter, slot_on
from tests.page_checks import CheckedClient
from tests.reporting.conftest import RAN, Printed, run_earlier, tell_delivered

SignIn = Callable[..., Any]


@pytest.fixture(autouse=True)
def at_nine_forty(app: Flask, now: datetime) -> Iterator[None]:
    """The clock stands."""
    with time_machine.travel(now, tick=False):
        yield


def words(html: str) -> str:
    """The page's text with blanks as one."""
    body = LexborHTMLParser(html).css_first("main")
    assert body is not None
    return " ".join(body.text(separator=" ").split())


def order_report(printed: Printed) -> str:
    return f"/orders/{printed.token}/report/{printed.booking_id}"


def test_whoever_holds_the_orders_link_sees_its_report(client: CheckedClient, printed: Printed) -> None:
    answer = client.get(order_report(printed))
    text = words(answer.get_data(as_text=True))
    assert answer.status_code == 200
    assert "52 people clicked." in text
    assert "40 at the top, 12 at the foot" in text
    assert "Of 82 requests" in text and "Known robots and libraries" in text
    assert "Know what your containers do" in text and "Try it on one node" in text


def test_the_link_opens_its_own_bookings_only(client: CheckedClient, printed: Printed) -> None:
    assert client.get(f"/orders/{printed.token}/report/{printed.other_booking_id}").status_code == 404
    assert client.get(f"/orders/nobody/report/{printed.booking_id}").status_code == 404
    assert client.get(f"/orders/{printed.token}/report/999999999999").status_code == 404


def test_a_rate_stands_only_where_the_number_delivered_is_known(
    client: CheckedClient, newsletter: Newsletter, printed: Printed, now: datetime
) -> None:
    before = words(client.get(order_report(printed)).get_data(as_text=True))
    assert "Click-through rate" not in before
    assert "How many were delivered is not known yet, so there is no rate." in before
    tell_delivered(newsletter, RAN, 26_000, now)
    text = words(client.get(order_report(printed)).get_data(as_text=True))
    assert "0.20%" in text and "Of 26,000 delivered" in text
    assert "52 of 26,000 delivered. Chance apart, 19 times in 20 the true rate lies between 0.15% and 0.26%." in text


def test_clicks_are_compared_with_the_usual_of_the_placement(
    client: CheckedClient, newsletter: Newsletter, printed: Printed, now: datetime
) -> None:
    days = [date(2026, 10, day) for day in (4, 11, 18)]
    with transaction() as session:
        plan_issues(session, newsletter=newsletter, first=days[0], last=days[-1])
    run_earlier(newsletter, days, [20, 26, 60], now)
    for day in (*days, RAN):
        tell_delivered(newsletter, day, 26_000, now)
    html = client.get(order_report(printed)).get_data(as_text=True)
    assert "52 people clicked: 2.0 times the usual for a Primary slot." in words(html)
    assert "Second-best Primary of the last 4 that ran." in words(html)
    assert "Against other Primary slots" in words(html) and "median for Primary: 0.10%" in words(html)
    assert LexborHTMLParser(html).css_first("#chart-rates") is not None


def test_the_chart_says_in_words_and_in_a_table_what_it_draws(client: CheckedClient, printed: Printed) -> None:
    tree = LexborHTMLParser(client.get(order_report(printed)).get_data(as_text=True))
    chart = tree.css_first("#chart-clicks")
    assert chart is not None and "Half had come by Sun 15 Nov 09:00." in (chart.attributes["aria-label"] or "")
    table = tree.css_first(".figures table")
    assert table is not None
    rows = [[cell.text(strip=True) for cell in row.css("th, td")] for row in table.css("tbody tr")]
    assert rows == [["Sun 15 Nov 08:00", "40", "30"], ["Mon 16 Nov 09:00", "12", "0"]]


def test_before_the_issue_there_is_nothing_to_report(
    client: CheckedClient, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as session:
        booking = sell_slot(session, slot_on(session, newsletter, date(2026, 12, 6)), now=now)
        assert booking.order is not None
        path = f"/orders/{booking.order.token}/report/{booking.id}"
    text = words(client.get(path).get_data(as_text=True))
    assert "Nothing to report yet." in text
    assert "No. 814 goes out on Sun 6 Dec 2026. Clicks are counted from then on." in text


def test_an_issue_that_went_out_without_links_says_so(client: CheckedClient, printed: Printed) -> None:
    text = words(client.get(f"/orders/{printed.other_token}/report/{printed.other_booking_id}").get_data(as_text=True))
    assert "Nothing to report." in text and "went out without tracked links" in text


def test_signed_in_the_team_and_the_sponsors_people_see_it_and_nobody_else(
    app: Flask, newsletter: Newsletter, printed: Printed, now: datetime, sign_in: SignIn
) -> None:
    with transaction() as session:
        other = make_newsletter(session, now=now, slug="other-letter")
    path = f"/bookings/{printed.booking_id}/report"
    app.test_client_class = CheckedClient
    people = {"imogen@runbook.example": newsletter, "rival@letter.example": other}
    answers = {}
    for email in (*people, "ads@cinderbox.example", "ads@mooring.example", None):
        browser = app.test_client()
        if email:
            sign_in(browser, email, newsletter=people.get(email))
        answers[email] = browser.get(path)
    assert {email: answer.status_code for email, answer in answers.items()} == {
        "imogen@runbook.example": 200, "rival@letter.example": 404, "ads@cinderbox.example": 200,
        "ads@mooring.example": 404, None: 302,
    }  # fmt: skip
    assert "/sign-in" in answers[None].headers["Location"]
    assert "Run it again?" in answers["ads@cinderbox.example"].get_data(as_text=True)
    assert "Run it again?" not in answers["imogen@runbook.example"].get_data(as_text=True)


def test_what_was_not_sold_has_no_report(
    client: CheckedClient, session: Session, newsletter: Newsletter, now: datetime, sign_in: SignIn
) -> None:
    with transaction() as own:
        slot = slot_on(own, newsletter, date(2026, 12, 6))
        block_id = block_slot(own, slot=slot, reason="Survey", actor="Imogen", now=now).id
    sign_in(client, "imogen@runbook.example", newsletter=newsletter)
    assert client.get(f"/bookings/{block_id}/report").status_code == 404
