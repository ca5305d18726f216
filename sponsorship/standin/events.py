"""Events: what happened to which object, kept as rows in the transaction of what happened."""

from sponsorship.standin.expand import show
from sponsorship.standin.faults import take_fault
from sponsorship.standin.lists import LIST_SHAPE, Condition, field_is, list_objects
from sponsorship.standin.objects import API_VERSION, make_object
from sponsorship.standin.params import flag, list_of, read_params, text
from sponsorship.standin.store import Body, Transaction
from sponsorship.standin.webhooks import enqueue_deliveries

EVENT_LIST_SHAPE = {
    **LIST_SHAPE,
    "type": text(),
    "types": list_of(text(), at_most=20),
    "delivery_success": flag,
}
UNDELIVERED = "id IN (SELECT event_id FROM delivery WHERE state <> 'delivered')"


def emit(tx: Transaction, type: str, body: Body, previous: Body | None = None) -> Body:
    """Record that something happened to an object, as it is now, and have the webhook endpoints told.

    `previous` holds the old values of the fields that changed, for events that say so.
    """
    data: Body = {"object": show(tx, body)}
    if previous is not None:
        data["previous_attributes"] = previous
    fields = {
        "api_version": API_VERSION,
        "data": data,
        "pending_webhooks": 0,
        "request": {"id": tx.origin.request_id, "idempotency_key": tx.origin.idempotency_key},
        "type": type,
    }
    event = make_object("evt", "event", tx.now, fields)
    if take_fault(tx, "event", type=type):
        return event  # it happened, and no event tells of it, as Stripe says may be
    tx.add(event)
    enqueue_deliveries(tx, event)
    return event


def list_events(tx: Transaction, tree: Body) -> Body:
    """List events by type (`checkout.session.*` stands for all of that beginning), creation and delivery."""
    params = read_params(tree, EVENT_LIST_SHAPE)
    conditions: list[Condition] = []
    if "type" in params:
        conditions.append(_type_is(params["type"]))
    if "types" in params:
        choices = [_type_is(type) for type in params["types"]]
        conditions.append(
            (f"({' OR '.join(sql for sql, _ in choices)})", [value for _, values in choices for value in values])
        )
    if "delivery_success" in params:
        conditions.append((f"NOT {UNDELIVERED}" if params["delivery_success"] else UNDELIVERED, []))
    return list_objects(tx, "event", "/v1/events", params, conditions)


def _type_is(type: str) -> Condition:
    if type.endswith("*"):
        beginning = type.removesuffix("*")
        return f"substr(json_extract(body, '$.type'), 1, {len(beginning)}) = ?", [beginning]
    return field_is("type", type)
