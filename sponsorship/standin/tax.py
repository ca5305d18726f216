"""Stripe Tax as far as a sale of ours needs it: a rate by the buyer's country, none where a business abroad accounts for it."""

import json

from sponsorship.standin.buyers import EU
from sponsorship.standin.expand import line_items_of
from sponsorship.standin.store import Body, Transaction

SELLS_FROM = "GB"
# Basis points by country, for countries in which the stand-in's made-up seller is registered; nothing is due elsewhere.
RATES = {"GB": 2000, "DE": 1900, "FR": 2000, "NL": 2100, "IE": 2300, "ES": 2100, "IT": 2200, "SE": 2500, "NO": 2500}
ASKED: Body = {
    "enabled": True,
    "liability": {"type": "self"},
    "provider": "stripe",
    "status": "requires_location_inputs",
}


def settle_tax(tx: Transaction, session: Body, buyer: Body) -> Body:
    """Add the tax that this buyer bears to an open session for which it is to be worked out: half up, line by line."""
    if not session["automatic_tax"]["enabled"]:
        return session
    country = buyer["address"]["country"]
    is_reverse = bool(buyer["tax_ids"]) and country in EU and country != SELLS_FROM
    basis_points = 0 if is_reverse else RATES.get(country, 0)
    buyer["tax_exempt"] = "reverse" if is_reverse else "none"
    items = [_taxed(item, basis_points) for item in line_items_of(tx, session["id"])]
    hidden = tx.get(session["id"], "checkout.session").hidden | {"line_items": items}
    tx.execute("UPDATE object SET hidden = ? WHERE id = ?", (json.dumps(hidden), session["id"]))
    tax = sum(item["amount_tax"] for item in items)
    total = session["amount_subtotal"] + tax
    if session["payment_intent"]:
        tx.change(session["payment_intent"], amount=total)
    return tx.change(
        session["id"],
        amount_total=total,
        automatic_tax={**ASKED, "status": "complete"},
        customer_details=buyer,
        total_details={**session["total_details"], "amount_tax": tax},
    )


def _taxed(item: Body, basis_points: int) -> Body:
    tax = (item["amount_subtotal"] * basis_points + 5_000) // 10_000
    return {**item, "amount_tax": tax, "amount_total": item["amount_subtotal"] + tax}
