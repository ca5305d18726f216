"""The door to the provider: pinned, to the address that was set, with secrets that can be changed over."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stripe

from sponsorship.core.db import db
from sponsorship.payments.gateway import ProviderRefused, ProviderUnavailable, SignatureInvalid
from sponsorship.payments.stripe_gateway import API_VERSION, StripeGateway
from tests.conftest import settings_for
from tests.payments.conftest import Shop
from tests.payments.test_webhook import EVENT, sign

NOW = datetime(2026, 11, 19, 9, 40, tzinfo=UTC)


def test_the_version_that_is_spoken_is_the_one_that_the_library_was_made_for() -> None:
    assert stripe._api_version._ApiVersion.CURRENT == API_VERSION
    assert stripe.enable_telemetry is False


def test_calls_go_to_the_address_that_was_set_whatever_proxy_the_machine_has(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    session_id = shop.checkout()[1]
    assert shop.gateway.fetch_session(session_id).status == "open"


def test_without_another_address_calls_go_to_stripe(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, STRIPE_SECRET_KEY="sk_test_1", STRIPE_WEBHOOK_SECRET="whsec_123456789")
    gateway = StripeGateway(settings)
    addresses = gateway._sessions._requestor.base_addresses
    assert addresses["api"] == "https://api.stripe.com"


def test_two_secrets_are_valid_while_one_replaces_the_other(tmp_path: Path) -> None:
    settings = replace(settings_for(tmp_path), stripe_webhook_secrets=("whsec_new_secret", "whsec_old_secret"))
    gateway, body = StripeGateway(settings), json.dumps(EVENT).encode()
    new, old = (sign(body, secret, NOW) for secret in ("whsec_new_secret", "whsec_old_secret"))
    both = f"{new},{old.split(',')[1]}"
    for signature in (new, old, both):
        assert gateway.verify_event(body, signature, now=NOW).event_id == "evt_1"
    retired = StripeGateway(replace(settings, stripe_webhook_secrets=("whsec_new_secret",)))
    assert retired.verify_event(body, both, now=NOW).event_id == "evt_1"
    with pytest.raises(SignatureInvalid):
        retired.verify_event(body, old, now=NOW)


def test_without_a_secret_nothing_is_believed(tmp_path: Path) -> None:
    gateway = StripeGateway(replace(settings_for(tmp_path), stripe_webhook_secrets=()))
    body = json.dumps(EVENT).encode()
    with pytest.raises(SignatureInvalid):
        gateway.verify_event(body, sign(body, "", NOW), now=NOW)


@pytest.mark.parametrize("kind", ["error_500", "rate_limit", "reset_before"])
def test_what_is_no_decision_is_unavailable(shop: Shop, kind: str) -> None:
    session_id = shop.checkout()[1]
    shop.provider.order("faults", target="api", kind=kind, times=3)
    with pytest.raises(ProviderUnavailable):
        shop.gateway.fetch_session(session_id)


def test_a_wrong_key_is_a_fault_of_ours_and_no_decision_about_money(shop: Shop) -> None:
    stranger = StripeGateway(replace(shop.settings, stripe_secret_key="sk_test_of_somebody_else"))
    with pytest.raises(ProviderUnavailable):
        stranger.fetch_session("cs_test_1")


def test_what_is_not_there_is_refused_with_the_providers_word(shop: Shop) -> None:
    with pytest.raises(ProviderRefused) as refusal:
        shop.gateway.fetch_session("cs_test_made_up")
    assert refusal.value.code == "resource_missing"


def test_one_key_never_serves_two_requests(shop: Shop) -> None:
    token, _ = shop.checkout()
    payment = shop.session_of(token)
    request: dict[str, Any] = payment.request
    key = payment.idempotency_key
    db.session.rollback()
    assert shop.gateway.open_session(request, key=key).provider_id
    with pytest.raises(ProviderRefused) as refusal:
        shop.gateway.open_session(request | {"submit_type": "pay"}, key=key)
    assert refusal.value.code == "idempotency_mismatch"


def test_a_paid_session_is_told_in_our_words(shop: Shop) -> None:
    token, session_id = shop.checkout()
    shop.provider.press(session_id, "pay")
    told = shop.gateway.fetch_session(session_id)
    assert (told.status, told.payment_status, told.amount_minor, told.currency) == ("complete", "paid", 445_500, "USD")
    assert (told.reference, told.is_live, told.is_refused) == (token, False, False)
    assert (told.payment_id or "").startswith("pi_")
    assert told.fee_minor == 12_950  # 2.9 % and 30 cents
    assert told.metadata["attempt"] == "1"


def test_expiring_what_is_paid_returns_it_as_it_is(shop: Shop) -> None:
    session_id = shop.checkout()[1]
    shop.provider.press(session_id, "pay")
    assert shop.gateway.expire_session(session_id).payment_status == "paid"
    assert shop.gateway.fetch_session(session_id).status == "complete"
