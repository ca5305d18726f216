"""Credit notes: what is taken off an invoice, where the money goes, one transaction, one number, one posting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Booking, Order
from sponsorship.core.db import lock_rows
from sponsorship.core.format import money
from sponsorship.core.text import clean_line
from sponsorship.inventory.services import today_of
from sponsorship.payments.errors import NothingToCredit, RefundWhileDisputed, TooMuchToCredit
from sponsorship.payments.models import CreditNote, CreditNoteSequence, Invoice, Receipt
from sponsorship.payments.queries import find_invoice_of_order
from sponsorship.payments.queries.reversals import (
    OrderMoney,
    find_credit_note,
    list_receipts_by_id,
    list_unrefundable,
    read_order_money,
)
from sponsorship.payments.rules import Account, EntryKind, InvoiceState
from sponsorship.payments.rules.reversals import (
    Credit,
    MoneyBack,
    Share,
    credit_of_amount,
    credited_lines,
    split_back,
    unbooked_lines,
)
from sponsorship.payments.services.debts import restore_debt
from sponsorship.payments.services.documents import print_credit_note
from sponsorship.payments.services.kept import keep_money
from sponsorship.payments.services.ledger import post_entry
from sponsorship.payments.services.notices import send_credit_note
from sponsorship.payments.services.numbers import next_number
from sponsorship.payments.services.refunds import add_refund

Prepare = Callable[[str, int, Mapping[str, str]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Return:
    """How money is to go back: by whose words (`prepare` calls nobody), marked as this installation's."""

    prepare: Prepare
    deployment: str
    back: MoneyBack = MoneyBack.REFUND
    is_made: bool = False  # the refund was made elsewhere, and has its row


def refund_amount(
    session: Session,
    *,
    order: Order,
    amount_minor: int,
    reason: str,
    key: str,
    actor: str,
    by: Return,
    now: datetime,
) -> CreditNote:
    """Take a gross amount off an order whose bookings stand: goodwill, or the price of what ran and went wrong.

    `key` names the form that asked: sent twice it credits once. Raises NothingToCredit, TooMuchToCredit where less is left
    (somebody else may have been quicker), RefundWhileDisputed.
    """
    invoice = lock_money(session, order)
    known = find_credit_note(session, key)
    if known is not None:
        return known
    if invoice is not None:
        restore_debt(session, invoice=invoice, actor=actor, now=now)
    left = read_order_money(session, order.id)
    if not left.total_minor:
        raise NothingToCredit
    if not 0 < amount_minor <= left.total_minor:
        most = money(left.total_minor, order.currency, cents=True)
        raise TooMuchToCredit(f"At most {most} can be taken off this order now. Nothing was changed.")
    credit = credit_of_amount(left.parts, left.tax_minor, amount_minor)
    return issue_credit_note(
        session, order=order, credit=credit, left=left, reason=reason, key=key, actor=actor, by=by, now=now
    )


def issue_credit_note(
    session: Session,
    *,
    order: Order,
    credit: Credit,
    left: OrderMoney,
    reason: str,
    key: str,
    actor: str,
    by: Return,
    now: datetime,
) -> CreditNote:
    """Write a credit note, post it, and start what gives the paid part back; the order's money is locked by the caller.

    What is unpaid is struck off the invoice first, the rest comes from the receipts, the newest first. Raises
    RefundWhileDisputed where a receipt's money is with the bank, NothingToCredit without an invoice.
    """
    invoice = find_invoice_of_order(session, order.id)
    if invoice is None:
        raise NothingToCredit
    try:
        shares = split_back(credit, left.parts, left.open_tax_minor, left.sources)
    except ValueError as short:
        raise TooMuchToCredit("More would go back than came in and is still here. Nothing was changed.") from short
    receipts = list_receipts_by_id(session, {share.receipt_id for share in shares})
    if by.back is MoneyBack.REFUND and not by.is_made and list_unrefundable(session, receipts):
        raise RefundWhileDisputed
    note = _write(session, order, invoice, credit, reason, key, actor, shares, by.back, now)
    _post(session, order, note, credit, left, shares, by.back, now)
    _strike_off(invoice, credit, shares, now)
    for receipt_id, amount in _by_receipt(shares).items():
        _send_back(session, order, note, receipts[receipt_id], amount, by, now)
    send_credit_note(session, note=note, invoice=invoice, paid_back_minor=sum(s.amount_minor for s in shares), now=now)
    record_act(
        session, actor=actor, action="credited", object_type="order", object_id=order.id,
        newsletter_id=order.newsletter_id, now=now,
        after={"credit_note": note.number, "total_minor": note.total_minor, "reason": note.reason, "back": by.back.value},
    )  # fmt: skip
    return note


