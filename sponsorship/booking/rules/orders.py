"""What an order and a booking may become, and how long a hold lasts."""

from datetime import datetime, timedelta
from enum import StrEnum

from sponsorship.core.errors import InvalidTransition

HOLD = timedelta(minutes=20)
EXTENSION = timedelta(minutes=10)
SESSION_GRACE = timedelta(minutes=15)
LONGEST_HOLD = timedelta(minutes=90)
PROPOSAL = timedelta(days=3)
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
    """A booking's way; the occupying states are what the database's partial unique index counts.

    *Moved* ends a claim: it held the dearer slot until the difference was paid, and its booking has moved in.
    """

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
        {BookingState.CONFIRMED, BookingState.LAPSED, BookingState.RELEASED, BookingState.CANCELLED, BookingState.MOVED}
    ),
    BookingState.CONFIRMED: frozenset({BookingState.RAN, BookingState.RELEASED, BookingState.CANCELLED}),
    BookingState.RAN: frozenset(),
    BookingState.LAPSED: frozenset(
        {BookingState.CONFIRMED, BookingState.MOVED}
    ),  # money that came late, slot still free
    BookingState.RELEASED: frozenset({BookingState.CONFIRMED, BookingState.MOVED}),
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


OPEN_ORDERS = (OrderState.DRAFT, OrderState.HELD, OrderState.IN_CHECKOUT, OrderState.AWAITING_FUNDS)

UNPAID_HOLDS = (OrderState.DRAFT, OrderState.HELD)  # a clock runs, and no payment page is open

ORDER_STEPS: dict[OrderState, frozenset[OrderState]] = {
    OrderState.DRAFT: frozenset({OrderState.HELD, OrderState.CONFIRMED, OrderState.LAPSED, OrderState.CANCELLED}),
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
