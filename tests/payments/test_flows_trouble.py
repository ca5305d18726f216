"""Crashes between two lines, answers that are lost, a provider that is down: taken up again, it comes out right."""

from typing import Any

import pytest

from sponsorship.booking.queries import get_order
from sponsorship.booking.rules import OrderState
from sponsorship.booking.tasks import lapse_orders
from sponsorship.core.db import db, transaction
from sponsorship.payments import flows
from sponsorship.payments.gateway import ProviderRefused, ProviderSession, ProviderUnavailable
from sponsorship.payments.models import PaymentSession, WebhookEvent
from sponsorship.payments.rules import InboxState, SessionState
from tests.payments.conftest import Shop

CREATE = {"target": "api", "method": "POST", "path": "/v1/checkout/sessions"}


def begin(shop: Shop) -> tuple[str, PaymentSession]:
    """Only the first half of opening a page: committed, nobody called; as after a crash."""
    token = shop.hold()
    flows.begin_checkout(order_token=token, gateway=shop.gateway, settings=shop.settings, now=shop.now)
    return token, shop.session_of(token)


def sessions(shop: Shop) -> list[dict[str, Any]]:
    return shop.provider.list("checkout/sessions")


def open_unnoted(shop: Shop, payment: PaymentSession) -> ProviderSession:
    """Only the call: the provider opened the page, and we died before we could note it."""
    request, key = payment.request, payment.idempotency_key
    db.session.rollback()
    return shop.gateway.open_session(request, key=key)


def open_in_vain(shop: Shop, token: str) -> None:
    with pytest.raises(ProviderUnavailable):
        shop.open(token)


def test_a_crash_before_the_call_is_taken_up_by_the_next_click(shop: Shop) -> None:
    token, payment = begin(shop)
    assert (payment.state, payment.provider_id, sessions(shop)) == (SessionState.CREATING, None, [])
    session_id = shop.open(token)
    assert [s["id"] for s in sessions(shop)] == [session_id]
    assert shop.session_of(token).state is SessionState.OPEN


def test_a_crash_before_the_call_is_taken_up_by_reconciling(shop: Shop) -> None:
    token, _ = begin(shop)
    shop.wait(seconds=55)
    shop.reconcile()
    assert [s["id"] for s in sessions(shop)] == [shop.session_of(token).provider_id]


def test_a_crash_after_the_call_leads_to_the_same_page(shop: Shop) -> None:
    token, payment = begin(shop)
    opened = open_unnoted(shop, payment)
    assert shop.open(token) == opened.provider_id
    assert len(sessions(shop)) == 1


def test_money_for_a_page_that_was_never_noted_finds_its_order(shop: Shop) -> None:
    token, payment = begin(shop)
    opened = open_unnoted(shop, payment)
    shop.provider.press(opened.provider_id, "pay")
    shop.reconcile(deep=True)
    assert shop.read(token).state is OrderState.CONFIRMED
    assert shop.session_of(token).provider_id == opened.provider_id


def test_a_connection_cut_after_the_provider_acted_gives_one_page(shop: Shop) -> None:
    shop.provider.order("faults", kind="reset_after", **CREATE)
    _, session_id = shop.checkout()
    assert [s["id"] for s in sessions(shop)] == [session_id]


def test_a_lost_answer_is_found_by_what_was_asked_for(shop: Shop) -> None:
    shop.provider.order("faults", kind="error_500_after", **CREATE)
    token, session_id = shop.checkout()
    assert [s["id"] for s in sessions(shop)] == [session_id]
    assert shop.session_of(token).provider_id == session_id


