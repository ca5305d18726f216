"""Webhooks and events: retried until taken, dropped, doubled, delayed or shuffled to order, thin or whole, and listed."""

import json

import pytest
import requests
import stripe
from stripe.events import V1CheckoutSessionCompletedEventNotification

from tests.standin.conftest import SECRET, Desk, Receiver, line_item, wait_until

COMPLETED = "checkout.session.completed"


def delivery_states(desk: Desk, type: str = COMPLETED) -> list[str]:
    return [row["state"] for row in desk.control("deliveries")["deliveries"] if row["type"] == type]


def settled(desk: Desk) -> bool:
    rows = desk.control("deliveries")["deliveries"]
    return bool(rows) and all(row["state"] != "pending" for row in rows)


def test_an_event_is_sent_until_the_receiver_takes_it(desk: Desk) -> None:
    desk.receiver.answers = [500, 302, 500]
    desk.client.v1.customers.create({"email": "a@example.com"})
    wait_until(lambda: settled(desk))
    (row,) = desk.control("deliveries")["deliveries"]
    assert (row["state"], row["attempts"], row["last_status"]) == ("delivered", 4, 200)
    assert len({json.loads(payload)["id"] for payload, _ in desk.receiver.posts}) == 1


def test_an_event_that_nobody_takes_is_given_up_and_listed_as_not_delivered(desk: Desk) -> None:
    desk.receiver.answers = [500] * 5
    desk.client.v1.customers.create({"email": "a@example.com"})
    wait_until(lambda: settled(desk))
    assert delivery_states(desk, "customer.created") == ["given_up"]
    desk.client.v1.customers.create({"email": "b@example.com"})
    wait_until(lambda: settled(desk))
    missed = desk.client.v1.events.list({"delivery_success": False}).data
    assert [event.data.object["email"] for event in missed] == ["a@example.com"]
    taken = desk.client.v1.events.list({"delivery_success": True}).data
    assert [event.data.object["email"] for event in taken] == ["b@example.com"]


def test_a_receiver_that_is_not_there_is_noted_with_the_error(desk: Desk) -> None:
    desk.receiver.close()
    desk.client.v1.customers.create({"email": "a@example.com"})
    wait_until(lambda: desk.control("deliveries")["deliveries"][0]["last_error"])
    assert "Refused" in desk.control("deliveries")["deliveries"][0]["last_error"]


def test_a_dropped_webhook_never_arrives_yet_the_event_is_in_the_list(desk: Desk) -> None:
    desk.control("faults", {"target": "webhook", "kind": "drop", "types": [COMPLETED]})
    session = desk.paid_session()
    wait_until(lambda: settled(desk))
    assert delivery_states(desk) == ["dropped"]
    assert {"charge.succeeded", "payment_intent.succeeded"} <= {event.type for event in desk.receiver.events()}
    assert desk.receiver.events(COMPLETED) == []
    (event,) = desk.client.v1.events.list({"types": [COMPLETED]}).data
    assert event.data.object["id"] == session.id
    desk.control(f"deliveries/{event.id}/resend", {})
    wait_until(lambda: desk.receiver.events(COMPLETED))


def test_a_doubled_webhook_arrives_as_often_as_ordered_with_one_id(desk: Desk) -> None:
    desk.control("faults", {"target": "webhook", "kind": "duplicate", "copies": 3, "types": [COMPLETED]})
    desk.paid_session()
    wait_until(lambda: settled(desk))
    events = desk.receiver.events(COMPLETED)
    assert len(events) == 3 and len({event.id for event in events}) == 1


def test_a_delayed_webhook_is_overtaken_and_arrives_when_its_time_has_come(desk: Desk) -> None:
    desk.control("faults", {"target": "webhook", "kind": "delay", "seconds": 3600, "types": ["charge.succeeded"]})
    desk.paid_session()
    wait_until(lambda: desk.receiver.events(COMPLETED))
    assert desk.receiver.events("charge.succeeded") == []
    desk.control("clock", {"advance_seconds": 3601})
    wait_until(lambda: desk.receiver.events("charge.succeeded"))
    assert desk.receiver.events()[-1].type == "charge.succeeded"


def test_an_endpoint_gets_the_types_it_asked_for_and_its_own_signature(desk: Desk) -> None:
    other = Receiver()
    try:
        order = {"name": "other", "url": other.url, "secret": "whsec_other", "enabled_events": [COMPLETED]}
        desk.control("endpoints", order)
        desk.paid_session()
        wait_until(lambda: settled(desk))
        (post,) = other.posts
        assert stripe.Webhook.construct_event(*post, "whsec_other").type == COMPLETED
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(*post, SECRET)
    finally:
        other.close()


@pytest.mark.parametrize("order", [{"url": "x", "secret": "whsec_x"}, {"url": "http://127.0.0.1/", "secret": "x"}, {}])
def test_an_endpoint_that_cannot_be_one_is_refused(empty_desk: Desk, order: dict[str, str]) -> None:
    assert requests.post(f"{empty_desk.url}/_ctl/endpoints", json=order, timeout=5).status_code == 400


def test_the_events_of_a_payment_come_in_the_order_in_which_things_happened(desk: Desk) -> None:
    desk.paid_session()
    wait_until(lambda: settled(desk))
    order = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", COMPLETED]
    assert [event.type for event in desk.receiver.events()] == order
    assert [event.type for event in desk.client.v1.events.list().data] == order[::-1]


