"""The rows behind a figure add up to it, on the page and in the file; addresses that make no sense get a sentence."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.accounts.rules import TeamRole
from sponsorship.booking.models import Booking
from sponsorship.booking.rules import BookingKind, BookingState, CreditOrigin
from sponsorship.booking.services import grant_credits
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.services import recognise_booking
from sponsorship.reporting.queries import get_figure_rows, get_outlook, get_revenue, read_filters
from sponsorship.reporting.rules import FIXED_PERIODS, ExportKind, FigureKind, Period, scope_of
from tests.factories.assembly import sell_slot
from tests.factories.booking import make_sponsor
from tests.factories.desk import furnish
from tests.factories.inventory import make_newsletter, slot_on
from tests.page_checks import CheckedClient

TODAY = date(2026, 11, 19)
SignIn = Callable[..., Any]


@pytest.fixture(autouse=True)
def at_nine_forty(app: Flask, now: datetime) -> Iterator[None]:
    """The clock stands."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def season(newsletter: Newsletter, now: datetime) -> Newsletter:
    """The newsletter in the middle of its season."""
    with transaction() as session:
        furnish(session, newsletter, now=now)
    return newsletter


@pytest.fixture
def desk(client: CheckedClient, season: Newsletter, sign_in: SignIn) -> CheckedClient:
    """The publisher's browser."""
    sign_in(client, "imogen@runbook.example", newsletter=season)
    return client


@pytest.mark.parametrize("period", FIXED_PERIODS)
@pytest.mark.parametrize("placement", [None, 0])
def test_every_figure_is_the_sum_of_its_rows(
    session: Session, season: Newsletter, now: datetime, period: Period, placement: int | None
) -> None:
    chosen = None if placement is None else season.placements[placement].id
    scope = scope_of(period, TODAY, placement_id=chosen)
    report = get_revenue(session, season, scope, now)
    money, slots, not_run = report.figures.money, report.figures.slots, report.not_run
    figures = {
        FigureKind.BOOKED: money.booked_minor, FigureKind.COLLECTED: money.collected_minor,
        FigureKind.OUTSTANDING: money.outstanding_minor, FigureKind.LATE: report.figures.late_minor,
        FigureKind.WRITTEN_OFF: money.written_off_minor, FigureKind.RECOGNISED: money.recognised_minor,
        FigureKind.DEFERRED: not_run.deferred_minor, FigureKind.DEFERRED_GROSS: not_run.deferred_gross_minor,
        FigureKind.SELLABLE: slots.sellable, FigureKind.SOLD: slots.sold, FigureKind.HELD: slots.held,
        FigureKind.OPEN: slots.open, FigureKind.UNSOLD: slots.unsold, FigureKind.HOUSE: slots.house,
    }  # fmt: skip
    assert set(figures) == set(FigureKind)
    found = {kind: get_figure_rows(session, season, scope, kind, now).total for kind in FigureKind}
    assert found == figures


def test_what_ran_is_recognised_and_what_is_paid_and_has_not_run_is_deferred(
    session: Session, season: Newsletter, now: datetime
) -> None:
    with transaction() as own:
        for booking in own.query(Booking).filter_by(state=BookingState.RAN, kind=BookingKind.SALE):
            recognise_booking(own, booking=booking, now=now)
    report = get_revenue(session, season, scope_of(Period.QUARTER, TODAY), now)
    # Primary and Sponsored of 15 November ran; of the rest 5,300 is paid, 300 and 1,650 are billed and unpaid
    assert report.figures.money.recognised_minor == 165_000 + 85_000
    assert report.not_run.deferred_gross_minor == 890_000 - 250_000
    assert report.not_run.deferred_minor == 890_000 - 250_000 - 30_000 - 165_000


def test_the_page_of_rows_shows_the_figure_and_leads_to_each_row(desk: CheckedClient) -> None:
    tree = LexborHTMLParser(desk.get("/desk/sunday-runbook/revenue").get_data(as_text=True))
    links = [node.attributes["href"] or "" for node in tree.css(".sum__fig a")]
    assert len(links) == 4 and all("/revenue/rows/" in link for link in links)
    rows = LexborHTMLParser(desk.get(links[2]).get_data(as_text=True))
    assert "Outstanding: $2,800.00, from 3 bookings." in " ".join(rows.css_first("h1").text(separator=" ").split())
    assert [row.css_first(".col-amt").text() for row in rows.css("tbody tr")] == ["$850.00", "$300.00", "$1,650.00"]
    assert rows.css_first("tfoot .col-amt").text() == "$2,800.00"
    assert rows.css("tbody a[href*='/invoices/']")


