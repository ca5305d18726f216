"""Money that comes late, twice, slowly or wrong: booked where it can be, given back once where it cannot, never swallowed."""

from collections.abc import Callable
from datetime import date

import pytest

from sponsorship.booking.queries import get_order
from sponsorship.booking.rules import BookingState, OrderState
from sponsorship.booking.services import cancel_order, lapse_order
from sponsorship.core.db import db, transaction
from sponsorship.inventory.queries import get_issue
from sponsorship.inventory.services import mark_issue_sent
from sponsorship.payments import flows
from sponsorship.payments.models import Invoice, PaymentSession
from sponsorship.payments.queries import total_money
from sponsorship.payments.rules import RefundState, SessionState
from tests.payments.conftest import DAYS, Shop

JOOST = {"contact_email": "joost@cinderbox.example", "company": "Cinderbox B.V."}
BACK = "We are returning $4,455.00"


def force_lapse(shop: Shop, token: str) -> None:
    """Free the slots behind the provider's back, as a fault of ours would."""
    with transaction() as session:
        lapse_order(session, order=get_order(session, token), now=shop.now)


def assert_refunded_once(shop: Shop, token: str, amount_minor: int) -> None:
    """Send what is due, twice: one refund at the provider, all of the money, nothing left unapplied."""
    for _ in range(2):
        flows.send_due_refunds(gateway=shop.gateway, now=shop.now)
        shop.settle(token)
    assert [(r["amount"], r["status"]) for r in shop.provider.list("refunds")] == [(amount_minor, "succeeded")]
    assert [(r.state, r.amount_minor) for r in shop.refunds] == [(RefundState.SUCCEEDED, amount_minor)]
    totals = total_money(db.session(), shop.newsletter_id)
    assert (totals.unapplied_minor, totals.refund_due_minor) == (0, 0)


def test_late_money_confirms_where_the_slots_are_still_free(shop: Shop) -> None:
    token, session_id = shop.checkout()
    force_lapse(shop, token)
    shop.provider.press(session_id, "pay")
    assert shop.settle(token) == "confirmed"
    order = shop.read(token)
    assert {booking.state for booking in order.bookings} == {BookingState.CONFIRMED}
    assert (len(shop.receipts), shop.refunds) == (1, [])


def test_late_money_goes_back_once_where_a_slot_was_sold_again(shop: Shop) -> None:
    token, session_id = shop.checkout()
    force_lapse(shop, token)
    other, other_session = shop.checkout(DAYS[1], **JOOST)
    shop.provider.press(other_session, "pay")
    assert shop.settle(other) == "confirmed"
    shop.provider.press(session_id, "pay")
    assert shop.settle(token) == "refunding"
    assert shop.settle(token) == "refunding"
    assert [receipt.amount_minor for receipt in shop.receipts] == [165_000, 445_500]
    assert total_money(db.session(), shop.newsletter_id).refund_due_minor == 445_500
    assert_refunded_once(shop, token, 445_500)
    assert shop.read(token).state is OrderState.REFUNDED
    assert shop.read(other).state is OrderState.CONFIRMED
    assert BACK in shop.subjects()
    assert "IO-2026-0001: $4,455.00 goes back" in shop.subjects("imogen@sundayrunbook.example")
    assert [invoice.order_id for invoice in shop.rows(Invoice)] == [shop.read(other).id]


def test_late_money_for_an_issue_that_went_out_goes_back(shop: Shop) -> None:
    token, session_id = shop.checkout()
    issue_id = shop.read(token).bookings[0].slot.issue_id
    force_lapse(shop, token)
    with transaction() as session:
        issue = get_issue(session, issue_id)
        mark_issue_sent(session, issue=issue, now=issue.publish_at)
    shop.provider.press(session_id, "pay")
    assert shop.settle(token) == "refunding"
    assert_refunded_once(shop, token, 445_500)


def test_a_refund_whose_answer_was_lost_is_given_once(shop: Shop) -> None:
    token, session_id = shop.checkout()
    force_lapse(shop, token)
    shop.hold(DAYS[0], **JOOST)
    shop.provider.press(session_id, "pay")
    shop.settle(token)
    shop.provider.order("faults", target="api", kind="error_500_after", method="POST", path="/v1/refunds")
    assert_refunded_once(shop, token, 445_500)


def test_a_crash_after_the_refund_was_asked_for_is_taken_up(shop: Shop) -> None:
    token, session_id = shop.checkout()
    force_lapse(shop, token)
    shop.hold(DAYS[0], **JOOST)
    shop.provider.press(session_id, "pay")
    shop.settle(token)
    request, key = shop.refunds[0].request, shop.refunds[0].idempotency_key
    db.session.rollback()
    shop.gateway.send_refund(request, key=key)  # and then we died
    assert shop.refunds[0].state is RefundState.REQUESTED
    assert_refunded_once(shop, token, 445_500)


