"""What one buyer may hold without paying: by address, browser and sponsor, as the newsletter says; nobody freezes its dates."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.booking.errors import HoldsTooMuch
from sponsorship.booking.models import Order
from sponsorship.booking.portal.door import network_of
from sponsorship.booking.rules import Holdings, HoldLimits, hold_refusal
from sponsorship.booking.services import book_manually, lapse_order
from sponsorship.booking.services.limits import Buyer
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.queries import list_issues, list_slots
from sponsorship.sponsors.services import set_policy
from tests.factories.booking import hold_order, make_sponsor
from tests.page_checks import CheckedClient

FIRST, LAST = date(2026, 12, 13), date(2027, 3, 28)
LIMITS = HoldLimits(open_orders=3, held_slots=26, unpaid_a_day=12)


@pytest.mark.parametrize(
    ("holdings", "wanted", "says"),
    [
        (Holdings(), 26, None),
        (Holdings(), 27, "want 27 dates more"),
        (Holdings(open_orders=2, held_slots=25, ended_unpaid=11), 1, None),
        (Holdings(open_orders=2, held_slots=25), 2, "You hold 25 unpaid of the 26 dates"),
        (Holdings(open_orders=3, held_slots=3), 1, "You have 3 unpaid orders open"),
        (Holdings(ended_unpaid=12), 1, "12 orders from here ended unpaid"),
    ],
)
def test_what_is_refused_is_said_with_its_figures(holdings: Holdings, wanted: int, says: str | None) -> None:
    refusal = hold_refusal(LIMITS, holdings, wanted)
    assert refusal is None if says is None else says in (refusal or "")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_one_subscribers_ipv6_network_is_one_buyer(address: str, network: str) -> None:
    assert network_of(address) == network


def some_slots(session: Session, newsletter: Newsletter, how_many: int) -> list[Slot]:
    slots = list_slots(session, [issue.id for issue in list_issues(session, newsletter.id, FIRST, LAST)])
    assert len(slots) >= how_many
    return slots[:how_many]


@pytest.mark.parametrize("again", [Buyer("address", "other browser"), Buyer("other address", "browser")])
def test_an_address_or_a_browser_holds_26_dates_in_all_its_orders(
    session: Session, newsletter: Newsletter, now: datetime, again: Buyer
) -> None:
    slots = some_slots(session, newsletter, 28)
    with transaction() as writing:
        hold_order(writing, newsletter, slots[:20], now=now, buyer=Buyer("address", "browser"))
        hold_order(writing, newsletter, slots[20:25], now=now, buyer=again)
    with pytest.raises(HoldsTooMuch, match="You hold"), transaction() as writing:
        hold_order(writing, newsletter, slots[25:27], now=now, buyer=Buyer("address", "browser"))
    with transaction() as writing:
        hold_order(writing, newsletter, slots[25:27], now=now, buyer=Buyer("a third", "a third"))


def test_whoever_lets_twelve_orders_run_out_in_a_day_holds_nothing_until_the_next(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slot, buyer = some_slots(session, newsletter, 1), Buyer("address", "browser")
    for turn in range(12):
        moment = now + turn * timedelta(minutes=30)
        with transaction() as writing:
            order = hold_order(writing, newsletter, slot, now=moment, buyer=buyer)
            lapse_order(writing, order=order, now=moment + timedelta(minutes=20))
    last = now + timedelta(hours=6)
    with pytest.raises(HoldsTooMuch, match="ended unpaid"), transaction() as writing:
        hold_order(writing, newsletter, slot, now=last, buyer=buyer)
    with transaction() as writing:
        hold_order(writing, newsletter, slot, now=now + timedelta(hours=24, minutes=20), buyer=buyer)


def test_the_limits_are_the_newsletters_own(session: Session, newsletter: Newsletter, now: datetime) -> None:
    slots = some_slots(session, newsletter, 5)
    with transaction() as writing:
        set_policy(writing, newsletter_id=newsletter.id, actor="i@x.example", now=now, open_orders=1, held_slots=2)
    with pytest.raises(HoldsTooMuch, match="of the 2 dates"), transaction() as writing:
        hold_order(writing, newsletter, slots[:3], now=now, buyer=Buyer("address"))
    with transaction() as writing:
        hold_order(writing, newsletter, slots[:2], now=now, buyer=Buyer("address"))
    with pytest.raises(HoldsTooMuch, match="1 unpaid order open"), transaction() as writing:
        hold_order(writing, newsletter, slots[2:3], now=now, buyer=Buyer("address"))


def test_the_publisher_is_not_limited(session: Session, newsletter: Newsletter, now: datetime) -> None:
    slots = some_slots(session, newsletter, 30)
    with transaction() as writing:
        sponsor = make_sponsor(writing, newsletter, now=now)
        for slot in slots:
            book_manually(
                writing, newsletter=newsletter, sponsor=sponsor, slot_ids=[slot.id], actor="i@x.example", now=now
            )
    assert session.query(Order).count() == 30


def test_the_team_buying_from_its_own_rate_card_is_not_limited(
    client: CheckedClient, sign_in: Callable[..., User], session: Session, newsletter: Newsletter, now: datetime
) -> None:
    path = f"/newsletters/{newsletter.slug}"
    with time_machine.travel(now, tick=False):
        sign_in(client, "imogen@runbook.example", newsletter=newsletter)
        for slot in some_slots(session, newsletter, 4):
            answer = client.post_form(f"{path}/orders", {"slot": slot.id}, page=path)
            assert answer.status_code == 303
    assert {(order.holder_key, order.browser_key) for order in session.query(Order)} == {(None, None)}
