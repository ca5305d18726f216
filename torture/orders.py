"""R16: all 5,040 orders of seven events about one payment lead to one final state.

The payment was made and partly refunded in the provider's dashboard; of the seven events one is stale (the session "expired"
before it was paid). Each order starts from the same database, hands the events to the inbox one by one, and settles after each.
The final state is everything that matters: order, slots, ledger, receipts, refunds, mails. `--plant first` has the product
believe what the stale event says, and must fail.
"""

import hashlib
import itertools
import json
import logging
import random
import secrets
import tempfile
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sponsorship.core import outbox
from sponsorship.core.db import db, transaction
from sponsorship.payments import flows
from sponsorship.payments.gateway import ProviderEvent, ProviderRefund, ProviderSession
from sponsorship.payments.services import drop_session, store_event
from sponsorship.payments.stripe_gateway import StripeGateway
from torture._money.checker import list_faults, read_rows
from torture._money.stage import Stage, running_provider
from torture._money.stories import Teller
from torture.harness.options import databases, parser_of
from torture.verdict import Verdict, tell

TOPICS = (
    "checkout.session.completed", "payment_intent.succeeded", "charge.succeeded", "charge.updated",
    "checkout.session.expired", "refund.created", "refund.updated",
)  # fmt: skip
FINAL = (
    "SELECT state FROM purchase_order ORDER BY id", "SELECT slot_id, state FROM booking ORDER BY id",
    "SELECT e.kind, l.account, SUM(l.amount_minor) FROM journal_entry e JOIN journal_line l ON l.entry_id = e.id"
    " GROUP BY e.kind, l.account ORDER BY e.kind, l.account",
    "SELECT amount_minor, fee_minor FROM receipt ORDER BY id", "SELECT amount_minor, state FROM refund ORDER BY id",
    "SELECT to_address, subject FROM mail ORDER BY to_address, subject", "SELECT state FROM payment_session ORDER BY id",
)  # fmt: skip


class RememberingGateway(StripeGateway):
    """Asks the provider each thing once: nothing changes there while the events are shuffled."""

    def __init__(self, settings: Any) -> None:
        """Nothing was asked yet."""
        super().__init__(settings)
        self._sessions_told: dict[str, ProviderSession] = {}
        self._refunds_told: dict[str, ProviderRefund] = {}

    def fetch_session(self, provider_id: str) -> ProviderSession:
        """As it was told first."""
        if provider_id not in self._sessions_told:
            self._sessions_told[provider_id] = super().fetch_session(provider_id)
        return self._sessions_told[provider_id]

    def find_session_of_payment(self, payment_id: str) -> ProviderSession | None:
        """As it was told first."""
        told = next((one for one in self._sessions_told.values() if one.payment_id == payment_id), None)
        return told or super().find_session_of_payment(payment_id)

    def fetch_refund(self, provider_id: str) -> ProviderRefund:
        """As it was told first."""
        if provider_id not in self._refunds_told:
            self._refunds_told[provider_id] = super().fetch_refund(provider_id)
        return self._refunds_told[provider_id]


def main(arguments: list[str]) -> int:
    """Try all orders, or a sample of them."""
    parser = parser_of("orders", (__doc__ or "").splitlines()[0], plants=("first",))
    parser.add_argument("--n", type=int, default=5040, help="how many of the 5,040 orders; fewer are drawn by lot")
    chosen = parser.parse_args(arguments)
    return tell(
        run_orders(database, n=chosen.n, seed=chosen.seed, plant=chosen.plant)
        for database in databases(chosen.database)
    )


def run_orders(database: str, *, n: int, seed: int, plant: str = "") -> Verdict:
    """Try `n` orders and count the final states."""
    orders = list(itertools.permutations(range(len(TOPICS))))
    if n < len(orders):
        orders = random.Random(seed).sample(orders, n)
    states, faults = Counter[str](), 0
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name, running_provider(Path(name)) as provider:
        stage, deployment = Stage(Path(name), database, provider, days=2), secrets.token_hex(8)
        with stage.app.app_context():
            teller = Teller.of(stage, deployment)
            teller.gateway = RememberingGateway(teller.settings)
            events = _tell_beginning(teller)
            db.session.remove()
            db.engine.dispose()
        stage.keep()
        for order in orders:
            stage.put_back()
            with stage.app.app_context():
                state = _settle(teller, [events[place] for place in order], plant)
                db.session.remove()
                db.engine.dispose()
            if state not in states:  # an equal state has equal faults
                faults += bool(list_faults(stage.url, provider.state, deployment))
            states[state] += 1
        stage.close()
    logging.disable(logging.NOTSET)
    figure = {"orders": len(orders), "final_states": len(states), "unbalanced": faults}
    return Verdict(
        promise="R16", name="orders", database=database, size=f"{len(orders)} orders of seven events", seed=seed,
        figure=figure, target={"final_states": 1, "unbalanced": 0}, passed=len(states) == 1 and not faults, plant=plant,
        notes=[f"{count} ended in {state}" for state, count in states.most_common(3)] if len(states) > 1 else [],
    )  # fmt: skip


def _tell_beginning(teller: Teller) -> list[ProviderEvent]:
    """A card payment of which nobody was told, and a part of it given back in the dashboard; returns the seven events."""
    session_id = teller.open(teller.hold())
    teller.pay(session_id)
    payment = teller.gateway.fetch_session(session_id).payment_id
    refund = teller.gateway._refunds.create({"payment_intent": str(payment), "amount": 500})
    objects: Mapping[str, str] = {
        "checkout": session_id,
        "refund": refund.id,
        "charge": "ch_1",
        "payment_intent": str(payment),
    }
    return [
        ProviderEvent(f"evt_{number}", topic, objects[topic.split(".")[0]], False)
        for number, topic in enumerate(TOPICS)
    ]


def _settle(teller: Teller, events: list[ProviderEvent], plant: str) -> str:
    """Hand the events over one by one, and return what everything came to, as one word."""
    for event in events:
        now = teller.now
        if plant and event.topic == "checkout.session.expired":
            _believe(event, now)
        with transaction() as session:
            store_event(session, event=event, payload="{}", now=now)
        flows.settle_inbox(gateway=teller.gateway, settings=teller.settings, now=now)
    while outbox.deliver_due(teller.now):
        pass
    teller.work()
    db.session.remove()
    rows = [list(map(list, read_rows(teller.stage.url, sql))) for sql in FINAL]
    return hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest()[:16]


def _believe(event: ProviderEvent, now: datetime) -> None:
    """The planted defect: the event is taken for the truth, and nobody asks the provider."""
    with transaction() as session:
        payment = flows.settle.find_payment_session(session, event.object_id or "")
        if payment is not None and payment.state.value == "open":
            drop_session(session, payment=payment, error="believed", now=now)
