"""What an act on an order's money would do, before it is done; and its money's story so far."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from sponsorship.booking.models import Booking, Order
from sponsorship.payments.models import JournalEntry, JournalLine
from sponsorship.payments.queries.reversals import list_unrefundable, read_order_money
from sponsorship.payments.rules import Account, EntryKind
from sponsorship.payments.rules.reversals import (
    Credit,
    SoldPart,
    credit_of_amount,
    credit_of_bookings,
    split_back,
)


@dataclass(frozen=True, slots=True)
class Foresight:
    """What a credit would come to; minor units. `freed` are the bookings whose slots go on sale again."""

    credit: Credit
    back_minor: int
    struck_off_minor: int
    freed: tuple[Booking, ...]
    is_disputed: bool


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an order's money story: what happened, what it came to on the account that tells it best."""

    entry: JournalEntry
    amount_minor: int
    currency: str
    at: datetime


TELLING: dict[EntryKind, tuple[Account, ...]] = {
    EntryKind.INVOICED: (Account.RECEIVABLE,),
    EntryKind.RECEIVED: (Account.STRIPE, Account.BANK),
    EntryKind.LATE_MONEY: (Account.STRIPE, Account.BANK),
    EntryKind.FEE: (Account.FEES,),
    EntryKind.RAN: (Account.DEFERRED,),
    EntryKind.CREDITED: (Account.REFUND_DUE, Account.UNAPPLIED, Account.RECEIVABLE),
    EntryKind.REFUNDED: (Account.REFUND_DUE,),
    EntryKind.REFUND_FAILED: (Account.STRIPE,),
    EntryKind.VOIDED: (Account.RECEIVABLE,),
    EntryKind.WRITTEN_OFF: (Account.RECEIVABLE,),
    EntryKind.RESTORED: (Account.RECEIVABLE,),
    EntryKind.APPLIED: (Account.UNAPPLIED,),
    EntryKind.DISPUTED: (Account.DISPUTE_HOLD,),
    EntryKind.REINSTATED: (Account.STRIPE,),
    EntryKind.DISPUTE_LOST: (Account.DISPUTE_HOLD,),
}


def foresee(
    session: Session, order: Order, *, booking_ids: Collection[int], amount_minor: int | None, keep_basis_points: int
) -> Foresight | None:
    """Return what cancelling these bookings, or else taking this amount off, would do; None where nothing can be taken off.

    Raises ValueError for an amount that is more than what is left.
    """
    left = read_order_money(session, order.id)
    chosen = tuple(booking for booking in order.bookings if booking.id in booking_ids)
    if not left.total_minor:
        return None
    if amount_minor is None:
        ids = {booking.id for booking in chosen}
        parts: list[SoldPart] = [part for part in left.parts if part.booking_id in ids]
        credit = credit_of_bookings(parts, left.tax_minor, left.net_minor, keep_basis_points)
    else:
        credit = credit_of_amount(left.parts, left.tax_minor, amount_minor)
    shares = split_back(credit, left.parts, left.open_tax_minor, left.sources)
    back = sum(share.amount_minor for share in shares)
    disputed = bool(list_unrefundable(session, {share.receipt_id for share in shares}))
    return Foresight(credit, back, credit.total_minor - back, chosen if amount_minor is None else (), disputed)


def list_story(session: Session, order: Order) -> list[Event]:
    """Return what happened to an order's money, oldest first: each posting but the memo pairs."""
    query = (
        select(JournalEntry)
        .where(JournalEntry.order_id == order.id, JournalEntry.kind.in_(TELLING))
        .options(selectinload(JournalEntry.lines))
        .order_by(JournalEntry.id)
    )
    return [Event(entry, _telling(entry), entry.currency, entry.recorded_at) for entry in session.scalars(query)]


def _telling(entry: JournalEntry) -> int:
    def of(lines: list[JournalLine], account: Account) -> int:
        return sum(line.amount_minor for line in lines if line.account is account)

    return abs(sum(of(entry.lines, account) for account in TELLING[entry.kind]))
