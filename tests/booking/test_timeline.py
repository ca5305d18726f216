"""An order's timeline in words, for the sponsor and for the team; and the order on paper."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
import time_machine
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.booking.models import Order
from sponsorship.booking.queries import insertion_order
from sponsorship.booking.rules import word_actor, word_entry
from sponsorship.booking.services import move_booking
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from tests.factories.booking import confirmed_order
from tests.factories.inventory import slot_on
from tests.page_checks import CheckedClient

MOVE = {"place": "Primary on Sun 20 Dec", "difference_minor": -80_000, "reason": "She asked"}


@pytest.fixture(autouse=True)
def at_nine_forty(now: datetime) -> Iterator[None]:
    """The clock stands."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def order(newsletter: Newsletter, now: datetime) -> Order:
    """Tidewatch's Primary of 13 December, moved by the publisher to the 20th."""
    with transaction() as session:
        order = confirmed_order(session, newsletter, [slot_on(session, newsletter, date(2026, 12, 13))], now=now)
        new = slot_on(session, newsletter, date(2026, 12, 20))
        move_booking(
            session,
            booking=order.bookings[0],
            slot=new,
            actor="imogen@sundayrunbook.example",
            now=now,
            reason="Too early",
        )
        return order


@pytest.mark.parametrize(
    ("kind", "action", "after", "internal", "sentence"),
    [
        ("order", "held", {}, False, "The dates were held."),
        ("order", "priced", {}, False, None),
        ("order", "priced", {}, True, "The price was worked out anew."),
        ("order", "cancelled", {"reason": "Never again"}, False, "The order was cancelled."),
        ("order", "cancelled", {"reason": "Never again"}, True, "The order was cancelled. Never again"),
        ("order", "some_new_act", {}, True, "Some new act."),
        ("order", "some_new_act", {}, False, None),
        ("booking", "ran", {}, False, "Primary on Sun 13 Dec ran."),
        ("booking", "moved", MOVE, False,
         "Primary on Sun 13 Dec moved to Primary on Sun 20 Dec. It costs $800 less, which was credited."),
    ],
)  # fmt: skip
def test_an_entry_is_told_in_words_and_the_teams_notes_stay_with_the_team(
    kind: str, action: str, after: dict[str, object], internal: bool, sentence: str | None
) -> None:
    place = "Primary on Sun 13 Dec"
    told = word_entry(kind, action, {"place": place}, after, place=place, currency="USD", internal=internal)
    assert told == sentence


def test_a_sponsor_reads_the_publisher_where_the_team_reads_who() -> None:
    assert word_actor("imogen@example.com", internal=False) == "The publisher"
    assert word_actor("imogen@example.com", internal=True) == "imogen@example.com"
    assert word_actor("buyer", internal=False) == "The buyer"


def test_the_orders_page_tells_the_sponsor_what_happened_and_the_team_why(
    client: CheckedClient, newsletter: Newsletter, order: Order, sign_in: Callable[..., User]
) -> None:
    page = client.get(f"/orders/{order.token}").text
    assert "Primary on Sun 13 Dec moved to Primary on Sun 20 Dec." in page
    assert "Too early" not in page and "imogen@sundayrunbook.example</span>" not in page
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    assert "Too early" in client.get(f"/orders/{order.token}").text


def test_the_insertion_order_says_what_was_agreed_and_is_a_pdf(
    client: CheckedClient, session: Session, order: Order
) -> None:
    values = insertion_order(session, order)
    assert values["rows"] == [["No. 816", "Primary", "Sun 20 Dec 2026", "Thu 17 Dec, 18:00 GMT", "$1,650.00"]]
    assert values["total"] == ["Total", "$1,650.00"] and values["terms"] == ["Copy by the Thursday before."]
    answer = client.get(f"/orders/{order.token}/insertion-order.pdf")
    assert (answer.mimetype, answer.data[:4]) == ("application/pdf", b"%PDF")
    assert client.get("/orders/unknown/insertion-order.pdf").status_code == 404
