"""What payments does when something happened elsewhere: what ran is earned."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.booking.queries import get_booking, get_live_uses, get_move
from sponsorship.core.outbox import Handler
from sponsorship.payments.queries import get_invoice
from sponsorship.payments.queries.reversals import get_credit_note
from sponsorship.payments.services import recognise_booking
from sponsorship.payments.services.documents import credit_note_pdf, invoice_pdf
from sponsorship.payments.services.moves import credit_move


def earn_booking(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A booking ran: what was deferred of it becomes revenue, once."""
    booking = get_booking(session, payload["booking_id"])
    recognise_booking(session, booking=booking, now=now)
    for use in get_live_uses(session, [booking]):  # paid with a credit: what the credit was given for is earned with it
        if use.grant.booking_id is not None:
            recognise_booking(session, booking=get_booking(session, use.grant.booking_id), now=now)


def credit_cheaper_move(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A booking moved to a cheaper place: the difference is credited, once."""
    move = get_move(session, payload["entry_id"])
    if move.difference_minor < 0:
        credit_move(
            session, booking=get_booking(session, payload["booking_id"]), amount_minor=-move.difference_minor,
            key=f"move:{payload['entry_id']}", reason=f"Moved from {move.from_place} to {move.to_place}",
            actor=move.actor, now=now,
        )  # fmt: skip


HANDLERS: dict[str, Sequence[Handler]] = {"booking.ran": [earn_booking], "booking.moved": [credit_cheaper_move]}


def attach_invoice(session: Session, invoice_id: int) -> tuple[str, bytes]:
    """An invoice as a mail carries it."""
    invoice = get_invoice(session, invoice_id)
    return f"invoice-{invoice.number}.pdf", invoice_pdf(invoice)


def attach_credit_note(session: Session, credit_note_id: int) -> tuple[str, bytes]:
    """A credit note as a mail carries it."""
    note = get_credit_note(session, credit_note_id)
    return f"credit-note-{note.number}.pdf", credit_note_pdf(note)


ATTACHERS = {"invoice": attach_invoice, "credit_note": attach_credit_note}
