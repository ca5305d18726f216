"""What every call has in common: keys, versions, idempotency, faults, and the shape of a refusal."""

import threading
import time
from typing import Any

import pytest
import requests
import stripe
from stripe._api_version import _ApiVersion

from sponsorship.standin.objects import API_VERSION
from tests.standin.conftest import Desk, session_params, wait_until

AUTHORISED = {"Authorization": "Bearer sk_test_standin_1"}


def session_count(desk: Desk) -> int:
    return len(desk.client.v1.checkout.sessions.list({"limit": 100}).data)


def test_the_version_spoken_here_is_the_one_the_sdk_is_pinned_to() -> None:
    assert _ApiVersion.CURRENT == API_VERSION


@pytest.mark.parametrize("key", ["sk_test_abc", "sk_live_abc", "rk_test_standin_1", "whsec_x"])
def test_a_key_that_is_not_of_this_server_is_refused(empty_desk: Desk, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError) as refusal:
        empty_desk.make_client(key).v1.checkout.sessions.list()
    assert refusal.value.http_status == 401


def test_a_call_without_a_key_is_refused_in_the_api_s_own_shape(empty_desk: Desk) -> None:
    response = requests.get(f"{empty_desk.url}/v1/checkout/sessions", timeout=5)
    assert response.status_code == 401
    assert response.json()["error"]["type"] == "invalid_request_error"
    assert response.headers["Request-Id"].startswith("req_")


def test_another_version_of_the_api_is_refused(empty_desk: Desk) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="2025-03-31"):
        empty_desk.make_client(stripe_version="2025-03-31.basil").v1.checkout.sessions.list()


@pytest.mark.parametrize("path", ["/v1/subscriptions", "/v1/checkout/session", "/v2/core/accounts"])
def test_a_route_that_is_not_spoken_here_is_404_in_the_api_s_own_shape(empty_desk: Desk, path: str) -> None:
    response = requests.get(empty_desk.url + path, headers=AUTHORISED, timeout=5)
    assert response.status_code == 404
    assert path in response.json()["error"]["message"]


@pytest.mark.parametrize("kind", ["checkout/sessions", "payment_intents", "charges", "refunds", "customers", "events"])
def test_an_object_that_is_not_there_is_404_resource_missing(empty_desk: Desk, kind: str) -> None:
    response = requests.get(f"{empty_desk.url}/v1/{kind}/xx_nothing", headers=AUTHORISED, timeout=5)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "resource_missing")


def test_the_account_and_every_request_have_an_id(desk: Desk) -> None:
    account = desk.client.v1.accounts.retrieve_current()
    assert account.id.startswith("acct_")
    assert desk.client.v1.accounts.retrieve_current().id == account.id
    assert desk.create_session().last_response.request_id.startswith("req_")


def test_a_host_name_that_somebody_points_here_is_refused(empty_desk: Desk) -> None:
    assert requests.get(empty_desk.url, headers={"Host": "evil.example"}, timeout=5).status_code == 400


# Idempotency ----------------------------------------------------------------------------------------------------------


def test_the_same_call_under_the_same_key_is_answered_once_more_and_acts_once(desk: Desk) -> None:
    params = session_params()
    first = desk.client.v1.checkout.sessions.create(params, {"idempotency_key": "d:co:42:1"})
    again = desk.client.v1.checkout.sessions.create(params, {"idempotency_key": "d:co:42:1"})
    assert again.id == first.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Original-Request"] == first.last_response.request_id
    assert session_count(desk) == 1


def test_a_replay_tells_the_state_of_then_not_of_now(desk: Desk) -> None:
    params = session_params()
    first = desk.client.v1.checkout.sessions.create(params, {"idempotency_key": "k"})
    desk.press(first.id, "pay")
    assert desk.client.v1.checkout.sessions.create(params, {"idempotency_key": "k"}).status == "open"


