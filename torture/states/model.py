"""What booking should do, said again from scratch: plain dictionaries, words for states, no line of the product.

Each act returns why it must be refused, as the names of errors any of which is right; where it returns none, it has happened.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOLD, EXTENSION = timedelta(minutes=20), timedelta(minutes=10)
PAGE, GRACE, LONGEST = timedelta(minutes=31), timedelta(minutes=15), timedelta(minutes=90)
MOST_OPEN = 3
MOST_ENDED, DAY = 12, timedelta(hours=24)  # orders that ended unpaid, of one holder or sponsor
OPEN = ("held", "in_checkout", "awaiting_funds")
OCCUPYING = ("held", "confirmed", "ran")
Reasons = frozenset[str]
FINE: Reasons = frozenset()
MOVED_ON: Reasons = frozenset({"InvalidTransition"})


@dataclass(frozen=True, slots=True)
class SlotFact:
    """A slot, its issue, when that goes out and until when the slot is sold."""

    slot_id: int
    issue_id: int
    publish_at: datetime
    sold_until: datetime


@dataclass
class Claim:
    """Why a slot is taken; `order` is the order's place in the list of orders, None for the publisher's own."""

    kind: str
    state: str
    order: int | None
    until: datetime | None = None


@dataclass
class Purchase:
    """An order: its state, and the state of its booking of each slot."""

    state: str
    slots: dict[int, str]
    created: datetime
    until: datetime | None
    holder: str | None
    sponsor: str | None = None
    is_extended: bool = False
    ended: datetime | None = None  # when it was closed, unless it was ever paid
    was_paid: bool = False


@dataclass
class Model:
    """Who has what, at one moment."""

    facts: dict[int, SlotFact]
    now: datetime
    claims: dict[int, Claim] = field(default_factory=dict)
    orders: list[Purchase] = field(default_factory=list)
    gone_issues: set[int] = field(default_factory=set)  # went out

    def hold(self, slots: list[int], holder: str | None) -> Reasons:
        """A buyer takes slots from the rate card, all or none."""
        reasons: set[str] = set()
        facts = [self.facts[slot] for slot in slots]
        if any(self._is_out(fact) or fact.sold_until <= self.now for fact in facts):
            reasons.add("NotForSale")
        if any(slot in self.claims for slot in slots):
            reasons.add("SlotTaken")
        if holder is not None and self._holds_too_much(lambda order: order.holder == holder):
            reasons.add("HoldsTooMuch")
        if not reasons:
            until = self.now + HOLD
            self.orders.append(Purchase("held", dict.fromkeys(slots, "held"), self.now, until, holder))
            for slot in slots:
                self.claims[slot] = Claim("sale", "held", len(self.orders) - 1, until)
        return frozenset(reasons)

    def give_details(self, number: int, sponsor: str) -> Reasons:
        """The buyer says who it is."""
        order = self.orders[number]
        if self._is_over(order):
            return frozenset({"HoldExpired"})
        if self._holds_too_much(lambda other: other.sponsor == sponsor and other is not order):
            return frozenset({"HoldsTooMuch"})
        order.sponsor = sponsor
        return FINE

    def extend_hold(self, number: int) -> Reasons:
        """Ten more minutes, once."""
        order = self.orders[number]
        if self._is_over(order):
            return frozenset({"HoldExpired"})
        if order.state != "held":
            return MOVED_ON
        if order.is_extended:
            return frozenset({"HoldExtended"})
        order.is_extended = True
        assert order.until is not None
        self._set_until(number, order.until + EXTENSION)
        return FINE

    def enter_checkout(self, number: int) -> Reasons:
        """A payment page is opened that lives 31 minutes."""
        order = self.orders[number]
        if self._is_over(order):
            return frozenset({"HoldExpired"})
        if order.state not in ("held", "in_checkout"):
            return MOVED_ON
        order.state = "in_checkout"
        wanted = min(self.now + PAGE + GRACE, order.created + LONGEST)
        self._set_until(number, max(order.until or self.now, wanted))
        return FINE

    def leave_checkout(self, number: int) -> Reasons:
        """The page closed, nothing was paid."""
        return self._step(number, ("in_checkout",), "held")

    def await_funds(self, number: int) -> Reasons:
        """A payment that takes days is on its way."""
        reasons = self._step(number, ("in_checkout",), "awaiting_funds")
        if not reasons:
            self._set_until(number, None)
        return reasons

    def confirm(self, number: int) -> Reasons:
        """Money came: in time, or late, when it needs the slots free again."""
        order, reasons = self.orders[number], set()
        if order.state == "confirmed":
            return FINE
        if order.state not in (*OPEN, "lapsed", "cancelled"):
            return MOVED_ON
        again = [slot for slot, state in order.slots.items() if state not in OCCUPYING]
        if any(order.slots[slot] == "cancelled" for slot in again):
            reasons.add("InvalidTransition")
        if any(slot in self.claims or self.facts[slot].issue_id in self.gone_issues for slot in again):
            reasons.add("SlotTaken")
        if not reasons:
            order.state, order.until, order.was_paid = "confirmed", None, True
            for slot, state in order.slots.items():
                if state != "ran":
                    self._claim(number, slot, "confirmed")
        return frozenset(reasons)

    def lapse_order(self, number: int) -> Reasons:
        """The provider says that the page was never paid."""
        if self.orders[number].state not in OPEN:
            return MOVED_ON
        self._close(number, "lapsed", "lapsed")
        return FINE

    def sweep(self) -> int:
        """Everything held, without a payment page, past its time lapses; returns how many did."""
        due = [n for n, o in enumerate(self.orders) if o.state == "held" and o.until and o.until <= self.now]
        for number in due:
            self._close(number, "lapsed", "lapsed")
        promises = [s for s, c in self.claims.items() if c.order is None and c.state == "held"]
        late = [s for s in promises if (until := self.claims[s].until) is not None and until <= self.now]
        for slot in late:
            del self.claims[slot]
        return len(due) + len(late)

    def cancel_order(self, number: int) -> Reasons:
        """The order is given up or taken back."""
        order = self.orders[number]
        if "ran" in order.slots.values() or order.state not in (*OPEN, "confirmed"):
            return MOVED_ON
        self._close(number, "cancelled", "released")
        return FINE

    def release_order(self, number: int) -> Reasons:
        """The buyer lets a hold go."""
        return self.cancel_order(number) if self.orders[number].state == "held" else frozenset({"NotYoursToRelease"})

    def take(self, slot: int, kind: str, state: str, until: datetime | None = None) -> Reasons:
        """The publisher takes a slot: blocks it, fills it, promises it until a moment."""
        fact, reasons = self.facts[slot], set()
        if until is not None and not self.now < until <= fact.publish_at:
            reasons.add("DomainError")
        if self._is_out(fact):
            reasons.add("NotForSale")
        if slot in self.claims:
            reasons.add("SlotTaken")
        if not reasons:
            self.claims[slot] = Claim(kind, state, None, until)
        return frozenset(reasons)

    def unblock(self, slot: int) -> Reasons:
        """The publisher puts a blocked slot back on sale."""
        claim = self.claims.get(slot)
        if claim is None or claim.kind != "block":
            return MOVED_ON
        del self.claims[slot]
        return FINE

    def release_slot(self, slot: int) -> Reasons:
        """The publisher frees whatever takes a slot."""
        claim = self.claims[slot]
        if claim.order is not None:
            return self.release_order(claim.order)
        if claim.state == "ran":
            return MOVED_ON
        del self.claims[slot]
        return FINE

    def move(self, slot: int, target: int) -> Reasons:
        """The publisher moves what takes a slot to another; all slots cost the same here."""
        claim, reasons = self.claims[slot], set()
        is_sold = claim.state == "confirmed" and claim.kind != "block"
        is_promise = claim.state == "held" and claim.order is None
        if slot == target or not (is_sold or is_promise):
            reasons.add("CannotMove")
        if self._is_out(self.facts[slot]) or self._is_out(self.facts[target]):
            reasons.add("NotForSale")
        if target in self.claims:
            reasons.add("SlotTaken")
        if not reasons:
            self.claims[target] = self.claims.pop(slot)
            if claim.order is not None:
                slots = self.orders[claim.order].slots
                slots[target] = slots.pop(slot)
        return frozenset(reasons)

    def send_issue(self, issue: int) -> Reasons:
        """An issue goes out: what is confirmed in it ran, but for blocks."""
        if issue in self.gone_issues:
            return MOVED_ON
        self.gone_issues.add(issue)
        for slot, claim in self.claims.items():
            if self.facts[slot].issue_id == issue and claim.state == "confirmed" and claim.kind != "block":
                claim.state = "ran"
                if claim.order is not None:
                    self.orders[claim.order].slots[slot] = "ran"
        return FINE

    def _step(self, number: int, before: tuple[str, ...], after: str) -> Reasons:
        if self.orders[number].state not in before:
            return MOVED_ON
        self.orders[number].state = after
        return FINE

    def _claim(self, number: int, slot: int, state: str) -> None:
        self.orders[number].slots[slot] = state
        self.claims[slot] = Claim("sale", state, number)

    def _close(self, number: int, state: str, released: str) -> None:
        order = self.orders[number]
        order.state, order.until, order.ended = state, None, self.now
        for slot, was in order.slots.items():
            if was in OCCUPYING:
                order.slots[slot] = "cancelled" if was == "confirmed" else released
                del self.claims[slot]

    def _set_until(self, number: int, until: datetime | None) -> None:
        order = self.orders[number]
        order.until = until
        for slot in order.slots:
            self.claims[slot].until = until

    def _is_over(self, order: Purchase) -> bool:
        return order.state == "lapsed" or (
            order.state == "held" and order.until is not None and order.until <= self.now
        )

    def _is_out(self, fact: SlotFact) -> bool:
        return fact.issue_id in self.gone_issues or fact.publish_at <= self.now

    def _holds_too_much(self, belongs: Callable[[Purchase], bool]) -> bool:
        over = [order for order in self.orders if order.ended and not order.was_paid and order.ended > self.now - DAY]
        return self._open(belongs) >= MOST_OPEN or sum(map(belongs, over)) >= MOST_ENDED

    def _open(self, belongs: Callable[[Purchase], bool]) -> int:
        return sum(belongs(order) and order.state in OPEN and not self._is_over(order) for order in self.orders)
