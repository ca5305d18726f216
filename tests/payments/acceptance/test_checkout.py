"""Acceptance 1-8: a card payment, and webhooks that are lost, doubled, shuffled, or killed half way."""

import threading
from collections.abc import Callable

import pytest
import requests

from sponsorship.payments.models import JournalEntry, WebhookEvent
from sponsorship.payments.rules import InboxState
from tests.payments.acceptance.conftest import Stage, Visitor
from tests.payments.conftest import DAYS

CONFIRMED_MAIL = "booked:"


def assert_confirmed_once(stage: Stage, token: str) -> None:
    """One confirmed order, one receipt over its total, one mail, and the slot is gone."""
    stage.work()
    order = stage.read(token)
    assert stage.state(token) == "confirmed"
    assert stage.receipts(token) == [order.total_minor]
    assert stage.mails(CONFIRMED_MAIL) == 1
    assert not stage.is_on_sale(order.bookings[0].slot.issue.publish_on)


def test_01_card_happy_path_confirms_once(stage: Stage) -> None:
    token, session_id = stage.to_payment()
    stage.press(session_id, "pay")
    stage.deliver()
    assert_confirmed_once(stage, token)


def test_02_redirect_alone_confirms_nothing(stage: Stage) -> None:
    token, session_id = stage.to_payment()
    other_token, other_session = stage.to_payment(
        DAYS[1], visitor=Visitor(stage.url), contact_email="eve@other.example"
    )
    stage.lose_webhooks()
    stage.press(other_session, "pay")
    for sid in (session_id, other_session, "cs_test_nonsense"):
        page = stage.come_back(token, query=f"?sid={sid}")
        assert page.status_code == 200 and "eve@other.example" not in page.text and "hx-get" in page.text
        assert stage.state(token) == "in_checkout"
    assert stage.receipts(token) == []
    stage.come_back(other_token)
    assert stage.state(other_token) == "confirmed"


def test_03_webhook_lost_success_page_settles(stage: Stage) -> None:
    token, session_id = stage.to_payment()
    stage.lose_webhooks()
    stage.press(session_id, "pay")
    answer = stage.come_back(token)
    assert answer.status_code == 303 and answer.headers["Location"].endswith(f"/orders/{token}")
    assert_confirmed_once(stage, token)
    stage.shop.provider.mend()
    for event in stage.events("checkout.session.completed"):
        requests.post(f"{stage.shop.provider.url}/_ctl/deliveries/{event['id']}/resend", timeout=5)
    stage.deliver()
    assert_confirmed_once(stage, token)


def test_04_webhook_and_redirect_lost_reconcile_settles(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    token, session_id = stage.to_payment()
    stage.lose_webhooks()
    stage.press(session_id, "pay")
    stage.shop.wait(minutes=1)
    assert stage.shop.reconcile().confirmed == 1
    assert "no webhook had told" in caplog.text
    assert_confirmed_once(stage, token)


def test_05_event_never_generated(stage: Stage) -> None:
    token, session_id = stage.to_payment()
    stage.shop.provider.order("faults", target="event", kind="lost", times=50)
    stage.press(session_id, "pay")
    assert stage.events("checkout.session.completed") == []
    assert stage.shop.reconcile(deep=True).confirmed == 1
    assert_confirmed_once(stage, token)


def test_06_duplicate_and_concurrent_delivery(stage: Stage) -> None:
    token, session_id = stage.to_payment()
    stage.lose_webhooks()
    stage.press(session_id, "pay")
    event = stage.events("checkout.session.completed")[0]
    answers: list[int] = [stage.send_event(event).status_code for _ in range(2)]
    gate = threading.Barrier(3)

    def send() -> None:
        gate.wait()
        answers.append(stage.send_event(event).status_code)
        with stage.app.app_context():
            stage.work()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 5
    assert_confirmed_once(stage, token)


def test_07_out_of_order_delivery(stage: Stage) -> None:
    def story(days: int, order: Callable[[list[dict[str, object]]], list[dict[str, object]]]) -> tuple[str, list[str]]:
        token, session_id = stage.to_payment(DAYS[days])
        stage.lose_webhooks()
        stage.press(session_id, "pay")
        payment = stage.shop.provider.list("payment_intents")[0]["id"]
        headers = {"Authorization": f"Bearer {stage.shop.settings.stripe_secret_key}"}
        refund = {"payment_intent": payment, "amount": 100}
        requests.post(f"{stage.shop.provider.url}/v1/refunds", data=refund, headers=headers, timeout=5)
        paid = next(e for e in stage.events("checkout.session.completed") if e["data"]["object"]["id"] == session_id)
        back = next(e for e in stage.events("refund.created") if e["data"]["object"]["payment_intent"] == payment)
        stale = {**paid, "id": f"evt_stale_{days}", "type": "checkout.session.expired"}
        for event in order([paid, back, stale]):
            assert stage.send_event(event).status_code == 200
            stage.work()
        order_id = stage.read(token).id
        kinds = [row.kind.value for row in stage.shop.rows(JournalEntry) if row.order_id == order_id]
        return stage.state(token), sorted(kinds)

    in_order = story(0, lambda events: events)
    assert story(1, lambda events: [events[1], events[0], events[2]]) == in_order
    assert in_order[0] == "confirmed"


def test_08_crash_between_event_insert_and_effect(stage: Stage) -> None:
    token, session_id = stage.to_payment()
    stage.lose_webhooks()
    stage.press(session_id, "pay")
    event = stage.events("checkout.session.completed")[0]
    assert stage.send_event(event).status_code == 200  # stored; and the process dies before the worker has it
    assert [row.state for row in stage.shop.rows(WebhookEvent)] == [InboxState.NEW]
    assert stage.state(token) == "in_checkout"
    assert stage.send_event(event).status_code == 200  # the provider tries again
    assert_confirmed_once(stage, token)
    assert [row.state for row in stage.shop.rows(WebhookEvent)] == [InboxState.SETTLED]
