"""Money that pays for nothing yet: too much, too late, kept after a cancellation. It is used for an invoice, or given back."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Order
from sponsorship.core.db import lock_rows
from sponsorship.inventory.services import today_of
from sponsorship.payments.errors import NothingKept, NothingOwed
from sponsorship.payments.models import Invoice, KeptMoney, Receipt
from sponsorship.payments.queries import list_open_parts
from sponsorship.payments.queries.reversals import list_spendable
from sponsorship.payments.rules import Account, EntryKind, InvoiceState, applied_lines
from sponsorship.payments.services.ledger import post_entry


def keep_money(
    session: Session, *, order: Order, receipt: Receipt, amount_minor: int, key: str, reason: str, now: datetime
) -> KeptMoney:
    """Write down that so much of a receipt pays for nothing; the ledger's unapplied line is the caller's."""
    kept = KeptMoney(
        key=key, newsletter_id=order.newsletter_id, order=order, receipt_id=receipt.id, sponsor_id=order.sponsor_id,
        currency=receipt.currency, amount_minor=amount_minor, left_minor=amount_minor, reason=reason, created_at=now,
    )  # fmt: skip
    session.add(kept)
    session.flush()
    return kept


def take_from_kept(session: Session, *, rows: Iterable[KeptMoney], receipt_id: int, amount_minor: int) -> None:
    """Use up so much of what is kept of a receipt; raises NothingKept where there is less."""
    for kept in rows:
        if kept.receipt_id == receipt_id:
            taken = min(kept.left_minor, amount_minor)
            kept.left_minor -= taken
            amount_minor -= taken
    if amount_minor:
        raise NothingKept
    session.flush()


def spend_kept_money(session: Session, *, invoice: Invoice, actor: str, now: datetime) -> int:
    """Pay an open invoice from what is kept for its sponsor, oldest first; returns how much, in minor units.

    Raises NothingOwed, and NothingKept where nothing is kept in the invoice's currency.
    """
    lock_rows(session, Order, [invoice.order_id])
    lock_rows(session, Invoice, [invoice.id])
    order = invoice.order
    if invoice.state is not InvoiceState.OPEN:
        raise NothingOwed
    spendable = list_spendable(session, order.sponsor_id or 0, invoice.currency)
    lock_rows(session, KeptMoney, [kept.id for kept in spendable])
    used = 0
    for kept in spendable:
        amount = min(kept.left_minor, invoice.open_minor)
        if amount:
            kept.left_minor -= amount
            _apply(session, order, kept, amount, now)
            invoice.paid_minor += amount
            used += amount
    if not used:
        raise NothingKept
    if invoice.open_minor == 0:
        invoice.move_to(InvoiceState.PAID)
        invoice.closed_at = now
    session.flush()
    record_act(
        session, actor=actor, action="kept_money_spent", object_type="invoice", object_id=invoice.id,
        newsletter_id=invoice.newsletter_id, now=now, after={"amount_minor": used, "state": invoice.state.value},
    )  # fmt: skip
    return used


def _apply(session: Session, order: Order, kept: KeptMoney, amount_minor: int, now: datetime) -> None:
    lines = applied_lines(Account.UNAPPLIED, amount_minor, list_open_parts(session, order.id), kept.receipt_id)
    post_entry(
        session, key=f"apply:{kept.id}:{order.id}:{kept.left_minor}", kind=EntryKind.APPLIED, order=order, lines=lines,
        currency=kept.currency, effective_on=today_of(order.newsletter, now), now=now,
    )  # fmt: skip
