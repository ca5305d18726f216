"""The payment page of an open invoice: opened over what is still owed, ended when that has changed, settled like any other."""

from datetime import datetime

from sponsorship.booking.models import Order
from sponsorship.booking.queries import get_order
from sponsorship.core.config import Settings
from sponsorship.core.db import lock_rows, transaction
from sponsorship.payments.errors import NothingOwed
from sponsorship.payments.flows.checkout import UNKNOWN_TO_PROVIDER, release_order, resume_session, settle_session
from sponsorship.payments.flows.facts import read_session, reading
from sponsorship.payments.flows.provider_invoices import find_invoice_page
from sponsorship.payments.gateway import PaymentGateway, ProviderRefused
from sponsorship.payments.queries import find_invoice_of_order, find_standing_session
from sponsorship.payments.services import begin_invoice_session, describe_invoice_session


def pay_invoice(*, order_token: str, gateway: PaymentGateway, settings: Settings, now: datetime) -> str | None:
    """Return the address of a payment page over what is open on the order's invoice: the one that stands, or a new one.

    Where the invoice was sent through the provider it is the page of that.

    A page over another amount is ended first; one that ended by itself, or that the provider does not know (its data are
    others than when it was opened), is followed by a new one. None where it turns out to be done with. Raises NothingOwed,
    ProviderUnavailable, ProviderRefused.
    """
    order_id, invoice_id = _end_outdated(order_token, gateway, now)
    at_provider = find_invoice_page(invoice_id, gateway=gateway, now=now)
    if at_provider is not None:
        return at_provider
    for _ in range(2):
        payment_session_id = _begin(order_token, gateway, settings, now)
        try:
            url = resume_session(payment_session_id, gateway=gateway, now=now)
        except ProviderRefused as refusal:
            if read_session(payment_session_id).created_at >= now:
                raise
            if refusal.code == UNKNOWN_TO_PROVIDER:
                release_order(order_id, gateway=gateway, now=now)
            continue  # otherwise a request from an earlier visit that has grown too old to be accepted
        if url is not None:
            return url
    return None


def settle_invoice(*, order_token: str, gateway: PaymentGateway, now: datetime) -> bool:
    """Ask the provider about the invoice's page where one stands; returns whether the invoice is paid now."""
    with reading() as session:
        standing = find_standing_session(session, get_order(session, order_token).id)
        standing_id = standing.id if standing is not None else None
    if standing_id is not None:
        settle_session(standing_id, gateway=gateway, now=now)
    with reading() as session:
        invoice = find_invoice_of_order(session, get_order(session, order_token).id)
        return invoice is not None and not invoice.open_minor


def _end_outdated(order_token: str, gateway: PaymentGateway, now: datetime) -> tuple[int, int]:
    """End a page that asks for another sum than is owed now: money came by bank, or a booking was credited.

    Returns the order's id, and its invoice's.
    """
    with reading() as session:
        order_id = get_order(session, order_token).id
        invoice, standing = find_invoice_of_order(session, order_id), find_standing_session(session, order_id)
        if invoice is None or not invoice.open_minor:
            raise NothingOwed
        invoice_id = invoice.id
        is_outdated = standing is not None and standing.amount_minor != invoice.open_minor
    if is_outdated:
        release_order(order_id, gateway=gateway, now=now)
    return order_id, invoice_id


def _begin(order_token: str, gateway: PaymentGateway, settings: Settings, now: datetime) -> int:
    """Commit that a page is wanted, its request frozen; returns the standing session where there is one."""
    with transaction() as session:
        order = get_order(session, order_token)
        lock_rows(session, Order, [order.id])
        standing = find_standing_session(session, order.id)
        if standing is not None:
            return standing.id
        invoice = find_invoice_of_order(session, order.id)
        if invoice is None or not invoice.open_minor:
            raise NothingOwed
        wanted = describe_invoice_session(session, invoice=invoice, deployment=settings.deployment, now=now)
        payment = begin_invoice_session(
            session, invoice=invoice, wanted=wanted, request=gateway.prepare_session(wanted),
            is_live=settings.stripe_mode == "live", now=now,
        )  # fmt: skip
        return payment.id
