"""Whether the books balance, read from the databases as they lie there: no line of the product runs here.

The product's database is read with the driver alone, the provider's state from its file. What is asked is what a publisher
would ask: is everybody who paid confirmed once, or paid back once; is nobody confirmed who did not pay; does the ledger add up.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

UNBALANCED = """
    SELECT e.key FROM journal_entry e LEFT JOIN journal_line l ON l.entry_id = e.id
    GROUP BY e.id, e.key HAVING COALESCE(SUM(l.amount_minor), 1) <> 0"""
TRIAL = """
    SELECT e.currency, SUM(l.amount_minor) FROM journal_line l JOIN journal_entry e ON e.id = l.entry_id
    GROUP BY e.currency, CASE WHEN l.account IN ('backlog', 'booked') THEN 1 ELSE 0 END HAVING SUM(l.amount_minor) <> 0"""
TWICE_TAKEN = """
    SELECT slot_id FROM booking WHERE state IN ('held', 'confirmed', 'ran') GROUP BY slot_id HAVING COUNT(*) > 1"""
ORDERS = "SELECT id, token, number, state, net_minor + tax_minor, payment_method FROM purchase_order"
RECEIPTS = "SELECT order_id, reference, amount_minor, source FROM receipt"
AT_STRIPE = """
    SELECT r.reference, SUM(l.amount_minor) FROM journal_line l JOIN receipt r ON r.id = l.receipt_id
    WHERE l.account = 'stripe' GROUP BY r.reference"""
OWED = """
    SELECT i.number FROM invoice i JOIN journal_entry e ON e.order_id = i.order_id
    JOIN journal_line l ON l.entry_id = e.id AND l.account = 'ar' WHERE i.state IN ('open', 'paid')
    GROUP BY i.id, i.number, i.net_minor, i.tax_minor, i.paid_minor
    HAVING SUM(l.amount_minor) <> i.net_minor + i.tax_minor - i.paid_minor OR SUM(l.amount_minor) < 0"""
CLOSED_HOLDING = """
    SELECT b.id FROM booking b JOIN purchase_order o ON o.id = b.order_id
    WHERE b.state IN ('held', 'confirmed') AND o.state IN ('lapsed', 'cancelled', 'refunded')"""
UNTOLD = "SELECT key FROM mail WHERE state IN ('queued', 'failed')"
STUCK = "SELECT id FROM outbox_delivery WHERE state <> 'done'"
CONFIRMATIONS = (
    "SELECT to_address, subject, COUNT(*) FROM mail WHERE subject LIKE 'Booked: %' GROUP BY 1, 2 HAVING COUNT(*) > 1"
)
UNFINISHED = ("in_checkout", "refunding")


def read_rows(database_url: str, sql: str) -> list[tuple[Any, ...]]:
    """Run one query on a fresh connection."""
    if database_url.startswith("sqlite:///"):
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=20)) as connection:
            return list(connection.execute(sql))
    with psycopg.connect(database_url.replace("postgresql+psycopg://", "postgresql://")) as connection:
        return list(connection.execute(sql.encode()).fetchall())


def provider_bodies(state: Path, kind: str) -> list[dict[str, Any]]:
    """The provider's objects of a kind."""
    with closing(sqlite3.connect(state, timeout=20)) as connection:
        return [json.loads(row[0]) for row in connection.execute("SELECT body FROM object WHERE kind = ?", (kind,))]


def list_faults(database_url: str, state: Path, deployment: str, *, is_settled: bool = True) -> list[str]:
    """Return what is wrong, a sentence each. `is_settled`: nothing may be under way any more."""
    faults = [f"entry {row[0]} does not balance" for row in read_rows(database_url, UNBALANCED)]
    faults += [f"the accounts in {row[0]} are off by {row[1]}" for row in read_rows(database_url, TRIAL)]
    faults += [f"slot {row[0]} is taken twice" for row in read_rows(database_url, TWICE_TAKEN)]
    faults += [f"invoice {row[0]} is not what the ledger says" for row in read_rows(database_url, OWED)]
    faults += [f"booking {row[0]} is held by a closed order" for row in read_rows(database_url, CLOSED_HOLDING)]
    faults += [f"{row[0]} was told {row[2]} times: {row[1]}" for row in read_rows(database_url, CONFIRMATIONS)]
    faults += _payment_faults(database_url, state, deployment)
    if is_settled:
        faults += [f"mail {row[0]} was not sent" for row in read_rows(database_url, UNTOLD)]
        faults += [f"delivery {row[0]} is not done" for row in read_rows(database_url, STUCK)]
        faults += [
            f"order {row[2]} is {row[3]} still" for row in read_rows(database_url, ORDERS) if row[3] in UNFINISHED
        ]
    return faults


