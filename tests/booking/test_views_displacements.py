"""Pages by which slots fall away, and the sponsor's choice by the order's link; prices and credits in cart and checkout."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from sponsorship.booking import queries, services
from sponsorship.booking.errors import PromoRefused
from sponsorship.booking.models import Order
from sponsorship.booking.rules import BookingState, DisplacementState
from sponsorship.core.db import db, transaction
from sponsorship.inventory.models import Newsletter, PromoCode
from sponsorship.inventory.rules import IssueState
from sponsorship.inventory.services import add_promo_code
from tests.factories.booking import confirmed_order, hold_order, make_sponsor
from tests.factories.inventory import issue_on, slot_on
from tests.page_checks import CheckedClient

DAY, OTHER = date(2026, 12, 13), date(2026, 12, 20)
SETTINGS = "/desk/sunday-runbook/settings"


@pytest.fixture
def owner(
    client: CheckedClient, newsletter: Newsletter, now: datetime, sign_in: Callable[..., Any]
) -> Iterator[CheckedClient]:
    """The publisher's browser at 09:40 on Thursday 19 November 2026."""
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    with time_machine.travel(now, tick=False):
        yield client


@pytest.fixture
def order(newsletter: Newsletter, now: datetime) -> Order:
    """Primary on 13 December, sold."""
    with transaction() as session:
        return confirmed_order(session, newsletter, [slot_on(session, newsletter, DAY)], now=now)


def promo_of(newsletter: Newsletter, now: datetime, **more: Any) -> PromoCode:
    with transaction() as session:
        figures = {"discount_basis_points": 1000} | more
        return add_promo_code(session, newsletter=newsletter, code="SPRING", actor="imogen", now=now, **figures)


def test_skipping_shows_whom_it_concerns_then_names_them_and_the_sponsor_chooses(
    session: Session, owner: CheckedClient, newsletter: Newsletter, order: Order
) -> None:
    path = f"/issues/{issue_on(session, newsletter, DAY).id}/skip"
    page = owner.get(path).get_data(as_text=True)
    assert "One booking is concerned." in page and "Tidewatch Ltd" in page and "take another date" in page
    assert owner.post_form(path, {"reason": "On holiday"}).location == "/desk/sunday-runbook/displacements"
    listed = owner.get("/desk/sunday-runbook/displacements").get_data(as_text=True)
    assert "One booking without a slot waits for the sponsor." in listed and "On holiday" in listed
    (displaced,) = queries.list_displacements(db.session(), newsletter.id, is_open=True)
    choice = f"/orders/{order.token}/displacements/{displaced.id}"
    assert "does not come out" in owner.get(choice).get_data(as_text=True)
    assert owner.post_form(choice, {"remedy": "move"}).status_code == 422
    other = slot_on(db.session(), newsletter, OTHER)
    assert owner.post_form(choice, {"remedy": "move", "slot": str(other.id)}).status_code == 303
    assert "Moved to Primary on Sun 20 Dec" in owner.get(choice).get_data(as_text=True)
    assert owner.get("/orders/another/displacements/1").status_code == 404


def test_an_issue_is_moved_and_brought_back_from_the_list(
    session: Session, owner: CheckedClient, newsletter: Newsletter, order: Order
) -> None:
    issue = issue_on(session, newsletter, DAY)
    assert owner.post_form(f"/issues/{issue.id}/move", {"day": "2026-12-20"}).status_code == 422
    assert owner.post_form(f"/issues/{issue.id}/move", {"day": "2026-12-14"}).status_code == 303
    empty = issue_on(db.session(), newsletter, OTHER)
    assert owner.post_form(f"/issues/{empty.id}/skip").location.startswith(f"{SETTINGS}/rhythm")
    assert owner.post_form(f"/issues/{empty.id}/restore", page=f"{SETTINGS}/rhythm").status_code == 303
    db.session.expire_all()
    assert (issue.publish_on, empty.state) == (date(2026, 12, 14), IssueState.PLANNED)


def test_capacity_and_retirement_show_whom_they_concern(
    owner: CheckedClient, newsletter: Newsletter, order: Order
) -> None:
    primary, classified = newsletter.placements[0], newsletter.placements[2]
    assert "Nobody is concerned." in owner.get(f"/placements/{classified.id}/capacity?capacity=1").get_data(
        as_text=True
    )
    assert owner.post_form(f"/placements/{classified.id}/capacity", {"capacity": "1"}).status_code == 303
    page = owner.get(f"/placements/{primary.id}/retire").get_data(as_text=True)
    assert "Tidewatch Ltd" in page
    assert owner.post_form(f"/placements/{primary.id}/retire", {"sold": "displace"}).status_code == 303
    (displaced,) = queries.list_displacements(db.session(), newsletter.id, is_open=True)
    assert (displaced.booking.id, displaced.state) == (order.bookings[0].id, DisplacementState.OPEN)


