"""An order's money: its story, what can be given back and what that would do, what waits for a person."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, current_app, flash, g, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import (
    cancellation_policy,
    get_order_by_id,
    list_make_goods_of,
    list_make_goods_placed,
)
from sponsorship.booking.rules import BookingState, OrderState, cancellation_share, days_until
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.format import money
from sponsorship.core.money import to_major
from sponsorship.core.tokens import new_token
from sponsorship.core.web import Access, access, go_to, settings
from sponsorship.payments.forms import CompForm, MoneyBackForm
from sponsorship.payments.portal import blueprint
from sponsorship.payments.queries import find_invoice_of_order
from sponsorship.payments.queries.foresight import Foresight, foresee, list_story
from sponsorship.payments.queries.reversals import (
    find_credit_note,
    get_credit_note,
    get_refund,
    get_task,
    list_credit_notes,
    list_disputes,
    list_held_back,
    list_kept_money,
    list_open_tasks,
    list_refunds,
    read_order_money,
)
from sponsorship.payments.queries.terms import find_terms
from sponsorship.payments.rules.books import kind_label
from sponsorship.payments.rules.reversals import MoneyBack
from sponsorship.payments.services import (
    Return,
    cancel_order,
    close_task,
    comp_order,
    pay_back_by_bank,
    refund_amount,
)
from sponsorship.payments.services.documents import credit_note_pdf

Page = AnyResponse | str | tuple[str, int]
FRAUD_REASON = "Paid back on a warning of the card’s bank"


@blueprint.get("/desk/orders/<int:order_id>/money")
@access(Access.TEAM, Permission.READ)
def show_order_money(order_id: int) -> str:
    """Show what happened to an order's money, and the form that gives some back."""
    order = _order(order_id, Permission.READ)
    return _show(order, _form(order, is_fraud="fraud" in request.args))


@blueprint.post("/desk/orders/<int:order_id>/money-back")
@access(Access.TEAM, Permission.MONEY)
def give_money_back(order_id: int) -> Page:
    """First say what it would do; asked a second time, cancel the bookings, or take the amount off."""
    order = _order(order_id, Permission.MONEY)
    form = _form(order)
    if find_credit_note(db.session(), f"form:{form.ticket.data}") is not None:  # pressed twice: it is done
        return go_to(url_for("payments.show_order_money", order_id=order_id))
    if not form.validate_on_submit():
        return _show(order, form), 422
    try:
        ahead = _foresee(order, form)
        if ahead is not None and request.form.get("step") == "do":
            return _do(order_id, form)
    except ValueError:
        form.amount.errors = ["That is more than is left of what came in for this order."]
        return _show(order, form), 422
    except DomainError as refusal:
        form.form_errors.append(refusal.message)
        return _show(_order(order_id, Permission.MONEY), form), refusal.status
    if ahead is None:
        form.form_errors.append("Nothing is left on this order that could be taken off.")
        return _show(order, form), 409
    return _show(order, form, ahead)


@blueprint.post("/desk/orders/<int:order_id>/comp")
@access(Access.TEAM, Permission.MONEY)
def comp(order_id: int) -> Page:
    """Give a held order for nothing, with a reason."""
    order = _order(order_id, Permission.MONEY)
    form = CompForm()
    if not form.validate_on_submit():
        return _show(order, _form(order), comp_form=form), 422

    def act() -> None:
        with transaction() as session:
            comp_order(
                session, order=get_order_by_id(session, order_id), approver=g.viewer.email,
                reason=form.reason.data or "", now=clock.now(),
            )  # fmt: skip

    return _act_and_return(order_id, act, "Confirmed for nothing.")


@blueprint.post("/desk/refunds/<int:refund_id>/paid-by-bank")
@access(Access.TEAM, Permission.MONEY)
def pay_refund_by_bank(refund_id: int) -> Page:
    """Note that a refund was paid by bank."""
    order_id = _order(get_refund(db.session(), refund_id).order_id, Permission.MONEY).id

    def act() -> None:
        with transaction() as session:
            pay_back_by_bank(session, refund=get_refund(session, refund_id), actor=g.viewer.email, now=clock.now())

    return _act_and_return(order_id, act, "Noted: paid back by bank.")


@blueprint.post("/desk/money-tasks/<int:task_id>/done")
@access(Access.TEAM, Permission.MONEY)
def finish_task(task_id: int) -> Page:
    """Note that somebody looked."""
    order_id = _order(get_task(db.session(), task_id).order_id, Permission.MONEY).id

    def act() -> None:
        with transaction() as session:
            close_task(session, task=get_task(session, task_id), actor=g.viewer.email, now=clock.now())

    return _act_and_return(order_id, act, "Done.")


@blueprint.get("/desk/credit-notes/<int:credit_note_id>.pdf")
@access(Access.TEAM, Permission.READ)
def show_credit_note(credit_note_id: int) -> Response:
    """Send a credit note as PDF."""
    note = get_credit_note(db.session(), credit_note_id)
    authorise(g.viewer, note.newsletter_id, Permission.READ)
    return pdf_answer(credit_note_pdf(note), f"credit-note-{note.number}.pdf")


