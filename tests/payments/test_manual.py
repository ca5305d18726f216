"""The publisher books in his own name: by card link, on invoice, comped, for the house; and what is refused."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry, User
from sponsorship.accounts.rules import TeamRole
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingKind, BookingState, OrderState, PaymentMethod
from sponsorship.core.db import db, transaction
from sponsorship.core.mail import Mail
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import Invoice
from sponsorship.payments.queries.terms import find_terms
from sponsorship.payments.rules import InvoiceState
from sponsorship.sponsors.models import Sponsor
from tests.factories.booking import confirmed_order, make_sponsor
from tests.factories.inventory import make_newsletter, slot_on
from tests.page_checks import CheckedClient
from tests.payments.ledger_checks import check_books

PAGE = "/desk/sunday-runbook/bookings/new"
OWNER = "imogen@sundayrunbook.example"
DAY, NEXT = date(2026, 12, 13), date(2026, 12, 20)
NEW = {"company": "Tidewatch GmbH", "contact_name": "Noor", "contact_email": "noor@tidewatch.example"}
INVOICE = {"way": "invoice", **NEW, "accept_terms": "y"}
COMPED = {"way": "comped", "company": "Tidewatch", "approver": OWNER, "reason": "Charity week", "accept_terms": "y"}


@pytest.fixture
def desk(client: CheckedClient, newsletter: Newsletter, sign_in: Callable[..., User], clock: object) -> CheckedClient:
    """The newsletter's owner, signed in."""
    sign_in(client, OWNER, newsletter=newsletter)
    return client


def slot_id(session: Session, newsletter: Newsletter, day: date = DAY, key: str = "primary") -> int:
    found = slot_on(session, newsletter, day, key).id
    session.rollback()
    return found


def the_order(session: Session) -> Order:
    session.rollback()
    session.expire_all()
    return session.scalars(db.select(Order)).one()


def test_a_phone_deal_is_sent_its_link_at_the_agreed_price(
    desk: CheckedClient, session: Session, newsletter: Newsletter
) -> None:
    slots = [slot_id(session, newsletter), slot_id(session, newsletter, NEXT)]
    form = {"way": "card", **NEW, "slot": slots, "total": "3,000", "valid_until": "2026-11-27", "message": "As we said"}
    answer = desk.post_form(PAGE, form)
    assert answer.status_code == 303 and answer.location.endswith("/demand#proposals")
    order = the_order(session)
    assert (order.state, order.net_minor, order.list_minor) == (OrderState.HELD, 300_000, 330_000)
    assert order.contact_email == "noor@tidewatch.example" and order.terms_accepted_at is None
    assert order.held_until is not None and order.held_until.date() == date(2026, 11, 28)
    entry = session.scalars(db.select(AuditEntry).where(AuditEntry.action == "booked_by_hand")).one()
    assert (entry.actor, entry.after["way"], entry.after["net_minor"]) == (OWNER, "card", 300_000)


def test_an_order_on_invoice_carries_its_number_and_the_terms(
    desk: CheckedClient, session: Session, newsletter: Newsletter
) -> None:
    form = INVOICE | {"slot": [slot_id(session, newsletter)], "total": "1500.50", "purchase_order_number": "PO-77"}
    answer = desk.post_form(PAGE, form)
    order = the_order(session)
    invoice = session.scalars(db.select(Invoice)).one()
    assert answer.status_code == 303 and answer.location.endswith(f"/invoices/{invoice.id}")
    assert (order.state, order.payment_method) == (OrderState.CONFIRMED, PaymentMethod.INVOICE)
    assert order.terms_version == newsletter.terms_version and order.terms_accepted_at is not None
    assert (invoice.state, invoice.net_minor) == (InvoiceState.OPEN, 150_050)
    assert "PO-77" in str(invoice.printed)
    assert order.sponsor is not None and not order.sponsor.may_pay_by_invoice  # this once, by the publisher's own word
    mails = session.scalars(db.select(Mail).where(Mail.to_address == "noor@tidewatch.example")).all()
    assert any(invoice.number in mail.subject for mail in mails)
    check_books(session)


def test_a_comped_slot_keeps_who_approved_it_and_why(
    desk: CheckedClient, session: Session, newsletter: Newsletter
) -> None:
    answer = desk.post_form(PAGE, COMPED | {"slot": [slot_id(session, newsletter)], "total": "99"})
    order = the_order(session)
    terms = find_terms(session, order)
    assert answer.status_code == 303 and answer.location.endswith(f"/desk/orders/{order.id}/money")
    assert (order.state, order.net_minor, order.list_minor) == (OrderState.CONFIRMED, 0, 165_000)
    assert terms is not None and (terms.approver, terms.comp_reason) == (OWNER, "Charity week")
    check_books(session)


def test_house_ads_fill_several_slots_and_need_no_sponsor(
    desk: CheckedClient, session: Session, newsletter: Newsletter
) -> None:
    slots = [slot_id(session, newsletter), slot_id(session, newsletter, NEXT)]
    assert desk.post_form(PAGE, {"way": "house", "slot": slots, "reason": "The job board"}).status_code == 303
    session.rollback()
    rows = session.scalars(db.select(Booking)).all()
    assert [(row.kind, row.state, row.reason) for row in rows] == [
        (BookingKind.HOUSE, BookingState.CONFIRMED, "The job board")
    ] * 2


