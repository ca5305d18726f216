"""Bookings and open invoices from a spreadsheet: shown first, kept whole or not at all, once; the books add up."""

from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry, User
from sponsorship.accounts.rules import TeamRole
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingKind, BookingState, OrderState
from sponsorship.booking.services import block_slot, book_archived
from sponsorship.core import outbox
from sponsorship.core.db import db, transaction
from sponsorship.core.mail import Mail
from sponsorship.inventory.models import Issue, Newsletter
from sponsorship.inventory.rhythm import anchor_before
from sponsorship.inventory.rules import IssueState
from sponsorship.inventory.services import make_sure_of_issue
from sponsorship.payments.models import Invoice, JournalEntry, JournalLine, Receipt
from sponsorship.payments.rules import Account, InvoiceState
from sponsorship.sponsors.models import Category, SalesPolicy, Sponsor
from sponsorship.sponsors.rules import RivalRule
from tests.factories.booking import confirmed_order, make_sponsor
from tests.factories.inventory import slot_on
from tests.page_checks import CheckedClient
from tests.payments.ledger_checks import check_books

PAGE = "/desk/sunday-runbook/import"
OWNER = "imogen@sundayrunbook.example"
DAY = date(2026, 12, 13)
HEAD = "Date,Placement,Sponsor,E-mail,Price,Invoice,Invoice date,Due date,Tax,Paid\n"
PAID = "2026-12-13,Primary,Tidewatch,noor@tidewatch.example,1500,,,,,2026-11-02\n"
OWED = "2026-12-20,Primary,Mooring,ada@mooring.example,1600,119,2026-11-03,2026-11-17,320,\n"
OWED_TOO = "2026-12-20,Sponsored,Mooring,,800,119,2026-11-03,2026-11-17,160,400\n"
RAN = "2026-10-25,Primary,Ropewalk,ben@ropewalk.example,1000,2026-0041,2026-10-20,2026-11-03,,\n"
FREE = "2027-01-03,Classified B,Helm,,0,,,,,\n"
NEW = "2027-01-10,Primary,Helm,helm@helm.example,1650,,,,,no\n"
WRONG = "2027-01-11,Primary,Buoy,buoy@buoy.example,1650,,,,,\n"
ALL = HEAD + PAID + OWED + OWED_TOO + RAN + FREE + NEW


@pytest.fixture
def desk(client: CheckedClient, newsletter: Newsletter, sign_in: Callable[..., User], clock: object) -> CheckedClient:
    """The newsletter's owner, signed in."""
    sign_in(client, OWNER, newsletter=newsletter)
    return client


def carried(page: str) -> dict[str, Any]:
    """What the form of a page would send, less its buttons."""
    form: dict[str, Any] = {}
    for node in LexborHTMLParser(page).css("main form input[name], main form select[name]"):
        name, chosen = str(node.attributes["name"]), node.css_first("option[selected]")
        form[name] = (chosen.attributes["value"] if chosen else None) or node.attributes.get("value") or ""
    return {name: value for name, value in form.items() if name not in ("csrf_token", "file")}


def look(desk: CheckedClient, text: str, **more: str) -> Any:
    return desk.post_form(PAGE, {"step": "look", "text": text, **more})


def bring(desk: CheckedClient, text: str, **more: str) -> Any:
    """Look at rows, and import what can be imported."""
    page = look(desk, text).text
    return desk.post_form(PAGE, carried(page) | {"step": "import", **more})


def anything(session: Session) -> list[object]:
    session.rollback()
    models = (Order, Booking, Invoice, JournalEntry, Sponsor)
    return [row for model in models for row in session.scalars(db.select(model))]


def orders(session: Session) -> dict[str, Order]:
    session.rollback()
    session.expire_all()
    return {order.sponsor.name: order for order in session.scalars(db.select(Order)) if order.sponsor}


def test_looking_says_what_becomes_of_each_row_and_keeps_nothing(desk: CheckedClient, session: Session) -> None:
    answer = look(desk, ALL + WRONG)
    assert answer.status_code == 200
    for said in (
        "6 rows can be imported.", "1 is wrong.", "Is booked, and paid: $1,500", "invoice 119 has $2,480 open, 2 days late",
        "Ran; invoice 2026-0041 has $1,000 open, 16 days late", "Is booked, for nothing.",
        "a new invoice, 2026-0043, has $1,650 open", "There is no issue on",
    ):  # fmt: skip
        assert said in answer.text, said
    assert anything(session) == []


