"""Refunds: asked of the provider with a frozen request and key, as often as it takes, given once."""

import logging
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from sponsorship.booking.queries import get_order_by_id
from sponsorship.core.db import transaction
from sponsorship.core.errors import DomainError
from sponsorship.payments.flows.facts import RefundFacts, let_go, read_refund, reading
from sponsorship.payments.gateway import (
    PaymentGateway,
    ProviderDispute,
    ProviderRefund,
    ProviderRefused,
    ProviderUnavailable,
    ProviderWarning,
)
from sponsorship.payments.models import Refund
from sponsorship.payments.queries import find_refund, list_due_refunds, list_refunds_of_payment
from sponsorship.payments.queries.reversals import find_dispute, find_receipt_of_payment, find_task_of
from sponsorship.payments.rules import REFUND_STEPS, RefundState
from sponsorship.payments.rules.reversals import STANDING_DISPUTES, DisputeState, judge_dispute
from sponsorship.payments.services import import_refund, note_dispute, note_refund, note_refund_trouble, note_warning

WINDOW = timedelta(days=90)

log = logging.getLogger(__name__)


def send_refund(refund_id: int, *, gateway: PaymentGateway, now: datetime) -> RefundState:
    """Ask for a refund, or, where it was asked for, how it stands; returns its state. Trouble is noted and tried later."""
    facts = read_refund(refund_id)
    try:
        told = gateway.fetch_refund(facts.provider_id) if facts.provider_id else _send(facts, gateway)
    except (ProviderUnavailable, ProviderRefused) as trouble:
        is_final = isinstance(trouble, ProviderRefused)
        with transaction() as session:
            refund = session.get_one(Refund, refund_id)
            note_refund_trouble(session, refund=refund, error=str(trouble), is_final=is_final, now=now)
            return refund.state
    with transaction() as session:
        return note_refund(session, refund=session.get_one(Refund, refund_id), told=told, now=now).state


def sync_refund(provider_id: str, *, gateway: PaymentGateway, now: datetime) -> RefundState | None:
    """Move a refund to where the provider says it is; None where its payment is none of ours.

    One that nobody here asked for (made in the provider's dashboard) is taken into the books.
    """
    let_go()
    told = gateway.fetch_refund(provider_id)
    with transaction() as session:
        refund = find_refund(session, provider_id)
        if refund is None and told.payment_id is not None:
            ours = list_refunds_of_payment(session, told.payment_id)
            refund = next((r for r in ours if r.provider_id is None and r.request["metadata"] == told.metadata), None)
        if refund is not None:
            return note_refund(session, refund=refund, told=told, now=now).state
        receipt = find_receipt_of_payment(session, told.payment_id or "")
        if receipt is None:
            return None
        order = get_order_by_id(session, receipt.order_id)
        return import_refund(session, order=order, receipt=receipt, told=told, now=now).state


def sync_dispute(provider_id: str, *, gateway: PaymentGateway, now: datetime) -> DisputeState | None:
    """Move a dispute to where the provider says it is; None where the payment is none of ours, or not in the books yet."""
    let_go()
    told = gateway.fetch_dispute(provider_id)
    with transaction() as session:
        receipt = find_receipt_of_payment(session, told.payment_id or "")
        if receipt is None:
            return None
        order = get_order_by_id(session, receipt.order_id)
        return note_dispute(session, order=order, receipt=receipt, told=told, now=now).state


def sync_warning(provider_id: str, *, gateway: PaymentGateway, now: datetime) -> str | None:
    """Ask a person about a payment that may be fraud; returns the task's key, None where the payment is none of ours."""
    let_go()
    told = gateway.fetch_warning(provider_id)
    with transaction() as session:
        receipt = find_receipt_of_payment(session, told.payment_id or "")
        if receipt is None:
            return None
        order = get_order_by_id(session, receipt.order_id)
        return note_warning(session, order=order, receipt=receipt, told=told, now=now).key


def send_due_refunds(*, gateway: PaymentGateway, now: datetime) -> int:
    """Send, or ask about, every refund that is due; returns how many."""
    with reading() as session:
        due = list_due_refunds(session, now)
    for refund_id in due:
        send_refund(refund_id, gateway=gateway, now=now)
    return len(due)


def sync_untold(*, gateway: PaymentGateway, now: datetime) -> int:
    """Take in the refunds, disputes and warnings of the last 90 days of which no event told; returns how many there were.

    The lists of the objects themselves are asked for: the provider may fail to make an event at all, and then there is none
    to be found afterwards.
    """
    let_go()
    since = now - WINDOW
    try:
        refunds, disputes = gateway.list_refunds_since(since), gateway.list_disputes_since(since)
        warnings = gateway.list_warnings_since(since)
    except ProviderUnavailable:
        log.warning("the provider's refunds, disputes and warnings could not be listed")
        return 0
    with reading() as session:
        new_refunds = [one.provider_id for one in reversed(refunds) if _is_refund_news(session, one)]
        new_disputes = [one.provider_id for one in reversed(disputes) if _is_dispute_news(session, one)]
        new_warnings = [one.provider_id for one in reversed(warnings) if _is_warning_news(session, one)]
    news = ((sync_refund, new_refunds), (sync_dispute, new_disputes), (sync_warning, new_warnings))
    for sync, provider_ids in news:
        for provider_id in provider_ids:
            log.warning("reconciling found %s, of which no webhook had told", provider_id)
            try:
                sync(provider_id, gateway=gateway, now=now)
            except DomainError as trouble:
                log.warning("%s could not be settled: %s", provider_id, trouble)
    return sum(len(provider_ids) for _, provider_ids in news)


def _is_refund_news(session: Session, told: ProviderRefund) -> bool:
    """Whether the provider says more of a refund than our books do; refunds of other programs' payments are none of ours."""
    if find_receipt_of_payment(session, told.payment_id or "") is None:
        return False
    refund = find_refund(session, told.provider_id)
    return refund is None or (not refund.is_by_hand and told.state in REFUND_STEPS[refund.state])


def _is_dispute_news(session: Session, told: ProviderDispute) -> bool:
    """The same of a dispute: its state while it stands, what the bank took and gave back, what it costs."""
    if find_receipt_of_payment(session, told.payment_id or "") is None:
        return False
    dispute = find_dispute(session, told.provider_id)
    if dispute is None:
        return True
    has_moved = dispute.state in STANDING_DISPUTES and dispute.state is not judge_dispute(told.status)
    is_money_gone = told.withdrawn_minor > told.reinstated_minor
    has_flowed = dispute.is_money_gone != is_money_gone or dispute.fee_minor != told.fee_minor
    return has_moved or has_flowed


def _is_warning_news(session: Session, told: ProviderWarning) -> bool:
    """The same of a fraud warning: whether nobody was asked about it, though something can be done."""
    if not told.is_actionable or find_receipt_of_payment(session, told.payment_id or "") is None:
        return False
    return find_task_of(session, f"fraud:{told.provider_id}") is None


def _send(facts: RefundFacts, gateway: PaymentGateway) -> ProviderRefund:
    """Send the frozen request; where the answer was lost, look whether the refund was made."""
    try:
        return gateway.send_refund(facts.request, key=facts.idempotency_key)
    except (ProviderUnavailable, ProviderRefused):
        found = gateway.find_refund(facts.payment_id, facts.request["metadata"])
        if found is None:
            raise
        return found
