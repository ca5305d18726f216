"""The publisher's acts on slots over HTTP: who may, what they do, how they answer."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from sponsorship.accounts.models import AuditEntry, User
from sponsorship.accounts.rules import TeamRole
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import occupants_of
from sponsorship.booking.rules import BookingKind, BookingState, OrderState
from sponsorship.booking.services import block_slot
from sponsorship.core.db import transaction
from sponsorship.core.mail import Mail
from sponsorship.core.outbox import deliver_due
from sponsorship.inventory.models import Newsletter, Slot
from tests.factories.booking import confirmed_order, hold_order
from tests.factories.inventory import slot_on
from tests.page_checks import CheckedClient

STOREFRONT, CALENDAR = "/newsletters/sunday-runbook", "/desk/sunday-runbook/calendar"
IMOGEN = "imogen@sundayrunbook.example"


@pytest.fixture(autouse=True)
def at_nine_forty(now: datetime) -> Iterator[None]:
    """The clock stands."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def slot(session: Session, newsletter: Newsletter) -> Slot:
    """The primary of 13 December."""
    return slot_on(session, newsletter, date(2026, 12, 13))


@pytest.fixture
def desk(client: CheckedClient, newsletter: Newsletter, sign_in: Callable[..., User]) -> CheckedClient:
    """The client, signed in as the publisher."""
    sign_in(client, IMOGEN, newsletter=newsletter)
    return client


def post(client: CheckedClient, path: str, *, fragment: bool = False, **fields: str) -> TestResponse:
    headers = {"HX-Request": "true"} if fragment else {}
    return client.post_form(path, fields, page=STOREFRONT, headers=headers)


def occupant(session: Session, slot: Slot) -> Booking | None:
    session.expire_all()
    return occupants_of(session, [slot.id]).get(slot.id)


def test_a_slot_is_blocked_and_unblocked_and_the_form_goes_back_to_where_it_stood(
    desk: CheckedClient, session: Session, slot: Slot
) -> None:
    answer = post(desk, f"/slots/{slot.id}/block", reason=" Anniversary  issue ", next=f"{CALENDAR}?slot=7")
    assert (answer.status_code, answer.location) == (303, f"{CALENDAR}?slot=7")
    block = occupant(session, slot)
    assert block is not None
    assert (block.kind, block.reason) == (BookingKind.BLOCK, "Anniversary issue")
    assert session.query(AuditEntry).one().actor == IMOGEN
    answer = post(desk, f"/slots/{slot.id}/unblock")
    assert (answer.status_code, answer.location) == (303, CALENDAR)
    assert occupant(session, slot) is None


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_form_never_leads_away_from_this_site(desk: CheckedClient, slot: Slot, target: str) -> None:
    assert post(desk, f"/slots/{slot.id}/block", next=target).location == CALENDAR


def test_a_fragments_request_gets_a_line_to_show_and_the_news_that_slots_changed(
    desk: CheckedClient, session: Session, slot: Slot
) -> None:
    answer = post(desk, f"/slots/{slot.id}/block", fragment=True)
    assert (answer.status_code, answer.data) == (204, b"")
    assert json.loads(answer.headers["HX-Trigger"]) == {
        "slotsChanged": {}, "toast": {"text": "Slot blocked.", "kind": "ok"},
    }  # fmt: skip
    refused = post(desk, f"/slots/{slot.id}/block", fragment=True)
    assert (refused.status_code, refused.mimetype) == (422, "text/plain")
    assert json.loads(refused.headers["HX-Trigger"])["toast"]["kind"] == "error"


def test_a_refusal_is_a_page_that_says_why_and_leads_back(desk: CheckedClient, slot: Slot) -> None:
    post(desk, f"/slots/{slot.id}/block")
    answer = post(desk, f"/slots/{slot.id}/book", sponsor="Acme", next=f"{CALENDAR}?slot=7")
    assert answer.status_code == 422
    assert "Primary on Sun 13 Dec went to somebody else." in answer.text
    assert f'href="{CALENDAR}?slot=7"' in answer.text


@pytest.mark.parametrize(
    ("until", "held_until"),
    [
        ("2026-11-25", datetime(2026, 11, 26, 0, 0, tzinfo=UTC)),
        ("2026-12-12", datetime(2026, 12, 13, 0, 0, tzinfo=UTC)),
        ("2026-12-13", datetime(2026, 12, 13, 8, 0, tzinfo=UTC)),  # the issue goes out first
    ],
)
def test_a_slot_is_kept_for_a_sponsor_until_the_end_of_a_day(
    desk: CheckedClient, session: Session, slot: Slot, until: str, held_until: datetime
) -> None:
    assert post(desk, f"/slots/{slot.id}/hold", sponsor="Acme", until=until).status_code == 303
    promise = occupant(session, slot)
    assert promise is not None
    assert (promise.kind, promise.state, promise.held_until) == (BookingKind.COURTESY, BookingState.HELD, held_until)
    assert promise.sponsor is not None
    assert promise.sponsor.name == "Acme"


