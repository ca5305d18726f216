"""The plain resources: customers, payment intents, charges, balance transactions, events and the account."""

from collections.abc import Callable

from sponsorship.standin.call import Call
from sponsorship.standin.events import emit, list_events
from sponsorship.standin.lists import LIST_SHAPE, field_is, list_objects
from sponsorship.standin.objects import CUSTOMER, make_object, new_id
from sponsorship.standin.params import Shape, currency, group, list_of, metadata, one_of, read_params, text
from sponsorship.standin.store import Body, Transaction

ADDRESS_FIELDS = ("city", "country", "line1", "line2", "postal_code", "state")
CUSTOMER_SHAPE: Shape = {
    "address": group({field: text() for field in ADDRESS_FIELDS}),
    "business_name": text(150),
    "description": text(),
    "email": text(512),
    "individual_name": text(150),
    "metadata": metadata,
    "name": text(256),
    "phone": text(20),
    "preferred_locales": list_of(text(20)),
    "tax_exempt": one_of("exempt", "none", "reverse"),
}


def create_customer(call: Call) -> Body:
    """Create a customer."""
    params = read_params(call.tree, CUSTOMER_SHAPE)
    address = {field: params["address"].get(field) for field in ADDRESS_FIELDS} if "address" in params else None
    prefix = {"invoice_prefix": new_id("x", 8)[2:].upper(), "next_invoice_sequence": 1}
    body = make_object("cus", "customer", call.tx.now, CUSTOMER, prefix, params, {"address": address})
    emit(call.tx, "customer.created", call.tx.add(body))
    return body


def retrieve(kind: str) -> Callable[..., Body]:
    """Make the handler that returns one object of a kind by its id."""

    def retrieve_object(call: Call, object_id: str) -> Body:
        read_params(call.tree, {})
        return call.tx.get(object_id, kind).body

    return retrieve_object


def list_by(kind: str, url: str, shape: Shape) -> Callable[[Call], Body]:
    """Make the handler that lists a kind by creation and by the fields in the shape."""

    def list_kind(call: Call) -> Body:
        params = read_params(call.tree, {**LIST_SHAPE, **shape})
        conditions = [field_is(name, params[name]) for name in shape if name in params]
        return list_objects(call.tx, kind, url, params, conditions)

    return list_kind


def list_all_events(call: Call) -> Body:
    """List events."""
    return list_events(call.tx, {name: value for name, value in call.tree.items() if name != "expand"})


def retrieve_account(call: Call) -> Body:
    """Return the account that every key of this server belongs to."""
    read_params(call.tree, {})
    return {
        "id": account_id(call.tx),
        "object": "account",
        "business_profile": {"name": "Stand-in for Stripe", "url": None},
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": "GB",
        "default_currency": "usd",
        "details_submitted": True,
        "email": "standin@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "type": "standard",
    }


def account_id(tx: Transaction) -> str:
    """Return the account's id, made once for a state file."""
    known = tx.setting("account_id", "")
    if not known:
        known = new_id("acct", 16)
        tx.set_setting("account_id", known)
    return known


CHARGE_FILTERS: Shape = {"customer": text(), "payment_intent": text()}
INTENT_FILTERS: Shape = {"customer": text()}
BALANCE_FILTERS: Shape = {"currency": currency, "source": text(), "type": text()}