def test_the_file_of_rows_says_what_the_page_says(desk: CheckedClient, session: Session) -> None:
    text = desk.get("/desk/sunday-runbook/revenue/rows/outstanding.csv").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert [row["Amount"] for row in rows] == ["850.00", "300.00", "1650.00"]
    assert [row["Sponsor"] for row in rows] == ["Tallyhook", "Peat Systems", "Tallyhook"]
    entry = session.query(AuditEntry).filter_by(action="exported").one()
    assert entry.actor == "imogen@runbook.example" and entry.after["table"] == "outstanding"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("period=custom&from=2026-11-01", "Give both days of the period"),
        ("period=custom&from=2026-12-01&to=2026-11-01", "must end after it begins"),
        ("period=custom&from=1026-12-01&to=1026-12-03", "between 1990 and 2200"),
        ("placement=banner", "no such placement"),
        ("sponsor=999999", "no such sponsor"),
        ("sponsor=²", "no such sponsor"),
        ("period=fortnight", "There is no such period"),
    ],
)
def test_an_address_that_makes_no_sense_gets_a_sentence(desk: CheckedClient, words: str, sentence: str) -> None:
    for page in ("revenue", "revenue/outlook", "revenue/rows/booked"):
        answer = desk.get(f"/desk/sunday-runbook/{page}?{words}")
        assert answer.status_code == 422 and sentence in answer.get_data(as_text=True)


def test_the_filters_narrow_figures_and_stay_in_the_links(desk: CheckedClient, season: Newsletter) -> None:
    html = desk.get("/desk/sunday-runbook/revenue?placement=primary").get_data(as_text=True)
    tree = LexborHTMLParser(html)
    assert "Primary this quarter is 44% sold." in html
    assert tree.css_first(".sum__fig").text() == "$6,600"
    assert all("placement=primary" in (node.attributes["href"] or "") for node in tree.css(".sum__fig a, .seg a"))


def test_of_one_sponsor_the_page_says_how_many_slots_they_have(desk: CheckedClient, session: Session) -> None:
    filters = read_filters(session, session.query(Newsletter).one(), {}, TODAY)
    tallyhook = next(key for key, name in filters.sponsors if name == "Tallyhook")
    html = desk.get(f"/desk/sunday-runbook/revenue?sponsor={tallyhook}").get_data(as_text=True)
    assert "Tallyhook has 2 slots this quarter." in html
    foreign = desk.get(f"/desk/sunday-runbook/revenue/rows/booked?sponsor={tallyhook}").get_data(as_text=True)
    assert "Tallyhook" in foreign and "Cinderbox</td>" not in foreign


def test_another_newsletters_desk_is_closed_and_an_unknown_figure_is_nothing(
    desk: CheckedClient, now: datetime
) -> None:
    with transaction() as session:
        make_newsletter(session, now=now, slug="other-letter")
    for page in ("revenue/outlook", "revenue/rows/booked", "exports", "exports/orders.csv"):
        assert desk.get(f"/desk/other-letter/{page}").status_code == 404
    assert desk.get("/desk/sunday-runbook/revenue/rows/happiness").status_code == 404
    assert desk.get("/desk/sunday-runbook/exports/secrets.csv").status_code == 404


def test_the_outlook_says_pace_yield_and_forecast_from_the_same_rows(
    desk: CheckedClient, session: Session, season: Newsletter, now: datetime
) -> None:
    scope = scope_of(Period.QUARTER, TODAY)
    outlook, report = get_outlook(session, season, scope, now), get_revenue(session, season, scope, now)
    assert sum(row.booked_minor for row in outlook.yields) == report.figures.money.booked_minor
    assert sum(row.slots.sellable for row in outlook.yields) == report.figures.slots.sellable
    cells = [cell for _, line in outlook.sell_through.rows for cell in line if cell]
    assert sum(cell.sold for cell in cells) == report.figures.slots.sold
    assert outlook.ahead.forecast is None  # three quarters must be over
    html = desk.get("/desk/sunday-runbook/revenue/outlook").get_data(as_text=True)
    assert "Q1 2027 cannot be forecast yet" in html and "7 of 9" not in html
    assert "Primary" in html and "no earlier year" in html