def pdf_answer(content: bytes, name: str) -> Response:
    """Answer with a PDF that the browser shows, under a name that says what it is."""
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def _order(order_id: int, permission: Permission) -> Order:
    order = get_order_by_id(db.session(), order_id)
    authorise(g.viewer, order.newsletter_id, permission)
    g.newsletter = order.newsletter
    return order


def _form(order: Order, *, is_fraud: bool = False) -> MoneyBackForm:
    """The form as it is shown first; where a payment may be fraud, filled in to give all of it back."""
    live = [booking for booking in order.bookings if booking.state is BookingState.CONFIRMED]
    filled: dict[str, Any] = {"keep_percent": _kept_by_policy(order, live)}
    if is_fraud:
        total = read_order_money(db.session(), order.id).total_minor
        filled = {
            "keep_percent": "0", "reason": FRAUD_REASON, "ticked": [booking.id for booking in live],
            "amount": str(to_major(total, order.currency)),
        }  # fmt: skip
    return MoneyBackForm(bookings=live, currency=order.currency, ticket=new_token(), **filled)


def _kept_by_policy(order: Order, live: Sequence[Booking]) -> str:
    """The share that the newsletter's terms let it keep today, in percent; where its bookings differ, the least of theirs."""
    policy, zone, now = cancellation_policy(db.session(), order.newsletter_id), order.newsletter.timezone, clock.now()
    days = [days_until(booking.slot.issue.publish_on, now, zone) for booking in live]
    share = min((cancellation_share(policy, left) for left in days), default=0)
    whole, rest = divmod(share, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)


def _foresee(order: Order, form: MoneyBackForm) -> Foresight | None:
    return foresee(
        db.session(), order, booking_ids=form.booking_ids, amount_minor=form.amount_minor,
        keep_basis_points=form.keep_basis_points,
    )  # fmt: skip


def _do(order_id: int, form: MoneyBackForm) -> AnyResponse:
    """Do what was looked at; the ticket in the form makes a second press the same act."""
    gateway = current_app.extensions["payment_gateway"]
    by = Return(gateway.prepare_refund, settings().deployment, MoneyBack(form.back.data))
    shared: dict[str, Any] = {
        "reason": form.reason.data, "key": f"form:{form.ticket.data}", "actor": g.viewer.email, "by": by,
        "now": clock.now(),
    }  # fmt: skip
    with transaction() as session:
        order = get_order_by_id(session, order_id)
        if form.amount_minor is not None:
            note = refund_amount(session, order=order, amount_minor=form.amount_minor, **shared)
            said = f"{note.number}: {money(note.total_minor, note.currency, cents=True)} was taken off."
        else:
            cancelled = cancel_order(
                session, order=order, booking_ids=form.booking_ids, keep_basis_points=form.keep_basis_points, **shared
            )
            said = f"Cancelled, with {cancelled.number}." if cancelled else "Cancelled; the invoice is void."
    flash(said, "ok")
    return go_to(url_for("payments.show_order_money", order_id=order_id))


def _act_and_return(order_id: int, act: Callable[[], None], said: str) -> AnyResponse:
    kind = "ok"
    try:
        act()
    except DomainError as refusal:
        said, kind = refusal.message, "error"
    flash(said, kind)
    return go_to(url_for("payments.show_order_money", order_id=order_id))


def _show(order: Order, form: MoneyBackForm, ahead: Foresight | None = None, comp_form: CompForm | None = None) -> str:
    session = db.session()
    left = read_order_money(session, order.id)
    ran = [booking for booking in order.bookings if booking.state is BookingState.RAN]
    return render_template(
        "payments/show_order_money.html", order=order, form=form, ahead=ahead, left=left,
        story=list_story(session, order), notes=list_credit_notes(session, order.id), terms=find_terms(session, order),
        refunds=list_refunds(session, order.id), disputes=list_disputes(session, order.id),
        kept=list_kept_money(session, order.id), invoice=find_invoice_of_order(session, order.id),
        tasks=[task for task in list_open_tasks(session, order.newsletter_id) if task.order_id == order.id],
        may_act=g.viewer.may(Permission.MONEY, order.newsletter_id), can_credit=bool(left.total_minor), kind_label=kind_label,
        comp_form=comp_form or CompForm(), is_held=order.state is OrderState.HELD, ran=ran,
        is_held_back=bool(list_held_back(session, [order.id])),
        make_goods=list_make_goods_of(session, [booking.id for booking in ran]),
        placed=list_make_goods_placed(session, [booking.id for booking in order.bookings]),
        may_sell=g.viewer.may(Permission.SELL, order.newsletter_id), clauses=_headline(order, left.paid_minor),
    )  # fmt: skip


def _headline(order: Order, paid_minor: int) -> list[str | tuple[str, str]]:
    who = order.sponsor.name if order.sponsor else order.contact_name or "A buyer"
    total, paid = (money(n, order.currency) for n in (order.total_minor, paid_minor))
    if order.state is OrderState.CANCELLED:
        return [
            f"{who}’s order is cancelled.",
            f"{paid} of it was kept." if paid_minor else "Nothing was kept.",
        ]
    return [f"{who} ordered for {total};", f"{paid} was received."]
