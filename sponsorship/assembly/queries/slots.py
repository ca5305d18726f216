"""Slots as they are shown: occupancy, money, copy and clicks brought together in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from sponsorship.assembly.rules import slots as rules
from sponsorship.assembly.rules.preflight import Act
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import occupants_of
from sponsorship.booking.rules import BookingKind, BookingState, SlotState
from sponsorship.creative.models import Creative
from sponsorship.inventory.models import Issue, Newsletter, Placement, Slot
from sponsorship.inventory.queries import list_issues, list_slots
from sponsorship.payments.models import Invoice
from sponsorship.payments.queries import BookingMoney, money_by_booking
from sponsorship.payments.queries.reversals import list_held_back
from sponsorship.tracking.queries import clicks_by_booking


@dataclass(frozen=True, slots=True)
class SlotView:
    """One slot as it is shown, with everything that stands behind it.

    `is_unpaid_besides` is the second mark: money is open on a slot that shows a later state. `is_held_back` says that its
    payment is disputed, and that it must not run until that is decided. `price_minor` is the list price
    (as booked for a sale, 0 for what came from the archive); `clicks` are people's, None where no link was tracked.
    """

    slot: Slot
    issue: Issue
    placement: Placement
    booking: Booking | None
    order: Order | None
    creative: Creative | None
    invoice: Invoice | None
    money: BookingMoney | None
    sponsor_name: str
    state: SlotState
    is_unpaid_besides: bool
    is_held_back: bool
    is_due_today: bool
    is_late: bool
    note: str
    price_minor: int
    clicks: int | None

    @property
    def is_sold(self) -> bool:
        """Whether a sponsor has the slot for good, paid or not; holds, blocks and house ads are not sold."""
        return self.state in rules.SOLD_STATES and not self.is_held

    @property
    def is_held(self) -> bool:
        """Whether somebody has the slot for a time only."""
        return self.booking is not None and self.booking.state is BookingState.HELD

    @property
    def docket(self) -> Act:
        """Where the publisher sells the slot, or fills it."""
        values: dict[str, str | int] = {"slug": self.issue.newsletter.slug, "slot": self.slot.id}
        return Act("Open its docket", "desk.show_calendar", values)

    @property
    def copy_page(self) -> Act | None:
        """The page on which the sponsor writes, None for a slot without an order."""
        if self.order is None or self.booking is None:
            return None
        values: dict[str, str | int] = {"token": self.order.token, "booking_id": self.booking.id}
        return Act("Open the copy page", "creative.write_copy", values)


def list_slot_views(session: Session, newsletter: Newsletter, first: date, last: date, now: datetime) -> list[SlotView]:
    """Return the slots of the issues from `first` to `last`, both included, by date, position and ordinal."""
    issues = list_issues(session, newsletter.id, first, last)
    return list_views(session, list_slots(session, [issue.id for issue in issues]), now)


def list_issue_views(session: Session, issue: Issue, now: datetime) -> list[SlotView]:
    """Return the slots of one issue, by position and ordinal."""
    return list_views(session, list_slots(session, [issue.id]), now)


def get_slot_view(session: Session, slot: Slot, now: datetime) -> SlotView:
    """Return one slot as it is shown."""
    return list_views(session, [slot], now)[0]


def list_views(session: Session, slots: list[Slot], now: datetime) -> list[SlotView]:
    """Return these slots as they are shown, in the order given."""
    bookings = occupants_of(session, [slot.id for slot in slots])
    booking_ids = [booking.id for booking in bookings.values()]
    order_ids = [booking.order_id for booking in bookings.values() if booking.order_id]
    creatives = _creatives(session, booking_ids)
    invoices = _invoices(session, order_ids)
    disputed = list_held_back(session, order_ids)
    money = money_by_booking(session, booking_ids)
    clicks = clicks_by_booking(session, booking_ids)
    views = []
    for slot in slots:
        booking = bookings.get(slot.id)
        booking_id = booking.id if booking else 0
        invoice = invoices.get(booking.order_id or 0) if booking else None
        count = clicks.get(booking_id)
        views.append(
            _view(
                slot,
                booking,
                creatives.get(booking_id),
                invoice,
                money.get(booking_id),
                count.human if count else None,
                booking is not None and booking.order_id in disputed,
                now,
            )
        )
    return views


def _view(
    slot: Slot,
    booking: Booking | None,
    creative: Creative | None,
    invoice: Invoice | None,
    money: BookingMoney | None,
    clicks: int | None,
    is_disputed: bool,
    now: datetime,
) -> SlotView:
    facts = _facts(slot, booking, creative, invoice, money, clicks, is_disputed)
    state = rules.slot_state(facts, now)
    order = booking.order if booking else None
    return SlotView(
        slot=slot,
        issue=slot.issue,
        placement=slot.placement,
        booking=booking,
        order=order,
        creative=creative,
        invoice=invoice,
        money=money,
        sponsor_name=_sponsor_name(booking),
        state=state,
        is_unpaid_besides=rules.owes_besides(facts, state),
        is_held_back=rules.is_held_back(facts, state),
        is_due_today=rules.is_due_today(facts, state, now),
        is_late=rules.is_late(facts, state, now),
        note=rules.slot_note(facts, state, now),
        price_minor=_price(slot, booking),
        clicks=clicks,
    )


def _facts(
    slot: Slot,
    booking: Booking | None,
    creative: Creative | None,
    invoice: Invoice | None,
    money: BookingMoney | None,
    clicks: int | None,
    is_disputed: bool,
) -> rules.SlotFacts:
    times = slot.deadlines
    order = booking.order if booking else None
    return rules.SlotFacts(
        issue_state=slot.issue.state,
        publish_at=times.publish_at,
        copy_due_at=times.copy_due_at,
        bookable_until=times.bookable_until,
        zone=slot.issue.newsletter.timezone,
        kind=booking.kind if booking else None,
        booking_state=booking.state if booking else None,
        order_state=order.state if order else None,
        creative_state=creative.state if creative else None,
        owed_minor=money.outstanding_minor if money else 0,
        held_until=(booking.held_until or (order.held_until if order else None)) if booking else None,
        submitted_at=creative.submitted_at if creative else None,
        invoice_due_on=invoice.due_on if invoice else None,
        clicks=clicks,
        reason=booking.reason if booking else "",
        is_disputed=is_disputed,
    )


def _sponsor_name(booking: Booking | None) -> str:
    if booking is None:
        return ""
    if booking.sponsor is not None:
        return booking.sponsor.name
    return booking.order.sponsor.name if booking.order and booking.order.sponsor else ""


def _price(slot: Slot, booking: Booking | None) -> int:
    if booking is not None and booking.kind in (BookingKind.SALE, BookingKind.ARCHIVE):
        return booking.price_minor
    return slot.list_price_minor


def _creatives(session: Session, booking_ids: list[int]) -> dict[int, Creative]:
    query = select(Creative).where(Creative.booking_id.in_(booking_ids)).options(lazyload(Creative.booking))
    return {creative.booking_id: creative for creative in session.scalars(query)}


def _invoices(session: Session, order_ids: list[int]) -> dict[int, Invoice]:
    query = select(Invoice).where(Invoice.order_id.in_(order_ids)).options(lazyload(Invoice.order))
    return {invoice.order_id: invoice for invoice in session.scalars(query)}