def test_other_parameters_under_a_used_key_are_refused(desk: Desk) -> None:
    desk.create_session({"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError):
        desk.create_session({"idempotency_key": "k"}, client_reference_id="ord_43")
    with pytest.raises(stripe.IdempotencyError):
        desk.client.v1.customers.create({"email": "a@example.com"}, {"idempotency_key": "k"})
    assert session_count(desk) == 1


def test_a_refused_parameter_does_not_use_the_key_up_and_a_refused_act_does(desk: Desk) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        desk.create_session({"idempotency_key": "k"}, submit_type="bok")
    session = desk.create_session({"idempotency_key": "k"})
    desk.client.v1.checkout.sessions.expire(session.id, {}, {"idempotency_key": "e1"})
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            desk.client.v1.checkout.sessions.expire(session.id, {}, {"idempotency_key": "e2"})
    assert refusal.value.headers is not None and refusal.value.headers["Idempotent-Replayed"] == "true"


def test_a_key_is_forgotten_after_24_hours(desk: Desk) -> None:
    params = session_params(expires_at=None)
    first = desk.client.v1.checkout.sessions.create(params, {"idempotency_key": "k"})
    desk.control("clock", {"advance_seconds": 24 * 3600 + 1})
    assert desk.client.v1.checkout.sessions.create(params, {"idempotency_key": "k"}).id != first.id


def test_a_second_call_while_the_first_is_answered_is_refused_with_409(desk: Desk) -> None:
    params = session_params()
    desk.control("faults", {"target": "api", "kind": "latency", "seconds": 0.3})
    results: list[Any] = []

    def create() -> None:
        results.append(desk.make_client().v1.checkout.sessions.create(params, {"idempotency_key": "k"}))

    thread = threading.Thread(target=create)
    thread.start()
    wait_until(lambda: not desk.control("faults")["faults"])
    with pytest.raises(stripe.APIError) as refusal:
        desk.client.v1.checkout.sessions.create(params, {"idempotency_key": "k"})
    thread.join()
    assert refusal.value.http_status == 409
    assert refusal.value.json_body["error"]["code"] == "idempotency_key_in_use"
    assert len(results) == session_count(desk) == 1


# Faults ---------------------------------------------------------------------------------------------------------------


def test_a_rate_limit_is_not_kept_and_the_next_try_succeeds(desk: Desk) -> None:
    desk.control("faults", {"target": "api", "kind": "rate_limit", "method": "POST", "path": "/v1/checkout/sessions"})
    assert session_count(desk) == 0
    with pytest.raises(stripe.RateLimitError):
        desk.create_session({"idempotency_key": "k"})
    assert desk.create_session({"idempotency_key": "k"}).status == "open"


@pytest.mark.parametrize(("kind", "sessions"), [("error_500", 0), ("error_500_after", 1)])
def test_a_500_is_kept_under_its_key_whether_it_acted_or_not(desk: Desk, kind: str, sessions: int) -> None:
    params = session_params()
    desk.control("faults", {"target": "api", "kind": kind})
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failure:
            desk.client.v1.checkout.sessions.create(params, {"idempotency_key": "k"})
        assert failure.value.http_status == 500
    assert session_count(desk) == sessions


@pytest.mark.parametrize(("kind", "sessions"), [("reset_before", 0), ("reset_after", 1)])
def test_a_reset_connection_leaves_the_caller_not_knowing(desk: Desk, kind: str, sessions: int) -> None:
    desk.control("faults", {"target": "api", "kind": kind})
    with pytest.raises(stripe.APIConnectionError):
        desk.create_session()
    assert session_count(desk) == sessions


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
def test_the_sdk_s_own_retry_after_a_reset_makes_one_session(desk: Desk, kind: str) -> None:
    desk.control("faults", {"target": "api", "kind": kind})
    client = desk.make_client(max_network_retries=2)
    session = client.v1.checkout.sessions.create(session_params())
    assert [kept.id for kept in client.v1.checkout.sessions.list().data] == [session.id]


def test_latency_makes_a_call_wait(desk: Desk) -> None:
    desk.control("faults", {"target": "api", "kind": "latency", "seconds": 0.15})
    began = time.monotonic()
    desk.client.v1.events.list()
    assert time.monotonic() - began >= 0.15


def test_faults_are_used_up_and_can_be_called_off(desk: Desk) -> None:
    desk.control("faults", {"target": "api", "kind": "error_500", "times": 2})
    with pytest.raises(stripe.APIError):
        desk.client.v1.events.list()
    assert [fault["times"] for fault in desk.control("faults")["faults"]] == [1]
    requests.delete(f"{desk.url}/_ctl/faults", timeout=5)
    assert desk.client.v1.events.list().data == []


@pytest.mark.parametrize(
    "order",
    [
        {"target": "api", "kind": "flood"},
        {"target": "moon", "kind": "drop"},
        {"target": "api", "kind": "latency", "seconds": "long"},
        {"target": "api", "kind": "latency", "times": 0},
        {"target": "api", "kind": "latency", "whom": "me"},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(empty_desk: Desk, order: dict[str, Any]) -> None:
    response = requests.post(f"{empty_desk.url}/_ctl/faults", json=order, timeout=5)
    assert response.status_code == 400
    assert empty_desk.control("faults") == {"faults": []}
