"""The same gateway against Stripe itself, in test mode: needs STRIPE_TEST_KEY, and is skipped, and says so, without one.

What a buyer does on the hosted page cannot be done without a browser at Stripe, so these cover what the API does: open, find,
expire and list, with the requests that the acceptance tests send.
"""

import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sponsorship.core.config import STRIPE_API, load_settings
from sponsorship.payments.gateway import SessionLine, SessionOrder
from sponsorship.payments.stripe_gateway import TIMEOUT_SECONDS, StripeGateway
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


def test_12_and_15_a_session_is_opened_once_found_and_expired(gateway: StripeGateway) -> None:
    now, name = datetime.now(UTC), secrets.token_hex(8)
    wanted = SessionOrder(
        reference=f"ord_{name}", description="Flatplan's test", lines=(SessionLine("Primary", 165_000),), currency="USD",
        email="noor@tidewatch.example", success_url="https://flatplan.example/back", back_url="https://flatplan.example/no",
        expires_at=(now + timedelta(minutes=31)).replace(microsecond=0), is_instant_only=True,
        metadata={"app": "flatplan", "deployment": name, "order_id": "1", "attempt": "1"},
    )  # fmt: skip
    request = gateway.prepare_session(wanted)
    told = gateway.open_session(request, key=f"{name}:co:1:1")
    assert gateway.open_session(request, key=f"{name}:co:1:1").provider_id == told.provider_id
    assert (told.amount_minor, told.currency, told.status) == (165_000, "USD", "open")
    found = gateway.find_session(wanted.metadata, now)
    assert found is not None and found.provider_id == told.provider_id
    assert gateway.expire_session(told.provider_id).status == "expired"


def test_04_events_and_movements_can_be_listed(gateway: StripeGateway) -> None:
    since = datetime.now(UTC) - timedelta(days=1)
    assert all(event.is_live is False for event in gateway.list_events_since(since))
    assert isinstance(gateway.list_movements_since(since), list)