def test_a_refund_that_the_bank_returns_is_owed_again_and_shown(shop: Shop) -> None:
    token, session_id = shop.checkout()
    force_lapse(shop, token)
    shop.hold(DAYS[0], **JOOST)
    shop.provider.press(session_id, "pay")
    shop.settle(token)
    shop.provider.order("faults", target="refund", kind="pending")
    flows.send_due_refunds(gateway=shop.gateway, now=shop.now)
    refund = shop.refunds[0]
    assert (refund.state, shop.read(token).state) == (RefundState.PENDING, OrderState.REFUNDING)
    provider_id = shop.refunds[0].provider_id or ""
    shop.provider.order(f"refunds/{provider_id}", status="succeeded")
    assert flows.sync_refund(provider_id, gateway=shop.gateway, now=shop.now) is RefundState.SUCCEEDED
    assert total_money(db.session(), shop.newsletter_id).refund_due_minor == 0
    shop.provider.order(f"refunds/{provider_id}", status="failed")
    for _ in range(2):
        assert flows.sync_refund(provider_id, gateway=shop.gateway, now=shop.now) is RefundState.FAILED
    assert total_money(db.session(), shop.newsletter_id).refund_due_minor == 445_500


def test_an_order_paid_twice_keeps_one_payment_and_returns_the_other(shop: Shop) -> None:
    token, first = shop.checkout()
    with transaction() as session:  # a second page beside the first, as only a fault of ours would open it
        session.get_one(PaymentSession, shop.session_of(token).id).state = SessionState.FAILED
    second = shop.open(token)
    for session_id in (first, second):
        shop.provider.press(session_id, "pay")
    for payment in shop.rows(PaymentSession):
        flows.settle_session(payment.id, gateway=shop.gateway, now=shop.now)
    assert shop.read(token).state is OrderState.CONFIRMED
    assert sorted(bool(receipt.invoice_id) for receipt in shop.receipts) == [False, True]
    assert_refunded_once(shop, token, 445_500)
    assert shop.read(token).state is OrderState.CONFIRMED
    assert BACK in shop.subjects()


def test_money_for_a_cancelled_order_whose_slots_were_sold_goes_back(shop: Shop) -> None:
    token, session_id = shop.checkout()
    with transaction() as session:
        cancel_order(session, order=get_order(session, token), reason="By hand", actor="imogen", now=shop.now)
    shop.hold(DAYS[0], **JOOST)
    shop.provider.press(session_id, "pay")
    assert shop.settle(token) == "refunding"
    assert_refunded_once(shop, token, 445_500)


TAMPERED: dict[str, tuple[Callable[[PaymentSession], None], int]] = {
    "a cent short": (lambda payment: setattr(payment, "amount_minor", payment.amount_minor + 1), 1),
    "another currency": (lambda payment: setattr(payment, "currency", "EUR"), 1),
    "another order's reference": (lambda payment: setattr(payment.order, "token", payment.order.token[::-1]), 1),
    "another attempt": (
        lambda payment: setattr(
            payment, "request", payment.request | {"metadata": payment.request["metadata"] | {"attempt": "7"}}
        ),
        1,
    ),
    "test money in a live installation": (lambda payment: setattr(payment, "is_live", True), 0),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_does_not_fit_confirms_nothing_and_needs_review(shop: Shop, name: str) -> None:
    change, receipts = TAMPERED[name]
    token, session_id = shop.checkout()
    payment_id = shop.session_of(token).id
    with transaction() as session:
        change(session.get_one(PaymentSession, payment_id))
    shop.provider.press(session_id, "pay")
    for _ in range(2):
        state = flows.settle_session(payment_id, gateway=shop.gateway, now=shop.now)
        assert state is OrderState.NEEDS_REVIEW
    order = shop.rows(PaymentSession)[0].order
    assert {booking.state for booking in order.bookings} == {BookingState.HELD}
    assert len(shop.receipts) == receipts
    assert (shop.rows(Invoice), shop.refunds) == ([], [])
    assert total_money(db.session(), shop.newsletter_id).unapplied_minor == receipts * 445_500
    assert shop.subjects("imogen@sundayrunbook.example") == ["IO-2026-0001: a payment does not fit, please look"]
    assert shop.subjects() == []


def test_a_slow_payment_keeps_the_slots_and_confirms_when_it_comes(shop: Shop) -> None:
    token, session_id = shop.checkout()
    shop.provider.press(session_id, "debit")
    assert shop.settle(token) == "awaiting_funds"
    shop.wait(days=3)
    shop.reconcile()
    order = shop.read(token)
    assert order.state is OrderState.AWAITING_FUNDS
    assert {booking.state for booking in order.bookings} == {BookingState.HELD}
    assert shop.posted() == []
    shop.provider.press(session_id, "succeed", "/later")
    shop.wait(hours=1)
    shop.reconcile()
    assert shop.read(token).state is OrderState.CONFIRMED
    assert len(shop.receipts) == 1


def test_a_slow_payment_that_the_bank_refuses_frees_the_slots(shop: Shop) -> None:
    token, session_id = shop.checkout()
    shop.provider.press(session_id, "debit")
    shop.settle(token)
    shop.wait(days=3)
    shop.provider.press(session_id, "fail", "/later")
    shop.reconcile()
    order = shop.read(token)
    assert order.state is OrderState.LAPSED
    assert {booking.state for booking in order.bookings} == {BookingState.LAPSED}
    assert shop.subjects() == ["Your bank refused the payment"]
    assert shop.posted() == []


def test_near_an_issue_only_money_that_is_there_at_once_will_do(shop: Shop) -> None:
    shop.checkout(DAYS[2])
    shop.checkout(date(2026, 11, 29), **JOOST)
    near, far = shop.provider.list("checkout/sessions")
    assert near["payment_method_types"] == ["card", "link"]
    assert "us_bank_account" in far["payment_method_types"]
