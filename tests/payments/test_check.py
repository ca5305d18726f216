"""Checking the books against the provider: what differs is said, once, to the publisher, and mended by nobody."""

from datetime import timedelta

import pytest
import requests
from flask import Flask

from sponsorship.core.db import transaction
from sponsorship.payments import flows
from sponsorship.payments.flows.check import compare_with_provider
from sponsorship.payments.gateway import ProviderMovement
from sponsorship.payments.queries.books import ReceiptBalance, list_findings
from sponsorship.payments.services import forget_wrong_mode, note_wrong_mode
from tests.payments.conftest import Shop

OURS = {"app": "flatplan", "deployment": "d"}
BOOKED = ReceiptBalance("pi_1", "USD", 1, "IO-2026-0001", 1, True, 970)


def movement(net: int, payment: str | None = "pi_1", currency: str = "USD", **metadata: str) -> ProviderMovement:
    return ProviderMovement(f"txn_{net}", net, currency, payment, metadata or OURS)


@pytest.mark.parametrize(
    ("balances", "movements", "said"),
    [
        ([BOOKED], [movement(970)], []),
        ([BOOKED], [movement(1000), movement(-30)], []),
        ([BOOKED], [movement(870, currency="EUR")], []),
        ([BOOKED], [movement(970), movement(-100)], ["Of order IO-2026-0001 Stripe has $8.70, the books say $9.70."]),
        ([BOOKED], [], ["and Stripe does not know the payment."]),
        ([], [movement(970)], ["Stripe has $9.70 of payment pi_1, the books do not know it."]),
        ([], [movement(970, app="another")], []),
        ([], [movement(-970, payment=None)], []),
    ],
)
def test_payment_by_payment_what_is_left_is_compared(
    balances: list[ReceiptBalance], movements: list[ProviderMovement], said: list[str]
) -> None:
    found = [one.sentence for one in compare_with_provider(balances, movements, "d")]
    assert len(found) == len(said) and all(part in sentence for part, sentence in zip(said, found, strict=True))


def test_a_refund_made_elsewhere_is_found_and_a_payment_that_fits_is_not(app: Flask, shop: Shop) -> None:
    token, session_id = shop.checkout()
    shop.provider.press(session_id, "pay")
    shop.settle(token)

    def check() -> list[str]:
        return flows.check_books(gateway=shop.gateway, settings=shop.settings, now=shop.now)

    assert check() == []
    runner = app.test_cli_runner()
    assert "The books add up." in runner.invoke(args=["payments", "check"]).output
    headers = {"Authorization": f"Bearer {shop.settings.stripe_secret_key}"}
    refund = {"payment_intent": shop.receipts[0].reference, "amount": 500}
    requests.post(f"{shop.provider.url}/v1/refunds", data=refund, headers=headers, timeout=5)
    found = check()
    assert len(found) == 1 and "Stripe has" in found[0] and check() == found
    result = runner.invoke(args=["payments", "check"])
    assert result.exit_code == 1 and found[0] in result.output


def test_the_other_modes_events_are_told_for_a_week(shop: Shop) -> None:
    def told(days: int) -> list[str]:
        with transaction() as session:
            forget_wrong_mode(session, now=shop.now + timedelta(days=days))
        with transaction() as session:
            return [one.sentence for one in list_findings(session)]

    with transaction() as session:
        note_wrong_mode(session, is_live=True, now=shop.now)
    assert "live mode" in told(6)[0]
    assert told(8) == []
