"""What payments does when something happened elsewhere: what ran is earned."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.booking.queries import get_booking
from sponsorship.core.outbox import Handler
from sponsorship.payments.queries import get_invoice
from sponsorship.payments.queries.reversals import get_credit_note
from sponsorship.payments.rules.reversals import MoneyBack
from sponsorship.payments.services import Return, credit_move, recognise_booking
from sponsorship.payments.services.documents import credit_note_pdf, invoice_pdf


def earn_booking(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A booking ran: what was deferred of it becomes revenue, once."""
    recognise_booking(session, booking=get_booking(session, payload["booking_id"]), now=now)


def settle_move(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A booking moved to a cheaper slot: the difference is credited and kept for the sponsor's next order, once."""
    entry = session.get_one(AuditEntry, payload["entry_id"])
    difference = int((entry.after or {}).get("difference_minor", 0))
    if difference < 0:
        credit_move(
            session, booking=get_booking(session, payload["booking_id"]), difference_minor=-difference,
            key=f"move:{entry.id}", by=Return(_asks_nobody, "", MoneyBack.KEEP), now=now,
        )  # fmt: skip


def _asks_nobody(_payment_id: str, _amount_minor: int, _metadata: Mapping[str, str]) -> dict[str, Any]:
    """What is kept is asked of no provider."""
    return {}


HANDLERS: dict[str, Sequence[Handler]] = {"booking.ran": [earn_booking], "booking.moved": [settle_move]}


def attach_invoice(session: Session, invoice_id: int) -> tuple[str, bytes]:
    """An invoice as a mail carries it."""
    invoice = get_invoice(session, invoice_id)
    return f"invoice-{invoice.number}.pdf", invoice_pdf(invoice)


def attach_credit_note(session: Session, credit_note_id: int) -> tuple[str, bytes]:
    """A credit note as a mail carries it."""
    note = get_credit_note(session, credit_note_id)
    return f"credit-note-{note.number}.pdf", credit_note_pdf(note)


ATTACHERS = {"invoice": attach_invoice, "credit_note": attach_credit_note}
