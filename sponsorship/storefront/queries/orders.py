"""What a sponsor sees of what was bought: each booking with its state, and what is due next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.assembly.queries import SlotView, list_views
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import list_bookings, own_move_deadline
from sponsorship.booking.rules import OCCUPYING, BookingState, OrderState, SlotState
from sponsorship.core.format import local, money
from sponsorship.inventory.rules import IssueState
from sponsorship.payments.models import Invoice
from sponsorship.payments.queries import find_invoice_of_order
from sponsorship.payments.rules import InvoiceState
from sponsorship.storefront.rules import OrderFacts

COPY_IS_IN = (SlotState.REVIEW, SlotState.APPROVED, SlotState.RAN)


@dataclass(frozen=True, slots=True)
class BookingRow:
    """One booking as its sponsor sees it; without a view where the slot is no longer theirs."""

    booking: Booking
    view: SlotView | None
    move_until: datetime | None = None
    can_move: bool = False

    @property
    def wants_copy(self) -> bool:
        """Whether copy is still to be written or changed, for an issue that comes out."""
        is_off = self.booking.slot.issue.state is IssueState.SKIPPED
        return self.has_copy_page and not is_off and self.view is not None and self.view.state not in COPY_IS_IN

    @property
    def has_copy_page(self) -> bool:
        """Whether there is copy to write or to read: the slot is bought and has not run."""
        return self.booking.order is not None and self.booking.state is BookingState.CONFIRMED

    @property
    def has_report(self) -> bool:
        """Whether the slot ran, so that there are numbers."""
        return self.booking.order is not None and self.booking.state is BookingState.RAN

    @property
    def copy_due_at(self) -> datetime:
        """The last moment for copy."""
        return self.booking.slot.deadlines.copy_due_at


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with its bookings in order of date, its invoice where there is one, and the facts of its headline."""

    order: Order
    rows: tuple[BookingRow, ...]
    invoice: Invoice | None
    facts: OrderFacts

    @property
    def next_copy(self) -> BookingRow | None:
        """The booking whose copy is wanted soonest."""
        return next_copy(self.rows)

    @property
    def is_booked(self) -> bool:
        """Whether the slots are the sponsor's for good."""
        return self.order.state is OrderState.CONFIRMED

    @property
    def is_to_pay(self) -> bool:
        """Whether the checkout is the next thing to do."""
        return self.order.state in (OrderState.HELD, OrderState.IN_CHECKOUT)

    @property
    def is_request(self) -> bool:
        """Whether it waits for the publisher's yes, or to be sent to him."""
        return self.order.state is OrderState.DRAFT

    @property
    def can_hold_again(self) -> bool:
        """Whether the order ended unpaid, so that its dates may be picked again."""
        return self.order.state in (OrderState.LAPSED, OrderState.CANCELLED) and self.order.confirmed_at is None


def view_order(session: Session, order: Order, now: datetime) -> OrderView:
    """Return an order as its page shows it."""
    rows = view_rows(session, list_bookings(session, order), now)
    invoice = find_invoice_of_order(session, order.id)
    wanted = next_copy(rows)
    owed = invoice.open_minor if invoice is not None else 0
    today = local(now, order.newsletter.timezone).date()
    facts = OrderFacts(
        state=order.state,
        slots=sum(row.booking.state in OCCUPYING for row in rows) or len(rows),
        zone=order.newsletter.timezone,
        held_until=order.held_until,
        is_requested=order.requested_at is not None,
        is_proposed=order.is_open_proposal,
        ran=sum(row.booking.state is BookingState.RAN for row in rows),
        copy_for=wanted.booking.slot.issue.publish_on if wanted else None,
        copy_due_at=wanted.copy_due_at if wanted else None,
        owed=money(owed, invoice.currency, cents=True) if invoice is not None and owed else "",
        is_overdue=bool(invoice and invoice.state is InvoiceState.OPEN and invoice.due_on < today),
    )
    return OrderView(order, rows, invoice, facts)


def next_copy(rows: Sequence[BookingRow]) -> BookingRow | None:
    """Return the row whose copy is wanted soonest, or None where all of it is in."""
    return min((row for row in rows if row.wants_copy), key=lambda row: row.copy_due_at, default=None)


def view_rows(session: Session, bookings: Sequence[Booking], now: datetime) -> tuple[BookingRow, ...]:
    """Return bookings as their sponsor sees them; the state of a slot that is somebody else's by now is not shown."""
    views = {view.slot.id: view for view in list_views(session, [booking.slot for booking in bookings], now)}
    rows = []
    for booking in bookings:
        view = views[booking.slot_id]
        is_sold = booking.order is not None and booking.state is BookingState.CONFIRMED
        until = own_move_deadline(session, booking) if is_sold else None
        rows.append(
            BookingRow(booking, view if view.booking is booking else None, until, until is not None and until > now)
        )
    return tuple(rows)