def test_what_was_sold_elsewhere_is_booked_billed_and_in_the_books(desk: CheckedClient, session: Session) -> None:
    answer = bring(desk, ALL)
    assert answer.status_code == 303 and answer.location.endswith("/calendar")
    found = orders(session)
    assert set(found) == {"Tidewatch", "Mooring", "Ropewalk", "Helm"}
    assert all(order.state is OrderState.CONFIRMED for order in found.values())
    invoices = {i.number: i for i in session.scalars(db.select(Invoice))}
    joint, ran = invoices["119"], invoices["2026-0041"]
    assert (joint.net_minor, joint.tax_minor, joint.paid_minor) == (240_000, 48_000, 40_000)
    assert (joint.issued_on, joint.due_on, joint.open_minor) == (date(2026, 11, 3), date(2026, 11, 17), 248_000)
    assert len(joint.order.bookings) == 2 and "issued elsewhere" in str(joint.printed)
    assert ran.order.bookings[0].state is BookingState.RAN and ran.order.bookings[0].slot.issue.number == 808
    paid = found["Tidewatch"]
    assert invoices[paid.number].state is InvoiceState.PAID and paid.net_minor == 150_000
    check_books(session)


def test_the_books_count_it_for_the_days_on_which_it_happened(desk: CheckedClient, session: Session) -> None:
    bring(desk, ALL)
    session.rollback()
    lines = session.scalars(db.select(JournalLine).join(JournalEntry)).all()
    earned = [line for line in lines if line.account is Account.REVENUE]
    assert [(line.amount_minor, line.entry.effective_on) for line in earned] == [(-100_000, date(2026, 10, 25))]
    bank = {line.amount_minor: line.entry.effective_on for line in lines if line.account is Account.BANK}
    assert bank == {150_000: date(2026, 11, 2), 40_000: date(2026, 11, 3)}
    owed = sum(line.amount_minor for line in lines if line.account is Account.RECEIVABLE)
    assert owed == 248_000 + 100_000 + 165_000
    assert [r.received_at.date() for r in session.scalars(db.select(Receipt))] == [date(2026, 11, 2), date(2026, 11, 3)]


def test_nobody_is_written_to(desk: CheckedClient, session: Session, now: datetime) -> None:
    bring(desk, ALL)
    with transaction() as writing:
        outbox.deliver_within(writing, now)
    session.rollback()
    assert session.scalars(db.select(Mail)).all() == []


def test_our_numbers_go_on_behind_those_that_look_like_ours(desk: CheckedClient, session: Session) -> None:
    bring(desk, HEAD + RAN)
    bring(desk, HEAD + NEW)
    session.rollback()
    assert sorted(i.number for i in session.scalars(db.select(Invoice))) == ["2026-0041", "2026-0042"]


def test_the_same_file_twice_changes_nothing(desk: CheckedClient, session: Session) -> None:
    bring(desk, ALL)
    before = len(anything(session))
    again = look(desk, ALL)
    assert "6 are here already." in again.text and "Imported already, on Thu 19 Nov 2026" in again.text.replace(
        "\n", " "
    )
    assert desk.post_form(PAGE, carried(again.text) | {"step": "import"}).status_code == 303
    assert len(anything(session)) == before


def test_a_row_that_was_imported_and_cancelled_does_not_come_back(
    desk: CheckedClient, session: Session, now: datetime
) -> None:
    bring(desk, HEAD + FREE)
    with transaction() as writing:
        booking = writing.scalars(db.select(Booking)).one()
        booking.move_to(BookingState.CANCELLED)
    assert "Imported already" in look(desk, HEAD + FREE).text


