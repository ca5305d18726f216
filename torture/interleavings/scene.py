"""Three who meet at one slot: a payer whose hold runs out, the clock, and a buyer who wants what is freed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from sqlalchemy import func, select

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import get_order
from sponsorship.booking.rules import OCCUPYING, OrderState, PaymentMethod
from sponsorship.booking.services import confirm_order, give_details, hold_slots
from sponsorship.booking.tasks import lapse_orders
from sponsorship.core.config import Settings
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.inventory.queries import get_newsletter
from sponsorship.payments import flows
from sponsorship.payments.models import PaymentSession, Refund
from sponsorship.payments.rules import SessionState
from tests.factories.booking import DETAILS
from torture.harness.market import Stall
from torture.interleavings.conductor import stop

CARD = {"email": "noor@tidewatch.example", "name": "Noor", "line1": "Kade 1", "city": "Amsterdam", "postal_code": "1011",
        "country": "NL"}  # fmt: skip
HOLD_OVER, SESSION_OVER, ALL_OVER = timedelta(minutes=21), timedelta(minutes=95), timedelta(hours=4)


@dataclass
class Scene:
    """One slot, and what the three know of each other: nothing but the database, the provider and the time."""

    stall: Stall
    gateway: Any
    settings: Settings
    now: datetime
    number: int
    token: str = ""
    is_paid: bool = False
    violations: list[str] = field(default_factory=list)

    def set(self) -> None:
        """The payer holds the slot and has said who he is."""
        with transaction() as session:
            newsletter = get_newsletter(session, self.stall.slug)
            order = hold_slots(session, newsletter=newsletter, slot_ids=[self.stall.slot_id], now=self.now)
            details = DETAILS | {"company": f"Payer {self.number}", "contact_email": f"noor@payer{self.number}.example"}
            self.token = give_details(session, order=order, now=self.now, **details).token

    def pay(self) -> None:
        """Open the payment page, pay there, and come back."""
        url = flows.open_checkout(order_token=self.token, gateway=self.gateway, settings=self.settings, now=self.now)
        if url is None:
            return
        stop()
        answer = requests.post(url, data={"act": "pay", **CARD}, allow_redirects=False, timeout=30)
        self.is_paid = answer.status_code == 303 and "/return" in answer.headers["Location"]
        flows.settle_order(order_token=self.token, gateway=self.gateway, now=self.now)

    def tick(self) -> None:
        """Time passes: the hold ends, then the payment page; the worker comes by after each."""
        began = self.now
        for length in (HOLD_OVER, SESSION_OVER):
            stop()
            self.now = began + length
            lapse_orders(self.now)
            flows.reconcile(gateway=self.gateway, settings=self.settings, now=self.now)

    def buy(self) -> None:
        """Try to get the slot, three times, and pay at once."""
        for _ in range(3):
            try:
                with transaction() as session:
                    newsletter = get_newsletter(session, self.stall.slug)
                    order = hold_slots(session, newsletter=newsletter, slot_ids=[self.stall.slot_id], now=self.now)
                    token = order.token
            except DomainError:
                continue
            with transaction() as session:
                confirm_order(session, order=get_order(session, token), method=PaymentMethod.INVOICE, now=self.now)
            return

    def look(self) -> None:
        """After each step: one occupant at most, and nobody can pay for a slot that another has."""
        session = db.session()
        session.rollback()
        occupants = select(func.count(Booking.id)).where(
            Booking.slot_id == self.stall.slot_id, Booking.state.in_(OCCUPYING)
        )
        if (session.scalar(occupants) or 0) > 1:
            self._violated("double award")
        occupied = select(Booking.id).where(Booking.order_id == Order.id, Booking.state.in_(OCCUPYING)).exists()
        payable = (
            select(func.count(PaymentSession.id))
            .join(Order, PaymentSession.order_id == Order.id)
            .where(Order.token == self.token, PaymentSession.state == SessionState.OPEN, ~occupied)
        )
        if not self.is_paid and session.scalar(payable):
            self._violated("a page can be paid whose slot is not held")
        session.rollback()

    def end(self) -> None:
        """Let everything come to rest, then ask who has the slot and where the money is."""
        self.now += ALL_OVER
        lapse_orders(self.now)
        flows.reconcile(gateway=self.gateway, settings=self.settings, now=self.now, deep=False)
        self.look()
        session = db.session()
        order = get_order(session, self.token)
        query = select(Booking).where(Booking.slot_id == self.stall.slot_id, Booking.state.in_(OCCUPYING))
        occupants = list(session.scalars(query))
        is_confirmed = order.state is OrderState.CONFIRMED and any(b.order_id == order.id for b in occupants)
        refunds = session.scalar(select(func.count(Refund.id)).where(Refund.order_id == order.id)) or 0
        if self.is_paid and is_confirmed == bool(refunds):
            self._violated("paid, and not exactly one of a booking and a refund")
        if not self.is_paid and is_confirmed:
            self._violated("confirmed without money")
        if self.is_paid and not occupants:
            self._violated("lost unit: paid for, and the slot stands empty")
        if any(b.order is not None and b.order.state is not OrderState.CONFIRMED for b in occupants):
            self._violated("lost unit: held for an order that is over")
        session.rollback()
        if not occupants:
            self._check_sellable()

    def _check_sellable(self) -> None:
        try:
            with transaction() as session:
                newsletter = get_newsletter(session, self.stall.slug)
                hold_slots(session, newsletter=newsletter, slot_ids=[self.stall.slot_id], now=self.now)
        except DomainError as refusal:
            self._violated(f"lost unit: free, and cannot be bought: {refusal.message}")

    def _violated(self, what: str) -> None:
        if what not in self.violations:
            self.violations.append(what)
