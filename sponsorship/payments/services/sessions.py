"""Payment sessions: frozen before the call, noted after it, and settled by what the provider tells."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.errors import HoldExpired, SlotTaken
from sponsorship.booking.models import Order
from sponsorship.booking.rules import ORDER_STEPS, OrderState, hold_for_session
from sponsorship.booking.services import (
    await_funds,
    cancel_order,
    enter_checkout,
    lapse_order,
    leave_checkout,
    name_slot,
    take_equivalents,
)
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import InvalidTransition
from sponsorship.core.format import day
from sponsorship.core.web import page_url
from sponsorship.inventory.rules import IssueState
from sponsorship.inventory.services import today_of
from sponsorship.payments.errors import TooManySessions
from sponsorship.payments.gateway import ProviderSession, SessionLine, SessionOrder
from sponsorship.payments.models import Invoice, PaymentSession
from sponsorship.payments.queries import find_receipt, find_standing_session, list_payment_sessions
from sponsorship.payments.queries.terms import find_terms
from sponsorship.payments.rules import (
    MOST_SESSIONS,
    ReceiptSource,
    SessionState,
    SessionVerdict,
    differences,
    is_instant_only,
    session_expiry,
)
from sponsorship.payments.rules.reversals import TaskKind
from sponsorship.payments.rules.taxes import TaxMode
from sponsorship.payments.services.card_invoices import take_card_payment
from sponsorship.payments.services.invoices import confirm_on_card
from sponsorship.payments.services.notices import ask_for_review, tell_moved, tell_not_charged
from sponsorship.payments.services.refunds import keep_unapplied, request_refund
from sponsorship.payments.services.tasks import ask_person
from sponsorship.payments.services.taxes import take_told_tax

APP = "flatplan"
PROVIDER = "payment provider"
UNPAID = (OrderState.IN_CHECKOUT, OrderState.AWAITING_FUNDS)
LATE = (OrderState.LAPSED, OrderState.CANCELLED)


def describe_session(session: Session, *, order: Order, deployment: str, now: datetime) -> SessionOrder:
    """Return what a payment page for this order asks for: a line for each slot, and one for tax where there is any."""
    lines = [
        SessionLine(f"{b.slot.name}, {day(b.slot.issue.publish_on)}, No. {b.slot.issue.number}", b.net_minor)
        for b in order.bookings
    ]
    terms = find_terms(session, order)
    if order.tax_minor:
        lines.append(SessionLine((terms.tax_label if terms else "") or "Tax", order.tax_minor))
    attempt = len(list_payment_sessions(session, order.id)) + 1
    days = [booking.slot.issue.publish_on for booking in order.bookings]
    return SessionOrder(
        reference=order.token,
        description=f"{order.newsletter.name}, {order.number}",
        lines=tuple(lines),
        currency=order.currency,
        email=order.contact_email,
        success_url=page_url("payments.show_return", token=order.token),
        back_url=page_url("payments.show_back", token=order.token),
        expires_at=session_expiry(now),
        is_instant_only=is_instant_only(days, today_of(order.newsletter, now)),
        is_taxed_there=terms is not None and terms.tax_mode is TaxMode.STRIPE_TAX,
        metadata={"app": APP, "deployment": deployment, "order_id": str(order.id), "attempt": str(attempt)},
    )


def begin_session(
    session: Session,
    *,
    order: Order,
    wanted: SessionOrder,
    request: Mapping[str, Any],
    is_live: bool,
    now: datetime,
) -> PaymentSession:
    """Freeze the request for a payment page with its key, and hold the slots beyond the page's life.

    Raises HoldExpired where the hold is over, or could not last as long as the page; TooManySessions after two pages.
    """
    if sum(s.provider_id is not None for s in list_payment_sessions(session, order.id)) >= MOST_SESSIONS:
        raise TooManySessions
    held_until = hold_for_session(order.held_since(now), wanted.expires_at)
    enter_checkout(session, order=order, held_until=held_until, now=now)
    if order.held_until is None or order.held_until <= wanted.expires_at:
        raise HoldExpired
    return _freeze(session, order, wanted, request, f"co:{order.id}", order.total_minor, is_live, now)


def describe_invoice_session(session: Session, *, invoice: Invoice, deployment: str, now: datetime) -> SessionOrder:
    """Return what a payment page for an invoice asks for: what is open on it, in one line, by means that pay at once."""
    order = invoice.order
    attempt = len(list_payment_sessions(session, order.id)) + 1
    label = f"Invoice {invoice.number}" + ("" if invoice.open_minor == invoice.total_minor else ", what is open")
    return SessionOrder(
        reference=order.token,
        description=f"{order.newsletter.name}, invoice {invoice.number}",
        lines=(SessionLine(label, invoice.open_minor),),
        currency=invoice.currency,
        email=order.contact_email,
        success_url=page_url("payments.show_invoice_return", token=order.token),
        back_url=page_url("storefront.show_order", token=order.token),
        expires_at=session_expiry(now),
        is_instant_only=True,
        is_invoice=True,
        metadata={
            "app": APP, "deployment": deployment, "order_id": str(order.id), "attempt": str(attempt),
            "invoice": invoice.number,
        },
    )  # fmt: skip


def begin_invoice_session(
    session: Session,
    *,
    invoice: Invoice,
    wanted: SessionOrder,
    request: Mapping[str, Any],
    is_live: bool,
    now: datetime,
) -> PaymentSession:
    """Freeze the request for an invoice's payment page with its key and the amount that is open now."""
    return _freeze(session, invoice.order, wanted, request, f"inv-pay:{invoice.id}", invoice.open_minor, is_live, now)


