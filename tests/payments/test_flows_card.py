"""Paying by card, over HTTP with the stand-in: however the news comes, and however often, one order is confirmed once."""

import threading
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from sponsorship.booking.rules import BookingState, OrderState, PaymentMethod
from sponsorship.core.db import db
from sponsorship.core.errors import DomainError
from sponsorship.core.outbox import deliver_due
from sponsorship.payments import flows
from sponsorship.payments.models import Invoice, WebhookEvent
from sponsorship.payments.queries import money_by_booking
from sponsorship.payments.rules import InboxState, InvoiceState, SessionState
from tests.payments.conftest import DAYS, Shop, wait_until

BOOKED = "Booked: IO-2026-0001 in The Sunday Runbook"


def settle_inbox(shop: Shop) -> None:
    """Do what the worker does each second, with mail."""
    flows.settle_inbox(gateway=shop.gateway, settings=shop.settings, now=shop.now)
    deliver_due(shop.now)


def assert_confirmed_once(shop: Shop, token: str) -> None:
    """One confirmed order, one receipt, one paid invoice, one mail."""
    order = shop.read(token)
    assert (order.state, order.payment_method) == (OrderState.CONFIRMED, PaymentMethod.CARD)
    assert {booking.state for booking in order.bookings} == {BookingState.CONFIRMED}
    assert [receipt.amount_minor for receipt in shop.receipts] == [order.total_minor]
    assert [(i.state, i.paid_minor) for i in shop.rows(Invoice)] == [(InvoiceState.PAID, order.total_minor)]
    deliver_due(shop.now)
    assert shop.subjects() == [BOOKED]


def test_card_happy_path_confirms_once(shop: Shop, webhooks: None) -> None:
    token, session_id = shop.checkout()
    shop.provider.press(session_id, "pay")
    wait_until(lambda: any(row.topic == "checkout.session.completed" for row in shop.rows(WebhookEvent)))
    settle_inbox(shop)
    assert_confirmed_once(shop, token)
    order = shop.read(token)
    money = money_by_booking(db.session(), [booking.id for booking in order.bookings])
    assert [money[b.id].booked_minor for b in order.bookings] == [148_500, 148_500, 148_500]
    assert [money[b.id].collected_minor for b in order.bookings] == [148_500, 148_500, 148_500]
    assert shop.receipts[0].fee_minor > 0
    assert f"fee:{shop.receipts[0].id}" in shop.posted()


def test_redirect_alone_confirms_nothing(shop: Shop, client: FlaskClient) -> None:
    token, session_id = shop.checkout(DAYS[0])
    other, other_session = shop.checkout(DAYS[1], contact_email="joost@cinderbox.example", company="Cinderbox")
    shop.provider.press(other_session, "pay")
    for sid in (session_id, other_session, "cs_test_made_up", ""):
        page = client.get(f"/orders/{token}/return?sid={sid}")
        assert page.status_code == 200
        assert "Your payment has not reached us yet." in page.text
        assert shop.read(other).number not in page.text
    assert shop.read(token).state is OrderState.IN_CHECKOUT
    assert shop.read(other).state is OrderState.IN_CHECKOUT
    assert shop.receipts == []


def test_webhook_lost_return_page_settles_and_a_later_webhook_changes_nothing(
    shop: Shop, webhooks: None, client: FlaskClient
) -> None:
    shop.provider.order("faults", target="webhook", kind="drop", times=50)
    token, session_id = shop.checkout()
    landing = shop.provider.press(session_id, "pay")
    assert landing is not None and landing.endswith(f"/orders/{token}/return?sid={session_id}")
    answer = client.get(f"/orders/{token}/return?sid={session_id}")
    assert (answer.status_code, answer.location) == (303, f"/orders/{token}")
    assert_confirmed_once(shop, token)
    event = next(e for e in shop.provider.list("events") if e["type"] == "checkout.session.completed")
    shop.provider.order(f"deliveries/{event['id']}/resend")
    wait_until(lambda: shop.rows(WebhookEvent))
    settle_inbox(shop)
    assert [row.state for row in shop.rows(WebhookEvent)] == [InboxState.SETTLED]
    assert_confirmed_once(shop, token)


def test_webhook_and_redirect_lost_reconcile_settles(shop: Shop) -> None:
    token, session_id = shop.checkout()
    shop.provider.press(session_id, "pay")
    assert shop.reconcile().sessions == 0  # looked at a moment ago
    shop.wait(minutes=1)
    assert shop.reconcile().confirmed == 1
    assert_confirmed_once(shop, token)
    shop.wait(minutes=1)
    assert shop.reconcile(deep=True).confirmed == 0
    assert_confirmed_once(shop, token)


