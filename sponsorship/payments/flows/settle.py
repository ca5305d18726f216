"""Settling: the inbox of webhooks, and what no webhook told us about."""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sponsorship.booking.rules import OrderState
from sponsorship.core.config import Settings
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.payments.flows.checkout import release_order, settle_session
from sponsorship.payments.flows.facts import let_go, reading
from sponsorship.payments.flows.provider_invoices import sync_invoice, sync_invoices
from sponsorship.payments.flows.refunds import send_due_refunds, sync_dispute, sync_refund, sync_untold, sync_warning
from sponsorship.payments.gateway import (
    PaymentGateway,
    ProviderDispute,
    ProviderEvent,
    ProviderRefund,
    ProviderUnavailable,
    ProviderWarning,
)
from sponsorship.payments.queries import (
    find_payment_session,
    find_session_by_metadata,
    list_confirmed,
    list_due_events,
    list_overdue_checkouts,
    list_unsettled_sessions,
)
from sponsorship.payments.rules import InboxState
from sponsorship.payments.services import APP, claim_event, close_event, store_event

OPEN_UNSEEN_FOR = timedelta(seconds=50)
AWAITING_UNSEEN_FOR = timedelta(minutes=30)
EVENT_OVERLAP = timedelta(hours=48)
NOT_BY_WEBHOOK = '{"note": "found by reconciling, not sent"}'

