"""Tables that leave the desk: each row as it stands in the database, amounts in major units."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.core.money import to_major
from sponsorship.core.sheets import Cell, Sheet
from sponsorship.inventory.models import Issue, Newsletter, Placement, Slot
from sponsorship.payments.models import Invoice
from sponsorship.payments.queries import money_by_booking
from sponsorship.reporting.queries.receivables import slot_name
from sponsorship.reporting.queries.rows import FigureRows
from sponsorship.reporting.queries.standing import Standing, list_standings
from sponsorship.reporting.rules import ExportKind, Span
from sponsorship.sponsors.models import Sponsor

Row = TypeVar("Row")
BATCH = 2_000  # bookings asked for at once


def export_sheet(session: Session, newsletter: Newsletter, kind: ExportKind, span: Span) -> Sheet:
    """Return a newsletter's table of that kind, of the issues or days of a span; sponsors come whole."""
    make = {
        ExportKind.ORDERS: _orders, ExportKind.BOOKINGS: _bookings, ExportKind.INVOICES: _invoices,
        ExportKind.SPONSORS: _sponsors, ExportKind.CLICKS: _clicks, ExportKind.REPORTS: _reports,
    }[kind]  # fmt: skip
    return make(session, newsletter, span)


def rows_sheet(found: FigureRows, currency: str) -> Sheet:
    """Return the rows behind a figure as a table."""
    value = "Amount" if found.kind.is_money else "Slots"
    columns = (
        "Issue", "Issue date", "Placement", "Sponsor", "Order", "Invoice", "State", value, "List price", "Currency"
    )  # fmt: skip
    rows = (
        (
            row.issue_number, row.publish_on, row.slot_name, row.sponsor_name, row.order_number, row.invoice_number, row.state,
            to_major(row.value, currency) if found.kind.is_money else row.value, to_major(row.list_minor, currency), currency,
        )
        for row in found.rows
    )  # fmt: skip
    return Sheet(found.kind.label, columns, rows)


def _orders(session: Session, newsletter: Newsletter, span: Span) -> Sheet:
    columns = (
        "Order", "State", "Sponsor", "Contact", "E-mail", "Made", "Confirmed", "Paid by", "Purchase order", "List price",
        "Discount", "Net", "Tax", "Total", "Currency",
    )  # fmt: skip
    first, last = _moments(newsletter, span)
    query = select(Order).where(Order.newsletter_id == newsletter.id, Order.created_at.between(first, last))

    def rows() -> Iterator[Sequence[Cell]]:
        for one in session.scalars(query.order_by(Order.created_at, Order.id)):
            yield (
                one.number, one.state.label, one.sponsor.name if one.sponsor else "", one.contact_name, one.contact_email,
                one.created_at, one.confirmed_at, one.payment_method.label if one.payment_method else "",
                one.purchase_order_number, *_major(one.currency, one.list_minor, one.discount_minor, one.net_minor,
                one.tax_minor, one.total_minor), one.currency,
            )  # fmt: skip

    return Sheet("Orders", columns, rows())


def _bookings(session: Session, newsletter: Newsletter, span: Span) -> Sheet:
    columns = (
        "Issue", "Issue date", "Placement", "Kind", "State", "Sponsor", "Order", "Reason", "Made", "Closed", "List price", "Net",
        "Booked", "Collected", "Outstanding", "Currency",
    )  # fmt: skip
    whose: tuple[Any, ...] = (
        Booking.id, Issue.number, Issue.publish_on, Placement.name, Placement.capacity, Slot.ordinal, Booking.kind,
        Booking.state, Sponsor.name.label("sponsor"), Order.number.label("order"), Booking.reason, Booking.created_at,
        Booking.closed_at, Booking.price_minor, Booking.net_minor, Order.currency,
    )  # fmt: skip
    query = (
        _of_issues(select(*whose), newsletter, span)
        .outerjoin(Order, Booking.order_id == Order.id)
        .outerjoin(Sponsor, Booking.sponsor_id == Sponsor.id)
        .order_by(Issue.publish_on, Placement.position, Slot.ordinal, Booking.id)
    )

    def rows() -> Iterator[Sequence[Cell]]:
        for batch in _batches(session.execute(query).all()):
            money = money_by_booking(session, [row.id for row in batch])
            for row in batch:
                currency, sums = row.currency or newsletter.currency, money.get(row.id)
                parts = (sums.booked_minor, sums.collected_minor, sums.outstanding_minor) if sums else (0, 0, 0)
                yield (
                    row.number, row.publish_on, slot_name(row.name, row.capacity, row.ordinal), row.kind.value,
                    row.state.label, row.sponsor or "", row.order or "", row.reason, row.created_at, row.closed_at,
                    *_major(currency, row.price_minor, row.net_minor, *parts), currency,
                )  # fmt: skip

    return Sheet("Bookings", columns, rows())


