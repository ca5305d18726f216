"""Who owes what, by age."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.rules import BookingState
from sponsorship.inventory.models import Issue, Placement, Slot
from sponsorship.payments.models import Invoice
from sponsorship.reporting.rules import AgeBand, age_band

STANDS = (BookingState.CONFIRMED, BookingState.RAN)


@dataclass(frozen=True, slots=True)
class Receivable:
    """An open invoice, tax included: what it is for as (slot, issue number), and how late it is."""

    invoice: Invoice
    sponsor_name: str
    places: tuple[tuple[str, int], ...]
    open_minor: int
    band: AgeBand


@dataclass(frozen=True, slots=True)
class BandOfReceivables:
    """The open invoices of one age, and their sum."""

    band: AgeBand
    rows: tuple[Receivable, ...]
    open_minor: int


def list_receivables(session: Session, invoices: Sequence[Invoice], today: date) -> list[Receivable]:
    """Return open invoices with what each is for, the longest due first; one query beside the invoices."""
    query = (
        select(Booking.order_id, Placement.name, Placement.capacity, Slot.ordinal, Issue.number)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .join(Placement, Slot.placement_id == Placement.id)
        .where(Booking.order_id.in_([invoice.order_id for invoice in invoices]), Booking.state.in_(STANDS))
    )
    places: dict[int, list[tuple[str, int]]] = {}
    for order_id, name, capacity, ordinal, number in session.execute(query):
        places.setdefault(order_id or 0, []).append((slot_name(name, capacity, ordinal), number))
    rows = [
        Receivable(
            invoice=invoice,
            sponsor_name=invoice.order.sponsor.name if invoice.order.sponsor else invoice.order.contact_name,
            places=tuple(sorted(places.get(invoice.order_id, []), key=lambda place: place[1])),
            open_minor=invoice.open_minor,
            band=age_band(invoice.due_on, today),
        )
        for invoice in invoices
    ]
    return sorted(rows, key=lambda row: (row.invoice.due_on, row.invoice.number))


def group_by_age(rows: Sequence[Receivable]) -> list[BandOfReceivables]:
    """Group rows, which come oldest first, by age."""
    grouped = [(band, tuple(members)) for band, members in groupby(rows, key=lambda row: row.band)]
    return [BandOfReceivables(band, members, sum(row.open_minor for row in members)) for band, members in grouped]


def slot_name(placement: str, capacity: int, ordinal: int) -> str:
    """Return a slot's name: the placement, with a letter where there are several."""
    return f"{placement} {chr(64 + ordinal)}" if capacity > 1 else placement
