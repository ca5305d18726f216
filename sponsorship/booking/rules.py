"""What an order and a booking may become, how long a hold lasts, what an order costs, and the words for a slot's state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sponsorship.core.errors import InvalidTransition
from sponsorship.core.money import percent_of, smallest_step, split_amount

HOLD = timedelta(minutes=20)
EXTENSION = timedelta(minutes=10)
SESSION_GRACE = timedelta(minutes=15)
LONGEST_HOLD = timedelta(minutes=90)
PROPOSAL = timedelta(days=3)
MOST_OPEN_ORDERS = 3
MOST_SLOTS = 26
BUYER = "buyer"  # in the audit trail: whoever holds the order's link
CLOCK = "clock"  # in the audit trail: time that ran out


class BookingKind(StrEnum):
    """Why a slot is taken."""

    SALE = "sale"
    COURTESY = "courtesy"
    OFFER = "offer"
    BLOCK = "block"
    HOUSE = "house"
    ARCHIVE = "archive"


class BookingState(StrEnum):
    """A booking's way; the occupying states are what the database's partial unique index counts."""

    HELD = "held"
    CONFIRMED = "confirmed"
    RAN = "ran"
    LAPSED = "lapsed"
    RELEASED = "released"
    CANCELLED = "cancelled"
    MOVED = "moved"

    @property
    def label(self) -> str:
        """The word on screens."""
        return self.value.capitalize()


OCCUPYING = (BookingState.HELD, BookingState.CONFIRMED, BookingState.RAN)

BOOKING_STEPS: dict[BookingState, frozenset[BookingState]] = {
    BookingState.HELD: frozenset(
        {BookingState.CONFIRMED, BookingState.LAPSED, BookingState.RELEASED, BookingState.CANCELLED}
    ),
    BookingState.CONFIRMED: frozenset(
        {BookingState.RAN, BookingState.RELEASED, BookingState.CANCELLED, BookingState.MOVED}
    ),
    BookingState.RAN: frozenset(),
    BookingState.LAPSED: frozenset({BookingState.CONFIRMED}),  # money that came late, the slot still free
    BookingState.RELEASED: frozenset({BookingState.CONFIRMED}),
    BookingState.CANCELLED: frozenset(),
    BookingState.MOVED: frozenset(),
}


class OrderState(StrEnum):
    """An order's way; *lapsed* is time that ran out, never a payment refused."""

    DRAFT = "draft"
    HELD = "held"
    IN_CHECKOUT = "in_checkout"
    AWAITING_FUNDS = "awaiting_funds"
    CONFIRMED = "confirmed"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    LATE_PAYMENT = "late_payment"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    NEEDS_REVIEW = "needs_review"

    @property
    def label(self) -> str:
        """The words on screens."""
        return self.value.replace("_", " ").capitalize()


OPEN_ORDERS = (OrderState.HELD, OrderState.IN_CHECKOUT, OrderState.AWAITING_FUNDS)

ORDER_STEPS: dict[OrderState, frozenset[OrderState]] = {
    OrderState.DRAFT: frozenset({OrderState.HELD, OrderState.CONFIRMED, OrderState.CANCELLED}),
    OrderState.HELD: frozenset({OrderState.IN_CHECKOUT, OrderState.CONFIRMED, OrderState.LAPSED, OrderState.CANCELLED}),
    OrderState.IN_CHECKOUT: frozenset(
        {OrderState.HELD, OrderState.AWAITING_FUNDS, OrderState.CONFIRMED, OrderState.LAPSED, OrderState.CANCELLED,
         OrderState.NEEDS_REVIEW}
    ),
    OrderState.AWAITING_FUNDS: frozenset(
        {OrderState.CONFIRMED, OrderState.LAPSED, OrderState.CANCELLED, OrderState.NEEDS_REVIEW}
    ),
    OrderState.CONFIRMED: frozenset({OrderState.CANCELLED, OrderState.REFUNDING, OrderState.NEEDS_REVIEW}),
    OrderState.LAPSED: frozenset({OrderState.LATE_PAYMENT, OrderState.NEEDS_REVIEW}),
    OrderState.CANCELLED: frozenset({OrderState.LATE_PAYMENT, OrderState.NEEDS_REVIEW, OrderState.REFUNDING}),
    OrderState.LATE_PAYMENT: frozenset({OrderState.CONFIRMED, OrderState.REFUNDING, OrderState.NEEDS_REVIEW}),
    OrderState.REFUNDING: frozenset({OrderState.REFUNDED, OrderState.NEEDS_REVIEW}),
    OrderState.REFUNDED: frozenset(),
    OrderState.NEEDS_REVIEW: frozenset({OrderState.CONFIRMED, OrderState.REFUNDING, OrderState.CANCELLED}),
}  # fmt: skip