def test_a_code_with_one_use_left_is_used_once_and_free_again_when_its_order_lapses(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    promo_of(newsletter, now, most_uses=1)
    ids = [[slot_on(session, newsletter, day).id] for day in (DAY, OTHER)]
    with transaction() as writing:
        first = services.hold_slots(writing, newsletter=newsletter, slot_ids=ids[0], promo_code="spring", now=now)
    assert [(line.label, line.amount_minor) for line in first.price_lines] == [("Code SPRING", -16_500)]
    with pytest.raises(PromoRefused, match="used up"), transaction() as writing:
        services.hold_slots(writing, newsletter=newsletter, slot_ids=ids[1], promo_code="SPRING", now=now)
    with transaction() as writing:
        services.lapse_order(writing, order=first, now=now)
        second = services.hold_slots(writing, newsletter=newsletter, slot_ids=ids[1], promo_code="SPRING", now=now)
    assert second.net_minor == 148_500


def test_the_cart_says_why_a_code_does_not_hold_and_what_one_that_holds_takes_off(
    session: Session, owner: CheckedClient, newsletter: Newsletter, now: datetime
) -> None:
    promo_of(newsletter, now, label="Spring, 10% off", minimum_minor=200_000)
    one, two = (slot_on(session, newsletter, day).id for day in (DAY, OTHER))
    slip = "/newsletters/sunday-runbook/price"
    assert "needs an order of $2,000 or more" in owner.get(f"{slip}?slot={one}&code=SPRING").get_data(as_text=True)
    assert "There is no code NOPE" in owner.get(f"{slip}?slot={one}&code=NOPE").get_data(as_text=True)
    good = owner.get(f"{slip}?slot={one}&slot={two}&code=spring").get_data(as_text=True)
    assert "Spring, 10% off" in good and "−$330" in good
    sent = {"slot": [str(one), str(two)], "code": "spring"}
    applied = owner.post_form(
        "/newsletters/sunday-runbook/orders", sent | {"apply": "1"}, page="/newsletters/sunday-runbook"
    )
    assert f"slot={one}&slot={two}&code=spring" in applied.location
    held = owner.post_form("/newsletters/sunday-runbook/orders", sent, page="/newsletters/sunday-runbook")
    checkout = owner.get(held.location).get_data(as_text=True)
    assert "Spring, 10% off" in checkout and "Take the code SPRING off" in checkout
    token = held.location.split("/")[2]
    owner.post_form(f"/orders/{token}/price", {"code": ""}, page=held.location)
    assert queries.get_order(db.session(), token).net_minor == 330_000
    refused = owner.post_form(f"/orders/{token}/price", {"code": "NOPE"}, page=held.location, follow_redirects=True)
    assert "There is no code NOPE" in refused.get_data(as_text=True)


def test_credits_pay_for_slots_in_the_cart_and_come_back_when_it_lapses(
    session: Session, client: CheckedClient, newsletter: Newsletter, now: datetime, sign_in: Callable[..., Any]
) -> None:
    with transaction() as writing:
        sponsor = make_sponsor(writing, newsletter, now=now)
        services.grant_credits(
            writing, sponsor=sponsor, newsletter=newsletter, slots=2, placement=newsletter.placements[0],
            value_minor=300_001, actor="imogen", now=now,
        )  # fmt: skip
    sign_in(client, "noor@tidewatch.example")
    slot = slot_on(session, newsletter, DAY)
    with time_machine.travel(now, tick=False):
        slip = client.get(f"/newsletters/sunday-runbook/price?slot={slot.id}").get_data(as_text=True)
        assert "Use my credit (1 left)" in slip
        held = client.post_form(
            "/newsletters/sunday-runbook/orders",
            {"slot": str(slot.id), "credits": "1"},
            page="/newsletters/sunday-runbook",
        )
        page = client.get(held.location).get_data(as_text=True)
    assert "Paid with a credit" in page and "Book for nothing" in page
    order = queries.get_order(db.session(), held.location.split("/")[2])
    (grant,) = queries.list_credit_grants(db.session(), [sponsor.id])
    assert (order.net_minor, grant.left, grant.remaining_minor) == (0, 1, 150_000)
    with transaction() as writing:
        services.lapse_order(writing, order=order, now=now)
    db.session.expire_all()
    assert (grant.left, grant.remaining_minor, order.bookings[0].state) == (2, 300_001, BookingState.LAPSED)


def test_a_stranger_spends_nobodys_credits(
    session: Session, client: CheckedClient, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        sponsor = make_sponsor(writing, newsletter, now=now)
        services.grant_credits(writing, sponsor=sponsor, newsletter=newsletter, slots=2, actor="imogen", now=now)
        order = hold_order(writing, newsletter, [slot_on(writing, newsletter, DAY)], now=now)
        order.sponsor = sponsor
    with time_machine.travel(now, tick=False):
        client.post_form(f"/orders/{order.token}/price", {"credits": "1"}, page=f"/orders/{order.token}/checkout")
    db.session.expire_all()
    assert order.net_minor == 165_000


def test_credits_are_given_on_their_page_and_expire(
    owner: CheckedClient, newsletter: Newsletter, now: datetime
) -> None:
    fields = {"sponsor": "Tidewatch", "slots": "3", "placement": "0", "value": "1500", "expires_on": "2026-12-31"}
    assert owner.post_form(f"{SETTINGS}/credits", fields | {"slots": "0"}).status_code == 422
    assert owner.post_form(f"{SETTINGS}/credits", fields).status_code == 303
    assert "Three prepaid credits are still to be used." in owner.get(f"{SETTINGS}/credits").get_data(as_text=True)
    with transaction() as session:
        assert services.expire_credits(session, newsletter=newsletter, today=date(2026, 12, 31), now=now) == 0
        assert services.expire_credits(session, newsletter=newsletter, today=date(2027, 1, 1), now=now) == 1
    assert "No prepaid credits are still" in owner.get(f"{SETTINGS}/credits").get_data(as_text=True)
