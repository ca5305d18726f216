"""A campaign's report: the same figures through every door, shared links that end, and one mail a week after the run."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.accounts.rules import TeamRole
from sponsorship.booking.models import Booking, Order
from sponsorship.core.db import transaction
from sponsorship.core.mail import Mail
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.services import plan_issues
from sponsorship.reporting.models import ReportShare
from sponsorship.reporting.queries import get_campaign_report, get_placement_report, list_standings
from sponsorship.reporting.services import mail_reports, share_report
from sponsorship.tracking.models import Click, ClickHour, TrackedLink
from sponsorship.tracking.services import repoint_links
from tests.factories.desk import click
from tests.page_checks import CheckedClient
from tests.queries import counted_queries
from tests.reporting.conftest import RAN, Printed, run_earlier, tell_delivered

SignIn = Callable[..., Any]


@pytest.fixture(autouse=True)
def at_nine_forty(app: Flask, now: datetime) -> Iterator[None]:
    """The clock stands."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def order(session: Session, printed: Printed) -> Order:
    """The order of the Primary that ran on 15 November."""
    return session.scalars(select(Order).where(Order.token == printed.token)).one()


def words(html: str) -> str:
    """The page's main text with blanks as one."""
    body = LexborHTMLParser(html).css_first("main")
    assert body is not None
    return " ".join(body.text(separator=" ").split())


