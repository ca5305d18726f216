"""Posting to the ledger: each business event once, in one currency, lines that sum to zero."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingKind
from sponsorship.core.db import violates
from sponsorship.inventory.services import today_of
from sponsorship.payments.errors import EntryUnbalanced
from sponsorship.payments.models import JournalEntry, JournalLine, Receipt
from sponsorship.payments.queries import deferred_of_booking
from sponsorship.payments.rules import EntryKind, Posting, booked_lines, fee_lines, invoiced_lines, recognised_lines
from sponsorship.payments.services.books import day_to_post

KEY_INDEX = ("uq_journal_entry_key", "journal_entry.key")


def post_entry(
    session: Session,
    *,
    key: str,
    kind: EntryKind,
    order: Order,
    lines: Iterable[Posting],
    effective_on: date,
    now: datetime,
    currency: str | None = None,
    memo: str = "",
    reverses_id: int | None = None,
) -> JournalEntry | None:
    """Post one business event in the order's currency unless `currency` says otherwise; lines of nothing are left out.

    In a month that is closed it stands on the next open day, and says of which day it is. Returns None where the event named
    by `key` is posted already, or nothing is left to post. Raises EntryUnbalanced where the lines do not sum to zero.
    """
    kept = [line for line in lines if line.amount_minor]
    if sum(line.amount_minor for line in kept):
        raise EntryUnbalanced
    if not kept or session.scalar(select(JournalEntry.id).where(JournalEntry.key == key)):
        return None
    open_on = day_to_post(session, newsletter_id=order.newsletter_id, day=effective_on)
    if open_on != effective_on:
        memo = f"{memo} Of {effective_on.isoformat()}, whose month is closed.".strip()
    entry = JournalEntry(
        key=key, kind=kind, newsletter_id=order.newsletter_id, currency=currency or order.currency, order_id=order.id,
        effective_on=open_on, recorded_at=now, memo=memo, reverses_id=reverses_id, lines=[_line(line) for line in kept],
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(entry)
            session.flush()
    except IntegrityError as refusal:
        if not violates(refusal, *KEY_INDEX):
            raise
        return None  # another process posted it in the same moment
    return entry


def post_sale(session: Session, *, order: Order, now: datetime, on: date | None = None) -> None:
    """Post that an order is confirmed and invoiced: what is booked, what is owed for it, what is deferred until it runs.

    It counts for the day `on`, today without one.
    """
    today = on or today_of(order.newsletter, now)
    for booking in order.bookings:
        lines = booked_lines({booking.money_id: booking.net_minor})
        key = f"book:{booking.id}"
        post_entry(session, key=key, kind=EntryKind.BOOKED, order=order, lines=lines, effective_on=today, now=now)
    nets = {booking.money_id: booking.net_minor for booking in order.bookings}
    post_entry(
        session, key=f"inv:{order.id}", kind=EntryKind.INVOICED, order=order, effective_on=today, now=now,
        lines=invoiced_lines(nets, order.tax_minor),
    )  # fmt: skip


def paid_for(booking: Booking) -> int:
    """Return the id of the booking whose money this is: a claim to a dearer slot pays for the booking that moves there."""
    return booking.moves_id or booking.id


def post_fee(session: Session, *, order: Order, receipt: Receipt, now: datetime) -> None:
    """Post what the provider kept of a receipt, in the receipt's currency."""
    post_entry(
        session, key=f"fee:{receipt.id}", kind=EntryKind.FEE, order=order, currency=receipt.currency,
        lines=fee_lines(receipt.fee_minor, receipt.id), effective_on=today_of(order.newsletter, now), now=now,
    )  # fmt: skip


def recognise_booking(session: Session, *, booking: Booking, now: datetime) -> JournalEntry | None:
    """Post what a booking earned when its issue went out, on the issue's day; None where nothing is deferred.

    House ads, courtesy and bookings from an archive were never sold, so they earn nothing.
    """
    if booking.kind is not BookingKind.SALE or booking.order is None:
        return None
    return post_entry(
        session, key=f"run:{booking.id}", kind=EntryKind.RAN, order=booking.order,
        effective_on=booking.slot.issue.publish_on, now=now,
        lines=recognised_lines(booking.id, deferred_of_booking(session, booking.id)),
    )  # fmt: skip


def _line(line: Posting) -> JournalLine:
    return JournalLine(
        account=line.account, amount_minor=line.amount_minor, booking_id=line.booking_id, receipt_id=line.receipt_id
    )
