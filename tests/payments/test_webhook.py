"""The webhook endpoint: what is signed is stored before it is answered, everything else is refused, nothing is a crash."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sponsorship.payments import flows
from sponsorship.payments.models import WebhookEvent
from sponsorship.payments.rules import WEBHOOK_LIMIT, InboxState
from tests.payments.conftest import Shop

EVENT = {
    "id": "evt_1", "object": "event", "type": "checkout.session.completed", "livemode": False,
    "data": {"object": {"id": "cs_test_of_somebody_else", "object": "checkout.session"}},
}  # fmt: skip
THIN = {
    "id": "evt_2", "object": "v2.core.event", "type": "v1.checkout.session.completed", "livemode": False,
    "related_object": {"id": "cs_test_1", "type": "checkout.session", "url": "/v1/checkout/sessions/cs_test_1"},
}  # fmt: skip


def sign(body: bytes, secret: str, at: datetime) -> str:
    """Sign as the provider documents it: HMAC-SHA256 over time and body."""
    stamp = str(int(at.timestamp()))
    return f"t={stamp},v1={hmac.new(secret.encode(), stamp.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def send(
    shop: Shop,
    client: FlaskClient,
    body: bytes,
    *,
    header: str | None = None,
    at: datetime | None = None,
    secret: str = "",
) -> TestResponse:
    """Post a body, signed now with the shop's secret unless something else is said."""
    secret = secret or shop.settings.stripe_webhook_secrets[0]
    signature = sign(body, secret, at or shop.now) if header is None else header
    return client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signature})


def stored(shop: Shop) -> list[tuple[str, str]]:
    return [(row.event_id, row.topic) for row in shop.rows(WebhookEvent)]


@pytest.mark.parametrize("event", [EVENT, THIN])
def test_a_signed_event_is_stored_before_it_is_answered(shop: Shop, client: FlaskClient, event: dict[str, Any]) -> None:
    body = json.dumps(event).encode()
    assert send(shop, client, body).status_code == 200
    row = shop.rows(WebhookEvent)[0]
    assert (row.event_id, row.topic, row.state) == (event["id"], "checkout.session.completed", InboxState.NEW)
    assert json.loads(row.payload) == event


def test_the_same_event_is_stored_once_and_always_answered(shop: Shop, client: FlaskClient) -> None:
    body = json.dumps(EVENT).encode()
    assert [send(shop, client, body).status_code for _ in range(5)] == [200] * 5
    assert stored(shop) == [("evt_1", "checkout.session.completed")]


def test_events_that_are_none_of_ours_are_ignored(shop: Shop, client: FlaskClient) -> None:
    other_mode = EVENT | {"id": "evt_live", "livemode": True}
    unknown = EVENT | {"id": "evt_topic", "type": "customer.created"}
    no_object = EVENT | {"id": "evt_bare", "type": "balance.available", "data": {"object": {"object": "balance"}}}
    for event in (other_mode, unknown, no_object):
        assert send(shop, client, json.dumps(event).encode()).status_code == 200
    flows.settle_inbox(gateway=shop.gateway, settings=shop.settings, now=shop.now)
    assert {row.state for row in shop.rows(WebhookEvent)} == {InboxState.IGNORED}


def test_a_session_of_another_installation_is_ignored(shop: Shop, client: FlaskClient) -> None:
    request = {
        "mode": "payment", "success_url": "http://127.0.0.1/", "metadata": {"app": "flatplan", "deployment": "other"},
        "line_items": [{"price_data": {"currency": "usd", "unit_amount": 5000, "product_data": {"name": "X"}}, "quantity": 1}],
    }  # fmt: skip
    theirs = shop.gateway.open_session(request, key="theirs")
    shop.provider.press(theirs.provider_id, "pay")
    event = EVENT | {"data": {"object": {"id": theirs.provider_id}}}
    assert send(shop, client, json.dumps(event).encode()).status_code == 200
    flows.settle_inbox(gateway=shop.gateway, settings=shop.settings, now=shop.now)
    assert [row.state for row in shop.rows(WebhookEvent)] == [InboxState.IGNORED]
    assert shop.receipts == []


@pytest.mark.parametrize("minutes", [-10, -6, 6, 60, 60 * 24 * 365 * 40])
def test_old_and_future_signatures_are_refused(shop: Shop, client: FlaskClient, minutes: int) -> None:
    at = shop.now + timedelta(minutes=minutes)
    assert send(shop, client, json.dumps(EVENT).encode(), at=at).status_code == 400
    assert stored(shop) == []


@pytest.mark.parametrize("minutes", [-4, 4])
def test_clocks_may_differ_by_some_minutes(shop: Shop, client: FlaskClient, minutes: int) -> None:
    at = shop.now + timedelta(minutes=minutes)
    assert send(shop, client, json.dumps(EVENT).encode(), at=at).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["", "garbage", "t=,v1=", "t=1", "v1=00", "t=1,v1=00", "t=nan,v1=00", "t=9" + "9" * 40 + ",v1=00", "t=1,v0=" + "0" * 64,
     ",".join(["t=1", *["v1=00"] * 1000]), "t=1,v1=\xe9\xe9", "=", ",,,", "t=١,v1=00"],
)  # fmt: skip
def test_forged_headers_are_refused(shop: Shop, client: FlaskClient, header: str) -> None:
    signature = header.encode("utf-8").decode("latin-1")
    assert send(shop, client, json.dumps(EVENT).encode(), header=signature).status_code == 400
    assert stored(shop) == []


def test_another_secret_is_refused(shop: Shop, client: FlaskClient) -> None:
    for secret in ("whsec_wrong_but_long", "changeme", " "):
        assert send(shop, client, json.dumps(EVENT).encode(), secret=secret).status_code == 400


def test_a_changed_body_is_refused(shop: Shop, client: FlaskClient) -> None:
    body = json.dumps(EVENT).encode()
    header = sign(body, shop.settings.stripe_webhook_secrets[0], shop.now)
    for position in range(0, len(body), 7):
        damaged = bytearray(body)
        damaged[position] ^= 1
        assert send(shop, client, bytes(damaged), header=header).status_code == 400
    assert stored(shop) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"1", b'"x"', b"{}", b"not json", b"\xff\xfe", b"[" * 100_000, b'{"object": "event"}',
     json.dumps(EVENT | {"id": 5}).encode(), json.dumps(EVENT | {"id": "evt \x00"}).encode(),
     json.dumps(EVENT | {"data": {"object": "cs"}}).encode(), json.dumps(EVENT | {"type": None}).encode(),
     json.dumps(EVENT | {"id": "e" * 300}).encode(), json.dumps(EVENT | {"object": "charge"}).encode()],
    ids=str,
)  # fmt: skip
def test_signed_nonsense_is_refused_and_never_a_crash(shop: Shop, client: FlaskClient, body: bytes) -> None:
    assert send(shop, client, body).status_code == 400
    assert stored(shop) == []


def test_a_body_over_half_a_megabyte_is_refused(shop: Shop, client: FlaskClient) -> None:
    padded = EVENT | {"padding": "x" * WEBHOOK_LIMIT}
    assert send(shop, client, json.dumps(padded).encode()).status_code == 413
    fits = EVENT | {"padding": "x" * (WEBHOOK_LIMIT - 1000)}
    assert send(shop, client, json.dumps(fits).encode()).status_code == 200


def test_get_is_not_how_it_is_used(shop: Shop, client: FlaskClient) -> None:
    assert client.get("/webhooks/stripe").status_code == 405
