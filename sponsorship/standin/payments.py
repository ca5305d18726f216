"""What a buyer does on the payment page: pays, is declined, or pays by bank debit, which succeeds or fails later."""

from sponsorship.standin.errors import ApiError
from sponsorship.standin.events import emit
from sponsorship.standin.invoices import OPEN_ENDED, add_payment
from sponsorship.standin.money import fee
from sponsorship.standin.objects import (
    ADDRESS,
    BANK_DEBITS,
    CHARGE,
    PAYMENT_INTENT,
    make_balance_transaction,
    make_object,
    new_id,
    payment_method_details,
)
from sponsorship.standin.store import Body, Transaction

BANK_TRANSFER = "customer_balance"  # what arrives at Stripe's bank is used up at once
DECLINED = {
    "type": "card_error",
    "code": "card_declined",
    "decline_code": "generic_decline",
    "message": "Your card was declined.",
}
NOT_AUTHENTICATED = {
    "type": "card_error",
    "code": "payment_intent_authentication_failure",
    "message": "The card’s holder did not confirm the payment.",
}
DEBIT_FAILED = {
    "type": "card_error",
    "code": "payment_method_provider_decline",
    "message": "The bank did not pay the debit.",
}


def pay_by_card(tx: Transaction, session_id: str, buyer: Body) -> Body:
    """Complete an open session: charged, paid."""
    session = _open_session(tx, session_id, "card")
    intent = _ensure_intent(tx, session)
    charge = _add_charge(tx, intent, "card", buyer, "succeeded")
    _settle_charge(tx, charge)
    intent = _mark_intent_paid(tx, intent["id"], charge)
    return _complete(tx, session, intent["id"], buyer, "paid")


def decline_card(tx: Transaction, session_id: str, buyer: Body) -> Body:
    """Record a declined attempt; the session stays open."""
    session = _open_session(tx, session_id, "card")
    intent = _ensure_intent(tx, session)
    charge = _add_charge(tx, intent, "card", buyer, "failed")
    _mark_failed(tx, charge, DECLINED)
    return tx.change(session_id, payment_intent=intent["id"])


def ask_holder(tx: Transaction, session_id: str, _buyer: Body) -> Body:
    """Have the card's bank ask its holder (3-D Secure): nothing is charged, the session stays open."""
    session = _open_session(tx, session_id, "card")
    intent = _ensure_intent(tx, session)
    asks = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    intent = tx.change(intent["id"], status="requires_action", next_action=asks)
    emit(tx, "payment_intent.requires_action", intent)
    return tx.change(session_id, payment_intent=intent["id"])


def refuse_holder(tx: Transaction, session_id: str, _buyer: Body) -> Body:
    """Record that the card's holder did not confirm the payment; there is no charge, the session stays open."""
    session = _open_session(tx, session_id, "card")
    intent = tx.change(
        _ensure_intent(tx, session)["id"],
        status="requires_payment_method",
        last_payment_error=NOT_AUTHENTICATED,
        next_action=None,
    )
    emit(tx, "payment_intent.payment_failed", intent)
    return tx.change(session_id, payment_intent=intent["id"])


def pay_by_bank_debit(tx: Transaction, session_id: str, buyer: Body) -> Body:
    """Complete an open session with a debit that the bank has yet to pay: complete, unpaid."""
    method = BANK_DEBITS.get(tx.get(session_id, "checkout.session").body["currency"], "bank debit")
    session = _open_session(tx, session_id, method)
    intent = _ensure_intent(tx, session)
    charge = _add_charge(tx, intent, method, buyer, "pending")
    emit(tx, "charge.pending", charge)
    intent = tx.change(
        intent["id"],
        status="processing",
        next_action=None,
        latest_charge=charge["id"],
        payment_method=charge["payment_method"],
    )
    emit(tx, "payment_intent.processing", intent)
    return _complete(tx, session, intent["id"], buyer, "unpaid")


def bank_debit_succeeds(tx: Transaction, session_id: str) -> Body:
    """Let the bank pay a debit that was under way."""
    session, charge = _debit_under_way(tx, session_id)
    charge = tx.change(charge["id"], status="succeeded", paid=True)
    _settle_charge(tx, charge)
    _mark_intent_paid(tx, session["payment_intent"], charge)
    session = tx.change(session_id, payment_status="paid")
    emit(tx, "checkout.session.async_payment_succeeded", session)
    return session


def bank_debit_fails(tx: Transaction, session_id: str) -> Body:
    """Let the bank refuse a debit that was under way; the session stays complete and unpaid."""
    session, charge = _debit_under_way(tx, session_id)
    _mark_failed(tx, tx.change(charge["id"], status="failed"), DEBIT_FAILED)
    emit(tx, "checkout.session.async_payment_failed", session)
    return session


def debit_is_under_way(tx: Transaction, session: Body) -> bool:
    """Return whether a session waits for its bank."""
    if session["status"] != "complete" or not session["payment_intent"]:
        return False
    return bool(tx.get(session["payment_intent"], "payment_intent").body["status"] == "processing")


def pay_invoice(tx: Transaction, invoice: Body, method: str, amount: int) -> Body:
    """Pay so much of an open invoice on its page, by card or with a transfer to Stripe's bank."""
    if invoice["status"] not in OPEN_ENDED:
        raise ApiError(f"This invoice is {invoice['status']}.", begun=True)
    fields = {
        "amount": amount,
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "description": f"Payment for Invoice {invoice['number']}",
        "metadata": {},
        "payment_method_types": [method],
        "status": "requires_payment_method",
    }
    intent = tx.add(_make_intent(tx, fields))
    address = invoice["customer_address"] or {**ADDRESS}
    buyer = {"address": address, "email": invoice["customer_email"], "name": invoice["customer_name"]}
    charge = _add_charge(tx, intent, method, buyer, "succeeded")
    _settle_charge(tx, charge)
    return add_payment(tx, invoice, _mark_intent_paid(tx, intent["id"], charge))