def _freeze(
    session: Session,
    order: Order,
    wanted: SessionOrder,
    request: Mapping[str, Any],
    what: str,
    amount_minor: int,
    is_live: bool,
    now: datetime,
) -> PaymentSession:
    attempt = wanted.metadata["attempt"]
    payment = PaymentSession(
        order=order, attempt=int(attempt), request=dict(request), state=SessionState.CREATING,
        idempotency_key=f"{wanted.metadata['deployment']}:{what}:{attempt}", amount_minor=amount_minor,
        currency=wanted.currency, is_live=is_live, expires_at=wanted.expires_at, created_at=now,
    )  # fmt: skip
    session.add(payment)
    session.flush()
    return payment


def note_session(session: Session, *, payment: PaymentSession, told: ProviderSession) -> PaymentSession:
    """Note the provider's id and address of a session that it opened; what is known already stays."""
    _lock(session, payment)
    if payment.provider_id is None:
        payment.provider_id, payment.error = told.provider_id, None
    if payment.state is SessionState.CREATING:
        payment.url = told.url
        payment.move_to(SessionState.OPEN)
    return payment


def note_failure(session: Session, *, payment: PaymentSession, error: str, is_final: bool, now: datetime) -> None:
    """Note that the provider opened no page. Where that is final, the order is held as before and may try again."""
    _lock(session, payment)
    if payment.state is not SessionState.CREATING:
        return
    payment.error, payment.checked_at = error, now
    if is_final:
        payment.move_to(SessionState.FAILED)
        if payment.order.state is OrderState.IN_CHECKOUT:
            leave_checkout(session, order=payment.order, now=now)


def apply_session(
    session: Session,
    *,
    payment: PaymentSession,
    told: ProviderSession,
    refund_request: Mapping[str, Any],
    given_up_by: str | None = None,
    now: datetime,
) -> OrderState:
    """Move session and order to where the provider says they are, once; returns the order's state.

    Money is believed where amount, currency, reference, mode and metadata are what was agreed; otherwise nothing is
    confirmed and the order needs review. `refund_request` is what would be sent if the slots are gone. With `given_up_by`
    an expired session cancels its order instead of letting it lapse. May be called often, in any order.
    """
    _lock(session, payment)
    order, verdict = payment.order, told.verdict
    payment.checked_at, payment.url = now, told.url or payment.url
    if verdict is SessionVerdict.EXPIRED:
        _expire(session, payment, given_up_by, now)
    elif verdict in (SessionVerdict.PAID, SessionVerdict.AWAITING, SessionVerdict.REFUSED):
        if payment.state in (SessionState.CREATING, SessionState.OPEN):
            payment.move_to(SessionState.COMPLETE)
        wrong = differences(payment.terms, told.net_terms if payment.is_taxed_there else told.terms)
        if wrong:
            _put_aside(session, payment, told, wrong, now)
        elif verdict is SessionVerdict.PAID:
            _take_payment(session, payment, told, refund_request, now)
        elif verdict is SessionVerdict.REFUSED:
            _close_unpaid(session, order, is_refused=True, now=now)
        elif order.state is OrderState.IN_CHECKOUT:
            await_funds(session, order=order, now=now)
    session.flush()
    return order.state


def drop_session(
    session: Session, *, payment: PaymentSession, error: str, given_up_by: str | None = None, now: datetime
) -> OrderState:
    """Treat a session that the provider does not know as one that expired: nobody can pay it."""
    _lock(session, payment)
    payment.error, payment.checked_at = error, now
    _expire(session, payment, given_up_by, now)
    return payment.order.state


