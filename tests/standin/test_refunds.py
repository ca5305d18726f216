"""Refunds through the real SDK: whole, partial, refused, pending, failed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.standin.conftest import Desk


@pytest.fixture
def intent(desk: Desk) -> str:
    """The payment intent of a paid session over 2,100.00 US dollars."""
    return str(desk.paid_session().payment_intent)


def charge_of(desk: Desk, intent: str) -> stripe.Charge:
    charge = desk.client.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge"]}).latest_charge
    assert isinstance(charge, stripe.Charge)
    return charge


def test_a_refund_without_an_amount_is_for_the_whole_charge(desk: Desk, intent: str) -> None:
    refund = desk.client.v1.refunds.create({"payment_intent": intent, "metadata": {"refund_id": "3"}})
    assert (refund.amount, refund.currency, refund.status) == (210_000, "usd", "succeeded")
    charge = charge_of(desk, intent)
    assert (charge.amount_refunded, charge.refunded) == (210_000, True)
    assert refund.charge == charge.id
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        desk.client.v1.refunds.create({"payment_intent": intent})
    assert refusal.value.code == "charge_already_refunded"


def test_refunds_never_add_up_to_more_than_the_charge(desk: Desk, intent: str) -> None:
    desk.client.v1.refunds.create({"payment_intent": intent, "amount": 150_000})
    with pytest.raises(stripe.InvalidRequestError, match=r"\$600\.01.*\$600\.00") as refusal:
        desk.client.v1.refunds.create({"payment_intent": intent, "amount": 60_001})
    assert (refusal.value.http_status, refusal.value.param) == (400, "amount")
    desk.client.v1.refunds.create({"charge": charge_of(desk, intent).id, "amount": 60_000})
    refunds = desk.client.v1.refunds.list({"payment_intent": intent}).data
    assert [refund.amount for refund in refunds] == [60_000, 150_000]
    assert charge_of(desk, intent).refunded is True


def test_the_balance_is_the_sum_of_what_came_and_went(desk: Desk, intent: str) -> None:
    desk.client.v1.refunds.create({"payment_intent": intent, "amount": 10_000})
    movements = desk.client.v1.balance_transactions.list().data
    fee = (210_000 * 29 + 500) // 1000 + 30
    assert [(move.type, move.amount, move.fee, move.net) for move in movements] == [
        ("refund", -10_000, 0, -10_000),
        ("charge", 210_000, fee, 210_000 - fee),
    ]
    by_type = desk.client.v1.balance_transactions.list({"type": "charge"}).data
    assert [move.source for move in by_type] == [charge_of(desk, intent).id]


def test_a_balance_transaction_becomes_available_after_two_days(desk: Desk, intent: str) -> None:
    (movement,) = desk.client.v1.balance_transactions.list().data
    assert movement.status == "pending"
    desk.control("clock", {"advance_seconds": 2 * 86_400 + 1})
    assert desk.client.v1.balance_transactions.retrieve(movement.id).status == "available"


def test_a_pending_refund_counts_until_it_fails_and_then_the_money_is_back(desk: Desk, intent: str) -> None:
    desk.control("faults", {"target": "refund", "kind": "pending"})
    refund = desk.client.v1.refunds.create({"payment_intent": intent})
    assert refund.status == "pending"
    with pytest.raises(stripe.InvalidRequestError):
        desk.client.v1.refunds.create({"payment_intent": intent, "amount": 1})
    desk.control(f"refunds/{refund.id}", {"status": "failed", "failure_reason": "expired_or_canceled_card"})
    failed = desk.client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    charge = charge_of(desk, intent)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert sum(move.amount for move in desk.client.v1.balance_transactions.list().data) == 210_000
    types = [event.type for event in desk.client.v1.events.list({"type": "refund.*"}).data]
    assert types == ["refund.failed", "refund.updated", "refund.created"]
    assert desk.client.v1.refunds.create({"payment_intent": intent}).status == "succeeded"


def test_a_pending_refund_that_succeeds_says_what_it_was_before(desk: Desk, intent: str) -> None:
    desk.control("faults", {"target": "refund", "kind": "pending"})
    refund = desk.client.v1.refunds.create({"payment_intent": intent})
    assert desk.control(f"refunds/{refund.id}", {"status": "succeeded"})["status"] == "succeeded"
    (event,) = desk.client.v1.events.list({"type": "refund.updated"}).data
    assert event.data.to_dict()["previous_attributes"] == {"status": "pending"}


def test_a_refund_can_fail_at_once(desk: Desk, intent: str) -> None:
    desk.control("faults", {"target": "refund", "kind": "failed"})
    assert desk.client.v1.refunds.create({"payment_intent": intent}).status == "failed"
    assert charge_of(desk, intent).amount_refunded == 0


def test_an_unknown_reason_is_refused(desk: Desk, intent: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        desk.client.v1.refunds.create({"payment_intent": intent, "reason": "slot_resold"})
    assert refusal.value.param == "reason"


def test_what_is_not_paid_is_not_refunded(desk: Desk) -> None:
    session = desk.create_session()
    desk.press(session.id, "decline")
    intent = desk.client.v1.checkout.sessions.retrieve(session.id).payment_intent
    with pytest.raises(stripe.InvalidRequestError):
        desk.client.v1.refunds.create({"payment_intent": str(intent)})
    with pytest.raises(stripe.InvalidRequestError):
        desk.client.v1.refunds.create({"amount": 100})
    assert desk.client.v1.refunds.list().data == []


def test_refunds_made_at_once_stop_at_the_whole_charge(desk: Desk, intent: str) -> None:
    def refund(_: int) -> int:
        try:
            return desk.client.v1.refunds.create({"payment_intent": intent, "amount": 30_000}).amount
        except stripe.InvalidRequestError:
            return 0

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(refund, range(12))) == 210_000
    assert charge_of(desk, intent).refunded is True