def test_what_is_owed_in_slots_is_listed_until_it_is_used_or_ends(
    desk: CheckedClient, session: Session, season: Newsletter, now: datetime
) -> None:
    with transaction() as own:
        letter = own.merge(season)
        sponsor = make_sponsor(own, letter, name="Tidewatch", email="ads@tidewatch.example", now=now)
        primary = letter.placements[0]
        grant_credits(own, sponsor=sponsor, newsletter=letter, slots=2, placement=primary, value_minor=300_000,
                      origin=CreditOrigin.BOUGHT, actor="Imogen", now=now)  # fmt: skip
        grant_credits(own, sponsor=sponsor, newsletter=letter, slots=1, origin=CreditOrigin.MADE_GOOD,
                      expires_on=date(2026, 12, 31), actor="Imogen", now=now)  # fmt: skip
        grant_credits(own, sponsor=sponsor, newsletter=letter, slots=5, expires_on=date(2026, 11, 18), actor="Imogen",
                      now=now)  # fmt: skip
    found = get_outlook(session, season, scope_of(Period.QUARTER, TODAY), now).liability
    assert (found.slots, found.paid_minor) == (3, 300_000)
    assert [(row.origin, row.slots, row.worth_minor) for row in found.rows] == [
        (CreditOrigin.MADE_GOOD, 1, 0), (CreditOrigin.BOUGHT, 2, 330_000),
    ]  # fmt: skip
    html = desk.get("/desk/sunday-runbook/revenue/outlook").get_data(as_text=True)
    assert "3 slots owed; $3,000 was paid for them" in html and "Make-good" in html


@pytest.mark.parametrize("table", [kind.value for kind in ExportKind])
def test_every_table_comes_as_csv_and_as_a_workbook(desk: CheckedClient, table: str) -> None:
    text = desk.get(f"/desk/sunday-runbook/exports/{table}.csv")
    rows = list(csv.reader(io.StringIO(text.get_data(as_text=True).lstrip("\ufeff"))))
    expected = {"orders": 9, "bookings": 12, "invoices": 8, "sponsors": 7, "clicks": 1, "reports": 1}[table]
    assert text.mimetype == "text/csv" and len(rows) - 1 == expected, rows
    assert "attachment" in text.headers["Content-Disposition"]
    book = desk.get(f"/desk/sunday-runbook/exports/{table}.xlsx")
    assert book.get_data()[:2] == b"PK"


def test_a_role_takes_out_only_what_it_covers(app: Flask, season: Newsletter, sign_in: SignIn) -> None:
    app.test_client_class = CheckedClient
    allowed = {
        TeamRole.VIEWER: {"clicks", "reports"}, TeamRole.FINANCE: {"orders", "bookings", "invoices", "clicks", "reports"},
        TeamRole.SALES: {"orders", "bookings", "sponsors", "clicks", "reports"},
    }  # fmt: skip
    for role, tables in allowed.items():
        browser = app.test_client()
        sign_in(browser, f"{role.value}@runbook.example", newsletter=season, role=role)
        answers = {kind.value: browser.get(f"/desk/sunday-runbook/exports/{kind.value}.csv") for kind in ExportKind}
        assert {table for table, answer in answers.items() if answer.status_code == 200} == tables
        assert all(answer.status_code in (200, 403) for answer in answers.values())
        page = browser.get("/desk/sunday-runbook/exports").get_data(as_text=True)
        assert page.count("Not covered by your role") == len(ExportKind) - len(tables)


def test_a_name_that_looks_like_a_formula_is_text_in_the_table(
    desk: CheckedClient, season: Newsletter, now: datetime
) -> None:
    with transaction() as session:
        sell_slot(session, slot_on(session, season, date(2026, 12, 27)), now=now, sponsor_name="=HYPERLINK(1) Ltd")
    text = desk.get("/desk/sunday-runbook/exports/bookings.csv").get_data(as_text=True)
    assert ",'=HYPERLINK(1) Ltd," in text and ",=HYPERLINK" not in text
