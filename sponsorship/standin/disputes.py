"""Disputes: a buyer's bank asks about a charge, takes its money, and decides; what is done in the dashboard besides."""

from sponsorship.standin.call import Call
from sponsorship.standin.errors import ApiError
from sponsorship.standin.events import emit
from sponsorship.standin.fraud import settle_warnings, warn
from sponsorship.standin.lists import LIST_SHAPE, field_is, list_objects
from sponsorship.standin.objects import DAY_SECONDS, make_balance_transaction, make_object
from sponsorship.standin.params import read_params, text
from sponsorship.standin.refunds import make_refund
from sponsorship.standin.store import Body, Transaction

FEE = 1500
DAYS_TO_ANSWER = 9
ACTS = ("warn", "inquire", "withdraw", "win", "lose", "close", "refund")
STANDING = ("warning_needs_response", "needs_response", "under_review")
DISPUTE: Body = {
    "balance_transactions": [],
    "enhanced_eligibility_types": [],
    "evidence": {"enhanced_evidence": {}},
    "is_charge_refundable": False,
    "metadata": {},
}


def list_disputes(call: Call) -> Body:
    """List disputes by charge, payment intent and creation."""
    params = read_params(call.tree, {**LIST_SHAPE, "charge": text(), "payment_intent": text()})
    conditions = [field_is(name, params[name]) for name in ("charge", "payment_intent") if name in params]
    return list_objects(call.tx, "dispute", "/v1/disputes", params, conditions)


def act_on_charge(
    tx: Transaction, charge_id: str, act: str, *, amount: int | None = None, reason: str = "fraudulent"
) -> Body:
    """Let the bank or the shop's owner do something to a paid charge; raises ApiError where it cannot be."""
    charge = tx.get(charge_id, "charge").body
    if act not in ACTS or charge["status"] != "succeeded":
        raise ApiError(f"{act!r} cannot be done to this charge.", begun=True)
    if act == "warn":
        return warn(tx, charge)
    if act == "refund":
        return make_refund(tx, charge, amount, {}, None)
    found = tx.select("dispute", *field_is("charge", charge_id))
    dispute = next((one for one in found if one["status"] in STANDING), None)
    if act in ("inquire", "withdraw"):
        if dispute is None:
            dispute = _open(tx, charge, amount, reason, is_inquiry=act == "inquire")
        return dispute if act == "inquire" else _withdraw(tx, dispute)
    if dispute is None:
        raise ApiError("No dispute of this charge is open.", begun=True)
    return _decide(tx, dispute, act)


def _open(tx: Transaction, charge: Body, amount: int | None, reason: str, *, is_inquiry: bool) -> Body:
    fields = {
        "amount": amount or charge["amount"] - charge["amount_refunded"],
        "charge": charge["id"],
        "currency": charge["currency"],
        "evidence_details": {
            "due_by": tx.now + DAYS_TO_ANSWER * DAY_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": is_inquiry,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "warning_needs_response" if is_inquiry else "needs_response",
    }
    dispute = tx.add(make_object("du", "dispute", tx.now, DISPUTE, fields))
    settle_warnings(tx, tx.change(charge["id"], disputed=True))
    emit(tx, "charge.dispute.created", dispute)
    return dispute


def _withdraw(tx: Transaction, dispute: Body) -> Body:
    """Take the money, and a fee with it; an inquiry becomes a dispute."""
    if dispute["balance_transactions"]:
        return dispute
    movement = tx.add(make_balance_transaction(dispute, "adjustment", -dispute["amount"], FEE, tx.now))
    dispute = tx.change(
        dispute["id"], status="needs_response", is_charge_refundable=False, balance_transactions=[movement]
    )
    emit(tx, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def _decide(tx: Transaction, dispute: Body, act: str) -> Body:
    is_inquiry = dispute["status"].startswith("warning")
    if is_inquiry != (act == "close"):
        raise ApiError(f"A dispute that is {dispute['status']} cannot be decided by {act!r}.", begun=True)
    dispute = tx.change(dispute["id"], status={"win": "won", "lose": "lost", "close": "warning_closed"}[act])
    if act == "win" and dispute["balance_transactions"]:
        movement = tx.add(make_balance_transaction(dispute, "adjustment", dispute["amount"], 0, tx.now))
        dispute = tx.change(dispute["id"], balance_transactions=[*dispute["balance_transactions"], movement])
        emit(tx, "charge.dispute.funds_reinstated", dispute)
    emit(tx, "charge.dispute.closed", dispute)
    return dispute
