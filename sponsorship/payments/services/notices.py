"""Mail about money: who owes what until when, and what became of a payment."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.booking.models import Order
from sponsorship.core.format import local, money
from sponsorship.core.mail import queue_mail
from sponsorship.core.web import page_url
from sponsorship.payments.models import CreditNote, Dispute, Invoice, Receipt
from sponsorship.payments.queries.reversals import list_held_back
from sponsorship.payments.queries.terms import get_seller
from sponsorship.payments.rules import days_late


def send_invoice(session: Session, *, invoice: Invoice, now: datetime) -> None:
    """Queue the mail that brings an invoice, once."""
    _to_contact(
        session, invoice.order, key=f"invoice:{invoice.id}", template="payments/email/invoice", now=now, invoice=invoice,
        bank_details=get_seller(session, invoice.order.newsletter).bank_details.splitlines(),
        attachments=[f"invoice:{invoice.id}"], subject=f"Invoice {invoice.number}, due {_due(invoice)}",
    )  # fmt: skip


def send_reminder(session: Session, *, invoice: Invoice, now: datetime) -> None:
    """Queue the mail that reminds of an invoice, once for each day of the newsletter's."""
    today = local(now, invoice.order.newsletter.timezone).date()
    late = days_late(invoice.due_on, today)
    subject = f"Invoice {invoice.number} was due {_due(invoice)}" if late else f"Invoice {invoice.number} is due"
    _to_contact(
        session, invoice.order, key=f"reminder:{invoice.id}:{today}", template="payments/email/reminder", now=now,
        invoice=invoice, days_late=late, subject=subject, attachments=[f"invoice:{invoice.id}"],
    )  # fmt: skip


def send_credit_note(
    session: Session, *, note: CreditNote, invoice: Invoice, paid_back_minor: int, now: datetime
) -> None:
    """Queue the mail that brings a credit note, once."""
    _to_contact(
        session, note.order, key=f"credit-note:{note.id}", template="payments/email/credit_note", now=now, note=note,
        attachments=[f"credit_note:{note.id}"], invoice=invoice, paid_back_minor=paid_back_minor, 
        subject=f"Credit note {note.number} to invoice {invoice.number}",
    )  # fmt: skip


def tell_moved(session: Session, *, order: Order, moves: list[tuple[str, str]], now: datetime) -> None:
    """Tell buyer and publisher that late money bought the next equivalent dates, as the buyer had agreed to."""
    for queue, who in ((_to_contact, "buyer"), (_to_publisher, "publisher")):
        queue(
            session, order, key=f"late-moved:{order.id}:{who}", template="payments/email/late_moved", now=now,
            moves=moves, subject=f"{order.number}: your dates had gone, these took their place",
        )  # fmt: skip


def tell_disputed(session: Session, *, dispute: Dispute, now: datetime) -> None:
    """Tell the publisher that a payment is disputed, or how that ended."""
    amount = money(dispute.amount_minor, dispute.currency, cents=True)
    _to_publisher(
        session, dispute.order, key=f"dispute:{dispute.provider_id}:{dispute.state.value}:{dispute.is_money_gone}",
        template="payments/email/dispute", now=now, dispute=dispute, amount=amount,
        is_held_back=bool(list_held_back(session, [dispute.order_id])),
        subject=f"{dispute.order.number}: {amount}, {dispute.state.label.lower()}",
    )  # fmt: skip


def tell_not_charged(session: Session, *, order: Order, is_refused: bool, now: datetime) -> None:
    """Tell the buyer that the dates were let go, that no money moved, and where to pick them again."""
    _to_contact(
        session, order, key=f"not-charged:{order.id}", template="payments/email/not_charged", now=now, is_refused=is_refused,
        subject="Your bank refused the payment" if is_refused else "Your hold ran out; you were not charged",
        storefront_url=page_url("storefront.show_storefront", slug=order.newsletter.slug),
    )  # fmt: skip


def tell_refunded(session: Session, *, order: Order, receipt: Receipt, is_double: bool, now: datetime) -> None:
    """Tell buyer and publisher that money came that cannot be used, and that all of it goes back."""
    amount = money(receipt.amount_minor, receipt.currency, cents=True)
    values: dict[str, Any] = {"amount": amount, "is_double": is_double, "now": now}
    key = f"refund:{receipt.id}"
    _to_contact(
        session, order, key=key, template="payments/email/refund", subject=f"We are returning {amount}", **values
    )
    _to_publisher(
        session, order, key=f"{key}:publisher", template="payments/email/refund_publisher",
        subject=f"{order.number}: {amount} goes back", **values,
    )  # fmt: skip


def ask_for_review(session: Session, *, order: Order, reasons: tuple[str, ...], now: datetime) -> None:
    """Tell the publisher that a payment does not fit its order, and that nothing was confirmed."""
    _to_publisher(
        session, order, key=f"review:{order.id}:{'|'.join(reasons)}"[:255], template="payments/email/needs_review",
        reasons=reasons, now=now, subject=f"{order.number}: a payment does not fit, please look",
    )  # fmt: skip


def _to_contact(session: Session, order: Order, *, template: str, **values: Any) -> None:
    if order.contact_email:
        reply_to = order.newsletter.contact_email or None
        _queue(session, order, to=order.contact_email, reply_to=reply_to, template=template, **values)


def _to_publisher(session: Session, order: Order, *, template: str, **values: Any) -> None:
    if order.newsletter.contact_email:
        _queue(session, order, to=order.newsletter.contact_email, template=template, **values)


def _queue(session: Session, order: Order, *, template: str, **values: Any) -> None:
    queue_mail(
        session, template=template, order=order, newsletter=order.newsletter,
        order_url=page_url("storefront.show_order", token=order.token), **values,
    )  # fmt: skip


def _due(invoice: Invoice) -> str:
    return f"{invoice.due_on.day} {invoice.due_on:%B}"
