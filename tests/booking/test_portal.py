"""Buying over HTTP: from ticked prices to the checkout, and every way in which that is refused."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingState, OrderState, PaymentMethod
from sponsorship.booking.services import confirm_order, enter_checkout, lapse_order
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.queries import list_issues, list_slots
from tests.factories.booking import detailed_order, hold_order, make_sponsor
from tests.factories.inventory import make_newsletter, slot_on
from tests.page_checks import CheckedClient

STOREFRONT, ORDERS = "/newsletters/sunday-runbook", "/newsletters/sunday-runbook/orders"
DAYS = [date(2026, 12, 13) + timedelta(weeks=week) for week in range(8)]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def at_nine_forty(now: datetime) -> Iterator[None]:
    """The clock stands."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def primaries(session: Session, newsletter: Newsletter) -> list[Slot]:
    """The primaries of eight Sundays from 13 December."""
    return [slot_on(session, newsletter, day) for day in DAYS]


def page(text: str) -> LexborHTMLParser:
    return LexborHTMLParser(text)


def hidden_picks(tree: LexborHTMLParser) -> list[str]:
    return [node.attributes["value"] or "" for node in tree.css("form input[type=hidden][name=slot]")]


def swaps(tree: LexborHTMLParser, position: int = 0) -> list[str]:
    return [node.attributes.get("value") or "" for node in tree.css(f"input[type=radio][name=swap-{position}]")]


def test_ticked_prices_are_held_and_lead_to_the_checkout(
    client: CheckedClient, session: Session, newsletter: Newsletter, primaries: list[Slot], now: datetime
) -> None:
    ids = [slot.id for slot in primaries[:3]]
    answer = client.post_form(ORDERS, {"slot": ids}, page=STOREFRONT)
    order = session.query(Order).one()
    assert (answer.status_code, answer.location) == (303, f"/orders/{order.token}/checkout")
    assert (order.state, order.held_until, order.net_minor) == (OrderState.HELD, now + 20 * MINUTE, 445_500)
    assert order.holder_key
    assert "127.0.0.1" not in order.holder_key
    assert sorted(booking.slot_id for booking in order.bookings) == sorted(ids)


def test_a_signed_in_sponsor_buys_as_its_sponsor(
    client: CheckedClient,
    session: Session,
    newsletter: Newsletter,
    primaries: list[Slot],
    sign_in: Callable[..., User],
    now: datetime,
) -> None:
    with transaction() as writing:
        sponsor = make_sponsor(writing, newsletter, now=now)
    sign_in(client, "noor@tidewatch.example")
    client.post_form(ORDERS, {"slot": primaries[0].id}, page=STOREFRONT)
    assert session.query(Order).one().sponsor_id == sponsor.id


def test_a_form_without_its_token_holds_nothing(
    client: CheckedClient, session: Session, newsletter: Newsletter, primaries: list[Slot]
) -> None:
    assert client.post(ORDERS, data={"slot": primaries[0].id}).status_code == 400
    assert session.query(Order).count() == 0


def test_a_date_just_taken_is_said_with_what_else_is_open_and_the_other_picks_are_kept(
    client: CheckedClient, session: Session, newsletter: Newsletter, primaries: list[Slot], now: datetime
) -> None:
    with transaction() as writing:
        hold_order(writing, newsletter, [primaries[0], primaries[2]], now=now)
    picked = [primaries[0].id, primaries[1].id, slot_on(session, newsletter, DAYS[3], "sponsored").id]
    answer = client.post_form(ORDERS, {"slot": picked}, page=STOREFRONT)
    tree = page(answer.text)
    assert answer.status_code == 422
    assert "Primary on Sun 13 Dec went to somebody else." in answer.text
    assert "You have not been charged. Your other 2 dates are still free." in answer.text
    assert hidden_picks(tree) == [str(slot_id) for slot_id in picked[1:]]
    earlier = slot_on(session, newsletter, DAYS[0] - timedelta(weeks=1))
    assert swaps(tree)[0] == str(earlier.id)  # 20 Dec is picked already, so 6 Dec is nearest
    assert swaps(tree)[-1] == ""
    assert session.query(Order).count() == 1

    token = tree.css_first("form[action$='/orders'] input[name=csrf_token]").attributes["value"]
    again = client.post(ORDERS, data={"csrf_token": token, "slot": hidden_picks(tree), "swap-0": swaps(tree)[0]})
    assert again.status_code == 303
    order = session.query(Order).order_by(Order.id.desc()).first()
    assert order is not None
    assert sorted(b.slot_id for b in order.bookings) == sorted([*picked[1:], earlier.id])