def test_a_slot_that_the_sponsor_has_is_known(
    desk: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        confirmed_order(writing, newsletter, [slot_on(writing, newsletter, DAY)], now=now)
    answer = look(desk, HEAD + PAID)
    assert "Tidewatch Ltd has this slot already, by IO-2026-0001." in answer.text


def test_wrong_rows_stay_in_the_form_and_can_be_mended(desk: CheckedClient, session: Session) -> None:
    answer = bring(desk, HEAD + PAID + WRONG)
    assert answer.status_code == 200 and "1 is wrong." in answer.text and 'value="buoy@buoy.example"' in answer.text
    assert set(orders(session)) == {"Tidewatch"}
    mended = desk.post_form(PAGE, carried(answer.text) | {"step": "look", "cell-2-day": "2027-01-10"})
    assert "1 row can be imported." in mended.text
    assert desk.post_form(PAGE, carried(mended.text) | {"step": "import"}).status_code == 303
    assert set(orders(session)) == {"Tidewatch", "Buoy"}
    check_books(session)


def test_wrong_rows_are_downloaded_with_what_is_wrong(desk: CheckedClient) -> None:
    page = look(desk, HEAD + PAID + WRONG).text
    answer = desk.post_form(PAGE, carried(page) | {"step": "download"})
    assert answer.mimetype == "text/csv" and "rows-to-mend.csv" in answer.headers["Content-Disposition"]
    assert "There is no issue on" in answer.text and "Buoy" in answer.text and "Tidewatch" not in answer.text
    assert "1 is wrong." in look(desk, answer.text).text  # and it can be read again


def test_nothing_is_imported_where_something_changed_since_it_was_shown(
    desk: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    page = look(desk, HEAD + PAID + FREE).text
    with transaction() as writing:
        block_slot(writing, slot=slot_on(writing, newsletter, DAY), reason="Survey", actor=OWNER, now=now)
    answer = desk.post_form(PAGE, carried(page) | {"step": "import"})
    assert answer.status_code == 409 and "nothing was imported" in answer.text
    assert "Primary on Sun 13 Dec is taken: it is blocked, Survey." in answer.text
    assert orders(session) == {}


def test_rows_of_one_invoice_are_imported_together_or_not(desk: CheckedClient, session: Session) -> None:
    answer = look(desk, HEAD + OWED + OWED_TOO.replace("2026-12-20", "2026-12-22"))
    assert "2 are wrong." in answer.text
    bring(desk, HEAD + OWED + OWED_TOO.replace("2026-12-20", "2026-12-22"))
    assert orders(session) == {}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026-12-13,Primary,Mooring,a@mooring.example,1,,,,,\n", "Primary on Sun 13 Dec is taken: Tidewatch has it."),
        ("2026-12-20,Banner,Mooring,a@mooring.example,1,,,,,\n", "is not a placement"),
        ("2026-12-20,Primary,Mooring,,1600,,,,,\n", "Nobody’s e-mail address is known"),
        ("2026-12-20,Primary,Mooring,a@mooring.example,,,,,,\n", "Price before tax is empty."),
        ("2026-10-21,Primary,Mooring,a@mooring.example,1,,,,,\n", "did not come out on"),
        ("2026-12-20,Classified C,Mooring,a@mooring.example,1,,,,,\n", "is not a placement"),
    ],
)
def test_why_a_row_cannot_be_imported_is_a_sentence(desk: CheckedClient, row: str, said: str) -> None:
    assert said in look(desk, HEAD + PAID + row).text


def test_a_number_that_is_in_the_books_is_not_given_twice(desk: CheckedClient) -> None:
    bring(desk, HEAD + OWED)
    other = "2026-12-27,Primary,Helm,h@helm.example,1600,119,,,,\n"
    assert "Invoice 119 is in the books already: that of Mooring, IO-2026-0001." in look(desk, HEAD + other).text


def test_rows_compete_for_the_slots_of_a_placement(desk: CheckedClient) -> None:
    rows = "".join(f"2026-12-20,Classified,Firm {n},f{n}@firm.example,250,,,,,yes\n" for n in range(3))
    answer = look(desk, HEAD + rows)
    assert "2 rows can be imported." in answer.text and "is taken: Firm 0 has it." in answer.text


