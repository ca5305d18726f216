"""The outbox: what happened is written with the change; handlers run afterwards, each at least once, until done."""

import logging
import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from sponsorship.core.db import Base, db, transaction, word_enum

log = logging.getLogger(__name__)
Handler = Callable[[Session, dict[str, Any], datetime], None]
MOST_ATTEMPTS = 12

_handlers: dict[str, dict[str, Handler]] = {}


class DeliveryState(StrEnum):
    """How far one handler has come with one event."""

    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"


class OutboxEvent(Base):
    """Something that happened, in the past tense: "booking.held"."""

    __tablename__ = "outbox_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    occurred_at: Mapped[datetime]


class OutboxDelivery(Base):
    """One event on its way to one handler."""

    __tablename__ = "outbox_delivery"
    __table_args__ = (
        UniqueConstraint("event_id", "handler"),
        Index("ix_outbox_delivery_due", "state", "next_attempt_at"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("outbox_event.id"))
    handler: Mapped[str]
    state: Mapped[DeliveryState] = mapped_column(word_enum(DeliveryState), default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    error: Mapped[str | None] = mapped_column(Text)
    event: Mapped[OutboxEvent] = relationship(lazy="joined", innerjoin=True)


def register(handlers: Mapping[str, Iterable[Handler]]) -> None:
    """Add handlers by topic; a handler's name is its module and function, so that its deliveries survive a restart."""
    for topic, functions in handlers.items():
        for function in functions:
            _handlers.setdefault(topic, {})[f"{function.__module__}.{function.__qualname__}"] = function


def publish(session: Session, topic: str, *, now: datetime, **payload: Any) -> None:
    """Write an event and one delivery per handler, in the caller's transaction; values must be JSON."""
    happened = OutboxEvent(topic=topic, payload=payload, occurred_at=now)
    session.add(happened)
    session.flush()
    session.add_all(
        OutboxDelivery(event_id=happened.id, handler=name, state=DeliveryState.PENDING, next_attempt_at=now)
        for name in _handlers.get(topic, {})
    )
    session.flush()


def deliver_due(now: datetime, *, limit: int = 200) -> int:
    """Run the handlers that are due, each in its own transaction; returns how many were done."""
    done = 0
    for delivery_id in _due(now, limit):
        done += _deliver(delivery_id, now)
    return done


def deliver_within(session: Session, now: datetime) -> int:
    """Run the handlers that are due in the caller's transaction, those of what they publish too; returns how many ran.

    For whoever tells a past from beginning to end, all or nothing: what a handler raises is the caller's.
    """
    done = 0
    due = select(OutboxDelivery).where(
        OutboxDelivery.state == DeliveryState.PENDING, OutboxDelivery.next_attempt_at <= now
    )
    while deliveries := session.scalars(due.order_by(OutboxDelivery.id)).all():
        for delivery in deliveries:
            handler = _handlers.get(delivery.event.topic, {}).get(delivery.handler)
            if handler is not None:
                handler(session, delivery.event.payload, now)
            delivery.state = DeliveryState.DONE
        session.flush()
        done += len(deliveries)
    return done


def _due(now: datetime, limit: int) -> list[int]:
    due = select(OutboxDelivery.id).where(
        OutboxDelivery.state == DeliveryState.PENDING, OutboxDelivery.next_attempt_at <= now
    )
    ids = list(db.session.scalars(due.order_by(OutboxDelivery.id).limit(limit)))
    db.session.rollback()
    return ids


def _deliver(delivery_id: int, now: datetime) -> bool:
    """Deliver one; what fails is written down and tried again later, twice as late each time."""
    try:
        with transaction() as session:
            delivery = _claim(session, delivery_id)
            if delivery is None:
                return False
            handler = _handlers.get(delivery.event.topic, {}).get(delivery.handler)
            if handler is not None:
                handler(session, delivery.event.payload, now)
            delivery.state = DeliveryState.DONE
        return True
    except (
        Exception
    ):  # whatever a feature's handler raises is its own: it is noted, and must not stop the other deliveries
        log.warning("delivery %s failed", delivery_id, exc_info=True)
        _note_failure(delivery_id, traceback.format_exc(limit=-3), now)
        return False


def _claim(session: Session, delivery_id: int) -> OutboxDelivery | None:
    claimed = (
        select(OutboxDelivery)
        .where(OutboxDelivery.id == delivery_id, OutboxDelivery.state == DeliveryState.PENDING)
        .with_for_update(skip_locked=True, of=OutboxDelivery)
    )
    return session.scalars(claimed).one_or_none()


def _note_failure(delivery_id: int, error: str, now: datetime) -> None:
    with transaction() as session:
        delivery = session.get_one(OutboxDelivery, delivery_id)
        delivery.attempts += 1
        delivery.error = error
        delivery.next_attempt_at = now + timedelta(seconds=2 ** min(delivery.attempts, 12))
        if delivery.attempts >= MOST_ATTEMPTS:
            delivery.state = DeliveryState.DEAD
