"""Refunds: asked of the provider with a frozen request and key, as often as it takes, given once."""

from datetime import datetime

from sponsorship.booking.queries import get_order_by_id
from sponsorship.core.db import transaction
from sponsorship.payments.flows.facts import RefundFacts, let_go, read_refund, reading
from sponsorship.payments.gateway import PaymentGateway, ProviderRefund, ProviderRefused, ProviderUnavailable
from sponsorship.payments.models import Refund
from sponsorship.payments.queries import find_refund, list_due_refunds, list_refunds_of_payment
from sponsorship.payments.queries.reversals import find_receipt_of_payment
from sponsorship.payments.rules import RefundState
from sponsorship.payments.rules.reversals import DisputeState
from sponsorship.payments.services import import_refund, note_dispute, note_refund, note_refund_trouble


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


def send_due_refunds(*, gateway: PaymentGateway, now: datetime) -> int:
    """Send, or ask about, every refund that is due; returns how many."""
    with reading() as session:
        due = list_due_refunds(session, now)
    for refund_id in due:
        send_refund(refund_id, gateway=gateway, now=now)
    return len(due)


def _send(facts: RefundFacts, gateway: PaymentGateway) -> ProviderRefund:
    """Send the frozen request; where the answer was lost, look whether the refund was made."""
    try:
        return gateway.send_refund(facts.request, key=facts.idempotency_key)
    except (ProviderUnavailable, ProviderRefused):
        found = gateway.find_refund(facts.payment_id, facts.request["metadata"])
        if found is None:
            raise
        return found
