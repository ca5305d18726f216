"""Invoices that are sent: drafted, given items, finalised, sent, then paid, voided, given up, or paid elsewhere."""

from sponsorship.standin.call import Call
from sponsorship.standin.errors import ApiError
from sponsorship.standin.events import emit
from sponsorship.standin.lists import LIST_SHAPE, field_is, list_objects
from sponsorship.standin.money import check_total, check_unit_amount
from sponsorship.standin.objects import list_object, make_object, new_id
from sponsorship.standin.params import (
    Required,
    Shape,
    currency,
    flag,
    group,
    integer,
    list_of,
    metadata,
    one_of,
    read_params,
    text,
)
from sponsorship.standin.store import Body, Transaction

OPEN_ENDED = ("open", "uncollectible")  # still payable
CUSTOM_FIELD: Shape = {"name": Required(text(40)), "value": Required(text(140))}
CREATE_SHAPE: Shape = {
    "auto_advance": flag,
    "collection_method": Required(one_of("send_invoice")),
    "currency": currency,
    "custom_fields": list_of(group(CUSTOM_FIELD), at_most=4),
    "customer": Required(text()),
    "description": text(1500),
    "due_date": Required(integer()),
    "footer": text(5000),
    "metadata": metadata,
    "number": text(26),
    "pending_invoice_items_behavior": one_of("exclude"),
}
ITEM_SHAPE: Shape = {
    "amount": Required(integer()),
    "currency": Required(currency),
    "customer": Required(text()),
    "description": text(),
    "invoice": Required(text()),
    "metadata": metadata,
}
INVOICE: Body = {
    "account_name": "Stand-in for Stripe",
    "account_tax_ids": None,
    "amount_overpaid": 0,
    "amount_paid": 0,
    "amount_paid_off_stripe": 0,
    "amount_shipping": 0,
    "application": None,
    "attempt_count": 0,
    "attempted": False,
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None, "disabled_reason": None},
    "automatically_finalizes_at": None,
    "billing_reason": "manual",
    "customer_account": None,
    "customer_shipping": None,
    "customer_tax_exempt": "none",
    "customer_tax_ids": [],
    "default_payment_method": None,
    "default_source": None,
    "default_tax_rates": [],
    "discounts": [],
    "effective_at": None,
    "ending_balance": None,
    "from_invoice": None,
    "hosted_invoice_url": None,
    "invoice_pdf": None,
    "issuer": {"type": "self"},
    "last_finalization_error": None,
    "latest_revision": None,
    "next_payment_attempt": None,
    "on_behalf_of": None,
    "parent": None,
    "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
    "post_payment_credit_notes_amount": 0,
    "pre_payment_credit_notes_amount": 0,
    "receipt_number": None,
    "rendering": None,
    "shipping_cost": None,
    "shipping_details": None,
    "starting_balance": 0,
    "statement_descriptor": None,
    "status": "draft",
    "test_clock": None,
    "total_discount_amounts": [],
    "total_pretax_credit_amounts": [],
    "total_taxes": [],
    "webhooks_delivered_at": None,
}
COPIED: Body = {"auto_advance": False, "custom_fields": None, "description": None, "footer": None, "metadata": {}}


def create_invoice(call: Call) -> Body:
    """Draft an invoice for a customer; a number that another one has is refused."""
    params = read_params(call.tree, CREATE_SHAPE)
    customer = call.tx.get(params["customer"], "customer", param="customer").body
    number = params.get("number")
    if number and call.tx.select("invoice", *field_is("number", number)):
        raise ApiError(f"The number {number} is already in use.", param="number")
    known = {
        "collection_method": "send_invoice",
        "currency": params.get("currency", "usd"),
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "due_date": params["due_date"],
        "number": number,
        "period_end": call.tx.now,
        "period_start": call.tx.now,
        "status_transitions": dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
    }
    copied = {name: params.get(name, default) for name, default in COPIED.items()}
    body = make_object("in", "invoice", call.tx.now, INVOICE, copied, known)
    invoice = call.tx.add(body | _sums(body["id"], [], 0))
    emit(call.tx, "invoice.created", invoice)
    return invoice