def _payment_faults(database_url: str, state: Path, deployment: str) -> Iterator[str]:
    """Everybody who paid is confirmed once or paid back once, to the minor unit, and nobody else is."""
    orders = {row[1]: row for row in read_rows(database_url, ORDERS)}
    receipts = defaultdict(list)
    for order_id, reference, amount, source in read_rows(database_url, RECEIPTS):
        receipts[order_id].append((reference, amount, source))
    refunded: dict[str, int] = defaultdict(int)
    for refund in provider_bodies(state, "refund"):
        if refund["status"] not in ("failed", "canceled"):
            refunded[refund["payment_intent"]] += refund["amount"]
    paid: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for session in provider_bodies(state, "checkout.session"):
        if session["payment_status"] == "paid" and session["metadata"].get("deployment") == deployment:
            paid[session["client_reference_id"]].append(session)
    for token, sessions in paid.items():
        kept = [one for one in sessions if refunded[one["payment_intent"]] < one["amount_total"]]
        order = orders.get(token)
        name = order[2] if order else token
        if order is None or (kept and order[3] not in ("confirmed", "needs_review")):
            yield f"order {name} was paid and is {order[3] if order else 'unknown'}"
        if len(kept) > 1:
            yield f"order {name} was paid {len(kept)} times and nothing went back"
        if not kept and order is not None and order[3] == "confirmed":
            yield f"order {name} is confirmed and all its money went back"
        booked = {reference for reference, _, _ in receipts[order[0]]} if order else set()
        yield from (f"{one['id']} is in no book" for one in sessions if one["payment_intent"] not in booked)
    yield from (
        f"{payment} went back more than once" for payment, back in refunded.items() if back > _amount(state, payment)
    )
    for token, order in orders.items():
        if order[3] == "confirmed" and order[5] == "card" and token not in paid:
            yield f"order {order[2]} is confirmed and nobody paid"
    known = {one["payment_intent"] for ones in paid.values() for one in ones}
    invoiced = _invoice_payments(state, deployment)
    booked = [reference for ones in receipts.values() for reference, _, _ in ones]
    yield from (f"{one} is {booked.count(one)} times in the books" for one in invoiced if booked.count(one) != 1)
    numbers = Counter(one["number"] for one in _invoices(state, deployment))
    yield from (f"invoice {number} was issued {times} times" for number, times in numbers.items() if times > 1)
    yield from _balance_faults(database_url, state, known | invoiced)


def _invoices(state: Path, deployment: str) -> list[dict[str, Any]]:
    return [one for one in provider_bodies(state, "invoice") if one["metadata"].get("deployment") == deployment]


def _invoice_payments(state: Path, deployment: str) -> set[str]:
    """What was paid on invoices of ours on the provider's page."""
    ours = {one["id"] for one in _invoices(state, deployment)}
    return {
        one["payment"]["payment_intent"] for one in provider_bodies(state, "invoice_payment") if one["invoice"] in ours
    }


def _amount(state: Path, payment: str) -> int:
    return next((one["amount"] for one in provider_bodies(state, "payment_intent") if one["id"] == payment), 0)


def _balance_faults(database_url: str, state: Path, payments: set[str]) -> Iterator[str]:
    """Of each payment the ledger has at Stripe what Stripe's own balance transactions come to."""
    of_source = {
        body["id"]: body["payment_intent"]
        for kind in ("charge", "refund", "dispute")
        for body in provider_bodies(state, kind)
    }
    theirs: dict[str, int] = defaultdict(int)
    for movement in provider_bodies(state, "balance_transaction"):
        if of_source.get(movement["source"]) in payments:
            theirs[of_source[movement["source"]]] += movement["net"]
    ours = {row[0]: int(row[1]) for row in read_rows(database_url, AT_STRIPE)}
    for payment in payments:
        if ours.get(payment, 0) != theirs[payment]:
            yield f"of {payment} Stripe has {theirs[payment]}, the ledger {ours.get(payment, 0)}"