def lock_money(session: Session, order: Order) -> Invoice | None:
    """Lock an order, its bookings and its invoice, in this order, and read them anew: one hand at a time on its money."""
    lock_rows(session, Order, [order.id])
    lock_rows(session, Booking, [booking.id for booking in order.bookings])
    invoice = find_invoice_of_order(session, order.id)
    if invoice is not None:
        lock_rows(session, Invoice, [invoice.id])
    return invoice


def _write(
    session: Session,
    order: Order,
    invoice: Invoice,
    credit: Credit,
    reason: str,
    key: str,
    actor: str,
    shares: list[Share],
    back: MoneyBack,
    now: datetime,
) -> CreditNote:
    today = today_of(order.newsletter, now)
    number = next_number(session, CreditNoteSequence, order.newsletter, today.year)
    note = CreditNote(
        key=key, newsletter_id=order.newsletter_id, order=order, invoice_id=invoice.id, currency=order.currency,
        number=f"CN-{today.year}-{number:04d}", net_minor=credit.net_minor, tax_minor=credit.tax_minor,
        net_by_booking={str(p.booking_id): p.net_minor for p in credit.parts if p.net_minor},
        reason=clean_line(reason), issued_on=today, issued_at=now, actor=actor, printed={},
    )  # fmt: skip
    returned = money(sum(share.amount_minor for share in shares), order.currency, cents=True)
    how = {MoneyBack.REFUND: f"{returned} goes back the way it came.", MoneyBack.KEEP: f"{returned} is kept for you."}
    note.printed = print_credit_note(session, note, invoice, how[back] if shares else "It had not been paid.")
    session.add(note)
    session.flush()
    return note


def _post(
    session: Session,
    order: Order,
    note: CreditNote,
    credit: Credit,
    left: OrderMoney,
    shares: list[Share],
    back: MoneyBack,
    now: datetime,
) -> None:
    today = today_of(order.newsletter, now)
    back_to = Account.REFUND_DUE if back is MoneyBack.REFUND else Account.UNAPPLIED
    lines = credited_lines(credit, left.parts, left.open_tax_minor, shares, back_to)
    post_entry(
        session, key=f"cn:{note.id}", kind=EntryKind.CREDITED, order=order, lines=lines, effective_on=today, now=now,
        memo=note.number,
    )  # fmt: skip
    post_entry(
        session, key=f"unbook:cn{note.id}", kind=EntryKind.UNBOOKED, order=order, lines=unbooked_lines(credit),
        effective_on=today, now=now, memo=note.number,
    )  # fmt: skip


def _strike_off(invoice: Invoice, credit: Credit, shares: list[Share], now: datetime) -> None:
    """What had not been paid is owed no more."""
    invoice.credited_minor += credit.total_minor - sum(share.amount_minor for share in shares)
    if invoice.state is InvoiceState.OPEN and invoice.open_minor == 0:
        invoice.move_to(InvoiceState.PAID)
        invoice.closed_at = now


def _by_receipt(shares: list[Share]) -> dict[int, int]:
    amounts: dict[int, int] = {}
    for share in shares:
        amounts[share.receipt_id] = amounts.get(share.receipt_id, 0) + share.amount_minor
    return amounts


def _send_back(
    session: Session, order: Order, note: CreditNote, receipt: Receipt, amount: int, by: Return, now: datetime
) -> None:
    if by.is_made:
        return
    if by.back is MoneyBack.KEEP:
        keep_money(
            session, order=order, receipt=receipt, amount_minor=amount, key=f"cn:{note.id}:{receipt.id}",
            reason=f"Kept, {note.number}", now=now,
        )  # fmt: skip
        return
    add_refund(
        session, order=order, receipt=receipt, amount_minor=amount, cause=f"cn{note.id}:{receipt.id}",
        reason=note.reason, prepare=by.prepare, deployment=by.deployment, credit_note_id=note.id, now=now,
    )  # fmt: skip
