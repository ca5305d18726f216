"""What a flow takes out of the database before it calls the provider: plain values, and no transaction left open."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.core.db import db
from sponsorship.payments.models import Refund
from sponsorship.payments.queries import get_payment_session
from sponsorship.payments.rules import RefundState, SessionState


@contextmanager
def reading() -> Iterator[Session]:
    """Read, and let go: when the block ends no transaction is open, so that a slow provider blocks nobody."""
    session = db.session()
    try:
        yield session
    finally:
        session.rollback()


def let_go() -> None:
    """End whatever the caller was reading: the provider is called next."""
    db.session().rollback()


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A payment session as it stood when it was read."""

    payment_session_id: int
    state: SessionState
    provider_id: str | None
    url: str | None
    request: dict[str, Any]
    idempotency_key: str
    created_at: datetime
    error: str | None


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """A refund as it stood when it was read."""

    refund_id: int
    state: RefundState
    provider_id: str | None
    payment_id: str
    request: dict[str, Any]
    idempotency_key: str


def read_session(payment_session_id: int) -> SessionFacts:
    """Return a payment session's facts; raises NotFound."""
    with reading() as session:
        payment = get_payment_session(session, payment_session_id)
        return SessionFacts(
            payment.id, payment.state, payment.provider_id, payment.url, payment.request,
            payment.idempotency_key, payment.created_at, payment.error,
        )  # fmt: skip


def read_refund(refund_id: int) -> RefundFacts:
    """Return a refund's facts."""
    with reading() as session:
        refund = session.get_one(Refund, refund_id)
        return RefundFacts(
            refund.id, refund.state, refund.provider_id, refund.receipt.reference, refund.request,
            refund.idempotency_key,
        )  # fmt: skip
