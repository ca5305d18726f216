"""The rows behind a figure: their sum is the figure, to the cent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingState
from sponsorship.core.format import local
from sponsorship.inventory.models import Issue, Newsletter, Placement, Slot
from sponsorship.payments.models import Invoice
from sponsorship.payments.queries import list_open_invoices
from sponsorship.reporting.queries.money import MoneyOfBooking, list_deferred, list_money
from sponsorship.reporting.queries.receivables import slot_name
from sponsorship.reporting.queries.slots import SlotRow, list_slot_rows, names_of_sponsors
from sponsorship.reporting.rules import FigureKind, Scope
from sponsorship.sponsors.models import Sponsor

EVERYTHING = slice(None)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row behind a figure: a booking's part of an amount (minor units), or one slot (`value` 1, its list price beside it)."""

    publish_on: date
    issue_id: int
    issue_number: int
    slot_id: int
    slot_name: str
    sponsor_name: str
    order_number: str
    invoice_id: int | None
    invoice_number: str
    booking_id: int | None
    state: str
    value: int
    list_minor: int


@dataclass(frozen=True, slots=True)
class FigureRows:
    """Rows of a figure in order of issue, all or a page of them; `count` and `total` are of all: `total` is the figure."""

    kind: FigureKind
    rows: tuple[FigureRow, ...]
    count: int
    total: int


def get_figure_rows(
    session: Session, newsletter: Newsletter, scope: Scope, kind: FigureKind, now: datetime, *, page: slice = EVERYTHING
) -> FigureRows:  # fmt: skip
    """Return the rows behind a figure of a scope, those of a page in full.

    What is deferred is counted whenever its issue comes out.
    """
    if not kind.is_money:
        slots = list_slot_rows(session, newsletter, scope.span, scope, (), now)
        chosen = [row for row in slots if row.share in kind.shares]
        return FigureRows(kind, tuple(_slot_rows(session, newsletter, chosen[page])), len(chosen), len(chosen))
    parts = _parts(session, newsletter, scope, kind, local(now, newsletter.timezone).date())
    rows = _money_rows(session, dict(list(parts.items())[page]))
    return FigureRows(kind, tuple(rows), len(parts), sum(parts.values()))


def _parts(session: Session, newsletter: Newsletter, scope: Scope, kind: FigureKind, today: date) -> dict[int, int]:
    """Each booking's part of an amount, in order of issue and position; parts of nothing are left out."""
    money = (
        list_deferred(session, newsletter, scope)
        if kind.is_balance
        else list_money(session, newsletter, scope.span, scope)
    )
    late: set[int] = set()
    if kind is FigureKind.LATE:
        late = {one.order_id for one in list_open_invoices(session, newsletter.id) if one.due_on < today}
        money = {key: row for key, row in money.items() if row.outstanding_minor > 0}
    parts = {
        key: _amount(row, kind) for key, row in money.items() if kind is not FigureKind.LATE or row.order_id in late
    }
    return {key: amount for key, amount in parts.items() if amount}


def _amount(row: MoneyOfBooking, kind: FigureKind) -> int:
    return {
        FigureKind.BOOKED: row.booked_minor,
        FigureKind.COLLECTED: row.collected_minor,
        FigureKind.OUTSTANDING: row.outstanding_minor,
        FigureKind.LATE: row.outstanding_minor,
        FigureKind.WRITTEN_OFF: row.written_off_minor,
        FigureKind.RECOGNISED: row.recognised_minor,
        FigureKind.DEFERRED: row.deferred_minor,
        FigureKind.DEFERRED_GROSS: row.deferred_gross_minor,
    }[kind]


def _money_rows(session: Session, parts: dict[int, int]) -> list[FigureRow]:
    query = (
        select(
            Booking.id, Booking.state, Booking.price_minor, Booking.slot_id, Issue.publish_on, Slot.issue_id, Issue.number,
            Placement.name, Placement.capacity, Slot.ordinal, Sponsor.name.label("sponsor_name"),
            Order.number.label("order_number"), Invoice.id.label("invoice_id"), Invoice.number.label("invoice_number"),
        )
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .join(Placement, Slot.placement_id == Placement.id)
        .join(Order, Booking.order_id == Order.id)
        .outerjoin(Sponsor, Booking.sponsor_id == Sponsor.id)
        .outerjoin(Invoice, Invoice.order_id == Order.id)
        .where(Booking.id.in_(parts))
        .order_by(Issue.publish_on, Placement.position, Booking.id)
    )  # fmt: skip
    return [
        FigureRow(
            row.publish_on, row.issue_id, row.number, row.slot_id, slot_name(row.name, row.capacity, row.ordinal),
            row.sponsor_name or "", row.order_number, row.invoice_id, row.invoice_number or "", row.id, row.state.label,
            parts[row.id], row.price_minor,
        )
        for row in session.execute(query)
    ]  # fmt: skip


def _slot_rows(session: Session, newsletter: Newsletter, chosen: Sequence[SlotRow]) -> list[FigureRow]:
    placements = {one.id: one for one in newsletter.placements}
    orders = _order_numbers(session, {row.order_id for row in chosen if row.order_id})
    names = names_of_sponsors(session, {row.sponsor_id for row in chosen if row.sponsor_id})
    return [
        FigureRow(
            row.publish_on, row.issue_id, row.issue_number, row.slot_id,
            slot_name(placements[row.placement_id].name, placements[row.placement_id].capacity, row.ordinal),
            names.get(row.sponsor_id or 0, ""), orders.get(row.order_id or 0, ""), None, "", row.booking_id,
            row.state.label if row.state in (BookingState.RAN, BookingState.HELD) else row.share.label, 1, row.list_minor,
        )
        for row in chosen
    ]  # fmt: skip


def _order_numbers(session: Session, order_ids: set[int]) -> dict[int, str]:
    query = select(Order.id, Order.number).where(Order.id.in_(order_ids))
    return {row.id: row.number for row in session.execute(query)}
