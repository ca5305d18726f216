"""What becomes of an invoice that is not paid: void, given up, and paid after all."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Order
from sponsorship.core.db import lock_rows
from sponsorship.core.text import clean_line
from sponsorship.inventory.services import today_of
from sponsorship.payments.errors import InvoicePartlyPaid, NothingOwed
from sponsorship.payments.models import Invoice, JournalEntry
from sponsorship.payments.queries import list_open_parts
from sponsorship.payments.queries.reversals import read_order_money
from sponsorship.payments.rules import Account, EntryKind, InvoiceState, Posting
from sponsorship.payments.rules.reversals import (
    Credit,
    CreditPart,
    credited_lines,
    unbooked_lines,
    written_off_lines,
)
from sponsorship.payments.services.ledger import post_entry


def void_invoice(session: Session, *, invoice: Invoice, reason: str, actor: str, now: datetime) -> Invoice:
    """Void an open invoice whose bookings were cancelled: nothing is owed, nothing is sold any more.

    Raises NothingOwed, and InvoicePartlyPaid where money came: then it is credited.
    """
    _lock(session, invoice)
    order = invoice.order
    if invoice.state is not InvoiceState.OPEN:
        raise NothingOwed
    if invoice.paid_minor:
        raise InvoicePartlyPaid
    left = read_order_money(session, order.id)
    credit = Credit(tuple(CreditPart(part.booking_id, part.net_minor) for part in left.parts), left.tax_minor)
    today = today_of(order.newsletter, now)
    post_entry(
        session, key=f"void:{invoice.id}", kind=EntryKind.VOIDED, order=order, effective_on=today, now=now,
        lines=credited_lines(credit, left.parts, left.open_tax_minor, (), Account.REFUND_DUE), memo=invoice.number,
    )  # fmt: skip
    post_entry(
        session, key=f"unbook:void{invoice.id}", kind=EntryKind.UNBOOKED, order=order, lines=unbooked_lines(credit),
        effective_on=today, now=now, memo=invoice.number,
    )  # fmt: skip
    _close(session, invoice, InvoiceState.VOID, "voided", reason, actor, now)
    return invoice


def write_off_invoice(session: Session, *, invoice: Invoice, reason: str, actor: str, now: datetime) -> Invoice:
    """Give up what is still owed on an invoice: bad debt. Its bookings stand; money may still come. Raises NothingOwed."""
    _lock(session, invoice)
    if invoice.state is not InvoiceState.OPEN:
        raise NothingOwed
    order = invoice.order
    owed = [(part.booking_id, part.amount_minor) for part in list_open_parts(session, order.id)]
    post_entry(
        session, key=f"unc:{invoice.id}:{_times(session, invoice)}", kind=EntryKind.WRITTEN_OFF, order=order,
        lines=written_off_lines(owed), effective_on=today_of(order.newsletter, now), now=now, memo=invoice.number,
    )  # fmt: skip
    _close(session, invoice, InvoiceState.UNCOLLECTIBLE, "written_off", reason, actor, now)
    return invoice


def restore_debt(session: Session, *, invoice: Invoice, actor: str, now: datetime) -> None:
    """Take back a write-off because money came after all: the debt stands again, and can be paid."""
    if invoice.state is not InvoiceState.UNCOLLECTIBLE:
        return
    order = invoice.order
    entry = _write_offs(session, invoice)[-1]
    post_entry(
        session, key=f"restore:{entry.id}", kind=EntryKind.RESTORED, order=order, reverses_id=entry.id,
        effective_on=today_of(order.newsletter, now), now=now, memo=invoice.number,
        lines=[Posting(line.account, -line.amount_minor, line.booking_id) for line in entry.lines],
    )  # fmt: skip
    _close(session, invoice, InvoiceState.OPEN, "restored", "", actor, now)


def _write_offs(session: Session, invoice: Invoice) -> list[JournalEntry]:
    query = session.query(JournalEntry).filter(
        JournalEntry.order_id == invoice.order_id, JournalEntry.kind == EntryKind.WRITTEN_OFF
    )
    return query.order_by(JournalEntry.id).all()


def _times(session: Session, invoice: Invoice) -> int:
    return len(_write_offs(session, invoice)) + 1


def _lock(session: Session, invoice: Invoice) -> None:
    lock_rows(session, Order, [invoice.order_id])
    lock_rows(session, Invoice, [invoice.id])


def _close(
    session: Session, invoice: Invoice, state: InvoiceState, action: str, reason: str, actor: str, now: datetime
) -> None:
    before = invoice.state.value
    invoice.move_to(state)
    invoice.closed_at = now if state is not InvoiceState.OPEN else None
    invoice.close_reason = clean_line(reason)
    session.flush()
    record_act(
        session, actor=actor, action=action, object_type="invoice", object_id=invoice.id,
        newsletter_id=invoice.newsletter_id, now=now, before={"state": before},
        after={"state": state.value, "reason": invoice.close_reason},
    )  # fmt: skip
