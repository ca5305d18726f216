"""The same gateway against Stripe itself, in test mode: needs STRIPE_TEST_KEY, and is skipped, and says so, without one.

A checkout is paid on Stripe's own page in a browser; what a buyer's bank does is had with the payment methods that Stripe keeps
for tests (docs.stripe.com/testing). None of it has run where no key was given: the figures of a run say whether it was skipped.
"""

import hashlib
import hmac
import json
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright
from stripe import StripeClient

from sponsorship.core.config import STRIPE_API, load_settings
from sponsorship.payments.gateway import InvoiceOrder, ProviderRefused, SessionLine, SessionOrder, SignatureInvalid
from sponsorship.payments.rules import RefundState, SessionVerdict
from sponsorship.payments.stripe_gateway import API_VERSION, EVENT_TOPICS, TIMEOUT_SECONDS, StripeGateway
from tests.browser import ARGUMENTS, system_browser
from tests.stripe_contract.client import CheckedHttpClient

KEY = os.environ.get("STRIPE_TEST_KEY", "")
pytestmark = [
    pytest.mark.stripe_testmode,
    pytest.mark.skipif(
        not KEY.startswith(("sk_test_", "rk_test_")), reason="no STRIPE_TEST_KEY: Stripe itself was not asked"
    ),
]


@pytest.fixture(autouse=True)
def no_outgoing_sockets() -> None:
    """These alone may leave the machine: they are run on purpose, with a key."""


@pytest.fixture
def gateway(tmp_path: Path) -> StripeGateway:
    """The gateway with the test key, at Stripe's own address."""
    environment = {
        "FLATPLAN_VAR": str(tmp_path), "APP_ENV": "test", "STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": "whsec_0123456789",
    }  # fmt: skip
    settings = load_settings(environment)
    assert settings.stripe_api_base == STRIPE_API and settings.stripe_mode == "test"
    return StripeGateway(settings, CheckedHttpClient(timeout=TIMEOUT_SECONDS))


def wanted_session(name: str, now: datetime) -> SessionOrder:
    """A payment page for one slot."""
    return SessionOrder(
        reference=f"ord_{name}", description="Flatplan's test", lines=(SessionLine("Primary", 165_000),), currency="USD",
        email="noor@tidewatch.example", success_url="https://flatplan.example/back", back_url="https://flatplan.example/no",
        expires_at=(now + timedelta(minutes=31)).replace(microsecond=0), is_instant_only=True,
        metadata={"app": "flatplan", "deployment": name, "order_id": "1", "attempt": "1"},
    )  # fmt: skip


def test_12_and_15_a_session_is_opened_once_found_and_expired(gateway: StripeGateway) -> None:
    now, name = datetime.now(UTC), secrets.token_hex(8)
    wanted = wanted_session(name, now)
    request = gateway.prepare_session(wanted)
    told = gateway.open_session(request, key=f"{name}:co:1:1")
    assert gateway.open_session(request, key=f"{name}:co:1:1").provider_id == told.provider_id
    assert (told.amount_minor, told.currency, told.status) == (165_000, "USD", "open")
    found = gateway.find_session(wanted.metadata, now)
    assert found is not None and found.provider_id == told.provider_id
    assert gateway.expire_session(told.provider_id).status == "expired"


@pytest.fixture
def stripe_itself() -> StripeClient:
    """Stripe's own client with the same key, for what a buyer or the dashboard does."""
    return StripeClient(KEY, stripe_version=API_VERSION)


def charged(stripe_itself: StripeClient, method: str = "pm_card_visa", amount: int = 165_000) -> str:
    """A payment by one of Stripe's test cards; returns its id."""
    intent = stripe_itself.v1.payment_intents.create({
        "amount": amount, "currency": "usd", "payment_method": method, "confirm": True,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    })  # fmt: skip
    assert intent.status == "succeeded"
    return intent.id


def wait_for(found: Callable[[], Any]) -> Any:
    """Ask Stripe again until it knows; fails after a minute."""
    for _ in range(30):
        if value := found():
            return value
        threading.Event().wait(2)
    raise AssertionError("Stripe did not come to know it within a minute")


