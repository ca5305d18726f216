"""Reads about the demo: whether it is there, and what its story says was paid by card."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.demo.rules.newsletter import PUBLISHER_ADDRESS, SLUG, STORY_PAYMENT
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import Receipt
from sponsorship.payments.rules import ReceiptSource
from sponsorship.payments.services import APP


def find_demo(session: Session) -> Newsletter | None:
    """Return the demo's newsletter, told by its slug and its publisher, or None."""
    query = select(Newsletter).where(Newsletter.slug == SLUG, Newsletter.contact_email == PUBLISHER_ADDRESS)
    return session.scalars(query).one_or_none()


def list_payments_before(session: Session, deployment: str) -> list[dict[str, Any]]:
    """Return the story's card payments as the stand-in is told of them: it was not there when they were made."""
    query = select(Receipt).where(
        Receipt.source == ReceiptSource.STRIPE, Receipt.reference.startswith(STORY_PAYMENT, autoescape=True)
    )
    return [
        {
            "payment_intent": receipt.reference, "amount": receipt.amount_minor, "currency": receipt.currency.lower(),
            "fee": receipt.fee_minor, "created": int(receipt.received_at.timestamp()),
            "metadata": {"app": APP, "deployment": deployment, "order_id": str(receipt.order_id)},
        }
        for receipt in session.scalars(query.order_by(Receipt.received_at))
    ]  # fmt: skip