def _expire(session: Session, payment: PaymentSession, given_up_by: str | None, now: datetime) -> None:
    if payment.state in (SessionState.CREATING, SessionState.OPEN):
        payment.move_to(SessionState.EXPIRED)
        session.flush()
    order = payment.order
    if order.state is not OrderState.IN_CHECKOUT or find_standing_session(session, order.id) is not None:
        return
    if given_up_by is None:
        _close_unpaid(session, order, is_refused=False, now=now)
    else:
        cancel_order(session, order=order, reason="Given up at the payment page.", actor=given_up_by, now=now)


def _close_unpaid(session: Session, order: Order, *, is_refused: bool, now: datetime) -> None:
    if order.state in UNPAID:
        lapse_order(session, order=order, now=now)
        tell_not_charged(session, order=order, is_refused=is_refused, now=now)


def _take_payment(
    session: Session, payment: PaymentSession, told: ProviderSession, refund_request: Mapping[str, Any], now: datetime
) -> None:
    """Confirm with the money, or, where that cannot be, keep it apart and give it back."""
    order = payment.order
    if find_receipt(session, order.id, ReceiptSource.STRIPE, told.money_id) is not None:
        return
    if payment.is_for_invoice:
        take_card_payment(session, order=order, paid=told.money, refund_request=refund_request, now=now)
        return
    is_double = order.state not in (*UNPAID, *LATE, OrderState.HELD)
    if is_double or not _confirm(session, payment, told, now):
        receipt = keep_unapplied(session, order=order, paid=told.money, now=now)
        if receipt is not None and order.state is not OrderState.NEEDS_REVIEW:
            request_refund(session, order=order, receipt=receipt, request=refund_request, is_double=is_double, now=now)


def _confirm(session: Session, payment: PaymentSession, told: ProviderSession, now: datetime) -> bool:
    """Confirm the order with its money; False where it came too late and the slots are gone."""
    order = payment.order
    if payment.is_taxed_there:
        take_told_tax(session, order=order, told=told, now=now)
    is_gone = order.state in LATE and any(
        b.slot.issue.state is not IssueState.PLANNED or b.slot.issue.publish_at <= now for b in order.bookings
    )
    try:
        if is_gone:
            raise SlotTaken("The issue went out.")
        _confirm_on_card(session, order, told, now)
    except (SlotTaken, InvalidTransition):
        if order.state not in LATE:
            raise
        return _confirm_elsewhere(session, order, told, now)
    return True


def _confirm_on_card(session: Session, order: Order, told: ProviderSession, now: datetime) -> None:
    confirm_on_card(
        session, order=order, reference=told.money_id, amount_minor=told.amount_minor, fee_minor=told.fee_minor, now=now
    )


def _confirm_elsewhere(session: Session, order: Order, told: ProviderSession, now: datetime) -> bool:
    """Confirm on equivalent dates where the buyer agreed to them at checkout; False, and nothing changed, where it cannot be."""
    terms = find_terms(session, order)
    if terms is None or not terms.accepts_other_dates:
        return False
    try:
        with session.begin_nested():
            moves = take_equivalents(session, order=order, now=now)
            _confirm_on_card(session, order, told, now)
    except (SlotTaken, InvalidTransition):
        session.refresh(order)
        return False
    tell_moved(session, order=order, moves=[(name_slot(old), name_slot(new)) for old, new in moves], now=now)
    return True


def _put_aside(
    session: Session, payment: PaymentSession, told: ProviderSession, wrong: tuple[str, ...], now: datetime
) -> None:
    """What the provider tells is not what was agreed: confirm nothing, keep the money apart, ask a person."""
    order = payment.order
    payment.error = "; ".join(wrong)
    if told.verdict is SessionVerdict.PAID and told.is_live == payment.is_live:
        keep_unapplied(session, order=order, paid=told.money, now=now)
    if OrderState.NEEDS_REVIEW in ORDER_STEPS[order.state]:
        before = order.state.value
        order.move_to(OrderState.NEEDS_REVIEW)
        record_act(
            session, actor=PROVIDER, action="needs_review", object_type="order", object_id=order.id,
            newsletter_id=order.newsletter_id, now=now, before={"state": before},
            after={"state": order.state.value, "reasons": list(wrong)},
        )  # fmt: skip
    ask_for_review(session, order=order, reasons=wrong, now=now)
    ask_person(
        session, key=f"differs:{payment.id}", kind=TaskKind.PAYMENT_DIFFERS, order=order, now=now,
        sentence=f"What the provider tells is not what was agreed: {payment.error}. Nothing was confirmed.",
    )  # fmt: skip


def _lock(session: Session, payment: PaymentSession) -> None:
    """The order is locked before its session, by everybody, and both are read anew."""
    lock_rows(session, Order, [payment.order_id])
    lock_rows(session, PaymentSession, [payment.id])