def create_item(call: Call) -> Body:
    """Add a line to a draft."""
    params = read_params(call.tree, ITEM_SHAPE)
    invoice = call.tx.get(params["invoice"], "invoice", param="invoice").body
    if invoice["status"] != "draft":
        raise ApiError(f"An invoice that is {invoice['status']} takes no more items.", param="invoice", begun=True)
    if (params["currency"], params["customer"]) != (invoice["currency"], invoice["customer"]):
        raise ApiError("The item is in another currency, or for another customer, than its invoice.")
    check_unit_amount(params["amount"], params["currency"], "amount")
    period = {"end": call.tx.now, "start": call.tx.now}
    common = {
        "amount": params["amount"],
        "currency": params["currency"],
        "description": params.get("description"),
        "discountable": True,
        "discounts": [],
        "metadata": params.get("metadata", {}),
        "parent": None,
        "period": period,
        "pricing": None,
        "quantity": 1,
        "quantity_decimal": "1",
    }
    more = {
        "customer": invoice["customer"],
        "customer_account": None,
        "date": call.tx.now,
        "invoice": invoice["id"],
        "proration": False,
        "tax_rates": [],
        "test_clock": None,
    }
    item = make_object("ii", "invoiceitem", call.tx.now, common, more)
    del item["created"]
    call.tx.add(item | {"created": call.tx.now})
    line = make_object("il", "line_item", call.tx.now, common)
    del line["created"]
    line |= {"invoice": invoice["id"], "pretax_credit_amounts": [], "subscription": None, "subtotal": params["amount"]}
    lines = [*invoice["lines"]["data"], line | {"taxes": []}]
    call.tx.change(invoice["id"], **_sums(invoice["id"], lines, 0))
    return item


def finalize_invoice(call: Call, object_id: str) -> Body:
    """Finalise a draft: it is open, has a number, and the address of a page to pay it."""
    read_params(call.tree, {"auto_advance": flag})
    invoice = _in_state(call.tx, object_id, "finalized", "draft")
    check_total(invoice["total"], invoice["currency"])
    url = f"{call.address}/invoice/{object_id}"
    invoice = call.tx.change(
        object_id,
        status="open",
        number=invoice["number"] or new_id("x", 8)[2:].upper(),
        hosted_invoice_url=url,
        invoice_pdf=url,
        effective_at=call.tx.now,
        status_transitions={**invoice["status_transitions"], "finalized_at": call.tx.now},
    )
    emit(call.tx, "invoice.finalized", invoice)
    return invoice


def send_invoice(call: Call, object_id: str) -> Body:
    """Say that it was mailed; as in Stripe's test mode no mail leaves."""
    read_params(call.tree, {})
    invoice = _in_state(call.tx, object_id, "sent", "open")
    emit(call.tx, "invoice.sent", invoice)
    return invoice


def pay_elsewhere(call: Call, object_id: str) -> Body:
    """Note that what is left was paid outside Stripe; charging is for the page."""
    params = read_params(call.tree, {"paid_out_of_band": Required(flag)})
    if not params["paid_out_of_band"]:
        raise ApiError("This stand-in charges on the invoice's page only.", param="paid_out_of_band")
    return settle_elsewhere(call.tx, object_id)


def settle_elsewhere(tx: Transaction, invoice_id: str) -> Body:
    """Close an invoice that was paid outside Stripe, by call or in the dashboard."""
    invoice = _in_state(tx, invoice_id, "paid", *OPEN_ENDED)
    return note_paid(tx, invoice, invoice["amount_remaining"], is_elsewhere=True)


def void_invoice(call: Call, object_id: str) -> Body:
    """Void it: nobody can pay it any more."""
    read_params(call.tree, {})
    return void(call.tx, object_id)


