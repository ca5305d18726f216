"""Proposals, series and renewals over HTTP, from page to database."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.booking.models import Order
from sponsorship.booking.queries import occupants_of
from sponsorship.booking.rules import OrderState
from sponsorship.booking.services import block_slot
from sponsorship.booking.tasks import lapse_orders, remind_of_proposals
from sponsorship.core.db import transaction
from sponsorship.core.mail import Mail
from sponsorship.core.outbox import deliver_due
from sponsorship.inventory.models import Newsletter, Slot
from tests.factories.booking import confirmed_order
from tests.factories.inventory import slot_on
from tests.page_checks import CheckedClient

STOREFRONT, DEMAND = "/newsletters/sunday-runbook", "/desk/sunday-runbook/demand"
SUNDAY = date(2026, 12, 13)
WEEK, DAY, MINUTE = timedelta(weeks=1), timedelta(days=1), timedelta(minutes=1)
WHO = {"company": "Ropewalk", "contact_name": "Ada Rope", "contact_email": "Ada@Ropewalk.example"}
ASK = WHO | {"website": "https://ropewalk.example", "message": "Ropes for climbers.", "accept_terms": "y"}


@pytest.fixture(autouse=True)
def clock_hand(now: datetime) -> Iterator[time_machine.Traveller]:
    """The clock stands until a test moves it."""
    with time_machine.travel(now, tick=False) as hand:
        yield hand


@pytest.fixture
def slot(session: Session, newsletter: Newsletter) -> Slot:
    """The primary of 13 December."""
    return slot_on(session, newsletter, SUNDAY)


@pytest.fixture
def desk(client: CheckedClient, newsletter: Newsletter, sign_in: Callable[..., User]) -> CheckedClient:
    """The client, signed in as the publisher."""
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    return client


def mails(session: Session, now: datetime) -> list[tuple[str, str]]:
    while deliver_due(now):
        pass
    session.expire_all()
    return [(mail.to_address, mail.subject) for mail in session.query(Mail).order_by(Mail.id)]


def test_a_proposal_with_its_own_price_is_sent_read_accepted_and_goes_to_the_checkout(
    desk: CheckedClient, session: Session, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    second = slot_on(session, newsletter, SUNDAY + WEEK)
    path = f"/desk/sunday-runbook/proposals/new?slot={slot.id}&slot={second.id}"
    fields = {"company": "Oxbow", "contact_name": "Ada", "contact_email": "ada@oxbow.example", "valid_until": "2026-11-30",
              "slot": [slot.id, second.id], "message": "As we said on the phone."}  # fmt: skip
    assert desk.post_form(path, fields | {f"price-{slot.id}": "cheap"}).status_code == 422
    assert desk.post_form(path, fields | {"valid_until": "2026-01-01"}).status_code == 422
    assert desk.post_form(path, {**fields, f"price-{slot.id}": "1500"}).status_code == 303
    order = session.query(Order).one()
    assert (order.list_minor, order.net_minor, order.discount_label) == (330_000, 315_000, "As agreed")
    assert sorted(booking.net_minor for booking in order.bookings) == [150_000, 165_000]
    assert mails(session, now)[-1] == ("ada@oxbow.example", f"Your dates in The Sunday Runbook: {order.number}")
    page = desk.get(f"/orders/{order.token}/proposal")
    assert "As we said on the phone." in page.text
    assert "$3,150.00" in page.text
    assert desk.post_form(f"/orders/{order.token}/proposal", {}).status_code == 422, "not without the terms"
    accepted = desk.post_form(f"/orders/{order.token}/proposal", {"accept_terms": "y"})
    session.expire_all()
    assert accepted.location == f"/orders/{order.token}/checkout"
    assert (order.terms_version, order.accepted_at) == (1, now)
    assert "version 1" in desk.get(f"/orders/{order.token}").text
    assert desk.get(f"/orders/{order.token}/proposal").location == f"/orders/{order.token}/checkout"


def test_one_price_for_all_is_split_to_the_cent(
    desk: CheckedClient, session: Session, newsletter: Newsletter, slot: Slot
) -> None:
    slots = [slot, *(slot_on(session, newsletter, SUNDAY + n * WEEK) for n in (1, 2))]
    ids = [one.id for one in slots]
    fields = {
        "company": "Oxbow",
        "contact_email": "ada@oxbow.example",
        "valid_until": "2026-11-30",
        "slot": ids,
        "total": "1000",
    }
    desk.post_form("/desk/sunday-runbook/proposals/new", fields)
    order = session.query(Order).one()
    assert sorted(booking.net_minor for booking in order.bookings) == [33_333, 33_333, 33_334]
    assert sum(line.amount_minor for line in order.price_lines) == order.net_minor - order.list_minor


def test_a_proposal_is_reminded_of_once_withdrawn_declined_or_lapses(
    desk: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slots = [slot_on(session, newsletter, SUNDAY + n * WEEK) for n in range(3)]
    for number, slot in enumerate(slots):
        fields = {
            "company": f"Oxbow {number}",
            "contact_email": f"ada@oxbow{number}.example",
            "valid_until": "2026-11-30",
        }
        desk.post_form("/desk/sunday-runbook/proposals/new", fields | {"slot": slot.id})
    first, second, third = session.query(Order).order_by(Order.id)
    desk.post_form(f"/proposals/{first.id}/remind", page=DEMAND)
    assert "reminded" in desk.get(DEMAND).text
    assert mails(session, now)[-1][1] == f"Reminder: your dates in The Sunday Runbook: {first.number}"
    desk.post_form(f"/proposals/{first.id}/withdraw", {"reason": "Sold elsewhere"}, page=DEMAND)
    desk.post_form(f"/orders/{second.token}/decline", {"reason": "Too early"}, page=f"/orders/{second.token}/proposal")
    assert "This proposal is over." in desk.get(f"/orders/{second.token}/proposal").text
    assert third.held_until is not None
    late = third.held_until - timedelta(hours=20)
    assert (remind_of_proposals(late), remind_of_proposals(late)) == (1, 0)
    assert mails(session, late)[-1][1] == f"Reminder: your dates in The Sunday Runbook: {third.number}"
    assert lapse_orders(third.held_until) == 1
    subjects = [subject for _, subject in mails(session, late + DAY)]
    assert f"Over: proposal {first.number}" in subjects
    assert f"Over: proposal {third.number}" in subjects
    assert ("imogen@sundayrunbook.example", f"Oxbow 1 declined {second.number}") in mails(session, late + DAY)
    assert [order.state for order in (first, second, third)] == [
        OrderState.CANCELLED, OrderState.CANCELLED, OrderState.LAPSED,
    ]  # fmt: skip
    assert not occupants_of(session, [slot.id for slot in slots])


def test_a_series_names_what_is_taken_offers_the_nearest_and_is_held_all_or_nothing(
    client: CheckedClient, session: Session, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    taken = slot_on(session, newsletter, SUNDAY + 4 * WEEK)
    with transaction() as writing:
        block_slot(writing, slot=taken, reason="", actor="I", now=now)
    assert client.get(f"{STOREFRONT}/series").status_code == 200
    asked = f"{STOREFRONT}/series?placement={slot.placement_id}&every=4&first=2026-12-13&until=2027-02-20"
    page = client.get(asked)
    assert "Three dates found." in page.text
    assert "One is taken." in page.text
    tree = LexborHTMLParser(page.text)
    kept = [node.attributes["value"] for node in tree.css("input[type=hidden][name=slot]")]
    swap = tree.css_first("input[type=radio][name=swap-0]").attributes["value"]
    held = client.post_form(f"{STOREFRONT}/orders", {"slot": kept, "swap-0": swap, "again": ""}, page=asked)
    assert held.location.endswith("/checkout")
    order = session.query(Order).one()
    days = sorted(booking.slot.issue.publish_on for booking in order.bookings)
    assert days == [SUNDAY, SUNDAY + 5 * WEEK, SUNDAY + 8 * WEEK]
    assert client.get(asked.replace("every=4", "every=x")).status_code == 422
    assert client.get(asked.replace("until=2027", "until=2026")).status_code == 422
    assert "No issue fits." in client.get(asked.replace("2026-12-13", "2027-02-16")).text


def test_the_same_slots_next_quarter_by_the_sponsor_and_as_a_first_refusal_by_the_publisher(
    desk: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slots = [slot_on(session, newsletter, date(2026, 11, 22) + n * WEEK) for n in (0, 2)]
    with transaction() as writing:
        order = confirmed_order(writing, newsletter, slots, now=now - 10 * DAY)
    page = desk.get(f"/orders/{order.token}/renew")
    assert "a quarter later" in page.text
    assert "Sun 7 Mar" in page.text, "its issue is not planned yet, and the page says so"
    prepared = desk.get(f"/desk/sunday-runbook/proposals/new?renew={order.id}")
    tree = LexborHTMLParser(prepared.text)
    ids = [node.attributes["value"] for node in tree.css("input[name=slot][type=checkbox][checked]")]
    assert ids == [str(slot_on(session, newsletter, date(2027, 2, 21)).id)]
    fields = {
        "company": "Tidewatch Ltd",
        "contact_email": "noor@tidewatch.example",
        "valid_until": "2026-12-10",
        "slot": ids,
    }
    desk.post_form(f"/desk/sunday-runbook/proposals/new?renew={order.id}", fields | {"is_first_refusal": "y"})
    assert "First refusal to 11 Dec" in desk.get(STOREFRONT).text
