"""Demand over HTTP: waiting list, promises and challenges, requests, proposals, series and renewals."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.booking.models import Booking, Challenge, Order, Promise, Waiting
from sponsorship.booking.queries import occupants_of
from sponsorship.booking.rules import BookingKind, BookingState, ChallengeState, OrderState, PromiseKind, WaitingState
from sponsorship.booking.services import block_slot, cancel_order
from sponsorship.booking.tasks import lapse_orders
from sponsorship.core.db import transaction
from sponsorship.core.mail import Mail
from sponsorship.core.outbox import deliver_due
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.rules import SponsorApproval
from tests.factories.booking import confirmed_order
from tests.factories.demand import promise_slot, wait_for
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


def ask_for(client: CheckedClient, session: Session, slots: list[Slot]) -> Order:
    """Send a request for slots as somebody new."""
    answer = client.post_form(f"{STOREFRONT}/orders", {"slot": [slot.id for slot in slots]}, page=STOREFRONT)
    assert answer.location.endswith("/request"), answer.location
    client.post_form(answer.location, ASK)
    session.expire_all()
    order: Order = session.query(Order).order_by(Order.id.desc()).first()  # type: ignore[assignment]
    return order


def approve_first(session: Session, newsletter: Newsletter, approval: SponsorApproval = SponsorApproval.NEW) -> None:
    with transaction():
        newsletter.sponsor_approval = approval


def test_a_sold_date_is_waited_for_offered_and_bought(
    client: CheckedClient, session: Session, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    with transaction() as writing:
        sold = confirmed_order(writing, newsletter, [slot], now=now - DAY)
    link = next(
        a.attributes["href"]
        for a in LexborHTMLParser(client.get(STOREFRONT).text).css("a.tell")
        if "13 Dec" in a.text()
    )
    joined = client.post_form(link or "", WHO | {"placement": slot.placement_id, "issue": slot.issue_id})
    assert joined.status_code == 303
    assert "You are first in line" in client.get(joined.location).text
    with transaction() as writing:
        cancel_order(writing, order=sold, reason="", actor="Imogen", now=now)
    assert [subject for _, subject in mails(session, now)][-1] == "It came free: Primary on Sun 13 Dec"
    offer = client.get(joined.location)
    assert offer.status_code == 303
    assert "came free" in client.get(offer.location).text
    assert "Held to Fri 09:40" in client.get(STOREFRONT).text
    taken = client.post_form(f"{offer.location}/take", page=offer.location)
    assert "Ropewalk" in client.get(taken.location).text or client.get(taken.location).status_code == 200
    order = session.query(Order).order_by(Order.id.desc()).first()
    assert order is not None
    assert (order.state, order.total_minor, taken.location) == (
        OrderState.HELD, 165_000, f"/orders/{order.token}/checkout"
    )  # fmt: skip
    assert client.get(offer.location).location == f"/orders/{order.token}"


def test_what_is_open_is_sold_not_waited_for_and_what_was_typed_stays(
    client: CheckedClient, session: Session, newsletter: Newsletter, slot: Slot
) -> None:
    page = f"{STOREFRONT}/waiting?issue={slot.issue_id}&placement={slot.placement_id}"
    refused = client.post_form(page, WHO | {"placement": slot.placement_id, "issue": slot.issue_id})
    assert refused.status_code == 409
    assert "Primary on Sun 13 Dec is open" in refused.text
    assert 'value="Ropewalk"' in refused.text
    assert client.post_form(page, WHO | {"contact_email": "no", "issue": slot.issue_id}).status_code == 422
    assert client.get(f"{STOREFRONT}/waiting?issue=999999").status_code == 404
    assert session.query(Waiting).count() == 0


def test_the_list_is_left_by_its_link_and_an_offer_goes_on(
    client: CheckedClient, session: Session, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    with transaction() as writing:
        sold = confirmed_order(writing, newsletter, [slot], now=now - DAY)
        first, second = wait_for(writing, slot, who="ropewalk", now=now), wait_for(writing, slot, who="oxbow", now=now)
        cancel_order(writing, order=sold, reason="", actor="Imogen", now=now)
    offer = session.query(Promise).one()
    answer = client.post_form(f"/offers/{offer.token}/decline", page=f"/offers/{offer.token}")
    assert "You have left the waiting list." in client.get(answer.location).text
    assert (first.state, second.state) == (WaitingState.LEFT, WaitingState.OFFERED)
    assert "This offer is over." in client.get(f"/offers/{offer.token}").text
    with transaction() as writing:
        third = wait_for(writing, slot, who="moorhen", now=now)
    left = client.post_form(f"/waiting/{third.token}/leave", page=f"/waiting/{third.token}")
    assert "You have left the waiting list." in client.get(left.location).text


def test_a_challenge_asks_the_holder_who_confirms_or_the_buyer_gets_the_offer(
    desk: CheckedClient, session: Session, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    with transaction() as writing:
        promise = promise_slot(writing, slot, until=now + 6 * DAY, message="Until your board has met", now=now)
        other = promise_slot(writing, slot_on(session, newsletter, SUNDAY + WEEK), until=now + 6 * DAY, now=now)
    assert "Ferrywork" in desk.get(DEMAND).text
    for one in (promise, other):
        path = f"/bookings/{one.booking_id}/challenge"
        assert desk.post_form(path, WHO | {"company": ""}).status_code == 422
        assert desk.post_form(path, WHO).status_code == 303
        assert desk.post_form(path, WHO).status_code == 409
    sent = mails(session, now)
    assert ("ada@ferrywork.example", "Another buyer is ready: Primary on Sun 13 Dec") in sent
    assert "Confirm or release until Fri 20 Nov, 09:40 GMT." in desk.get(f"/offers/{promise.token}").text
    confirmed = desk.post_form(f"/offers/{promise.token}/take", page=f"/offers/{promise.token}")
    assert confirmed.location.endswith("/checkout")
    assert lapse_orders(now + DAY) == 2  # the order that nobody pays, and the hold that nobody answers
    session.expire_all()
    assert {challenge.state for challenge in session.query(Challenge)} == {
        ChallengeState.CONFIRMED,
        ChallengeState.LAPSED,
    }
    offers = session.query(Promise).filter_by(kind=PromiseKind.OFFER).all()
    assert {offer.contact_email for offer in offers} == {"ada@ropewalk.example"}
    assert len(offers) == 2, "the buyer is offered both: one was not answered, the other not paid"


def test_a_withdrawn_challenge_and_a_challenger_who_leaves_give_the_holder_his_time_back(
    desk: CheckedClient, session: Session, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    with transaction() as writing:
        promise = promise_slot(writing, slot, until=now + 6 * DAY, now=now)
    for way in ("withdraw", "leave"):
        desk.post_form(f"/bookings/{promise.booking_id}/challenge", WHO)
        session.expire_all()
        assert promise.booking.held_until == now + DAY
        challenge = session.query(Challenge).order_by(Challenge.id.desc()).first()
        assert challenge is not None
        if way == "withdraw":
            desk.post_form(f"/challenges/{challenge.id}/withdraw", page=DEMAND)
        else:
            desk.post_form(f"/waiting/{challenge.challenger.token}/leave", page=DEMAND)
            mails(session, now)
        session.expire_all()
        assert (promise.booking.held_until, challenge.state) == (now + 6 * DAY, ChallengeState.WITHDRAWN)
    desk.post_form(f"/bookings/{promise.booking_id}/release", page=DEMAND)
    assert desk.get("/challenges/9/withdraw").status_code == 405


def test_a_first_refusal_is_shown_to_others_and_taken_by_the_link_only(
    desk: CheckedClient, session: Session, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    fields = {"sponsor": "Tidewatch", "until": "2026-12-04", "is_first_refusal": "y"}
    assert desk.post_form(f"/slots/{slot.id}/hold", fields, page=DEMAND).status_code == 422
    desk.post_form(f"/slots/{slot.id}/hold", fields | {"contact_email": "noor@tidewatch.example"}, page=DEMAND)
    assert "First refusal to 5 Dec" in desk.get(STOREFRONT).text
    assert desk.post_form(f"{STOREFRONT}/orders", {"slot": slot.id}, page=STOREFRONT).status_code == 422
    promise = session.query(Promise).one()
    assert mails(session, now)[-1] == ("noor@tidewatch.example", "First refusal: Primary on Sun 13 Dec")
    assert desk.post_form(f"/offers/{promise.token}/take", page=f"/offers/{promise.token}").status_code == 303
    order = session.query(Order).one()
    assert order.held_until == now + DAY, "taken, it is to be paid within a day"
    assert order.sponsor is not None
    assert order.sponsor.name == "Tidewatch"


def test_new_sponsors_ask_first_and_after_a_no_the_slot_is_sellable_again(
    client: CheckedClient,
    session: Session,
    newsletter: Newsletter,
    slot: Slot,
    sign_in: Callable[..., User],
    now: datetime,
) -> None:
    approve_first(session, newsletter)
    order = ask_for(client, session, [slot])
    assert (order.state, order.held_until, order.terms_version) == (OrderState.DRAFT, now + 2 * DAY, 1)
    assert client.get(f"/orders/{order.token}/checkout").location.endswith("/return"), "nothing can be paid"
    assert "The publisher answers by then." in client.get(f"/orders/{order.token}").text
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    assert "Ropewalk" in client.get(DEMAND).text
    path = f"/requests/{order.id}"
    assert client.post_form(path, {"answer": "decline", "reason": " "}).status_code == 422
    client.post_form(path, {"answer": "decline", "reason": "We do not advertise ropes."})
    session.expire_all()
    assert (order.state, occupants_of(session, [slot.id])) == (OrderState.CANCELLED, {})
    assert mails(session, now)[-1] == ("ada@ropewalk.example", f"About your request {order.number}")
    assert "We do not advertise ropes." in session.query(Mail).order_by(Mail.id.desc()).first().text  # type: ignore[union-attr]
    with transaction() as writing:
        assert block_slot(writing, slot=slot, reason="", actor="I", now=now).state is BookingState.CONFIRMED
    assert client.post_form(path, {"answer": "accept"}, page=DEMAND).status_code == 409


def test_an_accepted_request_is_paid_and_the_sponsor_is_not_new_any_more(
    client: CheckedClient,
    session: Session,
    newsletter: Newsletter,
    slot: Slot,
    sign_in: Callable[..., User],
    now: datetime,
) -> None:
    approve_first(session, newsletter)
    order = ask_for(client, session, [slot])
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    client.post_form(f"/requests/{order.id}", {"answer": "accept"})
    session.expire_all()
    assert (order.state, order.held_until) == (OrderState.HELD, now + 3 * DAY)
    assert mails(session, now)[-1] == ("ada@ropewalk.example", f"Accepted: {order.number}")
    assert "Check out" in client.get(f"/orders/{order.token}/checkout").text
    sign_in(client, "ada@ropewalk.example")
    again = client.post_form(
        f"{STOREFRONT}/orders", {"slot": slot_on(session, newsletter, SUNDAY + WEEK).id}, page=STOREFRONT
    )
    assert again.location.endswith("/checkout"), "who was accepted once buys at once"


def test_an_order_held_by_one_who_is_known_is_not_bought_in_a_strangers_name(
    client: CheckedClient,
    session: Session,
    newsletter: Newsletter,
    slot: Slot,
    sign_in: Callable[..., User],
    now: datetime,
) -> None:
    with transaction() as writing:
        confirmed_order(writing, newsletter, [slot_on(session, newsletter, SUNDAY + WEEK)], now=now - DAY)
    approve_first(session, newsletter)
    sign_in(client, "noor@tidewatch.example")
    checkout = client.post_form(f"{STOREFRONT}/orders", {"slot": slot.id}, page=STOREFRONT).location
    details = {"company": "Stranger", "contact_name": "S", "contact_email": "s@stranger.example", "street": "1", "city": "2",
               "country": "NL", "pay": "card", "accept_terms": "y"}  # fmt: skip
    refused = client.post_form(checkout, details)
    assert refused.status_code == 422
    assert "approves sponsors before it sells" in refused.text


def test_a_request_is_answered_with_other_dates_that_are_claimed_before_the_old_ones_are_freed(
    client: CheckedClient,
    session: Session,
    newsletter: Newsletter,
    slot: Slot,
    sign_in: Callable[..., User],
    now: datetime,
) -> None:
    approve_first(session, newsletter, SponsorApproval.ALL)
    second, instead = (slot_on(session, newsletter, SUNDAY + n * WEEK) for n in (1, 2))
    order = ask_for(client, session, [slot, second])
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    assert "As asked" in client.get(f"/requests/{order.id}").text
    fields = {"answer": "propose", "slot": [slot.id, instead.id], "message": "The 20th is our survey."}
    assert client.post_form(f"/requests/{order.id}", fields).status_code == 303
    session.expire_all()
    fresh = session.query(Order).order_by(Order.id.desc()).first()
    assert fresh is not None
    taken = occupants_of(session, [slot.id, second.id, instead.id])
    assert {slot_id: booking.order_id for slot_id, booking in taken.items()} == {
        slot.id: fresh.id,
        instead.id: fresh.id,
    }
    assert (order.state, fresh.state, fresh.net_minor) == (OrderState.CANCELLED, OrderState.HELD, 330_000)
    page = client.get(f"/orders/{fresh.token}/proposal")
    assert "The 20th is our survey." in page.text
    accepted = client.post_form(f"/orders/{fresh.token}/proposal", {"accept_terms": "y"})
    assert accepted.location == f"/orders/{fresh.token}/checkout"


def test_a_request_that_nobody_answers_lapses_and_its_sponsor_is_told(
    client: CheckedClient, session: Session, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    approve_first(session, newsletter)
    order = ask_for(client, session, [slot])
    second = client.post_form(
        f"{STOREFRONT}/orders", {"slot": slot_on(session, newsletter, SUNDAY + WEEK).id}, page=STOREFRONT
    )
    refused = client.post_form(second.location, ASK)
    assert refused.status_code == 422
    assert "You have a request waiting here" in refused.text, "one request holds slots for days, not several"
    assert lapse_orders(now + 2 * DAY) == 2
    session.expire_all()
    assert order.state is OrderState.LAPSED
    assert ("ada@ropewalk.example", f"Not answered in time: {order.number}") in mails(session, now + 2 * DAY)


def test_only_the_team_sees_and_changes_demand(
    client: CheckedClient,
    session: Session,
    newsletter: Newsletter,
    slot: Slot,
    sign_in: Callable[..., User],
    now: datetime,
) -> None:
    with transaction() as writing:
        sold = confirmed_order(writing, newsletter, [slot], now=now - DAY)
        waiting = wait_for(writing, slot, now=now)
    sign_in(client, "noor@tidewatch.example")
    assert client.get(DEMAND).status_code == 404
    for path in (f"/waiting/{waiting.id}/remove", f"/waiting/{waiting.id}/up", f"/proposals/{sold.id}/withdraw"):
        assert client.post_form(path, page=STOREFRONT).status_code == 404
    assert client.get(f"/requests/{sold.id}").status_code == 404
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    assert client.post_form(f"/waiting/{waiting.id}/up", page=DEMAND).status_code == 303
    assert client.post_form(f"/waiting/{waiting.id}/remove", {"reason": "By phone"}, page=DEMAND).status_code == 303
    client.post_form("/desk/sunday-runbook/approval", {"approval": "all"}, page=DEMAND)
    session.expire_all()
    assert (waiting.state, newsletter.sponsor_approval) == (WaitingState.REMOVED, SponsorApproval.ALL)
    assert session.query(Booking).filter_by(kind=BookingKind.OFFER).count() == 0