def void(tx: Transaction, invoice_id: str) -> Body:
    """Void an invoice, by call or in the dashboard."""
    invoice = _in_state(tx, invoice_id, "voided", *OPEN_ENDED)
    moments = {**invoice["status_transitions"], "voided_at": tx.now}
    invoice = tx.change(invoice_id, status="void", amount_remaining=0, status_transitions=moments)
    emit(tx, "invoice.voided", invoice)
    return invoice


def give_up_invoice(call: Call, object_id: str) -> Body:
    """Mark it as uncollectible; it can still be paid."""
    read_params(call.tree, {})
    invoice = _in_state(call.tx, object_id, "marked as uncollectible", "open")
    moments = {**invoice["status_transitions"], "marked_uncollectible_at": call.tx.now}
    invoice = call.tx.change(object_id, status="uncollectible", status_transitions=moments)
    emit(call.tx, "invoice.marked_uncollectible", invoice)
    return invoice


def list_invoices(call: Call) -> Body:
    """List invoices by customer, status and creation."""
    shape = {**LIST_SHAPE, "customer": text(), "status": one_of("draft", "open", "paid", "uncollectible", "void")}
    params = read_params(call.tree, shape)
    conditions = [field_is(name, params[name]) for name in ("customer", "status") if name in params]
    return list_objects(call.tx, "invoice", "/v1/invoices", params, conditions)


def list_payments(call: Call) -> Body:
    """List what was paid on invoices, by invoice, status and payment intent."""
    by_intent: Shape = {"type": Required(one_of("payment_intent")), "payment_intent": Required(text())}
    shape: Shape = {**LIST_SHAPE, "invoice": text(), "status": text(), "payment": group(by_intent)}
    params = read_params(call.tree, shape)
    conditions = [field_is(name, params[name]) for name in ("invoice", "status") if name in params]
    if "payment" in params:
        conditions.append(field_is("payment.payment_intent", params["payment"]["payment_intent"]))
    return list_objects(call.tx, "invoice_payment", "/v1/invoice_payments", params, conditions)


def add_payment(tx: Transaction, invoice: Body, intent: Body) -> Body:
    """Note that a payment intent paid an invoice, and what that leaves of it."""
    fields = {
        "amount_paid": intent["amount"],
        "amount_requested": intent["amount"],
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "paid",
        "status_transitions": {"canceled_at": None, "paid_at": tx.now},
    }
    emit(tx, "invoice_payment.paid", tx.add(make_object("inpay", "invoice_payment", tx.now, fields)))
    return note_paid(tx, invoice, intent["amount"])


def note_paid(tx: Transaction, invoice: Body, amount: int, *, is_elsewhere: bool = False) -> Body:
    """Take an amount off what is left; with nothing left, or paid elsewhere, it is paid."""
    left = invoice["amount_remaining"] - amount
    changes: Body = {"amount_paid": invoice["amount_paid"] + amount, "amount_remaining": max(left, 0)}
    if is_elsewhere:
        changes["amount_paid_off_stripe"] = amount
    if left <= 0:
        moments = {**invoice["status_transitions"], "paid_at": tx.now}
        changes |= {"status": "paid", "attempted": True, "status_transitions": moments}
    invoice = tx.change(invoice["id"], **changes)
    emit(tx, "invoice.paid" if left <= 0 else "invoice.updated", invoice)
    return invoice


def _sums(invoice_id: str, lines: list[Body], paid: int) -> Body:
    total = sum(line["amount"] for line in lines)
    return {
        "amount_due": total,
        "amount_remaining": total - paid,
        "lines": list_object(f"/v1/invoices/{invoice_id}/lines", lines),
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "total": total,
        "total_excluding_tax": total,
    }


def _in_state(tx: Transaction, invoice_id: str, done: str, *states: str) -> Body:
    invoice = tx.get(invoice_id, "invoice").body
    if invoice["status"] not in states:
        raise ApiError(f"An invoice that is {invoice['status']} cannot be {done}.", begun=True)
    return invoice