def test_events_that_never_came_are_fetched_and_settled(shop: Shop) -> None:
    token, session_id = shop.checkout()
    shop.provider.press(session_id, "pay")
    shop.reconcile(deep=True)
    topics = {row.topic: row.state for row in shop.rows(WebhookEvent)}
    assert topics == {"checkout.session.completed": InboxState.SETTLED}
    assert_confirmed_once(shop, token)


def test_duplicate_and_concurrent_delivery_has_one_effect(app: Flask, shop: Shop, webhooks: None) -> None:
    shop.provider.order("faults", target="webhook", kind="duplicate", times=50, copies=5)
    token, session_id = shop.checkout()
    shop.provider.press(session_id, "pay")
    wait_until(lambda: any(row.topic == "checkout.session.completed" for row in shop.rows(WebhookEvent)))
    session_row, problems = shop.session_of(token).id, []

    def settle() -> None:
        with app.app_context():
            try:
                flows.settle_session(session_row, gateway=shop.gateway, now=shop.now)
            except DomainError as problem:
                problems.append(problem)

    threads = [threading.Thread(target=settle) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    settle_inbox(shop)
    assert_confirmed_once(shop, token)


def test_the_hold_outlives_the_payment_page(shop: Shop) -> None:
    token = shop.hold()
    shop.wait(minutes=18)
    shop.open(token)
    order, payment = shop.read(token), shop.session_of(token)
    assert order.held_until is not None
    assert payment.expires_at - shop.now > timedelta(minutes=30)
    assert order.held_until - payment.expires_at >= timedelta(minutes=14, seconds=59)
    assert {booking.held_until for booking in order.bookings} == {order.held_until}


def test_abandoned_checkout_lapses_only_after_the_provider_said_expired(shop: Shop) -> None:
    token, _ = shop.checkout()
    shop.wait(minutes=30)
    shop.reconcile()
    assert shop.read(token).state is OrderState.IN_CHECKOUT
    shop.wait(minutes=2)
    shop.reconcile()
    order = shop.read(token)
    assert order.state is OrderState.LAPSED
    assert {booking.state for booking in order.bookings} == {BookingState.LAPSED}
    assert shop.session_of(token).state is SessionState.EXPIRED
    assert shop.subjects() == ["Your hold ran out; you were not charged"]
    again = shop.hold()  # the slots are free
    assert shop.read(again).state is OrderState.HELD


def test_the_way_back_resumes_the_same_page(shop: Shop, client: FlaskClient) -> None:
    token, session_id = shop.checkout()
    page = client.get(f"/orders/{token}/back")
    assert "Nothing is paid yet." in page.text
    answer = client.post_form(f"/orders/{token}/resume", page=f"/orders/{token}/back")
    assert (answer.status_code, answer.location) == (303, f"{shop.provider.url}/pay/{session_id}")
    assert len(shop.provider.list("checkout/sessions")) == 1


def test_giving_up_ends_the_page_and_frees_the_slots_at_once(shop: Shop, client: FlaskClient) -> None:
    token, _ = shop.checkout()
    answer = client.post_form(f"/orders/{token}/give-up", page=f"/orders/{token}/back")
    assert (answer.status_code, answer.location) == (303, "/newsletters/sunday-runbook#dates")
    order = shop.read(token)
    assert order.state is OrderState.CANCELLED
    assert {booking.state for booking in order.bookings} == {BookingState.RELEASED}
    assert [s["status"] for s in shop.provider.list("checkout/sessions")] == ["expired"]
    shop.hold()
    assert shop.subjects() == []


def test_giving_up_after_paying_keeps_the_order(shop: Shop, client: FlaskClient) -> None:
    token, session_id = shop.checkout()
    client.get(f"/orders/{token}/back")
    shop.provider.press(session_id, "pay")
    assert flows.give_up(order_token=token, gateway=shop.gateway, now=shop.now) is OrderState.CONFIRMED
    assert_confirmed_once(shop, token)


def test_the_sweeper_and_a_payment_at_the_same_moment_end_in_one_outcome(shop: Shop) -> None:
    token, session_id = shop.checkout()
    order_id = shop.read(token).id
    shop.provider.press(session_id, "pay")
    assert flows.release_order(order_id, gateway=shop.gateway, now=shop.now) is OrderState.CONFIRMED
    assert_confirmed_once(shop, token)


def test_opening_twice_leads_to_one_page(shop: Shop) -> None:
    token = shop.hold()
    assert shop.open(token) == shop.open(token)
    assert len(shop.provider.list("checkout/sessions")) == 1


def test_a_declined_card_changes_nothing(shop: Shop) -> None:
    token, session_id = shop.checkout()
    shop.provider.press(session_id, "decline")
    assert shop.settle(token) == "in_checkout"
    shop.provider.press(session_id, "pay")
    assert shop.settle(token) == "confirmed"
    assert_confirmed_once(shop, token)