def test_a_date_can_be_left_out_and_two_gone_dates_are_swapped_apart(
    client: CheckedClient, session: Session, newsletter: Newsletter, primaries: list[Slot], now: datetime
) -> None:
    with transaction() as writing:
        hold_order(writing, newsletter, primaries[:2], now=now)
    answer = client.post_form(ORDERS, {"slot": [slot.id for slot in primaries[:3]]}, page=STOREFRONT)
    tree = page(answer.text)
    first, second = swaps(tree, 0)[0], swaps(tree, 1)[0]
    assert first != second, "one slot is not offered twice"
    token = tree.css_first("form[action$='/orders'] input[name=csrf_token]").attributes["value"]
    fields = {"csrf_token": token, "slot": hidden_picks(tree), "swap-0": "", "swap-1": second}
    assert client.post(ORDERS, data=fields).status_code == 303
    order = session.query(Order).order_by(Order.id.desc()).first()
    assert order is not None
    assert sorted(b.slot_id for b in order.bookings) == sorted([primaries[2].id, int(second)])


def test_where_nothing_else_is_open_the_page_says_so_and_offers_no_empty_form(
    client: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    issues = list_issues(session, newsletter.id, date(2026, 11, 1), date(2027, 2, 28))
    slots = [s for s in list_slots(session, [i.id for i in issues]) if s.placement.key == "primary"]
    open_slots = [slot for slot in slots if slot.deadlines.bookable_until > now]
    with transaction() as writing:
        hold_order(writing, newsletter, open_slots, now=now)
    answer = client.post_form(ORDERS, {"slot": open_slots[0].id}, page=STOREFRONT)
    assert answer.status_code == 422
    assert "No other Primary is open" in answer.text
    assert "Hold these and carry on" not in answer.text


@pytest.mark.parametrize(
    ("picked", "status", "said"),
    [
        ([], 422, "Nothing is circled yet."),
        (["999999"], 422, "not on the rate card"),
        (["99999999999999999999"], 422, "not on the rate card"),
        (["-1"], 422, "not on the rate card"),
        (["seven"], 422, "not on the rate card"),
        (["٧"], 422, "not on the rate card"),
    ],
)
def test_picks_that_name_no_slot_are_refused_in_a_sentence(
    client: CheckedClient, session: Session, newsletter: Newsletter, picked: list[str], status: int, said: str
) -> None:
    answer = client.post_form(ORDERS, {"slot": picked}, page=STOREFRONT)
    assert answer.status_code == status
    assert said in answer.text
    assert session.query(Order).count() == 0


def test_a_past_date_and_one_too_near_are_refused_and_others_offered(
    client: CheckedClient, session: Session, newsletter: Newsletter, primaries: list[Slot]
) -> None:
    gone = slot_on(session, newsletter, date(2026, 11, 8))
    answer = client.post_form(ORDERS, {"slot": [gone.id, primaries[0].id]}, page=STOREFRONT)
    assert answer.status_code == 422
    assert "Primary on Sun 8 Nov cannot be booked" in answer.text
    assert hidden_picks(page(answer.text)) == [str(primaries[0].id)]
    with time_machine.travel(primaries[0].deadlines.bookable_until, tick=False):
        answer = client.post_form(ORDERS, {"slot": primaries[0].id}, page=STOREFRONT)
    assert answer.status_code == 422
    assert "too near" in answer.text
    assert session.query(Order).count() == 0


def test_a_slot_of_another_newsletter_is_not_sold_here(
    client: CheckedClient, session: Session, newsletter: Newsletter, primaries: list[Slot], now: datetime
) -> None:
    with transaction() as writing:
        other = make_newsletter(writing, now=now, slug="other", name="Other")
    foreign = slot_on(session, other, DAYS[0])
    answer = client.post_form(ORDERS, {"slot": [foreign.id, primaries[0].id]}, page=STOREFRONT)
    assert answer.status_code == 422
    assert "not on the rate card of The Sunday Runbook" in answer.text
    assert session.query(Booking).count() == 0
    assert client.post_form("/newsletters/nowhere/orders", {"slot": foreign.id}, page=STOREFRONT).status_code == 404


def test_twenty_seven_slots_are_too_many_and_stay_ticked(
    client: CheckedClient, session: Session, newsletter: Newsletter
) -> None:
    issues = list_issues(session, newsletter.id, DAYS[0], DAYS[-1])
    ids = [slot.id for slot in list_slots(session, [issue.id for issue in issues])][:27]
    answer = client.post_form(ORDERS, {"slot": ids}, page=STOREFRONT)
    assert answer.status_code == 422
    assert "at most 26 slots; you picked 27" in answer.text
    back = page(answer.text).css_first("a.btn--primary").attributes["href"] or ""
    assert back.count("slot=") == 27
    assert client.get(back).status_code == 200


def test_the_fourth_open_order_of_an_address_or_a_browser_is_refused_and_the_picks_stay(
    client: CheckedClient, app: Flask, session: Session, newsletter: Newsletter, primaries: list[Slot]
) -> None:
    for slot in primaries[:3]:
        assert client.post_form(ORDERS, {"slot": slot.id}, page=STOREFRONT).status_code == 303
    answer = client.post_form(ORDERS, {"slot": primaries[3].id}, page=STOREFRONT)
    assert answer.status_code == 429
    assert "3 unpaid orders" in answer.text
    assert f"slot={primaries[3].id}" in (page(answer.text).css_first("a.btn--primary").attributes["href"] or "")
    fourth, elsewhere = {"slot": primaries[3].id}, {"REMOTE_ADDR": "127.0.0.2"}
    assert client.post_form(ORDERS, fourth, page=STOREFRONT, environ_base=elsewhere).status_code == 429
    other = CheckedClient(app)
    assert other.post_form(ORDERS, fourth, page=STOREFRONT).status_code == 429
    assert other.post_form(ORDERS, fourth, page=STOREFRONT, environ_base=elsewhere).status_code == 303
    assert session.query(Order).count() == 4


def test_without_a_script_a_pick_is_taken_off_and_the_others_stay_ticked(
    client: CheckedClient, session: Session, newsletter: Newsletter, primaries: list[Slot]
) -> None:
    ids = [slot.id for slot in primaries[:3]]
    answer = client.post_form(ORDERS, {"slot": ids, "remove": ids[1]}, page=STOREFRONT)
    assert answer.status_code == 303
    tree = page(client.get(answer.location).text)
    ticked = [node.attributes["value"] for node in tree.css("input.pick__box[checked]")]
    assert ticked == [str(ids[0]), str(ids[2])]
    assert session.query(Order).count() == 0


def test_ten_more_minutes_are_had_once(
    client: CheckedClient, session: Session, newsletter: Newsletter, primaries: list[Slot], now: datetime
) -> None:
    with transaction() as writing:
        order = hold_order(writing, newsletter, primaries[:1], now=now)
    path = f"/orders/{order.token}/extend"
    for _ in range(2):
        answer = client.post_form(path, page=STOREFRONT)
        assert (answer.status_code, answer.location) == (303, f"/orders/{order.token}/checkout")
    session.expire_all()
    assert order.held_until == now + 30 * MINUTE
    assert "ten more minutes" in client.get(STOREFRONT).text  # what was flashed is shown on the next page


def test_a_hold_that_ran_out_shows_what_is_still_free_and_holds_it_again_with_the_details_kept(
    client: CheckedClient, session: Session, newsletter: Newsletter, primaries: list[Slot], now: datetime
) -> None:
    with transaction() as writing:
        order = detailed_order(writing, newsletter, primaries[:2], now=now - 30 * MINUTE)
        lapse_order(writing, order=order, now=now - 10 * MINUTE)
        hold_order(writing, newsletter, primaries[:1], now=now)
    extended = client.post_form(f"/orders/{order.token}/extend", page=STOREFRONT)
    assert extended.location == f"/orders/{order.token}/again"
    answer = client.get(extended.location)
    assert answer.status_code == 200
    assert "Your hold ran out," in answer.text
    assert "and Primary on Sun 13 Dec can no longer be had." in answer.text
    tree = page(answer.text)
    assert hidden_picks(tree) == [str(primaries[1].id)]
    again = client.post_form(
        ORDERS,
        {"slot": hidden_picks(tree), "swap-0": "", "again": order.token},
        page=f"/orders/{order.token}/again",
    )
    assert again.status_code == 303
    fresh = session.query(Order).order_by(Order.id.desc()).first()
    assert fresh is not None
    assert fresh.id != order.id
    assert (fresh.sponsor_id, fresh.contact_email) == (order.sponsor_id, "noor@tidewatch.example")
    assert fresh.bookings[0].sponsor_id == order.sponsor_id


def test_an_order_still_held_or_paid_is_not_offered_again(
    client: CheckedClient, session: Session, newsletter: Newsletter, primaries: list[Slot], now: datetime
) -> None:
    with transaction() as writing:
        order = hold_order(writing, newsletter, primaries[:1], now=now)
    path = f"/orders/{order.token}/again"
    assert client.get(path).location == f"/orders/{order.token}/checkout"
    with transaction() as writing:
        confirm_order(writing, order=order, method=PaymentMethod.CARD, now=now)
    assert client.get(path).location == f"/orders/{order.token}"


def test_a_held_order_is_let_go_and_its_dates_are_on_sale_again(
    client: CheckedClient, session: Session, newsletter: Newsletter, primaries: list[Slot], now: datetime
) -> None:
    with transaction() as writing:
        order = hold_order(writing, newsletter, primaries[:1], now=now)
    answer = client.post_form(f"/orders/{order.token}/release", page=STOREFRONT)
    assert (answer.status_code, answer.location) == (303, f"{STOREFRONT}#dates")
    session.expire_all()
    assert order.state is OrderState.CANCELLED
    assert order.bookings[0].state is BookingState.RELEASED


def test_an_order_being_paid_is_not_let_go_here(
    client: CheckedClient, session: Session, newsletter: Newsletter, primaries: list[Slot], now: datetime
) -> None:
    with transaction() as writing:
        order = hold_order(writing, newsletter, primaries[:1], now=now)
        enter_checkout(writing, order=order, held_until=now + 46 * MINUTE, now=now)
    assert client.post_form(f"/orders/{order.token}/release", page=STOREFRONT).status_code == 409
    session.expire_all()
    assert order.state is OrderState.IN_CHECKOUT


@pytest.mark.parametrize("path", ["/orders/unknown/extend", "/orders/unknown/release"])
def test_an_unknown_order_is_nothing(client: CheckedClient, newsletter: Newsletter, path: str) -> None:
    assert client.post_form(path, page=STOREFRONT).status_code == 404
    assert client.get("/orders/unknown/again").status_code == 404