def test_an_event_names_the_request_that_caused_it(desk: Desk) -> None:
    customer = desk.client.v1.customers.create({"email": "a@example.com"}, {"idempotency_key": "d:cus:1"})
    (event,) = desk.client.v1.events.list().data
    assert event.request is not None
    assert (event.request.id, event.request.idempotency_key) == (customer.last_response.request_id, "d:cus:1")
    assert desk.client.v1.events.retrieve(event.id).data.object["id"] == customer.id


def test_events_are_paged_from_a_cursor_forwards_and_backwards(desk: Desk) -> None:
    for number in range(7):
        desk.client.v1.customers.create({"email": f"{number}@example.com"})
    events = desk.client.v1.events

    def numbers(page: stripe.ListObject[stripe.Event]) -> str:
        return "".join(event.data.object["email"][0] for event in page.data)

    newest = events.list({"limit": 3})
    assert (numbers(newest), newest.has_more) == ("654", True)
    rest = events.list({"limit": 5, "starting_after": newest.data[-1].id})
    assert (numbers(rest), rest.has_more) == ("3210", False)
    later = events.list({"limit": 2, "ending_before": rest.data[-1].id})
    assert (numbers(later), later.has_more) == ("21", True)
    assert [event.id for event in newest.auto_paging_iter()] == [event.id for event in [*newest.data, *rest.data]]
    catching_up = events.list({"limit": 2, "ending_before": rest.data[-1].id}).auto_paging_iter()
    assert "".join(event.data.object["email"][0] for event in catching_up) == "123456"


def test_events_are_listed_by_types_and_by_time(desk: Desk) -> None:
    desk.paid_session()
    first = desk.client.v1.events.list({"types": [COMPLETED, "charge.succeeded"]}).data
    assert [event.type for event in first] == [COMPLETED, "charge.succeeded"]
    assert {event.type for event in desk.client.v1.events.list({"type": "payment_intent.*"}).data} == {
        "payment_intent.created",
        "payment_intent.succeeded",
    }
    desk.control("clock", {"advance_seconds": 1000})
    moment = int(desk.control("clock")["now"])
    desk.paid_session(expires_at=None, line_items=[line_item(5000, "Slot")])
    since = desk.client.v1.events.list({"type": COMPLETED, "created": {"gte": moment}}).data
    assert [event.data.object["amount_total"] for event in since] == [5000]


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 101}, {"ending_before": "evt_nothing"}, {"sort": "asc"}])
def test_a_list_that_cannot_be_is_refused(empty_desk: Desk, params: dict[str, str]) -> None:
    response = requests.get(
        f"{empty_desk.url}/v1/events", params, headers={"Authorization": "Bearer sk_test_standin_1"}, timeout=5
    )
    assert (response.status_code, response.json()["error"]["param"]) == (400, next(iter(params)))


def customers_told(desk: Desk) -> list[str]:
    return [event.data.object["email"][0] for event in desk.receiver.events("customer.created")]


def test_shuffled_webhooks_are_held_back_and_come_the_last_first(desk: Desk) -> None:
    desk.control("faults", {"target": "webhook", "kind": "shuffle", "times": 3, "seconds": 3600})
    for letter in "ab":
        desk.client.v1.customers.create({"email": f"{letter}@example.com"})
    other = desk.make_client()
    assert [row["state"] for row in desk.control("deliveries")["deliveries"]] == ["pending"] * 2
    for letter in "cd":
        other.v1.customers.create({"email": f"{letter}@example.com"})
    wait_until(lambda: settled(desk))
    order = "".join(customers_told(desk))
    assert order.replace("d", "") == "cba" and len(order) == 4


def test_a_shuffle_that_waits_in_vain_sends_what_it_has(desk: Desk) -> None:
    desk.control("faults", {"target": "webhook", "kind": "shuffle", "times": 9, "seconds": 600})
    for letter in "ab":
        desk.client.v1.customers.create({"email": f"{letter}@example.com"})
    assert customers_told(desk) == []
    desk.control("clock", {"advance_seconds": 601})
    wait_until(lambda: settled(desk))
    assert customers_told(desk) == ["b", "a"]


def test_one_webhook_cannot_be_shuffled(empty_desk: Desk) -> None:
    order = {"target": "webhook", "kind": "shuffle"}
    assert requests.post(f"{empty_desk.url}/_ctl/faults", json=order, timeout=5).status_code == 400


def test_an_endpoint_may_be_told_by_thin_events_which_lead_to_the_object_and_the_snapshot(desk: Desk) -> None:
    desk.control("endpoints", {"url": desk.receiver.url, "secret": SECRET, "style": "thin"})
    session = desk.paid_session()
    wait_until(lambda: settled(desk))
    told = [desk.client.parse_event_notification(*post, SECRET) for post in desk.receiver.posts]
    (completed,) = [one for one in told if one.type == f"v1.{COMPLETED}"]
    assert isinstance(completed, V1CheckoutSessionCompletedEventNotification)
    assert completed.fetch_related_object().id == session.id
    whole = completed.fetch_event()
    assert (whole.id, whole.livemode) == (completed.id, False)
    snapshot = desk.client.v1.events.retrieve(str(whole.snapshot_event))
    assert (snapshot.type, snapshot.data.object["id"]) == (COMPLETED, session.id)
    assert all("data" not in json.loads(payload) for payload, _ in desk.receiver.posts)


def test_a_style_that_is_none_is_refused(empty_desk: Desk) -> None:
    order = {"url": "http://127.0.0.1:9/", "secret": SECRET, "style": "fat"}
    assert requests.post(f"{empty_desk.url}/_ctl/endpoints", json=order, timeout=5).status_code == 400
