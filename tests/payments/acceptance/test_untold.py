"""Acceptance 5, for 27 and 28: refunds and disputes of which the provider never made an event."""

import pytest

from sponsorship.payments.models import Dispute, MoneyTask, Refund
from tests.payments.acceptance.conftest import Stage, Visitor
from tests.payments.acceptance.test_money_acts import DESK, give_back, paid, rows


def test_27_the_deep_pass_finds_a_refund_and_its_failure_of_which_no_event_was_ever_made(stage: Stage) -> None:
    token, payment = paid(stage)
    stage.shop.provider.order("faults", target="event", kind="lost", times=50)
    refund = stage.shop.provider.order(f"payments/{payment}", act="refund", amount=50_000)
    assert stage.events("refund.created") == []
    assert stage.shop.reconcile().untold == 0 and rows(stage, Refund) == []
    assert stage.shop.reconcile(deep=True).untold == 1
    assert [(one.amount_minor, one.state.value, one.is_external) for one in rows(stage, Refund)] == [
        (50_000, "succeeded", True)
    ]
    assert (stage.state(token), stage.balance("refund_due")) == ("confirmed", 0)
    stage.shop.provider.order(f"refunds/{refund['id']}", status="failed")
    assert stage.shop.reconcile(deep=True).untold == 1
    assert (rows(stage, Refund)[0].state.value, stage.balance("refund_due")) == ("failed", -50_000)
    assert [task.kind.value for task in rows(stage, MoneyTask)] == ["refund_from_outside", "refund_failed"]
    assert stage.shop.reconcile(deep=True).untold == 0


@pytest.mark.parametrize("ends", ["win", "lose"])
def test_28_the_deep_pass_finds_a_dispute_of_which_no_event_was_ever_made(stage: Stage, ends: str) -> None:
    _, payment = paid(stage)
    stage.shop.provider.order("faults", target="event", kind="lost", times=50)
    for act, state, hold in (("inquire", "inquiry", 0), ("withdraw", "open", 165_000)):
        stage.shop.provider.order(f"payments/{payment}", act=act)
        assert stage.shop.reconcile(deep=True).untold == 1
        assert (rows(stage, Dispute)[0].state.value, stage.balance("dispute_hold")) == (state, hold)
    stage.shop.provider.order(f"payments/{payment}", act=ends)
    assert stage.events("charge.dispute.created") == []
    assert stage.shop.reconcile(deep=True).untold == 1
    assert (rows(stage, Dispute)[0].state.value, stage.balance("dispute_hold")) == (
        {"win": "won", "lose": "lost"}[ends], 0
    )  # fmt: skip
    assert stage.shop.reconcile(deep=True).untold == 0


def test_a_fraud_warning_asks_the_publisher_once_who_gives_the_money_back_with_a_button(
    stage: Stage, publisher: Visitor
) -> None:
    token, payment = paid(stage)
    before = len(stage.shop.posted())
    stage.shop.provider.order(f"payments/{payment}", act="warn")
    stage.deliver()
    assert [(task.kind.value, task.done_at) for task in rows(stage, MoneyTask)] == [("fraud_warning", None)]
    assert len(stage.shop.posted()) == before and stage.state(token) == "confirmed"
    page = f"/desk/orders/{stage.read(token).id}/money"
    assert "A payment may be fraud" in publisher.get(f"{DESK}/invoices").text
    assert f"{page}?fraud=1#money-back" in publisher.get(page).text
    filled = publisher.get(f"{page}?fraud=1").text
    assert 'value="1650.00"' in filled and "warning of the card’s bank" in filled
    booking = stage.read(token).bookings[0].id
    assert give_back(stage, publisher, token, what="cancel", bookings=[booking]) == 303
    stage.deliver()
    stage.deliver()
    assert stage.state(token) == "cancelled" and stage.receipts(token) == [165_000]
    assert [task.done_by for task in rows(stage, MoneyTask)] == ["payment provider"]


def test_a_fraud_warning_of_which_no_event_told_is_found_by_the_deep_pass(stage: Stage) -> None:
    _, payment = paid(stage)
    stage.shop.provider.order("faults", target="event", kind="lost", times=50)
    stage.shop.provider.order(f"payments/{payment}", act="warn")
    assert stage.shop.reconcile(deep=True).untold == 1
    assert [task.kind.value for task in rows(stage, MoneyTask)] == ["fraud_warning"]
    assert stage.shop.reconcile(deep=True).untold == 0
