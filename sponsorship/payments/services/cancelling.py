"""Cancelling what was sold: the slots go free, and what the policy gives back is credited, in one transaction."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingState
from sponsorship.booking.services import cancel_bookings
from sponsorship.inventory.services import today_of
from sponsorship.payments.errors import HasRun, NothingToCredit
from sponsorship.payments.models import CreditNote
from sponsorship.payments.queries import deferred_of_booking
from sponsorship.payments.queries.reversals import find_credit_note, list_orders_over, read_order_money
from sponsorship.payments.rules import EntryKind, InvoiceState, recognised_lines
from sponsorship.payments.rules.reversals import credit_of_bookings
from sponsorship.payments.services.credit_notes import Return, issue_credit_note, lock_money
from sponsorship.payments.services.debts import restore_debt, void_invoice
from sponsorship.payments.services.ledger import post_entry


def cancel_order(
    session: Session,
    *,
    order: Order,
    booking_ids: Collection[int] | None = None,
    keep_basis_points: int = 0,
    reason: str,
    key: str,
    actor: str,
    by: Return,
    now: datetime,
) -> CreditNote | None:
    """Cancel a confirmed order, or some of its bookings: frees their slots and credits their price, less what is kept.

    `keep_basis_points` is the share of the net price that the cancellation policy lets the publisher keep; it is earned at
    once. An invoice on which nothing was paid and of which nothing is kept is voided instead, and None is returned. `key`
    names the form: sent twice it cancels once. Raises HasRun, NothingToCredit, RefundWhileDisputed.
    """
    invoice = lock_money(session, order)
    known = find_credit_note(session, key)
    if known is not None:
        return known
    chosen = [b for b in order.bookings if b.state is BookingState.CONFIRMED]
    if booking_ids is not None:
        wanted = [b for b in order.bookings if b.id in booking_ids]
        if any(b.state is BookingState.RAN for b in wanted):
            raise HasRun
        chosen = [b for b in wanted if b in chosen]
    if not chosen:
        raise NothingToCredit
    if invoice is not None:
        restore_debt(session, invoice=invoice, actor=actor, now=now)
    is_whole = all(b in chosen or b.state not in (BookingState.CONFIRMED, BookingState.RAN) for b in order.bookings)
    cancel_bookings(session, order=order, bookings=chosen, reason=reason, actor=actor, now=now)
    is_untouched = invoice is not None and invoice.state is InvoiceState.OPEN and not invoice.paid_minor
    if is_whole and is_untouched and invoice is not None and not keep_basis_points and not invoice.credited_minor:
        void_invoice(session, invoice=invoice, reason=reason, actor=actor, now=now)
        return None
    return _credit(session, order, chosen, keep_basis_points, reason, key, actor, by, now)


def _credit(
    session: Session,
    order: Order,
    chosen: list[Booking],
    keep_basis_points: int,
    reason: str,
    key: str,
    actor: str,
    by: Return,
    now: datetime,
) -> CreditNote | None:
    ids = {booking.id for booking in chosen}
    left = read_order_money(session, order.id)
    parts = [part for part in left.parts if part.booking_id in ids]
    credit = credit_of_bookings(parts, left.tax_minor, left.net_minor, keep_basis_points)
    note = None
    if credit.total_minor:
        note = issue_credit_note(
            session, order=order, credit=credit, left=left, reason=reason, key=key, actor=actor, by=by, now=now
        )
    for other in list_orders_over(session, ids, order.id):
        _credit_difference(session, other, ids, keep_basis_points, reason, f"{key}:{other.id}", actor, by, now)
    for booking in chosen:  # what the policy keeps is earned: nothing more is owed for it
        post_entry(
            session, key=f"kept:{booking.id}", kind=EntryKind.RAN, order=order, now=now, memo="cancellation fee",
            effective_on=today_of(order.newsletter, now),
            lines=recognised_lines(booking.id, deferred_of_booking(session, booking.id)),
        )  # fmt: skip
    return note


def _credit_difference(
    session: Session,
    order: Order,
    booking_ids: Collection[int],
    keep_basis_points: int,
    reason: str,
    key: str,
    actor: str,
    by: Return,
    now: datetime,
) -> None:
    """Credit what another order paid for bookings that are cancelled: the difference to a dearer slot."""
    lock_money(session, order)
    left = read_order_money(session, order.id)
    parts = [part for part in left.parts if part.booking_id in booking_ids]
    credit = credit_of_bookings(parts, left.tax_minor, left.net_minor, keep_basis_points)
    if credit.total_minor:
        issue_credit_note(
            session, order=order, credit=credit, left=left, reason=reason, key=key, actor=actor, by=by, now=now
        )
