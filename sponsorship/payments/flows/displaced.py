"""Refunds that sponsors chose when their slot fell away: each booking is cancelled at no cost, and its money goes back."""

from datetime import datetime

from sponsorship.booking.queries import get_displacement, list_refunds_chosen
from sponsorship.booking.services import reopen_displacement, resolve_displacement
from sponsorship.core.config import Settings
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.payments.gateway import PaymentGateway
from sponsorship.payments.services import cancel_order
from sponsorship.payments.services.credit_notes import Return


def refund_displaced(*, gateway: PaymentGateway, settings: Settings, now: datetime) -> int:
    """Carry out the refunds that were chosen, each in a transaction of its own; one that cannot be is put back to choose.

    The provider is called by whoever sends refunds; here they are decided and posted.
    """
    ids = list_refunds_chosen(db.session())
    db.session.rollback()
    done = 0
    for displacement_id in ids:
        try:
            _refund(displacement_id, gateway, settings, now)
            done += 1
        except DomainError as refusal:
            with transaction() as session:
                displacement = get_displacement(session, displacement_id)
                reopen_displacement(session, displacement=displacement, why=refusal.message, actor="payments", now=now)
    return done


def _refund(displacement_id: int, gateway: PaymentGateway, settings: Settings, now: datetime) -> None:
    with transaction() as session:
        displacement = get_displacement(session, displacement_id)
        booking = displacement.booking
        if booking.order is None:
            raise DomainError("There is no order that could be paid back.")
        note = cancel_order(
            session, order=booking.order, booking_ids=[booking.id], reason=displacement.cause.label,
            key=f"displacement:{displacement.id}", actor=displacement.chosen_by,
            by=Return(gateway.prepare_refund, settings.deployment), now=now,
        )  # fmt: skip
        outcome = "Cancelled, the money is on its way back" if note else "Cancelled, nothing is owed any more"
        resolve_displacement(session, displacement=displacement, outcome=outcome, actor=displacement.chosen_by, now=now)
