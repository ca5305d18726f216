"""Moving over HTTP: the publisher from the docket, the sponsor by the order's link."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
import time_machine
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import get_booking
from sponsorship.booking.services import move_booking
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.sponsors.models import SalesPolicy
from tests.factories.booking import confirmed_order, hold_order
from tests.factories.inventory import slot_on
from tests.page_checks import CheckedClient

OLD, NEW = date(2026, 12, 13), date(2026, 12, 20)


@pytest.fixture(autouse=True)
def at_nine_forty(now: datetime) -> Iterator[None]:
    """The clock stands."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def order(newsletter: Newsletter, now: datetime) -> Order:
    """Tidewatch's Sponsored of 13 December."""
    with transaction() as session:
        return confirmed_order(session, newsletter, [slot_on(session, newsletter, OLD, "sponsored")], now=now)


@pytest.fixture
def desk(client: CheckedClient, newsletter: Newsletter, sign_in: Callable[..., User]) -> CheckedClient:
    """The client, signed in as the publisher."""
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    return client


def day_of(session: Session, booking: Booking) -> date:
    session.expire_all()
    return get_booking(session, booking.id).slot.issue.publish_on


def test_the_publisher_moves_from_the_docket_and_is_back_on_the_calendar(
    desk: CheckedClient, session: Session, newsletter: Newsletter, order: Order
) -> None:
    booking = order.bookings[0]
    path = f"/bookings/{booking.id}/move"
    docket = desk.get(f"/desk/sunday-runbook/slots/{booking.slot_id}").text
    assert f'hx-get="{path}"' in docket
    fragment = desk.get(path, headers={"HX-Request": "true"}).text
    assert "<html" not in fragment and "Sun 20 Dec 2026, No. 816: same price" in fragment
    new = slot_on(session, newsletter, NEW, "sponsored")
    answer = desk.post_form(path, {"slot": str(new.id), "next": "/desk/sunday-runbook/calendar"})
    assert (answer.status_code, answer.location) == (303, "/desk/sunday-runbook/calendar")
    assert day_of(session, booking) == NEW
    assert "Moved to Sponsored on Sun 20 Dec." in desk.get(answer.location).text


def test_a_refusal_keeps_what_was_picked_and_says_why(
    desk: CheckedClient, session: Session, newsletter: Newsletter, order: Order, now: datetime
) -> None:
    booking, path = order.bookings[0], f"/bookings/{order.bookings[0].id}/move"
    with transaction() as writing:
        gone = slot_on(writing, newsletter, NEW, "sponsored")
        hold_order(writing, newsletter, [gone], now=now)
    answer = desk.post_form(path, {"slot": str(gone.id), "reason": "She asked"})
    assert answer.status_code == 422 and "Sponsored on Sun 20 Dec went to somebody else." in answer.text
    assert 'value="She asked"' in answer.text and day_of(session, booking) == OLD
    assert desk.post_form(path, {"slot": "999999"}).status_code == 404


def test_a_sponsor_moves_by_the_orders_link_until_the_cut_off(
    client: CheckedClient, session: Session, newsletter: Newsletter, order: Order
) -> None:
    booking = order.bookings[0]
    path = f"/orders/{order.token}/bookings/{booking.id}/move"
    assert path in client.get(f"/orders/{order.token}").text
    assert "You can move it until Sun 6 Dec, 08:00 GMT." in client.get(path).text
    new = slot_on(session, newsletter, NEW, "sponsored")
    answer = client.post_form(path, {"slot": str(new.id)})
    assert answer.status_code == 303 and day_of(session, booking) == NEW
    with time_machine.travel(datetime(2026, 12, 15, 9, tzinfo=booking.created_at.tzinfo), tick=False):
        assert path not in client.get(f"/orders/{order.token}").text
        page = client.get(path).text
        assert "It could be moved until Sun 13 Dec, 08:00 GMT." in page and "csrf_token" not in page


def test_a_newsletter_that_moves_by_hand_says_whom_to_write_to(
    client: CheckedClient, newsletter: Newsletter, order: Order
) -> None:
    with transaction() as session:
        session.add(
            SalesPolicy(newsletter_id=newsletter.id, sponsors_may_move=False, move_cutoff_days=7, cancel_free_days=21,
                        cancel_kept_basis_points=0, cancel_full_days=0)
        )  # fmt: skip
    page = client.get(f"/orders/{order.token}/bookings/{order.bookings[0].id}/move").text
    assert "moves bookings by hand" in page and "imogen@sundayrunbook.example" in page


def test_a_dearer_date_leads_a_sponsor_to_the_checkout_of_the_difference(
    client: CheckedClient, session: Session, newsletter: Newsletter, order: Order
) -> None:
    booking = order.bookings[0]
    path = f"/orders/{order.token}/bookings/{booking.id}/move"
    new = slot_on(session, newsletter, NEW)
    answer = client.post_form(path, {"slot": str(new.id)})
    assert answer.status_code == 303 and answer.location.endswith("/checkout")
    assert "$800.00" in client.get(answer.location).text and day_of(session, booking) == OLD


def test_a_foreign_booking_is_nobodys_to_move(
    client: CheckedClient, newsletter: Newsletter, order: Order, sign_in: Callable[..., User], now: datetime
) -> None:
    with transaction() as session:
        other = confirmed_order(session, newsletter, [slot_on(session, newsletter, NEW)], now=now)
    assert client.get(f"/orders/{order.token}/bookings/{other.bookings[0].id}/move").status_code == 404
    sign_in(client, "stranger@example.com")
    assert client.get(f"/bookings/{order.bookings[0].id}/move").status_code == 404


def test_while_it_waits_to_move_the_page_says_so(
    desk: CheckedClient, session: Session, newsletter: Newsletter, order: Order, now: datetime
) -> None:
    with transaction() as writing:
        booking = get_booking(writing, order.bookings[0].id)
        move_booking(writing, booking=booking, slot=slot_on(writing, newsletter, NEW), actor="I", now=now)
    later = slot_on(session, newsletter, date(2027, 1, 3), "sponsored")
    answer = desk.post_form(f"/bookings/{order.bookings[0].id}/move", {"slot": str(later.id)})
    assert answer.status_code == 409 and "Release that hold first." in LexborHTMLParser(answer.text).text()
