"""An order's timeline and its insertion order, ready for the page and for the printer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries.orders import list_bookings
from sponsorship.booking.rules import BookingState, word_actor, word_entry
from sponsorship.core.format import day, local, long_day, moment, money
from sponsorship.sponsors.models import Sponsor


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One thing that happened to an order."""

    at: datetime
    who: str
    sentence: str


@dataclass(frozen=True, slots=True)
class SponsorLine(TimelineLine):
    """One thing that happened to a sponsor, or to an order of it."""

    order: Order | None


def list_timeline(session: Session, order: Order, *, internal: bool) -> list[TimelineLine]:
    """Return what happened to an order and its bookings, newest first; `internal` is the team's view, with its own notes."""
    places = {b.id: _place(b) for b in order.bookings}
    query = select(AuditEntry).where(
        or_(
            and_(AuditEntry.object_type == "order", AuditEntry.object_id == order.id),
            and_(AuditEntry.object_type == "booking", AuditEntry.object_id.in_(places)),
        )
    )
    lines = []
    for entry in session.scalars(query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())):
        after, before = entry.after or {}, entry.before or {}
        place = after.get("place") or places.get(entry.object_id, "The slot")
        sentence = word_entry(
            entry.object_type, entry.action, before, after, place=place, currency=order.currency, internal=internal
        )
        if sentence is not None:
            lines.append(TimelineLine(entry.at, word_actor(entry.actor, internal=internal), sentence))
    return lines


def list_sponsor_timeline(session: Session, sponsor: Sponsor, orders: Sequence[Order], most: int) -> list[SponsorLine]:
    """Return what happened lately to a sponsor and its orders, newest first, for the team; also to those merged into it."""
    merged = select(AuditEntry).where(AuditEntry.object_type == "sponsor", AuditEntry.action == "merged")
    ids, todo = {sponsor.id}, list(session.scalars(merged.where(AuditEntry.newsletter_id == sponsor.newsletter_id)))
    for entry in sorted(todo, key=lambda one: one.id, reverse=True):
        if entry.object_id in ids and entry.before:
            ids.add(entry.before["id"])
    of_order = {order.id: order for order in orders}
    of_booking = {booking.id: (order, booking) for order in orders for booking in order.bookings}
    query = select(AuditEntry).where(
        AuditEntry.newsletter_id == sponsor.newsletter_id,
        or_(
            and_(AuditEntry.object_type == "sponsor", AuditEntry.object_id.in_(ids)),
            and_(AuditEntry.object_type == "order", AuditEntry.object_id.in_(of_order)),
            and_(AuditEntry.object_type == "booking", AuditEntry.object_id.in_(of_booking)),
        ),
    )
    lines = []
    for entry in session.scalars(query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(most)):
        after, before = entry.after or {}, entry.before or {}
        order, booking = (
            of_booking.get(entry.object_id, (None, None)) if entry.object_type == "booking" else (None, None)
        )
        if entry.object_type == "order":
            order = of_order[entry.object_id]
        place = after.get("place") or (_place(booking) if booking is not None else "The slot")
        currency = order.currency if order is not None else ""
        sentence = word_entry(
            entry.object_type, entry.action, before, after, place=place, currency=currency, internal=True
        )
        if sentence is not None:
            lines.append(SponsorLine(entry.at, word_actor(entry.actor, internal=True), sentence, order))
    return lines


def _place(booking: Booking) -> str:
    return f"{booking.slot.name} on {day(booking.slot.issue.publish_on)}"


def insertion_order(session: Session, order: Order) -> dict[str, Any]:
    """Return an order's insertion order in words, for core.pdf: who, what, when, at which price, on which terms."""
    newsletter, sponsor, zone = order.newsletter, order.sponsor, order.newsletter.timezone
    rows = [
        [f"No. {b.slot.issue.number}", _what(b), long_day(b.slot.issue.publish_on),
         moment(b.slot.deadlines.copy_due_at, zone), _money(b.net_minor, order.currency)]
        for b in list_bookings(session, order)
    ]  # fmt: skip
    sums = [["List price", _money(order.list_minor, order.currency)]]
    if order.discount_minor:
        sums.append([order.discount_label or "Discount", _money(-order.discount_minor, order.currency)])
    if order.tax_minor:
        sums.append(["Tax", _money(order.tax_minor, order.currency)])
    payer = order.payer
    buyer = [payer.name, payer.street, payer.city, payer.country, payer.vat_number] if payer else []
    client = [f"For {sponsor.name}"] if order.agency is not None and sponsor is not None else []
    terms = newsletter.terms.strip() or "No terms besides what stands here."
    version = order.terms_version
    made = f"Made {long_day(local(order.created_at, zone).date())}"
    confirmed = (
        f"Confirmed {long_day(local(order.confirmed_at, zone).date())}" if order.confirmed_at else order.state.label
    )
    return {
        "title": f"Insertion order {order.number}", "publisher": newsletter.publisher_name or newsletter.name,
        "newsletter": newsletter.name, "number": order.number, "facts": [made, confirmed],
        "parties": [
            {"label": "Publisher", "lines": [newsletter.publisher_name or newsletter.name, newsletter.contact_email]},
            {"label": "Agency" if client else "Sponsor", "lines": [*buyer, *client, order.contact_name, order.contact_email]},
        ],
        "columns": ["Issue", "Placement", "Runs", "Copy due", "Net"], "rows": rows, "sums": sums,
        "total": ["Total", _money(order.total_minor, order.currency)], "payment": _payment(order),
        "notes": [order.message] if order.message else [],
        "terms_title": f"Terms, version {version}" if version else "Terms", "terms": terms.splitlines(),
    }  # fmt: skip


def _payment(order: Order) -> list[str]:
    lines = [f"By {order.payment_method.label.lower()}." if order.payment_method else "Not paid yet."]
    if order.purchase_order_number:
        lines.append(f"The sponsor’s order number: {order.purchase_order_number}")
    if order.moves_order_id is not None:
        lines.append("The difference for moving a booking to this date.")
    return lines


def _what(booking: Booking) -> str:
    promise = ", no competitor in the issue" if booking.is_exclusive else ""
    return booking.slot.name + promise + _state_note(booking.state)


def _state_note(state: BookingState) -> str:
    closed = (BookingState.CANCELLED, BookingState.LAPSED, BookingState.RELEASED)
    return f" ({state.label.lower()})" if state in closed else ""


def _money(amount_minor: int, currency: str) -> str:
    return money(amount_minor, currency, cents=True)
