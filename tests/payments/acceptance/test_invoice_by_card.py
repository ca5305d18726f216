"""What happens between an invoice's payment page and the books when something else is paid or undone meanwhile."""

from sponsorship.core.db import transaction
from sponsorship.payments import flows
from sponsorship.payments.models import KeptMoney, PaymentSession, Refund
from sponsorship.payments.rules import SessionState
from tests.payments.acceptance.conftest import Stage, Visitor
from tests.payments.acceptance.test_money_acts import bank, give_back, invoice_of, invoiced, rows, to_card


def test_a_partly_paid_invoice_asks_for_the_rest_and_ends_the_page_over_the_whole(
    stage: Stage, publisher: Visitor, trusted: Visitor
) -> None:
    token = invoiced(stage, trusted)
    first = to_card(stage, token, trusted)
    assert bank(stage, publisher, token, "650.00", "first") == 303
    second = to_card(stage, token, trusted)
    assert first != second
    assert [(one.amount_minor, one.state) for one in rows(stage, PaymentSession)] == [
        (165_000, SessionState.EXPIRED), (100_000, SessionState.OPEN),
    ]  # fmt: skip
    stage.lose_webhooks()
    stage.press(second, "pay")
    found = flows.reconcile(gateway=stage.shop.gateway, settings=stage.shop.settings, now=stage.shop.now, deep=True)
    assert found.confirmed == 0  # nothing that had not been confirmed
    invoice = invoice_of(stage, token)
    assert (invoice.state.value, invoice.paid_minor, stage.balance("ar"), stage.balance("unapplied")) == (
        "paid", 165_000, 0, 0,
    )  # fmt: skip


def test_money_for_an_open_page_that_the_bank_was_quicker_with_is_kept_as_far_as_it_is_too_much(
    stage: Stage, publisher: Visitor, trusted: Visitor
) -> None:
    token = invoiced(stage, trusted)
    page = to_card(stage, token, trusted)
    assert bank(stage, publisher, token, "650.00", "first") == 303
    stage.press(page, "pay")
    stage.deliver()
    assert invoice_of(stage, token).state.value == "paid" and stage.balance("ar") == 0
    assert [kept.left_minor for kept in rows(stage, KeptMoney)] == [65_000]
    assert rows(stage, Refund) == []


def test_money_for_an_invoice_that_was_paid_or_cancelled_meanwhile_goes_back_whole_and_once(
    stage: Stage, publisher: Visitor, trusted: Visitor
) -> None:
    token = invoiced(stage, trusted)
    page = to_card(stage, token, trusted)
    assert bank(stage, publisher, token, "1650.00", "all of it") == 303
    stage.press(page, "pay")
    stage.deliver()
    stage.deliver()
    assert [one["amount"] for one in stage.shop.provider.list("refunds")] == [165_000]
    assert (stage.state(token), invoice_of(stage, token).paid_minor) == ("confirmed", 165_000)
    assert stage.mails("We are returning") == 1
    following = invoiced(stage, trusted, stage.read(token).bookings[0].slot.issue.publish_on, key="sponsored")
    page = to_card(stage, following, trusted)
    booking = stage.read(following).bookings[0].id
    assert give_back(stage, publisher, following, what="cancel", bookings=[booking]) == 303
    stage.press(page, "pay")
    stage.deliver()
    assert invoice_of(stage, following).state.value == "void" and stage.state(following) == "refunded"
    assert stage.balance("unapplied") == 0 and stage.balance("refund_due") == 0


def test_a_page_that_the_provider_does_not_know_any_more_is_followed_by_a_new_one(
    stage: Stage, trusted: Visitor
) -> None:
    token = invoiced(stage, trusted)
    to_card(stage, token, trusted)
    with transaction() as session:  # as after the stand-in's data were thrown away, or under another account's key
        session.merge(stage.shop.session_of(token)).provider_id = "cs_test_of_another_account"
    stage.shop.wait(minutes=1)
    page = to_card(stage, token, trusted)
    assert [one.state for one in rows(stage, PaymentSession)] == [SessionState.EXPIRED, SessionState.OPEN]
    stage.press(page, "pay")
    stage.deliver()
    assert (stage.receipts(token), invoice_of(stage, token).state.value) == ([165_000], "paid")


def test_the_address_of_a_page_is_the_one_that_the_provider_gives_now(stage: Stage, trusted: Visitor) -> None:
    token = invoiced(stage, trusted)
    page = to_card(stage, token, trusted)
    with transaction() as session:  # as where the stand-in has moved to another port since
        session.merge(stage.shop.session_of(token)).url = "http://127.0.0.1:1/pay/gone"
    assert to_card(stage, token, trusted) == page