Follower = ProviderRefund | ProviderDispute | ProviderWarning  # what comes after a payment, and names it

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a pass over everything open did: how many of each were looked at, how many orders it found paid.

    `untold` counts the refunds and disputes that the provider's lists had and our books had not, or otherwise.
    """

    events: int
    sessions: int
    released: int
    refunds: int
    confirmed: int
    untold: int


def settle_inbox(*, gateway: PaymentGateway, settings: Settings, now: datetime, limit: int = 100) -> int:
    """Settle the webhook events that are due; returns how many were settled or ignored. One that fails holds up none."""
    with reading() as session:
        due = list_due_events(session, now, limit)
    return sum(_settle_row(row_id, gateway, settings, now) for row_id in due)


def settle_provider_session(
    provider_id: str, *, gateway: PaymentGateway, settings: Settings, now: datetime
) -> OrderState | None:
    """Settle the session that the provider knows by this id; None where it is none of ours.

    A session whose opening was never answered is known by its metadata.
    """
    told = None
    with reading() as session:
        payment = find_payment_session(session, provider_id)
        payment_session_id = payment.id if payment is not None else None
    if payment_session_id is None:
        told = gateway.fetch_session(provider_id)
        if told.metadata.get("app") != APP or told.metadata.get("deployment") != settings.deployment:
            return None
        with reading() as session:
            payment = find_session_by_metadata(session, told.metadata)
            if payment is None or payment.provider_id is not None:
                return None
            payment_session_id = payment.id
    return settle_session(payment_session_id, gateway=gateway, now=now, told=told)


def reconcile(*, gateway: PaymentGateway, settings: Settings, now: datetime, deep: bool = False) -> Reconciled:
    """Look at all that may have moved on without our knowing: sessions, holds, refunds.

    `deep` lists the provider's events too, and its refunds and disputes themselves, since it may fail to make an event at
    all. What is out of reach now is tried in the next pass.
    """
    if deep:
        _fetch_events(gateway, now)
    events = settle_inbox(gateway=gateway, settings=settings, now=now)
    with reading() as session:
        unsettled = list_unsettled_sessions(
            session,
            now,
            open_unseen_for=timedelta(0) if deep else OPEN_UNSEEN_FOR,
            awaiting_unseen_for=timedelta(0) if deep else AWAITING_UNSEEN_FOR,
        )
        confirmed_before = list_confirmed(session, unsettled)  # an invoice of theirs is being paid
    settle = partial(settle_session, gateway=gateway, now=now)
    settled = {session_id: _try(settle, session_id, "session") for session_id in unsettled}
    states = [state for session_id, state in settled.items() if session_id not in confirmed_before]
    with reading() as session:
        overdue = list_overdue_checkouts(session, now)
    release = partial(release_order, gateway=gateway, now=now)
    released = [_try(release, order_id, "order") for order_id in overdue]
    sync_invoices(gateway=gateway, settings=settings, now=now, deep=deep)
    refunds = send_due_refunds(gateway=gateway, now=now)
    untold = sync_untold(gateway=gateway, now=now) if deep else 0
    confirmed = [*states, *released].count(OrderState.CONFIRMED)
    if confirmed:
        log.warning("reconciling found %s paid orders of which no webhook had told", confirmed)
    return Reconciled(events, len(unsettled), len(overdue), refunds, confirmed, untold)


def _settle_row(row_id: int, gateway: PaymentGateway, settings: Settings, now: datetime) -> bool:
    with transaction() as session:
        row = claim_event(session, event_row_id=row_id, now=now)
        if row is None:
            return False
        event = ProviderEvent(row.event_id, row.topic, row.object_id, row.is_live)
    error = None
    try:
        state = _settle_event(event, gateway, settings, now)
    except ProviderUnavailable as away:
        state, error = InboxState.FAILED, str(away)
    except (
        Exception
    ):  # whatever it is, this event is kept with its error and tried again; the others are settled meanwhile
        db.session.rollback()
        log.exception("event %s failed", event.event_id)
        state, error = InboxState.FAILED, traceback.format_exc(limit=-3)
    with transaction() as session:
        close_event(session, event_row_id=row_id, state=state, error=error, now=now)
    return state is not InboxState.FAILED


def _settle_event(event: ProviderEvent, gateway: PaymentGateway, settings: Settings, now: datetime) -> InboxState:
    """Settle the object that an event is about; events of other modes, kinds and installations are none of our business."""
    if event.is_live != (settings.stripe_mode == "live") or event.object_id is None:
        return InboxState.IGNORED
    if event.topic.startswith("checkout.session."):
        return _settled(settle_provider_session(event.object_id, gateway=gateway, settings=settings, now=now))
    followers: dict[str, tuple[Callable[..., object], Callable[[str], Follower]]] = {
        "refund.": (sync_refund, gateway.fetch_refund),
        "charge.dispute.": (sync_dispute, gateway.fetch_dispute),
        "radar.early_fraud_warning.": (sync_warning, gateway.fetch_warning),
    }
    if event.topic.startswith(("invoice.", "invoice_payment.")):
        is_payment = event.topic.startswith("invoice_payment.")
        invoice_id = gateway.name_invoice_of(event.object_id) if is_payment else event.object_id
        return _settled(sync_invoice(invoice_id, gateway=gateway, now=now))
    found = next((acts for beginning, acts in followers.items() if event.topic.startswith(beginning)), None)
    if found is None:
        return InboxState.IGNORED
    sync, fetch = found
    outcome = sync(event.object_id, gateway=gateway, now=now)
    if outcome is None and _settle_payment(fetch(event.object_id).payment_id, gateway, settings, now):
        outcome = sync(event.object_id, gateway=gateway, now=now)
    return _settled(outcome)


def _settled(outcome: object) -> InboxState:
    """What an event's row becomes: one that is about nothing of ours is ignored."""
    return InboxState.IGNORED if outcome is None else InboxState.SETTLED


def _settle_payment(payment_id: str | None, gateway: PaymentGateway, settings: Settings, now: datetime) -> bool:
    """Settle the payment first of which something is told that comes after it; False where it is none of ours."""
    told = gateway.find_session_of_payment(payment_id) if payment_id else None
    if told is None:
        invoice_id = gateway.find_invoice_of_payment(payment_id) if payment_id else None
        return invoice_id is not None and sync_invoice(invoice_id, gateway=gateway, now=now) is not None
    settled = settle_provider_session(told.provider_id, gateway=gateway, settings=settings, now=now)
    return settled is not None


def _fetch_events(gateway: PaymentGateway, now: datetime) -> None:
    """Put the events of the last two days into the inbox that never reached us."""
    let_go()
    try:
        events = gateway.list_events_since(now - EVENT_OVERLAP)
    except ProviderUnavailable:
        log.warning("the provider's events could not be listed")
        return
    for event in events:
        with transaction() as session:
            store_event(session, event=event, payload=NOT_BY_WEBHOOK, now=now)


def _try(act: Callable[[int], OrderState], row_id: int, kind: str) -> OrderState | None:
    """Do one of many; what fails is logged and left for the next pass."""
    try:
        return act(row_id)
    except DomainError as trouble:
        log.warning("%s %s could not be settled: %s", kind, row_id, trouble)
        return None