def test_a_provider_that_fails_twice_without_acting_gets_another_attempt_under_another_key(shop: Shop) -> None:
    shop.provider.order("faults", kind="error_500", times=1, **CREATE)
    token = shop.hold()
    open_in_vain(shop, token)
    assert (shop.read(token).state, shop.session_of(token).state) == (OrderState.IN_CHECKOUT, SessionState.CREATING)
    open_in_vain(shop, token)  # the failure is replayed under its key
    assert (shop.read(token).state, shop.session_of(token).state) == (OrderState.HELD, SessionState.FAILED)
    session_id = shop.open(token)
    assert [s["id"] for s in sessions(shop)] == [session_id]
    assert [p.attempt for p in shop.rows(PaymentSession)] == [1, 2]
    assert len({p.idempotency_key for p in shop.rows(PaymentSession)}) == 2


def test_a_request_that_grew_too_old_is_replaced_by_a_fresh_one(shop: Shop) -> None:
    token, _ = begin(shop)
    shop.wait(minutes=5)
    session_id = shop.open(token)
    assert [s["id"] for s in sessions(shop)] == [session_id]
    assert [p.state for p in shop.rows(PaymentSession)] == [SessionState.FAILED, SessionState.OPEN]


def test_a_refused_page_leaves_the_order_held(shop: Shop) -> None:
    token = shop.hold()
    with transaction() as session:  # a sum smaller than the provider takes
        order = get_order(session, token)
        order.net_minor = 3
        for booking in order.bookings:
            booking.net_minor = 1
    with pytest.raises(ProviderRefused):
        shop.open(token)
    assert (shop.read(token).state, shop.session_of(token).state) == (OrderState.HELD, SessionState.FAILED)
    assert sessions(shop) == []


def test_a_page_that_was_never_opened_ends_with_its_hold(shop: Shop) -> None:
    token, _ = begin(shop)
    shop.wait(minutes=50)
    shop.reconcile()
    assert (shop.read(token).state, shop.session_of(token).state) == (OrderState.HELD, SessionState.FAILED)
    assert lapse_orders(shop.now) == 1
    assert shop.read(token).state is OrderState.LAPSED
    assert sessions(shop) == []


def test_while_the_provider_is_down_the_slots_stay_held(shop: Shop) -> None:
    token, _ = shop.checkout()
    order_id = shop.read(token).id
    shop.wait(minutes=50)
    shop.provider.order("faults", target="api", kind="reset_before", times=100)
    with pytest.raises(ProviderUnavailable):
        flows.release_order(order_id, gateway=shop.gateway, now=shop.now)
    shop.reconcile()
    assert shop.read(token).state is OrderState.IN_CHECKOUT
    shop.provider.mend()
    shop.reconcile()
    assert shop.read(token).state is OrderState.LAPSED


def test_a_page_that_the_provider_does_not_know_is_let_go_when_its_hold_is_over(shop: Shop) -> None:
    token, _ = shop.checkout()
    with transaction() as session:
        session.get_one(PaymentSession, shop.session_of(token).id).provider_id = "cs_test_of_another_life"
    shop.wait(minutes=20)
    shop.reconcile()
    assert shop.read(token).state is OrderState.IN_CHECKOUT
    shop.wait(minutes=40)
    shop.reconcile()
    assert shop.read(token).state is OrderState.LAPSED


def test_an_event_that_fails_is_tried_again_and_holds_up_no_other(shop: Shop) -> None:
    _, first_session = shop.checkout(key="primary")
    second, second_session = shop.checkout(
        key="sponsored", contact_email="joost@cinderbox.example", company="Cinderbox"
    )
    for session_id in (first_session, second_session):
        shop.provider.press(session_id, "pay")
    shop.provider.order("faults", target="api", kind="error_500", path=f"/v1/checkout/sessions/{first_session}")
    shop.provider.order(
        "faults", target="api", kind="rate_limit", times=2, path=f"/v1/checkout/sessions/{first_session}"
    )
    shop.reconcile(deep=True)
    states = {row.object_id: (row.state, row.attempts) for row in shop.rows(WebhookEvent)}
    assert states == {first_session: (InboxState.FAILED, 1), second_session: (InboxState.SETTLED, 1)}
    assert shop.read(second).state is OrderState.CONFIRMED
