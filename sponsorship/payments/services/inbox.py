"""The webhook inbox: an event is stored once, and settled once, whenever and however often it comes."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sponsorship.core.db import lock_rows
from sponsorship.payments.gateway import ProviderEvent
from sponsorship.payments.models import WebhookEvent
from sponsorship.payments.queries import find_event
from sponsorship.payments.rules import INBOX_CLAIM, InboxState, retry_pause

DUE_STATES = (InboxState.NEW, InboxState.FAILED)


def store_event(session: Session, *, event: ProviderEvent, payload: str, now: datetime) -> bool:
    """Put a verified event into the inbox; False where it is there already, and is settled by its state, not again."""
    if find_event(session, event.event_id) is not None:
        return False
    row = WebhookEvent(
        event_id=event.event_id, topic=event.topic, object_id=event.object_id, is_live=event.is_live, payload=payload,
        received_at=now, state=InboxState.NEW, next_attempt_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # the same event was stored by another process in the same moment
        return False
    return True


def claim_event(session: Session, *, event_row_id: int, now: datetime) -> WebhookEvent | None:
    """Take an event to settle it, for a minute; None where it is settled, or another process has it."""
    row: WebhookEvent = lock_rows(session, WebhookEvent, [event_row_id])[0]
    if row.state not in DUE_STATES or row.next_attempt_at > now:
        return None
    row.attempts += 1
    row.next_attempt_at = now + INBOX_CLAIM
    return row


def close_event(session: Session, *, event_row_id: int, state: InboxState, error: str | None, now: datetime) -> None:
    """Note how settling an event ended; what failed is tried again later."""
    row: WebhookEvent = lock_rows(session, WebhookEvent, [event_row_id])[0]
    row.state, row.error = state, error
    if state is InboxState.FAILED:
        row.next_attempt_at = now + retry_pause(row.attempts)