def test_sponsor_publisher_shared_link_and_file_say_the_same_figures(
    app: Flask, session: Session, newsletter: Newsletter, printed: Printed, order: Order, now: datetime, sign_in: SignIn
) -> None:
    tell_delivered(newsletter, RAN, 26_000, now)
    with transaction() as own:
        share = share_report(own, order=own.get_one(Order, order.id), days=7, actor="imogen@runbook.example", now=now)
        shared = f"/reports/{share.token}"
    app.test_client_class = CheckedClient
    stranger, publisher = app.test_client(), app.test_client()
    sign_in(publisher, "imogen@runbook.example", newsletter=newsletter)
    pages = [
        words(browser.get(path).get_data(as_text=True))
        for browser, path in (
            (stranger, f"/orders/{printed.token}/report"), (stranger, shared), (publisher, f"/campaigns/{order.id}/report")
        )
    ]  # fmt: skip
    for page in pages:
        assert "52 people clicked on 1 placement." in page
        assert "0.20%" in page and "Of 26,000 delivered" in page and "0.15% and 0.26%" in page
        assert "23% of them by the echo" in page and "Of 82 requests" in page
        assert "Known robots and libraries" in page and "$31.73" in page and "$63.46 per thousand" in page
    text = stranger.get(f"/orders/{printed.token}/report.csv").get_data(as_text=True)
    row = next(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert (row["Every hit"], row["Taken out"], row["People"], row["By the echo"]) == ("82", "30", "52", "12")
    assert float(row["Rate"]) == pytest.approx(52 / 26_000)
    assert stranger.get(f"{shared}.csv").get_data(as_text=True) == text
    assert publisher.get(f"/campaigns/{order.id}/report.xlsx").get_data()[:2] == b"PK"


def test_a_link_pointed_elsewhere_is_said_on_both_reports_and_reached_from_the_teams(
    app: Flask, newsletter: Newsletter, printed: Printed, order: Order, now: datetime, sign_in: SignIn
) -> None:
    with transaction() as own:
        repoint_links(
            own, booking=own.get_one(Booking, printed.booking_id), destination="https://cinderbox.example/again",
            note="The first page was down.", changed_by="Imogen Hale", now=now,
        )  # fmt: skip
    app.test_client_class = CheckedClient
    sponsor, editor, reader = app.test_client(), app.test_client(), app.test_client()
    sign_in(editor, "imogen@runbook.example", newsletter=newsletter)
    sign_in(reader, "rhea@runbook.example", newsletter=newsletter, role=TeamRole.VIEWER)
    way = f"/bookings/{printed.booking_id}/destination"
    changed = "from https://cinderbox.example/start to https://cinderbox.example/again. The first page was down."
    campaign = words(sponsor.get(f"/orders/{printed.token}/report").get_data(as_text=True))
    assert f"pointed the links of Primary in No. 811 {changed}" in campaign
    for browser, path, may in (
        (sponsor, f"/orders/{printed.token}/report/{printed.booking_id}", False),
        (editor, f"/bookings/{printed.booking_id}/report", True),
        (reader, f"/bookings/{printed.booking_id}/report", False),
    ):
        page = browser.get(path).get_data(as_text=True)
        assert f"pointed the links {changed}" in words(page)
        assert (way in page) is may
    assert way in editor.get(f"/issues/{printed.issue_id}").get_data(as_text=True)
    assert editor.get(way).status_code == 200


def test_the_report_of_a_placement_and_of_its_campaign_are_one(
    session: Session, newsletter: Newsletter, printed: Printed, order: Order, now: datetime
) -> None:
    days = [date(2026, 10, day) for day in (4, 11, 18)]
    with transaction() as own:
        plan_issues(own, newsletter=newsletter, first=days[0], last=days[-1])
    run_earlier(newsletter, days, [20, 60, 26], now)
    (row,) = get_campaign_report(session, order, now).rows
    one = get_placement_report(session, order.bookings[0], now)
    assert (row.hits, row.human, row.unique) == (one.clicks.hits, one.clicks.human, one.clicks.unique)
    assert row.unique == one.own.people and row.at_foot == one.numbers.at_foot
    assert row.taken_out == one.taken_out and row.net_minor == one.own.net_minor
    assert (row.percentile, row.compared) == (pytest.approx(2 / 3), 3)
    assert one.others[0].people == 26 and len(one.others) == row.compared


def test_the_sums_are_those_of_the_raw_clicks_late_ones_included(
    session: Session, printed: Printed, order: Order, now: datetime
) -> None:
    links = select(TrackedLink.id).where(TrackedLink.booking_id == printed.booking_id)
    with transaction() as own:
        late = own.scalars(select(TrackedLink).where(TrackedLink.id.in_(links)).order_by(TrackedLink.id)).first()
        assert late is not None
        others = own.scalars(select(ClickHour).where(ClickHour.link_id.not_in(links))).all()
        before = {(row.link_id, row.hour): row.hits for row in others}
        click(own, late, people=3, scanners=2, start=now - timedelta(hours=2), first=900)
    raw = session.execute(
        select(func.count(), func.count().filter(Click.reason.is_(None)), func.count().filter(Click.is_unique))
        .where(Click.link_id.in_(links))
    ).one()  # fmt: skip
    report = get_campaign_report(session, order, now)
    assert (report.numbers.hits, report.numbers.human, report.numbers.unique) == tuple(raw) == (87, 55, 55)
    assert sum(row.people for row in report.days) == 55 and sum(hits for _, hits in report.exclusions) == 32
    rows = session.scalars(select(ClickHour).where(ClickHour.link_id.not_in(links))).all()
    assert {(row.link_id, row.hour): row.hits for row in rows} == before


def test_days_are_cut_on_the_newsletters_clock(session: Session, order: Order, now: datetime) -> None:
    days = get_campaign_report(session, order, now).days
    assert [(row.day, row.people, row.taken_out) for row in days] == [
        (date(2026, 11, 15), 40, 30), (date(2026, 11, 16), 12, 0),
    ]  # fmt: skip


def test_a_report_is_printed(client: CheckedClient, printed: Printed) -> None:
    for path in ("report.pdf", f"report.pdf?placement={printed.booking_id}"):
        answer = client.get(f"/orders/{printed.token}/{path}")
        assert answer.mimetype == "application/pdf" and answer.get_data().startswith(b"%PDF-1.7")
    foreign = client.get(f"/orders/{printed.token}/report.pdf?placement={printed.other_booking_id}")
    assert foreign.status_code == 404


def test_a_shared_link_opens_the_report_until_it_ends_or_is_taken_back(
    client: CheckedClient, session: Session, printed: Printed, now: datetime
) -> None:
    page = f"/orders/{printed.token}/report"
    made = client.post_form(f"{page}/shares", {"days": "7"}, page=page)
    assert made.status_code == 303
    share = session.scalars(select(ReportShare)).one()
    shared = f"/reports/{share.token}"
    assert client.get(shared).status_code == 200
    assert client.get(f"{shared}/{printed.booking_id}").status_code == 200
    assert client.get(f"{shared}/{printed.other_booking_id}").status_code == 404
    assert client.get(f"{shared}.pdf").status_code == 200
    html = client.get(shared).get_data(as_text=True)
    assert printed.token not in html and "Share this report" not in html
    with time_machine.travel(now + timedelta(days=7), tick=False):
        over = client.get(shared)
        assert over.status_code == 410 and "has ended" in over.get_data(as_text=True)
    client.post_form(f"{page}/shares/{share.id}/revoke", page=page)
    assert client.get(shared).status_code == 410 and client.get(f"{shared}.csv").status_code == 410
    assert client.get("/reports/nobody").status_code == 404


def test_a_link_for_a_time_that_is_not_offered_is_refused(client: CheckedClient, printed: Printed) -> None:
    page = f"/orders/{printed.token}/report"
    for days in ("8", "", "-7", "9" * 30):
        answer = client.post_form(f"{page}/shares", {"days": days}, page=page)
        assert answer.status_code == 422 and "7, 30 or 90 days" in answer.get_data(as_text=True)


def test_another_orders_link_cannot_be_taken_back(
    client: CheckedClient, session: Session, printed: Printed, order: Order, now: datetime
) -> None:
    with transaction() as own:
        share = share_report(own, order=own.get_one(Order, order.id), days=7, actor="x", now=now)
    page = f"/orders/{printed.other_token}/report"
    answer = client.post_form(f"{page}/shares/{share.id}/revoke", page=page)
    assert answer.status_code == 404 and session.scalars(select(ReportShare)).one().revoked_at is None


def test_who_may_read_and_share_a_campaign(
    app: Flask, newsletter: Newsletter, printed: Printed, order: Order, sign_in: SignIn
) -> None:
    app.test_client_class = CheckedClient
    found = {}
    for name, role in (("owner", TeamRole.OWNER), ("viewer", TeamRole.VIEWER)):
        browser = app.test_client()
        sign_in(browser, f"{name}@runbook.example", newsletter=newsletter, role=role)
        page = browser.get(f"/campaigns/{order.id}/report")
        assert page.status_code == 200
        found[name] = "Share this report" in page.get_data(as_text=True)
    assert found == {"owner": True, "viewer": False}
    rival = app.test_client()
    sign_in(rival, "ads@mooring.example")
    assert rival.get(f"/campaigns/{order.id}/report").status_code == 404
    assert rival.get(f"/campaigns/{order.id}/report.csv").status_code == 404


def test_the_sponsor_is_told_once_a_week_after_the_run(
    session: Session, printed: Printed, order: Order, now: datetime
) -> None:
    week = order.bookings[0].slot.issue.publish_at + timedelta(days=7)

    def told(at: datetime) -> int:
        with transaction() as own:
            return mail_reports(own, now=at)

    assert told(week - timedelta(minutes=1)) == 0
    assert told(week) == 1 and told(week + timedelta(hours=1)) == 0
    mail = session.scalars(select(Mail).where(Mail.key.like("report:%"))).one()
    assert "52 people clicked" in mail.text and f"/orders/{printed.token}/report" in mail.text
    assert told(week + timedelta(days=15)) == 0


def test_figures_of_many_take_a_fixed_number_of_queries(session: Session, printed: Printed) -> None:
    with counted_queries() as one:
        list_standings(session, [printed.booking_id])
    with counted_queries() as two:
        list_standings(session, [printed.booking_id, printed.other_booking_id])
    assert len(one) == len(two)