def test_01_a_whole_checkout_is_paid_on_stripes_page(gateway: StripeGateway) -> None:
    now, name = datetime.now(UTC), secrets.token_hex(8)
    told = gateway.open_session(gateway.prepare_session(wanted_session(name, now)), key=f"{name}:co:1:1")
    assert told.url is not None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_browser(), args=ARGUMENTS)
        page = browser.new_page()
        page.goto(told.url)
        for field, text in (("cardNumber", "4242424242424242"), ("cardExpiry", "12 / 34"), ("cardCvc", "123")):
            page.locator(f"#{field}").fill(text)
        page.locator("#billingName").fill("Noor Vermeer")
        page.locator("button[type=submit]").click()
        page.wait_for_url("https://flatplan.example/back*", timeout=60_000, wait_until="commit")
        browser.close()
    paid = wait_for(lambda: (one := gateway.fetch_session(told.provider_id)).payment_status == "paid" and one)
    assert (paid.amount_minor, paid.verdict, paid.fee_minor > 0) == (165_000, SessionVerdict.PAID, True)
    assert gateway.find_session_of_payment(paid.payment_id) == paid


def test_26_a_refund_is_made_once_found_and_never_more_than_was_paid(
    gateway: StripeGateway, stripe_itself: StripeClient
) -> None:
    name, payment = secrets.token_hex(8), charged(stripe_itself)
    request = gateway.prepare_refund(payment, 65_000, {"refund": name})
    made = [gateway.send_refund(request, key=f"{name}:rf:1").provider_id for _ in range(2)]
    assert made[0] == made[1]
    found = gateway.find_refund(payment, {"refund": name})
    assert found is not None and (found.amount_minor, found.state) == (65_000, RefundState.SUCCEEDED)
    with pytest.raises(ProviderRefused):
        gateway.send_refund(gateway.prepare_refund(payment, 165_000, {"refund": name}), key=f"{name}:rf:2")


def test_28_a_dispute_and_what_the_bank_took_are_read(gateway: StripeGateway, stripe_itself: StripeClient) -> None:
    since, payment = datetime.now(UTC) - timedelta(minutes=1), charged(stripe_itself, "pm_card_createDispute")
    told = wait_for(lambda: [one for one in gateway.list_disputes_since(since) if one.payment_id == payment])[0]
    assert (told.amount_minor, told.currency, told.is_live) == (165_000, "USD", False)
    assert gateway.fetch_dispute(told.provider_id).payment_id == payment


def test_23_an_invoice_is_issued_once_under_our_number_and_voided(gateway: StripeGateway) -> None:
    now, name = datetime.now(UTC), secrets.token_hex(8)
    wanted = InvoiceOrder(
        number=f"T-{name}", description="Flatplan's test", name="Tidewatch Ltd", email="noor@tidewatch.example",
        lines=(SessionLine("Primary", 165_000), SessionLine("VAT 20 %", 33_000)), currency="USD",
        due_at=now + timedelta(days=30), purchase_order_number="PO-4711", footer="Registered in England",
        metadata={"app": "flatplan", "deployment": name, "order_id": "1", "invoice": f"T-{name}"},
    )  # fmt: skip
    told = gateway.issue_invoice(wanted, since=now - timedelta(minutes=1), key=f"{name}:inv:1")
    assert (told.status, told.open_minor) == ("open", 198_000) and told.url
    assert gateway.issue_invoice(wanted, since=now - timedelta(minutes=1), key=f"{name}:inv:1:again") == told
    gateway.void_invoice(told.provider_id, key=f"{name}:void")
    assert gateway.fetch_invoice(told.provider_id).status == "void"


def test_09_and_10_an_endpoint_takes_our_topics_and_its_secret_signs_what_we_believe(
    gateway: StripeGateway, stripe_itself: StripeClient
) -> None:
    wanted: Any = {
        "url": "https://flatplan.example/webhooks/stripe", "api_version": API_VERSION, "enabled_events": EVENT_TOPICS,
    }  # fmt: skip
    endpoint = stripe_itself.v1.webhook_endpoints.create(wanted)
    try:
        charged(stripe_itself)
        event = wait_for(lambda: stripe_itself.v1.events.list({"limit": 1}).data)[0]
        body, stamp = json.dumps(event.to_dict(for_json=True)).encode(), int(datetime.now(UTC).timestamp())
        assert endpoint.secret is not None
        digest = hmac.new(endpoint.secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        believing = StripeGateway(replace(gateway.settings, stripe_webhook_secrets=(endpoint.secret,)))
        told = believing.verify_event(body, f"t={stamp},v1={digest}", now=datetime.now(UTC))
        assert (told.event_id, told.topic, told.is_live) == (event.id, event.type, False)
        with pytest.raises(SignatureInvalid):
            gateway.verify_event(body, f"t={stamp},v1={digest}", now=datetime.now(UTC))
    finally:
        stripe_itself.v1.webhook_endpoints.delete(endpoint.id)


def test_04_events_and_movements_can_be_listed(gateway: StripeGateway) -> None:
    since = datetime.now(UTC) - timedelta(days=1)
    assert all(event.is_live is False for event in gateway.list_events_since(since))
    assert isinstance(gateway.list_movements_since(since), list)