def test_rivals_are_refused_as_for_every_booking(
    desk: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        category = Category(newsletter_id=newsletter.id, name="Monitoring")
        for name in ("Tidewatch", "Mooring"):
            make_sponsor(writing, newsletter, name=name, email=f"a@{name.lower()}.example", now=now).category = category
        writing.add(SalesPolicy(newsletter_id=newsletter.id, rivals=RivalRule.ISSUE))
    rival = "2026-12-13,Sponsored,Mooring,,850,,,,,yes\n"
    assert "a competitor (Monitoring) is in that issue" in look(desk, HEAD + PAID + rival).text


def test_what_the_archive_knew_becomes_the_sale_that_it_was(
    desk: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        issue = make_sure_of_issue(writing, newsletter=newsletter, day=date(2026, 10, 25), now=now)
        sponsor = make_sponsor(writing, newsletter, name="Ropewalk", email="ben@ropewalk.example", now=now)
        slot = slot_on(writing, newsletter, issue.publish_on)
        book_archived(writing, slot=slot, sponsor=sponsor, now=now)
    bring(desk, HEAD + RAN)
    session.rollback()
    session.expire_all()
    booking = session.scalars(db.select(Booking)).one()
    assert (booking.kind, booking.state, booking.net_minor) == (BookingKind.SALE, BookingState.RAN, 100_000)
    check_books(session)


def test_issues_before_the_first_known_one_count_back(
    desk: CheckedClient, session: Session, newsletter: Newsletter
) -> None:
    bring(desk, HEAD + RAN.replace("2026-10-25", "2026-10-11"))
    session.rollback()
    issue = session.scalars(db.select(Issue).where(Issue.publish_on == date(2026, 10, 11))).one()
    assert (issue.number, issue.state) == (806, IssueState.SENT)


@pytest.mark.parametrize(
    ("rule", "start", "day", "anchor"),
    [
        ("FREQ=WEEKLY;BYDAY=SU", date(2026, 11, 1), date(2026, 10, 25), date(2026, 10, 25)),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", date(2026, 11, 1), date(2026, 10, 25), date(2026, 10, 18)),
        ("FREQ=MONTHLY;BYDAY=1SU", date(2026, 11, 1), date(2026, 9, 6), date(2026, 9, 1)),
        ("FREQ=WEEKLY", date(2026, 11, 1), date(2026, 12, 6), date(2026, 11, 1)),
    ],
)
def test_a_rhythm_reaches_back_before_its_start(rule: str, start: date, day: date, anchor: date) -> None:
    assert anchor_before(rule, start, day) == anchor


def test_a_file_is_read_in_the_encoding_that_a_spreadsheet_writes(desk: CheckedClient) -> None:
    text = "Datum;Placement;Kunde;Preis\n13.12.2026;Primary;Kübler GmbH;1.650,00\n"
    for content in (text.encode("utf-8-sig"), text.encode("cp1252"), text.encode("utf-16")):
        answer = desk.post_form(PAGE, {"step": "look", "file": (BytesIO(content), "deals.csv")})
        assert "Kübler GmbH" in answer.text and "Nobody’s e-mail address is known" in answer.text


def test_the_columns_can_be_corrected(desk: CheckedClient) -> None:
    text = "When,What,Who,Whom,How much\n2026-12-13,Primary,Tidewatch,n@tidewatch.example,1500\n"
    page = look(desk, text).text
    assert "Issue date is empty." in page
    columns = {
        "column_day": "0",
        "column_placement": "1",
        "column_sponsor": "2",
        "column_email": "3",
        "column_price": "4",
    }
    assert "1 row can be imported." in look(desk, text, **columns).text


@pytest.mark.parametrize("text", ["", "Date,Sponsor\n", "PK\x00"])
def test_what_is_no_table_is_said_and_kept(desk: CheckedClient, text: str) -> None:
    assert look(desk, text).status_code == 422


def test_what_was_done_is_written_down(desk: CheckedClient, session: Session) -> None:
    bring(desk, HEAD + PAID + FREE)
    session.rollback()
    entries = session.scalars(db.select(AuditEntry).where(AuditEntry.action == "imported")).all()
    assert {(e.object_type, e.actor) for e in entries} == {("order", OWNER), ("newsletter", OWNER)}
    whole = next(e for e in entries if e.object_type == "newsletter")
    assert whole.after == {"rows": 2, "orders": ["IO-2026-0001", "IO-2026-0002"]}


@pytest.mark.parametrize("role", [TeamRole.SALES, TeamRole.FINANCE, TeamRole.EDITOR, TeamRole.VIEWER])
def test_only_who_may_sell_and_write_into_the_books_imports(
    client: CheckedClient, newsletter: Newsletter, clock: object, sign_in: Callable[..., User], role: TeamRole
) -> None:
    sign_in(client, "x@sundayrunbook.example", newsletter=newsletter, role=role)
    assert client.get(PAGE).status_code == 403
    assert client.get("/desk/other-letter/import").status_code == 404
