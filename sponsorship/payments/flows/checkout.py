"""A payment page from the first click to its end: commit, call the provider, commit. Each step can be taken again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sponsorship.booking.models import Order
from sponsorship.booking.queries import get_order, get_order_by_id
from sponsorship.booking.rules import OrderState
from sponsorship.booking.services import cancel_order, give_details, lapse_order
from sponsorship.core.config import Settings
from sponsorship.core.db import lock_rows, transaction
from sponsorship.payments.flows.facts import SessionFacts, read_session, reading
from sponsorship.payments.gateway import PaymentGateway, ProviderRefused, ProviderSession, ProviderUnavailable
from sponsorship.payments.queries import find_standing_session, get_payment_session, list_payment_sessions
from sponsorship.payments.rules import SessionState, SessionVerdict
from sponsorship.payments.services import (
    accept_other_dates,
    apply_session,
    begin_session,
    check_credit,
    confirm_free,
    confirm_on_invoice,
    decide_tax,
    describe_session,
    drop_session,
    note_failure,
    note_session,
)

UNKNOWN_TO_PROVIDER = "resource_missing"


def check_out(
    *,
    order_token: str,
    details: Mapping[str, Any],
    is_invoice: bool,
    accepts_other_dates: bool = False,
    user_id: int | None,
    gateway: PaymentGateway,
    settings: Settings,
    now: datetime,
) -> str | None:
    """Write down who buys, then confirm on invoice, or return the payment page's address; None where the order is confirmed.

    An order that costs nothing is confirmed at once. On invoice only where the person `user_id` acts for the sponsor that the
    details name, so that nobody buys on another's credit. Raises what give_details, confirm_on_invoice and open_checkout do.
    """
    with transaction() as session:
        order = give_details(session, order=get_order(session, order_token), now=now, **details)
        decide_tax(session, order=order, now=now)
        accept_other_dates(session, order=order, accepts=accepts_other_dates)
        if is_invoice:
            check_credit(session, order=order, user_id=user_id)
            confirm_on_invoice(session, order=order, now=now)
            return None
        if order.total_minor == 0:
            confirm_free(session, order=order, now=now)
            return None
    return open_checkout(order_token=order_token, gateway=gateway, settings=settings, now=now)


def open_checkout(*, order_token: str, gateway: PaymentGateway, settings: Settings, now: datetime) -> str | None:
    """Return the address of the order's payment page: the one that is open, or a new one.

    None where the page turns out to be done with: the order says what became of it. Raises HoldExpired, TooManySessions,
    ProviderUnavailable (ask again: the slots stay held), ProviderRefused.
    """
    payment_session_id = begin_checkout(order_token=order_token, gateway=gateway, settings=settings, now=now)
    try:
        return resume_session(payment_session_id, gateway=gateway, now=now)
    except ProviderRefused:
        if read_session(payment_session_id).created_at >= now:
            raise
    # The request was from an earlier visit that came to nothing, and has grown too old to be accepted.
    payment_session_id = begin_checkout(order_token=order_token, gateway=gateway, settings=settings, now=now)
    return resume_session(payment_session_id, gateway=gateway, now=now)


def begin_checkout(*, order_token: str, gateway: PaymentGateway, settings: Settings, now: datetime) -> int:
    """First half: commit that a page is wanted, its request frozen; returns the standing session where there is one."""
    with transaction() as session:
        order = get_order(session, order_token)
        lock_rows(session, Order, [order.id])
        standing = find_standing_session(session, order.id)
        if standing is not None:
            return standing.id
        wanted = describe_session(session, order=order, deployment=settings.deployment, now=now)
        payment = begin_session(
            session, order=order, wanted=wanted, request=gateway.prepare_session(wanted),
            is_live=settings.stripe_mode == "live", now=now,
        )  # fmt: skip
        return payment.id


def resume_session(payment_session_id: int, *, gateway: PaymentGateway, now: datetime) -> str | None:
    """Second half, and every later visit: have the page opened, see that it still is, and return its address, or None."""
    settle_session(payment_session_id, gateway=gateway, now=now)
    facts = read_session(payment_session_id)
    return facts.url if facts.state is SessionState.OPEN else None


def settle_session(
    payment_session_id: int, *, gateway: PaymentGateway, now: datetime, told: ProviderSession | None = None
) -> OrderState:
    """Ask the provider how a session stands and move the order there; everything that happens to money ends here.

    Webhooks, the return page, the sweeper and reconciling all call it, as often as they like. A session whose opening was
    never answered is opened again with the same request and key. Raises ProviderUnavailable, ProviderRefused.
    """
    facts = read_session(payment_session_id)
    return _apply(facts, told or _ask_provider(facts, gateway, now), gateway, now)


def settle_order(
    *, order_token: str, gateway: PaymentGateway, now: datetime, fresh_for: timedelta = timedelta(0)
) -> OrderState:
    """Settle an order that waits for its payment, and return its state.

    The provider is not asked where nothing is expected of it, nor where it answered within `fresh_for`.
    """
    with reading() as session:
        order = get_order(session, order_token)
        newest = next(iter(list_payment_sessions(session, order.id)), None)
        state, newest_id = order.state, newest.id if newest is not None else None
        is_fresh = newest is not None and newest.checked_at is not None and now - newest.checked_at < fresh_for
    if newest_id is None or is_fresh or state not in (OrderState.IN_CHECKOUT, OrderState.AWAITING_FUNDS):
        return state
    return settle_session(newest_id, gateway=gateway, now=now)


def give_up(*, order_token: str, gateway: PaymentGateway, now: datetime) -> OrderState:
    """End an unpaid order at its buyer's wish: its payment page first, then its hold; returns the order's state.

    An order that was paid in the meantime stays so. Raises ProviderUnavailable: then the slots stay held.
    """
    with reading() as session:
        order = get_order(session, order_token)
        order_id, who = order.id, order.contact_email or "buyer"
    return release_order(order_id, gateway=gateway, now=now, given_up_by=who)


def release_order(
    order_id: int, *, gateway: PaymentGateway, now: datetime, given_up_by: str | None = None
) -> OrderState:
    """Free the slots of an unpaid order, but never while a payment page may be open: the provider ends the page first.

    The provider thereby decides who was first: where it says paid, the order is confirmed. With `given_up_by` the order is
    cancelled, otherwise it lapses. Raises ProviderUnavailable: then the slots stay held, and it is tried again.
    """
    with reading() as session:
        standing = find_standing_session(session, order_id)
        standing_id = standing.id if standing is not None else None
    if standing_id is None:
        return _release_held(order_id, given_up_by, now)
    facts = read_session(standing_id)
    try:
        provider_id = facts.provider_id or _ask_provider(facts, gateway, now).provider_id
        told = gateway.expire_session(provider_id)
    except ProviderRefused as refusal:
        if refusal.code == UNKNOWN_TO_PROVIDER:
            return _drop(facts, given_up_by, now)
        if read_session(standing_id).state is SessionState.FAILED:  # there never was a page
            return _release_held(order_id, given_up_by, now)
        raise
    return _apply(facts, told, gateway, now, given_up_by)


def _ask_provider(facts: SessionFacts, gateway: PaymentGateway, now: datetime) -> ProviderSession:
    """Fetch a session; where its opening was never answered, send the frozen request again."""
    if facts.provider_id is not None:
        return gateway.fetch_session(facts.provider_id)
    try:
        told = gateway.open_session(facts.request, key=facts.idempotency_key)
    except (ProviderUnavailable, ProviderRefused) as trouble:
        told = _find_or_fail(facts, gateway, trouble, now)
    with transaction() as session:
        note_session(session, payment=get_payment_session(session, facts.payment_session_id), told=told)
    return told


def _find_or_fail(
    facts: SessionFacts, gateway: PaymentGateway, trouble: ProviderUnavailable | ProviderRefused, now: datetime
) -> ProviderSession:
    """Look whether the provider opened the page although its answer was lost; otherwise note the failure and raise it.

    A refusal is final. So is the second answer that says nothing while no page can be found: its address was never given to
    anybody, so nobody can pay there, and another key may be used.
    """
    found = gateway.find_session(facts.request["metadata"], facts.created_at)
    if found is not None:
        return found
    is_final = isinstance(trouble, ProviderRefused) or facts.error is not None
    with transaction() as session:
        payment = get_payment_session(session, facts.payment_session_id)
        note_failure(session, payment=payment, error=str(trouble), is_final=is_final, now=now)
    raise trouble


def _apply(
    facts: SessionFacts,
    told: ProviderSession,
    gateway: PaymentGateway,
    now: datetime,
    given_up_by: str | None = None,
) -> OrderState:
    refund_request = {}
    if told.verdict is SessionVerdict.PAID:
        refund_request = gateway.prepare_refund(told.money_id, told.amount_minor, facts.request["metadata"])
    with transaction() as session:
        payment = get_payment_session(session, facts.payment_session_id)
        note_session(session, payment=payment, told=told)
        return apply_session(
            session, payment=payment, told=told, refund_request=refund_request, given_up_by=given_up_by, now=now
        )


def _drop(facts: SessionFacts, given_up_by: str | None, now: datetime) -> OrderState:
    with transaction() as session:
        payment = get_payment_session(session, facts.payment_session_id)
        error = "The provider does not know this session."
        return drop_session(session, payment=payment, error=error, given_up_by=given_up_by, now=now)


def _release_held(order_id: int, given_up_by: str | None, now: datetime) -> OrderState:
    """Close an order that is held and has no payment page; any other stays as it is."""
    with transaction() as session:
        order = get_order_by_id(session, order_id)
        lock_rows(session, Order, [order.id])
        if order.state is not OrderState.HELD:
            return order.state
        if given_up_by is None:
            lapse_order(session, order=order, now=now)
        else:
            cancel_order(session, order=order, reason="Given up before paying.", actor=given_up_by, now=now)
        return order.state