@pytest.mark.parametrize("until", ["", "soon", "2026-02-30", "2026-11-18"])
def test_a_promise_until_no_day_or_a_past_one_is_refused(
    desk: CheckedClient, session: Session, slot: Slot, until: str
) -> None:
    assert post(desk, f"/slots/{slot.id}/hold", sponsor="Acme", until=until).status_code == 422
    assert occupant(session, slot) is None


def test_a_phone_deal_is_held_for_three_days_and_the_sponsor_is_sent_the_link_to_pay(
    desk: CheckedClient, session: Session, slot: Slot, now: datetime
) -> None:
    fields = {"sponsor": "Acme", "contact_name": "Bo Acme", "contact_email": " Bo@Acme.example"}
    assert post(desk, f"/slots/{slot.id}/book", **fields).status_code == 303
    order = session.query(Order).one()
    assert (order.state, order.held_until) == (OrderState.HELD, now + timedelta(days=3))
    assert (order.contact_name, order.contact_email) == ("Bo Acme", "bo@acme.example")
    deliver_due(now)
    mail = session.query(Mail).one()
    assert mail.to_address == "bo@acme.example"
    for part in (mail.text, mail.html):
        assert f"/orders/{order.token}/proposal" in part
        assert "Sun 22 Nov, 09:40 GMT" in part


def test_a_deal_without_an_address_or_a_sponsor_is_refused_and_sends_nothing(
    desk: CheckedClient, session: Session, slot: Slot, now: datetime
) -> None:
    refused = post(desk, f"/slots/{slot.id}/book", sponsor="  ")
    assert refused.status_code == 422
    assert "Give the sponsor’s name." in refused.text
    assert post(desk, f"/slots/{slot.id}/book", sponsor="Acme", contact_email="not an address").status_code == 422
    nowhere = post(desk, f"/slots/{slot.id}/book", sponsor="Acme")
    assert nowhere.status_code == 422 and "Give one: the link to pay is sent there." in nowhere.text
    assert occupant(session, slot) is None
    deliver_due(now)
    assert session.query(Mail).count() == 0


def test_a_house_ad_fills_a_slot_and_is_taken_out_again(desk: CheckedClient, session: Session, slot: Slot) -> None:
    post(desk, f"/slots/{slot.id}/book", kind="house")
    house = occupant(session, slot)
    assert house is not None
    assert house.kind is BookingKind.HOUSE
    answer = post(desk, f"/bookings/{house.id}/release", reason="Sold after all")
    assert answer.status_code == 303
    assert occupant(session, slot) is None
    session.refresh(house)
    assert (house.state, house.reason) == (BookingState.RELEASED, "Sold after all")


def test_a_paid_slot_is_not_released(
    desk: CheckedClient, session: Session, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    with transaction() as writing:
        order = confirmed_order(writing, newsletter, [slot], now=now)
    answer = post(desk, f"/bookings/{order.bookings[0].id}/release")
    assert answer.status_code == 409
    assert "Cancel the order instead." in answer.text
    assert occupant(session, slot) is not None


def acts(slot: Slot, booking: Booking) -> list[str]:
    return [
        f"/slots/{slot.id}/block", f"/slots/{slot.id}/unblock", f"/slots/{slot.id}/hold", f"/slots/{slot.id}/book",
        f"/bookings/{booking.id}/release",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "status"),
    [(TeamRole.VIEWER, 403), (TeamRole.EDITOR, 403), (TeamRole.FINANCE, 403), (None, 404)],
)
def test_only_those_who_sell_may_act_and_strangers_see_nothing(
    client: CheckedClient,
    session: Session,
    newsletter: Newsletter,
    slot: Slot,
    sign_in: Callable[..., User],
    now: datetime,
    role: TeamRole | None,
    status: int,
) -> None:
    with transaction() as writing:
        held = hold_order(writing, newsletter, [slot_on(session, newsletter, date(2026, 12, 20))], now=now)
    more = {"newsletter": newsletter, "role": role} if role else {}
    sign_in(client, "somebody@elsewhere.example", **more)
    assert {post(client, path).status_code for path in acts(slot, held.bookings[0])} == {status}
    assert occupant(session, slot) is None
    assert held.state is OrderState.HELD


def test_whoever_is_not_signed_in_is_asked_to(
    client: CheckedClient, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    with transaction() as writing:
        block = block_slot(writing, slot=slot, reason="", actor="imogen", now=now)
    for path in acts(slot, block):
        answer = post(client, path)
        assert (answer.status_code, answer.location) == (302, "/sign-in")


@pytest.mark.parametrize("path", ["/slots/999999/block", "/slots/99999999999/book", "/bookings/999999/release"])
def test_what_does_not_exist_is_nothing(desk: CheckedClient, path: str) -> None:
    assert post(desk, path).status_code == 404
