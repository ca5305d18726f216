"""The publisher's list of debtors: what is owed, money from the bank, reminders; and who may."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.accounts.rules import TeamRole
from sponsorship.core.db import db, transaction
from sponsorship.core.mail import Mail
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import Invoice
from sponsorship.payments.rules import InvoiceState
from sponsorship.payments.services import confirm_on_invoice
from tests.factories.booking import detailed_order
from tests.factories.inventory import make_newsletter, slot_on

SignIn = Callable[..., User]
LIST = "/desk/sunday-runbook/invoices"


def owe(newsletter: Newsletter, day: date, now: datetime, key: str = "primary") -> int:
    """One open invoice over one slot; returns its id."""
    with transaction() as session:
        slots = [slot_on(session, newsletter, day, key)]
        order = detailed_order(session, newsletter, slots, now=now - timedelta(minutes=2), purchase_order_number="PO-7")
        assert order.sponsor is not None
        order.sponsor.may_pay_by_invoice = True
        return confirm_on_invoice(session, order=order, now=now).id


def text_of(html: str, selector: str) -> str:
    node = LexborHTMLParser(html).css_first(selector)
    return " ".join(node.text().split()) if node is not None else ""


@pytest.fixture
def desk(client: FlaskClient, newsletter: Newsletter, sign_in: SignIn) -> FlaskClient:
    """The bookkeeper, signed in."""
    sign_in(client, "ada@sundayrunbook.example", newsletter=newsletter, role=TeamRole.FINANCE)
    return client


def test_nobody_owes_anything(desk: FlaskClient) -> None:
    page = desk.get(LIST)
    assert page.status_code == 200
    assert text_of(page.text, "h1") == "Nobody owes you anything."
    assert "Every invoice is paid." in page.text


def test_debtors_stand_oldest_first_and_what_is_late_is_red(
    desk: FlaskClient, newsletter: Newsletter, now: datetime
) -> None:
    owe(newsletter, date(2026, 12, 13), now)
    owe(newsletter, date(2026, 12, 20), now - timedelta(days=16), key="sponsored")
    with time_machine.travel(now):
        page = desk.get(LIST)
    assert text_of(page.text, "h1") == "Two invoices are open, $2,500 in all, $850 of it late (1 invoice)."
    assert text_of(page.text, "h1 .owed") == "$850 of it late (1 invoice)."
    rows = [" ".join(row.text().split()) for row in LexborHTMLParser(page.text).css("table.ledger--fold tbody tr")]
    assert "2 days late" in rows[0] and "3 Dec" in rows[1]
    assert text_of(page.text, "tfoot .col-amt") == "$2,500.00"


def test_a_payment_in_part_and_the_rest(desk: FlaskClient, newsletter: Newsletter, now: datetime) -> None:
    invoice_id = owe(newsletter, date(2026, 12, 13), now)
    path, page = f"/invoices/{invoice_id}/payments", f"/invoices/{invoice_id}"
    answer = desk.post_form(path, {"amount": "650.00", "reference": "first"}, page=page)
    assert (answer.status_code, answer.location) == (303, LIST)
    shown = desk.get(LIST)
    assert "Payment recorded: $650.00." in shown.text
    assert text_of(shown.text, "table.ledger--fold tbody .col-amt") == "$1,000.00of $1,650.00"
    desk.post_form(path, {"amount": "1,000", "reference": "second"}, page=page)
    invoice = db.session.get_one(Invoice, invoice_id)
    assert (invoice.state, invoice.paid_minor) == (InvoiceState.PAID, 165_000)
    done = desk.get(LIST).text
    assert text_of(done, "h1") == "Nobody owes you anything."
    assert "2026-0001" in text_of(done, "section[aria-labelledby=h-closed]")


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"amount": "", "reference": "x"}, "amount", "Give the amount."),
        ({"amount": "a lot", "reference": "x"}, "amount", "Write the amount like 1650.00."),
        ({"amount": "0", "reference": "x"}, "amount", "The amount must be more than nothing."),
        ({"amount": "5", "reference": ""}, "reference", "Give the reference."),
        ({"amount": "5", "reference": "known"}, "reference", "A payment with this reference is recorded"),
    ],
)
def test_wrong_input_is_said_at_its_field(
    desk: FlaskClient, newsletter: Newsletter, now: datetime, fields: dict[str, str], field: str, said: str
) -> None:
    invoice_id = owe(newsletter, date(2026, 12, 13), now)
    path, page = f"/invoices/{invoice_id}/payments", f"/invoices/{invoice_id}"
    desk.post_form(path, {"amount": "1", "reference": "known"}, page=page)
    answer = desk.post_form(path, fields, page=page)
    assert answer.status_code == 422
    assert text_of(answer.text, f"#{field}-error").startswith(said)
    kept = {
        n.attributes["name"]: n.attributes.get("value") or ""
        for n in LexborHTMLParser(answer.text).css("#record .input")
    }
    assert kept == fields
    assert db.session.get_one(Invoice, invoice_id).paid_minor == 100


def test_what_is_settled_meanwhile_is_said(desk: FlaskClient, newsletter: Newsletter, now: datetime) -> None:
    invoice_id = owe(newsletter, date(2026, 12, 13), now)
    path, page = f"/invoices/{invoice_id}/payments", f"/invoices/{invoice_id}"
    desk.post_form(path, {"amount": "1650", "reference": "all"}, page=page)
    answer = desk.post_form(path, {"amount": "1650", "reference": "again"}, page=page)
    assert answer.status_code == 409
    assert "Nothing is owed on this invoice any more." in answer.text


def test_a_reminder_goes_out_once_a_day(
    desk: FlaskClient, newsletter: Newsletter, session: Session, now: datetime
) -> None:
    invoice_id = owe(newsletter, date(2026, 12, 13), now)
    said = []
    with time_machine.travel(now + timedelta(days=20)):
        for _ in range(2):
            answer = desk.post_form(f"/invoices/{invoice_id}/remind", page=f"/invoices/{invoice_id}")
            assert (answer.status_code, answer.location) == (303, LIST)
            page = desk.get(LIST).text
            said.append(text_of(page, ".toast"))
    assert said == [
        "Reminder sent to noor@tidewatch.example.",
        "A reminder went out today already. The next one can go tomorrow.",
    ]
    assert "Reminded today" in page
    keys = [mail.key for mail in session.scalars(db.select(Mail).where(Mail.key.startswith("reminder")))]
    assert keys == [f"reminder:{invoice_id}:2026-12-09"]


def test_a_reminder_from_elsewhere_goes_back_there(desk: FlaskClient, newsletter: Newsletter, now: datetime) -> None:
    path, page = f"/invoices/{owe(newsletter, date(2026, 12, 13), now)}/remind", LIST
    there = desk.post_form(path, {"next": "/desk/sunday-runbook/revenue?range=year"}, page=page)
    assert there.location == "/desk/sunday-runbook/revenue?range=year"
    assert desk.post_form(path, {"next": "//evil.example"}, page=page).location == LIST
    beside = desk.post_form(path, page=page, headers={"HX-Request": "true"})
    assert beside.status_code == 204
    assert json.loads(beside.headers["HX-Trigger"])["toast"]["kind"] == "error"  # it went out already


def test_only_the_newsletters_bookkeepers_write_and_foreigners_see_nothing(
    client: FlaskClient, newsletter: Newsletter, sign_in: SignIn, now: datetime
) -> None:
    invoice_id = owe(newsletter, date(2026, 12, 13), now)
    with transaction() as session:
        other = make_newsletter(session, now=now, slug="monday-paper", name="The Monday Paper")
    paths = [f"/invoices/{invoice_id}/payments", f"/invoices/{invoice_id}/remind"]
    sign_in(client, "editor@sundayrunbook.example", newsletter=newsletter, role=TeamRole.EDITOR)
    page = client.get(f"/invoices/{invoice_id}")
    assert page.status_code == 200
    assert "Record a payment" not in page.text and "Send reminder" not in page.text
    csrf = LexborHTMLParser(page.text).css_first("input[name=csrf_token]").attributes["value"]
    assert [client.post(p, data={"csrf_token": csrf}).status_code for p in paths] == [403, 403]
    sign_in(client, "owner@mondaypaper.example", newsletter=other)
    for path in (LIST, f"/invoices/{invoice_id}", "/invoices/999", f"/invoices/{10**30}"):
        assert client.get(path).status_code == 404
    assert [client.post(p, data={"csrf_token": csrf}).status_code for p in paths] == [404, 404]
