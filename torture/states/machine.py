"""The histories: each rule does one act with the services and with the model, and then both must agree on everything."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.booking import services
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import list_lapsable_bookings, list_lapsable_orders
from sponsorship.booking.rules import OCCUPYING, PaymentMethod
from sponsorship.booking.services.limits import Buyer
from sponsorship.core.db import Base, db
from sponsorship.core.errors import DomainError
from sponsorship.inventory.models import Issue, Newsletter, Slot
from sponsorship.inventory.services import mark_issue_sent
from torture.states.model import GRACE, OPEN, PAGE, Model, Reasons
from torture.states.world import BEGIN, World

ACTOR = "imogen@states.example"
ADDRESS: dict[str, Any] = {
    "website": "",
    "street": "",
    "city": "",
    "country": "",
    "vat_number": "",
    "purchase_order_number": "",
}
NUMBER = st.integers(0, 5)
PLACE = st.integers(0, 8)
MINUTES = st.sampled_from((1, 9, 19, 20, 21, 46, 90, 60 * 26))
BOOKING, ORDER = Base.metadata.tables["booking"], Base.metadata.tables["purchase_order"]
OF_BOOKING = (BOOKING.c.slot_id, BOOKING.c.kind, BOOKING.c.state, BOOKING.c.order_id, BOOKING.c.held_until)
BOOKINGS = select(*OF_BOOKING).where(BOOKING.c.order_id.is_not(None) | BOOKING.c.state.in_(OCCUPYING))
ORDERS = select(ORDER.c.id, ORDER.c.state, ORDER.c.held_until).order_by(ORDER.c.id)
NOTES = select(func.max(AuditEntry.id))


@dataclass
class Census:
    """What all histories of a run came to."""

    histories: int = 0
    steps: int = 0
    refusals: int = 0
    done: Counter[str] = field(default_factory=Counter)


class BookingMachine(RuleBasedStateMachine):
    """One history, in one transaction that is undone at its end; each step in a savepoint, undone where it is refused."""

    def __init__(self, world: World, census: Census) -> None:
        super().__init__()
        self.world, self.census = world, census
        self.slots = [fact.slot_id for fact in world.slots]
        self.issues = sorted({fact.issue_id for fact in world.slots})
        self.model = Model({fact.slot_id: fact for fact in world.slots}, BEGIN)
        self.order_ids: list[int] = []
        self.notes = 0
        self.session: Session = db.session()
        self.session.rollback()
        self.session.connection(execution_options={"is_write": True})
        census.histories += 1

    def teardown(self) -> None:
        """Undo the history."""
        self.session.rollback()

    @rule(places=st.lists(PLACE, min_size=1, max_size=3, unique=True), holder=st.sampled_from(("a", "b", None)))
    def hold(self, places: list[int], holder: str | None) -> None:
        """Hold slots as a buyer does."""
        slots = [self.slots[place] for place in places]
        newsletter = self.session.get_one(Newsletter, self.world.newsletter_id)

        def act() -> None:
            order = services.hold_slots(
                self.session, newsletter=newsletter, slot_ids=slots, buyer=Buyer(holder), now=self.model.now
            )
            self.order_ids.append(order.id)

        self._do("hold", self.model.hold(slots, holder), act)

    @precondition(lambda self: self.order_ids)
    @rule(number=NUMBER, company=st.sampled_from(("Tidewatch", "Cinderbox")))
    def give_details(self, number: int, company: str) -> None:
        """Say who buys."""
        number, order = self._pick(number)
        address = f"ads@{company.lower()}.example"
        self._do("give_details", self.model.give_details(number, company), lambda: services.give_details(
            self.session, order=order, company=company, contact_name="Noor", contact_email=address, now=self.model.now,
            **ADDRESS,
        ))  # fmt: skip

    @precondition(lambda self: self.order_ids)
    @rule(number=NUMBER, act=st.sampled_from(("extend_hold", "enter_checkout", "leave_checkout", "await_funds")))
    def check_out(self, number: int, act: str) -> None:
        """Ask for ten more minutes, open a payment page, come back from it, pay in a way that takes days."""
        number, order = self._pick(number)
        more = {"held_until": self.model.now + PAGE + GRACE} if act == "enter_checkout" else {}
        service, model = getattr(services, act), getattr(self.model, act)
        self._do(act, model(number), lambda: service(self.session, order=order, now=self.model.now, **more))

    @precondition(lambda self: self.order_ids)
    @rule(number=NUMBER)
    def confirm(self, number: int) -> None:
        """Pay, in time or late."""
        number, order = self._pick(number)
        self._do("confirm", self.model.confirm(number), lambda: services.confirm_order(
            self.session, order=order, method=PaymentMethod.CARD, now=self.model.now
        ))  # fmt: skip

    @precondition(lambda self: self.order_ids)
    @rule(number=NUMBER, act=st.sampled_from(("lapse_order", "cancel_order", "release_order")))
    def end(self, number: int, act: str) -> None:
        """Hear that nothing will be paid, or give an order up: as its buyer may, or as the publisher may."""
        number, order = self._pick(number)
        more = {} if act == "lapse_order" else {"reason": "Changed our mind", "actor": ACTOR}
        service, model = getattr(services, act), getattr(self.model, act)
        self._do(act, model(number), lambda: service(self.session, order=order, now=self.model.now, **more))

    @rule(place=PLACE, kind=st.sampled_from(("block", "house", "courtesy")), minutes=MINUTES)
    def take(self, place: int, kind: str, minutes: int) -> None:
        """Block a slot, fill it with a house ad, or keep it for somebody until a moment."""
        slot, now = self._slot(place), self.model.now
        until = now + timedelta(minutes=minutes) if kind == "courtesy" else None
        acts: dict[str, Callable[[], object]] = {
            "block": lambda: services.block_slot(self.session, slot=slot, reason="Ours", actor=ACTOR, now=now),
            "house": lambda: services.book_house(self.session, slot=slot, actor=ACTOR, now=now),
            "courtesy": lambda: services.hold_courtesy(
                self.session, slot=slot, sponsor=None, until=until or now, actor=ACTOR, now=now
            ),
        }
        self._do(kind, self.model.take(slot.id, kind, "held" if until else "confirmed", until), acts[kind])

    @precondition(lambda self: self.model.claims)
    @rule(place=PLACE, is_unblocked=st.booleans())
    def release_slot(self, place: int, is_unblocked: bool) -> None:
        """Free whatever takes a slot, as far as the publisher may; or unblock it, if that is what it is."""
        taken = sorted(self.model.claims)
        slot_id, now = taken[place % len(taken)], self.model.now
        if is_unblocked:
            slot = self.session.get_one(Slot, slot_id)
            self._do("unblock", self.model.unblock(slot_id), lambda: services.unblock_slot(
                self.session, slot=slot, actor=ACTOR, now=now
            ))  # fmt: skip
            return
        query = select(Booking).where(Booking.slot_id == slot_id, Booking.state.in_(OCCUPYING))
        booking = self.session.scalars(query).one()
        self._do("release_slot", self.model.release_slot(slot_id), lambda: services.release_booking(
            self.session, booking=booking, actor=ACTOR, now=now
        ))  # fmt: skip

    @precondition(lambda self: self.model.claims)
    @rule(place=PLACE, to=PLACE)
    def move(self, place: int, to: int) -> None:
        """Move whatever takes a slot to another one."""
        taken, slot, now = sorted(self.model.claims), self._slot(to), self.model.now
        slot_id = taken[place % len(taken)]
        query = select(Booking).where(Booking.slot_id == slot_id, Booking.state.in_(OCCUPYING))
        booking = self.session.scalars(query).one()
        self._do("move", self.model.move(slot_id, slot.id), lambda: services.move_booking(
            self.session, booking=booking, slot=slot, actor=ACTOR, now=now
        ))  # fmt: skip

    @rule(issue=st.integers(0, 19))
    def send_issue(self, issue: int) -> None:
        """Send one of the issues; one try in seven, for little happens in it afterwards."""
        if issue >= len(self.issues):
            return
        row = self.session.get_one(Issue, self.issues[issue])

        def act() -> None:
            mark_issue_sent(self.session, issue=row, now=self.model.now)
            services.run_bookings(self.session, issue=row, now=self.model.now)

        self._do("send_issue", self.model.send_issue(row.id), act, leaves_note=False)

    @rule(minutes=MINUTES, swept=st.booleans())
    def wait(self, minutes: int, swept: bool) -> None:
        """Let time pass; the worker comes by, or is late."""
        self.model.now += timedelta(minutes=minutes)
        if swept:
            self._sweep()

    @invariant()
    def both_agree(self) -> None:
        """Each slot has the occupant that the model says, each order and each of its bookings its state, and nothing else is."""
        self.census.steps += 1
        connection, model, ids = self.session.connection(), self.model, self.order_ids
        found = sorted((tuple(row) for row in connection.execute(BOOKINGS)), key=str)
        numbered = list(zip(ids, model.orders, strict=True))
        claims = [(s, c.kind, c.state, None, c.until) for s, c in model.claims.items() if c.order is None]
        sold = [
            (slot, "sale", state, order_id, order.until if state == "held" else None)
            for order_id, order in numbered
            for slot, state in order.slots.items()
        ]
        told = sorted([*claims, *sold], key=str)
        assert found == told, f"bookings: {found}, the model says {told}"
        orders = [tuple(row) for row in connection.execute(ORDERS)]
        expected = [(order_id, order.state, order.until) for order_id, order in numbered]
        assert orders == expected, f"orders: {orders}, the model says {expected}"

    def _do(self, name: str, reasons: Reasons, act: Callable[[], object], *, leaves_note: bool = True) -> None:
        """Do an act: it must be refused for one of the reasons, or, where there is none, happen and leave a note."""
        refusal = None
        try:
            with self.session.begin_nested():
                act()
        except DomainError as error:
            refusal = type(error).__name__
        said = refusal or "done"
        assert (refusal in reasons) if reasons else refusal is None, f"{name}: {said}, the model says {set(reasons)}"
        self.census.done[name] += refusal is None
        self.census.refusals += refusal is not None
        if refusal is None and leaves_note and name != "confirm":
            notes = self.session.connection().scalar(NOTES) or 0
            assert notes > self.notes, f"{name} left no note of who did what"
            self.notes = notes

    def _pick(self, number: int) -> tuple[int, Order]:
        """One of the latest orders, open ones before closed ones: to most of the old nothing happens any more."""
        closed = [n for n, order in enumerate(self.model.orders) if order.state not in OPEN]
        alive = [n for n in range(len(self.order_ids)) if n not in closed]
        candidates = [*alive[-3:], *closed[-2:]]
        chosen = candidates[number % len(candidates)]
        return chosen, self.session.get_one(Order, self.order_ids[chosen])

    def _slot(self, place: int) -> Slot:
        return self.session.get_one(Slot, self.slots[place])

    def _sweep(self) -> None:
        """Let what is past its time lapse, as the worker does."""
        now, lapsed = self.model.now, 0
        for order_id in list_lapsable_orders(self.session, now):
            order = self.session.get_one(Order, order_id)
            lapsed += services.lapse_order_when_due(self.session, order=order, now=now)
        for booking_id in list_lapsable_bookings(self.session, now):
            booking = self.session.get_one(Booking, booking_id)
            lapsed += services.lapse_booking_when_due(self.session, booking=booking, now=now)
        self.session.flush()
        expected = self.model.sweep()
        assert lapsed == expected, f"sweep: {lapsed} lapsed, the model says {expected}"
        self.census.done["sweep"] += 1