def _make_intent(tx: Transaction, fields: Body) -> Body:
    body = make_object("pi", "payment_intent", tx.now, PAYMENT_INTENT, fields)
    return body | {"client_secret": f"{body['id']}_secret_{new_id('x')[2:]}"}


def _open_session(tx: Transaction, session_id: str, method: str) -> Body:
    session = tx.get(session_id, "checkout.session").body
    if session["status"] != "open":
        raise ApiError(f"This payment is {session['status']}.", begun=True)
    if method not in session["payment_method_types"]:
        raise ApiError(f"This payment cannot be made by {method}.", begun=True)
    return session


def _debit_under_way(tx: Transaction, session_id: str) -> tuple[Body, Body]:
    session = tx.get(session_id, "checkout.session").body
    if not debit_is_under_way(tx, session):
        raise ApiError("No bank debit of this session is under way.", begun=True)
    intent = tx.get(session["payment_intent"], "payment_intent").body
    return session, tx.get(intent["latest_charge"], "charge").body


def _ensure_intent(tx: Transaction, session: Body) -> Body:
    """Return the session's payment intent; as at Stripe it is made by the first attempt to pay, not by the session."""
    if session["payment_intent"]:
        return tx.get(session["payment_intent"], "payment_intent").body
    wanted = tx.get(session["id"], "checkout.session").hidden["intent"]
    fields = {
        "amount": session["amount_total"],
        "currency": session["currency"],
        "customer": session["customer"],
        "description": wanted.get("description"),
        "metadata": wanted.get("metadata", {}),
        "payment_method_types": session["payment_method_types"],
        "receipt_email": wanted.get("receipt_email"),
        "status": "requires_payment_method",
    }
    body = tx.add(_make_intent(tx, fields))
    emit(tx, "payment_intent.created", body)
    return body


def _add_charge(tx: Transaction, intent: Body, method: str, buyer: Body, status: str) -> Body:
    fields = {
        "amount": intent["amount"],
        "amount_captured": 0 if status == "failed" else intent["amount"],
        "billing_details": {
            "address": buyer["address"],
            "email": buyer["email"],
            "name": buyer["name"],
            "phone": None,
            "tax_id": None,
        },
        "captured": status != "failed",
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "metadata": intent["metadata"],
        "outcome": _outcome(method, declined=status == "failed"),
        "paid": status == "succeeded",
        "payment_intent": intent["id"],
        "payment_method": new_id("pm"),
        "payment_method_details": payment_method_details(method),
        "receipt_email": intent["receipt_email"],
        "status": status,
    }
    return tx.add(make_object("ch" if method == "card" else "py", "charge", tx.now, CHARGE, fields))


def _outcome(method: str, *, declined: bool) -> Body:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if declined else "approved_by_network",
        "reason": "generic_decline" if declined else None,
        "risk_level": "normal" if method == "card" else "not_assessed",
        "seller_message": "The bank declined it." if declined else "Payment complete.",
        "type": "issuer_declined" if declined else "authorized",
    }


def _settle_charge(tx: Transaction, charge: Body) -> None:
    method = charge["payment_method_details"]["type"]
    type = "charge" if method == "card" else "payment"
    movement = make_balance_transaction(charge, type, charge["amount"], fee(charge["amount"], method), tx.now)
    tx.add(movement)
    emit(tx, "charge.succeeded", tx.change(charge["id"], balance_transaction=movement["id"]))


def _mark_intent_paid(tx: Transaction, intent_id: str, charge: Body) -> Body:
    intent = tx.change(
        intent_id,
        status="succeeded",
        amount_received=charge["amount"],
        last_payment_error=None,
        next_action=None,
        latest_charge=charge["id"],
        payment_method=charge["payment_method"],
    )
    emit(tx, "payment_intent.succeeded", intent)
    return intent


def _mark_failed(tx: Transaction, charge: Body, failure: dict[str, str]) -> None:
    charge = tx.change(
        charge["id"],
        failure_code=failure["code"],
        failure_message=failure["message"],
        captured=False,
        amount_captured=0,
    )
    emit(tx, "charge.failed", charge)
    intent = tx.change(
        charge["payment_intent"],
        status="requires_payment_method",
        last_payment_error={**failure, "charge": charge["id"]},
        next_action=None,
        latest_charge=charge["id"],
        payment_method=None,
    )
    emit(tx, "payment_intent.payment_failed", intent)


def _complete(tx: Transaction, session: Body, intent_id: str, buyer: Body, payment_status: str) -> Body:
    body = tx.change(
        session["id"],
        status="complete",
        payment_status=payment_status,
        payment_intent=intent_id,
        customer_details=buyer,
        url=None,
    )
    _update_customer(tx, session, buyer)
    emit(tx, "checkout.session.completed", body)
    return body


def _update_customer(tx: Transaction, session: Body, buyer: Body) -> None:
    wanted = tx.get(session["id"], "checkout.session").hidden["customer_update"]
    fields = {name: buyer[name] for name in ("name", "address") if wanted.get(name) == "auto"}
    if fields:
        emit(tx, "customer.updated", tx.change(session["customer"], **fields))
