"""An agency books for its clients: it says for whom, it is billed, it sees theirs; nobody else does."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.booking.models import Order
from sponsorship.booking.queries import insertion_order
from sponsorship.booking.rules import OrderState
from sponsorship.core.db import db, transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import Invoice
from sponsorship.payments.queries.reversals import owed_by_sponsor
from sponsorship.sponsors.models import SalesPolicy, Sponsor
from tests.factories.booking import make_sponsor
from tests.factories.inventory import slot_on
from tests.page_checks import CheckedClient
from tests.payments.ledger_checks import check_books

DAY, NEXT = date(2026, 12, 13), date(2026, 12, 20)
STORE, HOLD = "/newsletters/sunday-runbook", "/newsletters/sunday-runbook/orders"
AGENT, CLIENT, FOREIGN = "kit@harbourmedia.example", "ada@ropewalk.example", "ben@othermedia.example"
DETAILS = {
    "company": "Harbour Media", "contact_name": "Kit", "contact_email": AGENT, "website": "https://harbourmedia.example",
    "street": "Quay 1", "city": "Bergen", "country": "NO", "vat_number": "", "accept_terms": "y", "pay": "invoice",
}  # fmt: skip


@pytest.fixture
def clients(newsletter: Newsletter, now: datetime, clock: object) -> dict[str, int]:
    """Harbour Media, which may pay by invoice and books for Ropewalk and Mooring; Other Media, which books for Helm."""
    with transaction() as session:
        made = {
            name: make_sponsor(session, newsletter, name=name, email=email, now=now)
            for name, email in (
                ("Harbour Media", AGENT), ("Ropewalk", CLIENT), ("Mooring", "m@mooring.example"), ("Other Media", FOREIGN),
                ("Helm", "h@helm.example"),
            )
        }  # fmt: skip
        made["Ropewalk"].agency = made["Mooring"].agency = made["Harbour Media"]
        made["Helm"].agency, made["Harbour Media"].may_pay_by_invoice = made["Other Media"], True
        session.flush()
        return {name: sponsor.id for name, sponsor in made.items()}


def slot_id(session: Session, newsletter: Newsletter, day: date = DAY) -> int:
    found = slot_on(session, newsletter, day).id
    session.rollback()
    return found


def the_order(session: Session) -> Order:
    session.rollback()
    session.expire_all()
    return session.scalars(db.select(Order)).one()


def hold(browser: CheckedClient, slot: int, **more: Any) -> Any:
    return browser.post_form(HOLD, {"slot": [str(slot)], **more}, page=f"{STORE}?slot={slot}")


def test_an_agency_says_for_whom_it_books_and_is_billed(
    client: CheckedClient, session: Session, newsletter: Newsletter, clients: dict[str, int],
    sign_in: Callable[..., User],
) -> None:  # fmt: skip
    sign_in(client, AGENT)
    slot = slot_id(session, newsletter)
    page = LexborHTMLParser(client.get(f"{STORE}?slot={slot}").text)
    assert [node.text() for node in page.css("#client option")] == ["Harbour Media itself", "Mooring", "Ropewalk"]
    assert hold(client, slot, client=clients["Ropewalk"]).status_code == 303
    order = the_order(session)
    assert (order.sponsor_id, order.agency_id) == (clients["Ropewalk"], clients["Harbour Media"])
    checkout = f"/orders/{order.token}/checkout"
    assert "Who books for Ropewalk" in client.get(checkout).text
    assert client.post_form(checkout, DETAILS).status_code == 303
    order = the_order(session)
    invoice = session.scalars(db.select(Invoice)).one()
    assert order.state is OrderState.CONFIRMED and order.sponsor_id == clients["Ropewalk"]
    assert order.bookings[0].sponsor_id == clients["Ropewalk"] and order.contact_email == AGENT
    to = next(party for party in invoice.printed["parties"] if party["label"] == "To")["lines"]
    assert to[0] == "Harbour Media" and "For Ropewalk" in to
    assert insertion_order(session, order)["parties"][1]["label"] == "Agency"
    assert owed_by_sponsor(session, clients["Harbour Media"], "USD") == 165_000
    assert owed_by_sponsor(session, clients["Ropewalk"], "USD") == 0
    agency = session.get_one(Sponsor, clients["Harbour Media"])
    assert agency.street == "Quay 1" and session.get_one(Sponsor, clients["Ropewalk"]).street == ""
    check_books(session)


def test_agency_and_client_see_the_dates_and_another_agency_does_not(
    app: Any, client: CheckedClient, session: Session, newsletter: Newsletter, clients: dict[str, int],
    sign_in: Callable[..., User],
) -> None:  # fmt: skip
    sign_in(client, AGENT)
    slot = slot_id(session, newsletter)
    hold(client, slot, client=clients["Ropewalk"])
    order = the_order(session)
    client.post_form(f"/orders/{order.token}/checkout", DETAILS)
    booking, number = the_order(session).bookings[0].id, the_order(session).id
    session.rollback()
    seen = {}
    for who in (AGENT, CLIENT, FOREIGN):
        browser = app.test_client()
        sign_in(browser, who)
        home, report = browser.get("/sponsor").text, browser.get(f"/campaigns/{number}/report").status_code
        seen[who] = ("Sun 13 Dec" in home, "for Ropewalk" in home, report)
    assert seen == {AGENT: (True, True, 200), CLIENT: (True, False, 200), FOREIGN: (False, False, 404)}
    browser = app.test_client()
    sign_in(browser, FOREIGN)
    assert browser.get(f"/bookings/{booking}/report").status_code == 404


@pytest.mark.parametrize("who", [AGENT, CLIENT, "stranger@else.example", ""])
def test_nobody_books_for_a_client_that_is_not_theirs(
    client: CheckedClient, session: Session, newsletter: Newsletter, clients: dict[str, int],
    sign_in: Callable[..., User], who: str,
) -> None:  # fmt: skip
    if who:
        sign_in(client, who)
    slot = slot_id(session, newsletter)
    foreign = clients["Helm"] if who != CLIENT else clients["Ropewalk"]  # a client is not its own agency
    assert hold(client, slot, client=foreign).status_code == 404
    session.rollback()
    assert session.scalars(db.select(Order)).all() == []


def test_whoever_finds_the_link_does_not_go_on_with_an_agencys_order(
    app: Any, client: CheckedClient, session: Session, newsletter: Newsletter, clients: dict[str, int],
    sign_in: Callable[..., User],
) -> None:  # fmt: skip
    sign_in(client, AGENT)
    hold(client, slot_id(session, newsletter), client=clients["Ropewalk"])
    checkout = f"/orders/{the_order(session).token}/checkout"
    other = app.test_client()
    answer = other.post_form(checkout, DETAILS | {"pay": "card"})
    assert answer.status_code == 403 and "Harbour Media holds these dates." in answer.text
    assert "Quay 1" in answer.text  # nothing that was typed is lost


def test_the_clients_own_rules_hold_for_what_its_agency_books(
    client: CheckedClient, session: Session, newsletter: Newsletter, clients: dict[str, int],
    sign_in: Callable[..., User],
) -> None:  # fmt: skip
    with transaction() as writing:
        writing.add(SalesPolicy(newsletter_id=newsletter.id, cadence_issues=2))
    sign_in(client, AGENT)
    first, second = slot_id(session, newsletter), slot_id(session, newsletter, NEXT)
    assert hold(client, first, client=clients["Ropewalk"]).status_code == 303
    refused = hold(client, second, client=clients["Ropewalk"])
    assert refused.status_code == 422 and "2 issues must lie between two runs of one sponsor" in refused.text
    assert "Nothing was held" in refused.text  # not the page of a date that has gone
    assert hold(client, second, client=clients["Mooring"]).status_code == 303
