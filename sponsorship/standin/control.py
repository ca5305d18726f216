"""/_ctl: what tests order and look up. JSON in and out; no part of Stripe's API."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from sponsorship.standin.disputes import act_on_charge
from sponsorship.standin.engine import Engine
from sponsorship.standin.errors import ApiError
from sponsorship.standin.faults import add_fault, clear_faults, list_faults
from sponsorship.standin.refunds import settle_refund
from sponsorship.standin.store import Transaction
from sponsorship.standin.webhooks import list_deliveries, resend, set_endpoint

blueprint = Blueprint("control", __name__, url_prefix="/_ctl")


@blueprint.errorhandler(ApiError)
def refuse(refusal: ApiError) -> tuple[Response, int]:
    """Answer an order that makes no sense with the reason."""
    return jsonify(refusal.body()), refusal.status


@blueprint.get("/clock")
def show_clock() -> Response:
    """Return the stand-in's time in seconds since 1970, and how far it is from the machine's."""
    store = Engine.of(current_app).store
    return jsonify(now=store.now(), offset_seconds=store.offset_seconds)


@blueprint.post("/clock")
def move_clock() -> Response:
    """Set the clock: to the moment `now`, to `offset_seconds` from the machine's, or on by `advance_seconds`."""
    engine = Engine.of(current_app)
    order = _order({"now", "offset_seconds", "advance_seconds"})
    if len(order) != 1 or any(type(value) not in (int, float) for value in order.values()):
        raise ApiError("Give one number: now, offset_seconds or advance_seconds.")
    ((name, number),) = order.items()
    offset = engine.store.offset_seconds
    start = {"now": offset - engine.store.now(), "offset_seconds": 0.0, "advance_seconds": offset}[name]
    engine.store.move_clock(start + number)
    engine.wake()
    return show_clock()


@blueprint.get("/faults")
def show_faults() -> Response:
    """Return the faults that are still to come."""
    with _transaction() as tx:
        return jsonify(faults=list_faults(tx))


@blueprint.post("/faults")
def order_fault() -> Response:
    """Order a fault: target, kind, times, and what `faults.add_fault` says; answers with those still to come."""
    order = _order(None)
    with _transaction() as tx:
        add_fault(tx, order)
        return jsonify(faults=list_faults(tx))


@blueprint.delete("/faults")
def call_off_faults() -> Response:
    """Call off all faults."""
    with _transaction() as tx:
        clear_faults(tx)
        return jsonify(faults=[])


@blueprint.post("/endpoints")
def add_endpoint() -> Response:
    """Add or change a webhook endpoint: url, secret, and if wanted name, enabled_events and style (snapshot, thin)."""
    known = {"name", "url", "secret", "enabled_events", "style"}
    order = {"name": "default", "enabled_events": ["*"], **_order(known)}
    if not {"url", "secret"} <= set(order):
        raise ApiError("An endpoint has a url and a secret.")
    if not all(isinstance(order[name], str) for name in ("name", "url", "secret")):
        raise ApiError("name, url and secret are texts.")
    with _transaction() as tx:
        set_endpoint(tx, **order)
        return jsonify(endpoint=order["name"])


@blueprint.get("/deliveries")
def show_deliveries() -> Response:
    """Return every webhook with its state: pending, delivered, dropped, given_up."""
    with _transaction() as tx:
        return jsonify(deliveries=list_deliveries(tx))


@blueprint.post("/deliveries/<event_id>/resend")
def send_again(event_id: str) -> Response:
    """Send an event again, one that was dropped included."""
    with _transaction() as tx:
        resend(tx, event_id)
        return jsonify(event=event_id)


@blueprint.post("/refunds/<refund_id>")
def move_refund(refund_id: str) -> Response:
    """Let a refund succeed, fail or be cancelled: `status`, and if it fails a `failure_reason`."""
    order = _order({"status", "failure_reason"})
    if "status" not in order:
        raise ApiError("Give a status: succeeded, failed or canceled.")
    with _transaction() as tx:
        return jsonify(settle_refund(tx, refund_id, **order))


@blueprint.post("/payments/<intent_id>")
def act_on_payment(intent_id: str) -> Response:
    """Let the bank dispute a payment (`act`: warn, inquire, withdraw, win, lose, close), or refund it as in the dashboard."""
    order = _order({"act", "amount", "reason"})
    with _transaction() as tx:
        intent = tx.get(intent_id, "payment_intent").body
        return jsonify(act_on_charge(tx, intent["latest_charge"] or "", order.pop("act", ""), **order))


def _order(known: set[str] | None) -> dict[str, Any]:
    order = request.get_json(silent=True)
    if not isinstance(order, dict):
        raise ApiError("Send a JSON object, with Content-Type application/json.")
    if known is not None and set(order) - known:
        raise ApiError(f"Unknown: {', '.join(sorted(set(order) - known))}. Known: {', '.join(sorted(known))}.")
    return order


@contextmanager
def _transaction() -> Iterator[Transaction]:
    engine = Engine.of(current_app)
    with engine.store.transaction() as tx:
        yield tx
    engine.wake()