def test_a_known_sponsor_is_picked_by_name_and_written_to_at_the_known_address(
    desk: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        known = make_sponsor(writing, newsletter, now=now).id
    page = desk.get(f"{PAGE}?sponsor={known}")
    name = LexborHTMLParser(page.text).css_first("#company")
    assert name is not None and name.attributes["value"] == "Tidewatch Ltd"
    form = {"way": "invoice", "company": "TIDEWATCH", "slot": [slot_id(session, newsletter)], "accept_terms": "y"}
    assert desk.post_form(PAGE, form).status_code == 303
    order = the_order(session)
    assert order.sponsor_id == known and order.contact_email == "noor@tidewatch.example"
    assert len(session.scalars(db.select(Sponsor)).all()) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (INVOICE | {"slot": []}, "Pick at least one slot."),
        (INVOICE | {"slot": [-1]}, "Pick at least one slot."),
        (INVOICE | {"company": " "}, "Give the sponsor’s name."),
        (INVOICE | {"contact_email": "noor"}, "does not look like an e-mail"),
        (INVOICE | {"contact_email": ""}, "Nobody’s e-mail address is known"),
        (INVOICE | {"total": "1e3"}, "Write the price like 1500"),
        (INVOICE | {"total": "0"}, "What costs nothing is comped"),
        (INVOICE | {"accept_terms": ""}, "Tick it once the sponsor has agreed"),
        ({"way": "card", **NEW, "valid_until": "2026-11-01"}, "That day is over."),
        ({"way": "card", **NEW, "contact_email": ""}, "Nobody’s e-mail address is known"),
        (COMPED | {"reason": ""}, "Say why it is free."),
        (COMPED | {"approver": "eve@other.example"}, "Say who approved it."),
        (INVOICE | {"way": "barter"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    desk: CheckedClient, session: Session, newsletter: Newsletter, typed: dict[str, Any], said: str
) -> None:
    picked = slot_id(session, newsletter)
    answer = desk.post_form(PAGE, {"slot": [picked], "purchase_order_number": "PO-77", **typed})
    assert answer.status_code == 422 and said in answer.text
    tree = LexborHTMLParser(answer.text)
    assert 'value="PO-77"' in answer.text
    if "slot" not in typed:
        assert tree.css_first(f'input[name=slot][value="{picked}"][checked]') is not None
    session.rollback()
    assert session.scalars(db.select(Booking)).all() == [] == session.scalars(db.select(Sponsor)).all()


@pytest.mark.parametrize("way", ["card", "invoice", "comped"])
def test_a_sponsor_that_is_not_sold_to_is_refused_with_the_publishers_words(
    desk: CheckedClient, session: Session, newsletter: Newsletter, now: datetime, way: str
) -> None:
    with transaction() as writing:
        sponsor = make_sponsor(writing, newsletter, now=now)
        sponsor.is_refused, sponsor.refusal_words = True, "We do not run gambling."
    form = COMPED | NEW | {"way": way, "company": "Tidewatch", "slot": [slot_id(session, newsletter)]}
    answer = desk.post_form(PAGE, form)
    assert answer.status_code == 422 and "We do not run gambling." in answer.text and 'value="Tidewatch"' in answer.text
    session.rollback()
    assert session.scalars(db.select(Order)).all() == []


def test_a_slot_that_is_taken_is_named_and_none_of_the_others_is_booked(
    desk: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        confirmed_order(writing, newsletter, [slot_on(writing, newsletter, DAY)], now=now, company="Mooring")
    slots = [slot_id(session, newsletter), slot_id(session, newsletter, NEXT)]
    for form in (INVOICE, COMPED, {"way": "house"}, {"way": "card", **NEW}):
        answer = desk.post_form(PAGE, form | {"slot": slots})
        assert answer.status_code == 422 and "Primary on Sun 13 Dec went to somebody else." in answer.text
    session.rollback()
    assert len(session.scalars(db.select(Booking)).all()) == 1


def test_a_slot_of_another_newsletter_is_not_booked(
    desk: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        other = make_newsletter(writing, now=now, slug="other-letter")
        foreign = slot_on(writing, other, DAY).id
    answer = desk.post_form(PAGE, INVOICE | {"slot": [foreign]})
    assert answer.status_code == 422 and "not on the rate card" in answer.text
    assert desk.get("/desk/other-letter/bookings/new").status_code == 404


def test_a_sales_person_sends_links_and_writes_nothing_into_the_books(
    client: CheckedClient, session: Session, newsletter: Newsletter, clock: object, sign_in: Callable[..., User]
) -> None:
    sign_in(client, "sam@sundayrunbook.example", newsletter=newsletter, role=TeamRole.SALES)
    picked = slot_id(session, newsletter)
    page = client.get(f"{PAGE}?slot={picked}").text
    ways = [node.attributes["value"] for node in LexborHTMLParser(page).css("input[name=way]")]
    assert ways == ["card", "house"]
    assert client.post_form(PAGE, INVOICE | {"slot": [picked]}).status_code == 422
    assert client.post_form(PAGE, {"way": "card", **NEW, "slot": [picked]}).status_code == 303


def test_nobody_else_books(
    client: CheckedClient, newsletter: Newsletter, clock: object, sign_in: Callable[..., User]
) -> None:
    sign_in(client, "reader@sundayrunbook.example", newsletter=newsletter, role=TeamRole.VIEWER)
    assert client.get(PAGE).status_code == 403
