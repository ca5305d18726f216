"""How a stored object is shown: what changes with time, and the ids that a call wants expanded."""

from sponsorship.standin.errors import ApiError
from sponsorship.standin.objects import list_object
from sponsorship.standin.store import Body, Transaction

DEEPEST = 4
EXPANDABLE = {
    "checkout.session": {"customer", "line_items", "payment_intent"},
    "payment_intent": {"customer", "latest_charge"},
    "charge": {"balance_transaction", "customer", "failure_balance_transaction", "payment_intent"},
    "invoice_payment": {"invoice"},
    "refund": {"balance_transaction", "charge", "failure_balance_transaction", "payment_intent"},
    "radar.early_fraud_warning": {"charge", "payment_intent"},
    "dispute": {"charge", "payment_intent"},
    "balance_transaction": {"source"},
    "item": {"price"},
    "price": {"product"},
    "list": {"data"},
}


def show(tx: Transaction, body: Body) -> Body:
    """Return the body as the API shows it at this moment."""
    if body["object"] == "balance_transaction" and body["available_on"] <= tx.now:
        return {**body, "status": "available"}
    if body["object"] == "event":
        query = "SELECT count(*) FROM delivery WHERE event_id = ? AND state IN ('pending', 'dropped')"
        return {**body, "pending_webhooks": tx.execute(query, (body["id"],)).fetchone()[0]}
    return body


def line_items_of(tx: Transaction, session_id: str) -> list[Body]:
    """Return what a session is for; the API shows it only when asked."""
    return list(tx.get(session_id, "checkout.session").hidden["line_items"])


def expand(tx: Transaction, body: Body, paths: list[str]) -> Body:
    """Replace ids by the objects that they name, along paths such as `payment_intent.latest_charge`; changes `body`."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEEPEST + (body["object"] == "list"):
            raise ApiError(f"You cannot expand more than {DEEPEST} levels of a property.", param="expand")
        _expand_step(tx, body, steps, path)
    return body


def _expand_step(tx: Transaction, node: Body, steps: list[str], path: str) -> None:
    field = steps[0]
    if field not in EXPANDABLE.get(node["object"], ()):
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    if field == "line_items" and "line_items" not in node:
        items = line_items_of(tx, node["id"])
        node["line_items"] = list_object(f"/v1/checkout/sessions/{node['id']}/line_items", items)
    value = node.get(field)
    if isinstance(value, str):
        stored = tx.find(value)
        value = node[field] = show(tx, stored.body) if stored else value
    for child in value if isinstance(value, list) else [value]:
        if isinstance(child, dict) and steps[1:]:
            _expand_step(tx, child, steps[1:], path)
