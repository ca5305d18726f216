"""Refunds: never more than was charged; at once by default, or pending and failed when that was ordered."""

from sponsorship.standin.call import Call
from sponsorship.standin.errors import ApiError
from sponsorship.standin.events import emit
from sponsorship.standin.faults import take_fault
from sponsorship.standin.fraud import settle_warnings
from sponsorship.standin.lists import LIST_SHAPE, field_is, list_objects
from sponsorship.standin.money import format_amount
from sponsorship.standin.objects import REFUND, make_balance_transaction, make_object
from sponsorship.standin.params import Shape, integer, metadata, one_of, read_params, text
from sponsorship.standin.store import Body, Transaction

CREATE_SHAPE: Shape = {
    "amount": integer(1),
    "charge": text(),
    "instructions_email": text(800),
    "metadata": metadata,
    "payment_intent": text(),
    "reason": one_of("duplicate", "fraudulent", "requested_by_customer"),
}
NOT_STANDING = ("failed", "canceled")
# What may still happen to a refund: a bank may give the money back even after the refund had succeeded.
NEXT_STATUS = {
    "pending": ("succeeded", "failed", "canceled"),
    "requires_action": ("succeeded", "failed", "canceled"),
    "succeeded": ("failed",),
    "failed": (),
    "canceled": (),
}


def create_refund(call: Call) -> Body:
    """Refund a charge, wholly unless an amount in minor units is given."""
    params = read_params(call.tree, CREATE_SHAPE)
    charge = _charge_to_refund(call.tx, params)
    refund = make_refund(call.tx, charge, params.get("amount"), params.get("metadata", {}), params.get("reason"))
    if "instructions_email" in params:
        refund = call.tx.change(refund["id"], instructions_email=params["instructions_email"])
    return refund


def make_refund(
    tx: Transaction, charge: Body, wanted: int | None, metadata: dict[str, str], reason: str | None
) -> Body:
    """Refund so much of a charge, by a call or in the dashboard; disputed money is with the bank and cannot be."""
    held = tx.select("dispute", *field_is("charge", charge["id"]))
    if any(not one["is_charge_refundable"] and one["status"] in ("needs_response", "under_review") for one in held):
        raise ApiError("This charge is disputed and cannot be refunded.", code="charge_disputed", begun=True)
    amount = _amount_to_refund(tx, charge, wanted)
    fault = take_fault(tx, "refund")
    fields = {
        "amount": amount,
        "charge": charge["id"],
        "currency": charge["currency"],
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "pending" if fault else "succeeded",
    }
    if charge["payment_method_details"]["type"] == "card":
        card = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
        fields["destination_details"] = {"type": "card", "card": card}
    if fault:
        fields["pending_reason"] = "processing"
    refund = make_object("re", "refund", tx.now, REFUND, fields)
    del refund["livemode"]
    refund["balance_transaction"] = _move_balance(tx, refund, charge, "refund", -amount)
    emit(tx, "refund.created", tx.add(refund))
    emit(tx, "charge.refunded", _recount(tx, charge))
    return settle_refund(tx, refund["id"], "failed") if fault and fault.kind == "failed" else refund


def list_refunds(call: Call) -> Body:
    """List refunds by charge, payment intent and creation."""
    params = read_params(call.tree, {**LIST_SHAPE, "charge": text(), "payment_intent": text()})
    conditions = [field_is(name, params[name]) for name in ("charge", "payment_intent") if name in params]
    return list_objects(call.tx, "refund", "/v1/refunds", params, conditions)


def settle_refund(tx: Transaction, refund_id: str, status: str, failure_reason: str = "lost_or_stolen_card") -> Body:
    """Move a refund on to succeeded, failed or canceled; raises ApiError where it cannot go from where it is.

    When it fails or is cancelled, the money is back on the balance and may be refunded once more.
    """
    refund = tx.get(refund_id, "refund").body
    before = refund["status"]
    if status not in NEXT_STATUS[before]:
        raise ApiError(f"A refund that is {before} cannot become {status!r}.", begun=True)
    fields: Body = {"status": status}
    if status in NOT_STANDING:
        charge = tx.get(refund["charge"], "charge").body
        fields["failure_balance_transaction"] = _move_balance(tx, refund, charge, "refund_failure", refund["amount"])
        fields["failure_reason"] = failure_reason
    refund = tx.change(refund_id, **fields)
    emit(tx, "refund.updated", refund, {"status": before})
    if status == "failed":
        emit(tx, "refund.failed", refund)
    if status in NOT_STANDING:
        _recount(tx, charge)
    return refund


def _charge_to_refund(tx: Transaction, params: Body) -> Body:
    if ("charge" in params) == ("payment_intent" in params):
        raise ApiError(
            "Exactly one of these parameters must be given: payment_intent, charge.",
            code=None if "charge" in params else "parameter_missing",
        )
    if "charge" in params:
        charge = tx.get(params["charge"], "charge", param="charge").body
    else:
        intent = tx.get(params["payment_intent"], "payment_intent", param="payment_intent").body
        found = tx.find(intent["latest_charge"] or "", "charge")
        charge = found.body if found else {"status": "missing"}
    if charge["status"] != "succeeded":
        raise ApiError("There is no successful charge to refund.", begun=True)
    return charge


def _amount_to_refund(tx: Transaction, charge: Body, wanted: int | None) -> int:
    remaining = int(charge["amount"]) - _refunded(tx, charge["id"])
    if remaining <= 0:
        raise ApiError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded", begun=True)
    amount = remaining if wanted is None else wanted
    if amount > remaining:
        currency = charge["currency"]
        raise ApiError(
            f"Refund amount ({format_amount(amount, currency)}) is greater than unrefunded amount on charge"
            f" ({format_amount(remaining, currency)})",
            param="amount",
            begun=True,
        )
    return amount


def _refunded(tx: Transaction, charge_id: str) -> int:
    refunds = tx.select("refund", *field_is("charge", charge_id))
    return sum(refund["amount"] for refund in refunds if refund["status"] not in NOT_STANDING)


def _recount(tx: Transaction, charge: Body) -> Body:
    refunded = _refunded(tx, charge["id"])
    charge = tx.change(charge["id"], amount_refunded=refunded, refunded=refunded == charge["amount"])
    settle_warnings(tx, charge)
    return charge


def _move_balance(tx: Transaction, refund: Body, charge: Body, kind: str, amount: int) -> str:
    type = "payment_refund" if kind == "refund" and charge["id"].startswith("py_") else kind
    return str(tx.add(make_balance_transaction(refund, type, amount, 0, tx.now))["id"])