def _invoices(session: Session, newsletter: Newsletter, span: Span) -> Sheet:
    columns = (
        "Invoice", "State", "Sponsor", "Order", "Issued", "Due", "Net", "Tax", "Total", "Paid", "Open", "Currency",
    )  # fmt: skip
    query = select(Invoice).where(
        Invoice.newsletter_id == newsletter.id, Invoice.issued_on.between(span.first, span.last)
    )

    def rows() -> Iterator[Sequence[Cell]]:
        for one in session.scalars(query.order_by(Invoice.issued_on, Invoice.id)):
            sponsor = one.order.sponsor
            yield (
                one.number, one.state.label, sponsor.name if sponsor else one.order.contact_name, one.order.number,
                one.issued_on, one.due_on, *_major(one.currency, one.net_minor, one.tax_minor, one.total_minor,
                one.paid_minor, one.open_minor), one.currency,
            )  # fmt: skip

    return Sheet("Invoices", columns, rows())


def _sponsors(session: Session, newsletter: Newsletter, span: Span) -> Sheet:
    columns = (
        "Sponsor", "Website", "Street", "City", "Country", "VAT number", "Pays by invoice", "Contacts", "E-mails", "Notes",
        "Since",
    )  # fmt: skip
    query = select(Sponsor).where(Sponsor.newsletter_id == newsletter.id).options(selectinload(Sponsor.contacts))

    def rows() -> Iterator[Sequence[Cell]]:
        for one in session.scalars(query.order_by(Sponsor.name_key)):
            names = ", ".join(contact.user.name for contact in one.contacts)
            addresses = ", ".join(contact.user.email for contact in one.contacts)
            yield (
                one.name, one.website or "", one.street, one.city, one.country, one.vat_number, one.may_pay_by_invoice,
                names, addresses, one.notes, one.created_at,
            )  # fmt: skip

    return Sheet("Sponsors", columns, rows())


def _clicks(session: Session, newsletter: Newsletter, span: Span) -> Sheet:
    columns = (
        "Issue", "Issue date", "Placement", "Sponsor", "Delivered", "Every hit", "People’s clicks", "Unique readers",
        "Unique at the head", "Unique at the foot",
    )  # fmt: skip
    rows = (
        (
            one.issue_number, one.publish_on, one.slot_name, one.sponsor_name, one.delivered, one.hits, one.human, one.unique,
            one.unique - one.at_foot, one.at_foot,
        )
        for one in _ran(session, newsletter, span)
    )  # fmt: skip
    return Sheet("Clicks by placement", columns, rows)


def _reports(session: Session, newsletter: Newsletter, span: Span) -> Sheet:
    columns = (
        "Issue", "Issue date", "Placement", "Sponsor", "Unique readers", "Delivered", "Rate", "Rate, lower bound",
        "Rate, upper bound", "Percentile of its kind", "Compared with", "Net", "Cost per reader", "Cost per thousand", "Currency",
    )  # fmt: skip
    rows = (_report_row(one, newsletter.currency) for one in _ran(session, newsletter, span))
    return Sheet("Reports", columns, rows)


def _report_row(one: Standing, currency: str) -> Sequence[Cell]:
    low, high = one.interval or (None, None)
    return (
        one.issue_number, one.publish_on, one.slot_name, one.sponsor_name, one.unique, one.delivered, one.rate, low, high,
        one.percentile, one.compared, *_major(currency, one.net_minor), _some(currency, one.cost_per_reader_minor),
        _some(currency, one.cost_per_thousand_minor), currency,
    )  # fmt: skip


def _ran(session: Session, newsletter: Newsletter, span: Span) -> Iterator[Standing]:
    """The placements of a span that ran with links, a batch at a time."""
    query = (
        _of_issues(select(Booking.id), newsletter, span)
        .where(Booking.kind == BookingKind.SALE, Booking.state == BookingState.RAN)
        .order_by(Issue.publish_on, Placement.position, Slot.ordinal)
    )
    for batch in _batches(session.scalars(query).all()):
        yield from list_standings(session, batch)


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[first : first + BATCH] for first in range(0, len(rows), BATCH))


def _of_issues(query: Select[Any], newsletter: Newsletter, span: Span) -> Select[Any]:
    return (
        query.select_from(Booking)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .join(Placement, Slot.placement_id == Placement.id)
        .where(Issue.newsletter_id == newsletter.id, Issue.publish_on.between(span.first, span.last))
    )


def _moments(newsletter: Newsletter, span: Span) -> tuple[datetime, datetime]:
    """The first and last moment of a span on the newsletter's calendar."""
    zone = ZoneInfo(newsletter.timezone)
    last = datetime.combine(span.last, time(), zone) + timedelta(days=1) - timedelta(microseconds=1)
    return datetime.combine(span.first, time(), zone), last


def _major(currency: str, *amounts_minor: int) -> tuple[Decimal, ...]:
    return tuple(to_major(amount, currency) for amount in amounts_minor)


def _some(currency: str, amount_minor: float | None) -> Decimal | None:
    return None if amount_minor is None else to_major(round(amount_minor), currency)
