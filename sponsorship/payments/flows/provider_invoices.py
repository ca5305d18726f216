"""Invoices at the provider: issued after ours, settled by what was paid there, closed when ours is."""

import logging
from collections.abc import Callable
from datetime import datetime

from sponsorship.core.config import Settings
from sponsorship.core.db import transaction
from sponsorship.core.errors import DomainError
from sponsorship.payments.flows.facts import let_go, reading
from sponsorship.payments.gateway import PaymentGateway, ProviderInvoice, ProviderRefused
from sponsorship.payments.queries import get_invoice
from sponsorship.payments.queries.provider_invoices import (
    find_invoice_at_provider,
    list_invoices_at_provider,
    list_unsent_invoices,
)
from sponsorship.payments.rules import InvoiceState
from sponsorship.payments.rules.provider_invoices import ProviderStep, next_step
from sponsorship.payments.services.provider_invoices import (
    apply_provider_invoice,
    describe_provider_invoice,
    note_provider_invoice,
    note_provider_trouble,
)

log = logging.getLogger(__name__)


def sync_invoices(*, gateway: PaymentGateway, settings: Settings, now: datetime, deep: bool = False) -> int:
    """Issue what is not at the provider yet, and settle what no longer says the same; `deep` asks about all that are open.

    Returns how many invoices were looked at. What is out of reach now is tried in the next pass.
    """
    with reading() as session:
        unsent, standing = list_unsent_invoices(session), list_invoices_at_provider(session, only_changed=not deep)
    for invoice_id in unsent:
        _try(lambda one=invoice_id: _issue(one, gateway, settings, now), invoice_id)  # type: ignore[misc]
    for invoice_id, provider_id in standing:
        _try(lambda one=provider_id: sync_invoice(one, gateway=gateway, now=now), invoice_id)  # type: ignore[misc]
    return len(unsent) + len(standing)


def sync_invoice(provider_id: str, *, gateway: PaymentGateway, now: datetime) -> InvoiceState | None:
    """Take what was paid on the provider's page into the books, then have the page say what our invoice says.

    None where it is no invoice of ours. Raises ProviderUnavailable, ProviderRefused.
    """
    let_go()
    told = gateway.fetch_invoice(provider_id)
    with transaction() as session:
        invoice = find_invoice_at_provider(session, provider_id)
        if invoice is None:
            return None
        state = apply_provider_invoice(session, invoice=invoice, told=told, prepare=gateway.prepare_refund, now=now)
        invoice_id, step = invoice.id, next_step(invoice.state, invoice.open_minor, told.status, told.open_minor)
    if step is not None:
        _take_step(step, invoice_id, told, gateway, now)
    return state


def find_invoice_page(invoice_id: int, *, gateway: PaymentGateway, now: datetime) -> str | None:
    """Return the address of the provider's page for an invoice where one takes just what is owed now, else None."""
    with reading() as session:
        provider_id = get_invoice(session, invoice_id).provider_id
    if provider_id is None or sync_invoice(provider_id, gateway=gateway, now=now) is not InvoiceState.OPEN:
        return None
    with reading() as session:
        invoice = get_invoice(session, invoice_id)
        return invoice.provider_url if invoice.provider_status == "open" else None


def _issue(invoice_id: int, gateway: PaymentGateway, settings: Settings, now: datetime) -> None:
    """Issue an invoice there; the key changes by the hour, since a failure is kept with it, and a search comes first."""
    with reading() as session:
        invoice = get_invoice(session, invoice_id)
        wanted = describe_provider_invoice(session, invoice=invoice, deployment=settings.deployment)
        key, since = f"{settings.deployment}:inv:{invoice.order_id}:{now:%Y%m%d%H}", invoice.order.created_at
    try:
        told = gateway.issue_invoice(wanted, since=since, key=key)
    except ProviderRefused as refusal:
        with transaction() as session:
            note_provider_trouble(session, invoice=get_invoice(session, invoice_id), error=str(refusal), now=now)
        return
    with transaction() as session:
        note_provider_invoice(session, invoice=get_invoice(session, invoice_id), told=told, now=now)


def _take_step(
    step: ProviderStep, invoice_id: int, told: ProviderInvoice, gateway: PaymentGateway, now: datetime
) -> None:
    act = {
        ProviderStep.VOID: gateway.void_invoice,
        ProviderStep.GIVE_UP: gateway.give_up_invoice,
        ProviderStep.CLOSE_PAID: gateway.close_paid_invoice,
    }[step]
    try:
        act(told.provider_id, key=f"{told.provider_id}:{step}")
    except ProviderRefused as refusal:
        with transaction() as session:
            note_provider_trouble(session, invoice=get_invoice(session, invoice_id), error=str(refusal), now=now)
    told = gateway.fetch_invoice(told.provider_id)
    with transaction() as session:
        note_provider_invoice(session, invoice=get_invoice(session, invoice_id), told=told, now=now)


def _try(act: Callable[[], object], invoice_id: int) -> None:
    """Do one of many; what fails is logged and left for the next pass."""
    try:
        act()
    except DomainError as trouble:
        log.warning("invoice %s could not be settled with the provider: %s", invoice_id, trouble)