class PaymentMethod(StrEnum):
    """How an order is paid."""

    CARD = "card"
    INVOICE = "invoice"
    COMPED = "comped"

    @property
    def label(self) -> str:
        """The words on screens."""
        return self.value.capitalize()


class SlotState(StrEnum):
    """A slot as it is shown: worked out by a query, never stored. The value is also the style's key."""

    OPEN = "open"
    HELD = "held"
    OFFERED = "offered"
    UNPAID = "unpaid"
    AWAITING_FUNDS = "awaiting_funds"
    PAID = "paid"
    MISSING = "missing"
    CHANGES_ASKED = "changes_asked"
    REVIEW = "review"
    APPROVED = "approved"
    RAN = "ran"
    UNSOLD = "unsold"
    BLOCKED = "blocked"
    HOUSE = "house"

    @property
    def label(self) -> str:
        """The word that stands beside the icon."""
        return SLOT_WORDS[self][0]

    @property
    def icon(self) -> str:
        """The name of the icon (Tabler's)."""
        return SLOT_WORDS[self][1]


SLOT_WORDS: dict[SlotState, tuple[str, str]] = {
    SlotState.OPEN: ("Open", "circle-dashed"),
    SlotState.HELD: ("Held", "hourglass"),
    SlotState.OFFERED: ("Offered", "send"),
    SlotState.UNPAID: ("Unpaid", "receipt"),
    SlotState.AWAITING_FUNDS: ("Awaiting funds", "coin"),
    SlotState.PAID: ("Paid", "coin"),
    SlotState.MISSING: ("Copy missing", "pencil-exclamation"),
    SlotState.CHANGES_ASKED: ("Changes asked", "pencil"),
    SlotState.REVIEW: ("In review", "eye"),
    SlotState.APPROVED: ("Approved", "circle-check"),
    SlotState.RAN: ("Ran", "news"),
    SlotState.UNSOLD: ("Not sold", "circle-minus"),
    SlotState.BLOCKED: ("Blocked", "ban"),
    SlotState.HOUSE: ("House ad", "home"),
}


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of an order's sum: what it is for, and how much (negative: a discount)."""

    label: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What an order costs: list prices, discount lines, and each slot's net share, which sum to the total exactly."""

    currency: str
    list_minor: int
    discounts: tuple[PriceLine, ...]
    net_by_slot: tuple[int, ...]
    tax_minor: int = 0

    @property
    def net_minor(self) -> int:
        """Before tax."""
        return sum(self.net_by_slot)

    @property
    def total_minor(self) -> int:
        """What is to be paid."""
        return self.net_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class FrequencyDiscount:
    """From so many slots in one order, so many basis points off."""

    label: str
    threshold: int
    basis_points: int


def quote(currency: str, prices: Sequence[int], discounts: Sequence[FrequencyDiscount]) -> Quote:
    """Price an order of slots at list prices (minor units): the best frequency discount that its size has reached.

    The discount, and each slot's share of it, is a whole number of the least amounts that the currency can be charged in.
    """
    list_total, step = sum(prices), smallest_step(currency)
    reached = [rule for rule in discounts if len(prices) >= rule.threshold]
    best = max(reached, key=lambda rule: rule.basis_points, default=None)
    steps_off = percent_of(list_total // step, best.basis_points) if best else 0
    shares = [step * part for part in split_amount(steps_off, list(prices))] if steps_off else [0] * len(prices)
    off = step * steps_off
    lines = (PriceLine(best.label, -off),) if best and off else ()
    return Quote(currency, list_total, lines, tuple(price - share for price, share in zip(prices, shares, strict=True)))


def check_booking_step(before: BookingState, after: BookingState) -> None:
    """Raise InvalidTransition unless the table has this step."""
    if after not in BOOKING_STEPS[before]:
        raise InvalidTransition(f"A booking that is {before} cannot become {after}.")


def check_order_step(before: OrderState, after: OrderState) -> None:
    """Raise InvalidTransition unless the table has this step."""
    if after not in ORDER_STEPS[before]:
        raise InvalidTransition(f"An order that is {before.label.lower()} cannot become {after.label.lower()}.")


def hold_for_session(held_since: datetime, session_expires_at: datetime) -> datetime:
    """Return until when a hold lasts while a payment session is open: its end and a grace, at most 90 minutes in all."""
    return min(session_expires_at + SESSION_GRACE, held_since + LONGEST_HOLD)


def next_order_number(year: int, last: str | None) -> str:
    """Return the number after `last` ("IO-2026-0146") in a year, or the year's first; four digits, more when they run out."""
    return f"IO-{year}-{(int(last.rsplit('-', 1)[1]) if last else 0) + 1:04d}"
