"""Thin events: a notification that names what happened to which object, and shows nothing of it."""

from datetime import UTC, datetime
from typing import Any

from sponsorship.standin.call import Call
from sponsorship.standin.params import read_params
from sponsorship.standin.store import Body

SNAPSHOT, THIN = STYLES = ("snapshot", "thin")
PREFIX, THIN_PREFIX = "evt_", "evt_thin_"
COLLECTIONS = {
    "charge": "charges",
    "checkout.session": "checkout/sessions",
    "customer": "customers",
    "dispute": "disputes",
    "payment_intent": "payment_intents",
    "refund": "refunds",
}


def notification_of(event: Body) -> Body:
    """Return the thin notification of a snapshot event; as at Stripe it has an id of its own."""
    subject, request = event["data"]["object"], event["request"]
    moment = datetime.fromtimestamp(event["created"], UTC)
    body: dict[str, Any] = {
        "id": THIN_PREFIX + event["id"].removeprefix(PREFIX),
        "object": "v2.core.event",
        "type": f"v1.{event['type']}",
        "created": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "context": None,
        "livemode": event["livemode"],
        "reason": None,
        "related_object": {
            "id": subject["id"],
            "type": subject["object"],
            "url": f"/v1/{COLLECTIONS[subject['object']]}/{subject['id']}",
        },
    }
    if request["id"]:
        key = request["idempotency_key"] or ""
        body["reason"] = {"type": "request", "request": {"id": request["id"], "idempotency_key": key}}
    return body


def retrieve_thin(call: Call, event_id: str) -> Body:
    """Return a thin event in full: its notification, and the id of the snapshot event that tells of the same."""
    read_params(call.tree, {})
    event = call.tx.get(PREFIX + event_id.removeprefix(THIN_PREFIX), "event").body
    return {**notification_of(event), "snapshot_event": event["id"]}
