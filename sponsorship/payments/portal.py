"""The buyer's pages of payments: check out, pay, come back; and the provider's webhook."""

import logging
from datetime import datetime, timedelta

from flask import Blueprint, Response, current_app, flash, g, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from sponsorship.accounts.rules import normal_email
from sponsorship.booking.errors import HoldExpired
from sponsorship.booking.models import Order
from sponsorship.booking.queries import get_order, list_bookings, pay_with_credits, suggest_swap
from sponsorship.booking.rules import OrderState
from sponsorship.booking.services import lapse_order_when_due
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError, NotFound
from sponsorship.core.format import local
from sponsorship.core.web import Access, access, csrf, go_to, settings, wants_fragment
from sponsorship.payments import flows
from sponsorship.payments.forms import INVOICE, CheckoutForm
from sponsorship.payments.gateway import PaymentGateway, ProviderRefused, ProviderUnavailable, SignatureInvalid
from sponsorship.payments.queries import find_invoice_of_order, list_credit_sponsors
from sponsorship.payments.queries.reversals import get_credit_note, owed_by_sponsor
from sponsorship.payments.queries.terms import get_seller
from sponsorship.payments.rules import WEBHOOK_LIMIT
from sponsorship.payments.rules.taxes import TaxMode
from sponsorship.payments.services import note_wrong_mode, store_event
from sponsorship.payments.services.documents import credit_note_pdf, invoice_pdf
from sponsorship.sponsors.queries import list_sponsors_of_user

blueprint = Blueprint("payments", __name__)
log = logging.getLogger(__name__)
Page = AnyResponse | str | tuple[str, int]

POLLED_EVERY = timedelta(seconds=2)
CLOSED = (OrderState.LAPSED, OrderState.CANCELLED)


@blueprint.route("/orders/<token>/checkout", methods=["GET", "POST"])
@access(Access.LINK)
def checkout(token: str) -> Page:
    """Ask who buys and who pays, then lead to the payment page, or confirm on invoice."""
    order, now = _load_order(token), clock.now()
    if order.state in CLOSED or _is_over(order, now):
        return _show_expired(order, now)
    if order.state is not OrderState.HELD:
        return go_to(url_for("payments.show_return", token=token))
    form = _checkout_form(order)
    if not form.validate_on_submit():
        return _show_checkout(order, form, now, 422 if form.is_submitted() else 200)
    try:
        return go_to(_place(token, form, now) or url_for("payments.show_return", token=token))
    except HoldExpired:
        return _show_expired(_load_order(token), now)
    except ProviderUnavailable as away:
        return _show_back(_load_order(token), now, away)
    except DomainError as refusal:
        form.form_errors.append(_said(refusal))
        return _show_checkout(_load_order(token), form, now, refusal.status)


@blueprint.post("/orders/<token>/resume")
@access(Access.LINK)
def resume(token: str) -> Page:
    """Lead back to the payment page that is open, or open it where that was never answered."""
    order, now = _load_order(token), clock.now()
    if order.state is not OrderState.IN_CHECKOUT:
        return go_to(url_for("payments.show_return", token=token))
    try:
        url = flows.open_checkout(order_token=token, gateway=_gateway(), settings=settings(), now=now)
        return go_to(url or url_for("payments.show_return", token=token))
    except HoldExpired:
        return _show_expired(_load_order(token), now)
    except DomainError as refusal:
        return _show_back(_load_order(token), now, refusal)


@blueprint.get("/orders/<token>/return")
@access(Access.LINK)
def show_return(token: str) -> Page:
    """Where the payment page leads when it is done: ask the provider what happened, and say it. The address proves nothing."""
    order = _settled_order(token)
    if order.state is OrderState.IN_CHECKOUT:
        template = "payments/_pending.html" if wants_fragment() else "payments/show_return.html"
        return render_template(template, order=order, held_until=_clock(order))
    if wants_fragment():  # it is not pending any more: have the browser load the page that says so
        return Response(status=204, headers={"HX-Redirect": url_for("payments.show_return", token=token)})
    if order.state in CLOSED:
        return _show_expired(order, clock.now())
    is_held = order.state is OrderState.HELD
    return go_to(url_for("payments.checkout" if is_held else "storefront.show_order", token=token))


@blueprint.get("/orders/<token>/back")
@access(Access.LINK)
def show_back(token: str) -> Page:
    """Where the payment page's own way back leads: nothing is paid yet; go on, or let the dates go."""
    order = _settled_order(token)
    if order.state is not OrderState.IN_CHECKOUT:
        return go_to(url_for("payments.show_return", token=token))
    return _show_back(order, clock.now(), None)


@blueprint.post("/orders/<token>/give-up")
@access(Access.LINK)
def give_up(token: str) -> Page:
    """Let the dates go: the payment page is ended first, so that nobody pays for what is on sale again."""
    now = clock.now()
    try:
        state = flows.give_up(order_token=token, gateway=_gateway(), now=now)
    except DomainError as refusal:
        return _show_back(_load_order(token), now, refusal)
    if state not in CLOSED:
        flash("You had paid already, so the order stands.", "ok")
        return go_to(url_for("payments.show_return", token=token))
    flash("The dates are free again. You have not been charged.", "ok")
    return go_to(_dates_url(_load_order(token)))


@blueprint.post("/orders/<token>/invoice/pay")
@access(Access.LINK)
def pay_invoice(token: str) -> Page:
    """Lead to a payment page over what is open on the order's invoice."""
    _load_order(token)
    url = None
    try:
        url = flows.pay_invoice(order_token=token, gateway=_gateway(), settings=settings(), now=clock.now())
        if url is None:
            flash("This payment page has ended. If something is still open below, press the button again.", "error")
    except ProviderRefused as refusal:
        log.warning("the payment page of an invoice was refused: %s", refusal)
        flash("The payment page could not be opened. You have not been charged: write to us, or pay by bank.", "error")
    except DomainError as refusal:
        flash(refusal.message, "error")
    return go_to(url or url_for("storefront.show_order", token=token))


@blueprint.get("/orders/<token>/invoice/return")
@access(Access.LINK)
def show_invoice_return(token: str) -> Page:
    """Where an invoice's payment page leads when it is done: ask the provider, and show the order as it stands then."""
    _load_order(token)
    is_paid = False
    try:
        is_paid = flows.settle_invoice(order_token=token, gateway=_gateway(), now=clock.now())
    except (ProviderUnavailable, ProviderRefused) as trouble:
        log.warning("invoice could not be settled on its return page: %s", trouble)
    if is_paid:
        flash("Paid. Thank you.", "ok")
    return go_to(url_for("storefront.show_order", token=token))


@blueprint.get("/orders/<token>/invoice.pdf")
@access(Access.LINK)
def show_own_invoice(token: str) -> Response:
    """Send the buyer the order's invoice as PDF."""
    invoice = find_invoice_of_order(db.session(), _load_order(token).id)
    if invoice is None:
        raise NotFound
    return _pdf(invoice_pdf(invoice), f"invoice-{invoice.number}.pdf")


@blueprint.get("/orders/<token>/credit-notes/<int:credit_note_id>.pdf")
@access(Access.LINK)
def show_own_credit_note(token: str, credit_note_id: int) -> Response:
    """Send the buyer one of the order's credit notes as PDF."""
    note = get_credit_note(db.session(), credit_note_id)
    if note.order_id != _load_order(token).id:
        raise NotFound
    return _pdf(credit_note_pdf(note), f"credit-note-{note.number}.pdf")


@blueprint.post("/webhooks/stripe")
@access(Access.PUBLIC)
@csrf.exempt
def receive_webhook() -> AnyResponse:
    """Believe what is signed, store it, and say so; the worker settles it within a second."""
    request.max_content_length = WEBHOOK_LIMIT
    body, now = request.get_data(cache=False), clock.now()
    try:
        event = _gateway().verify_event(body, request.headers.get("Stripe-Signature", ""), now=now)
    except SignatureInvalid as refusal:
        return Response(f"{refusal.message}\n", 400, mimetype="text/plain")
    with transaction() as session:
        store_event(session, event=event, payload=body.decode(), now=now)
        if event.is_live != (settings().stripe_mode == "live"):
            note_wrong_mode(session, is_live=event.is_live, now=now)
    return Response("stored\n", mimetype="text/plain")


def _pdf(content: bytes, name: str) -> Response:
    return Response(content, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


def _gateway() -> PaymentGateway:
    gateway: PaymentGateway = current_app.extensions["payment_gateway"]
    return gateway


def _load_order(token: str) -> Order:
    order = get_order(db.session(), token)
    g.newsletter = order.newsletter
    return order


def _is_over(order: Order, now: datetime) -> bool:
    return order.state is OrderState.HELD and order.held_until is not None and order.held_until <= now


def _settled_order(token: str) -> Order:
    """The order as it stands after asking the provider; where that is out of reach, as it stood before."""
    _load_order(token)
    fresh_for = POLLED_EVERY if wants_fragment() else timedelta(0)
    try:
        flows.settle_order(order_token=token, gateway=_gateway(), now=clock.now(), fresh_for=fresh_for)
    except (ProviderUnavailable, ProviderRefused) as trouble:
        log.warning("order could not be settled on its return page: %s", trouble)
    return _load_order(token)


def _checkout_form(order: Order) -> CheckoutForm:
    """The form, filled with what was given for this order, or with what is known of whoever is signed in.

    What is known of a company is shown to those who act for it, not to whoever typed the address of one of them.
    """
    user_id = g.viewer.user_id if g.viewer else None
    own = [s for s in list_sponsors_of_user(db.session(), user_id or 0) if s.newsletter_id == order.newsletter_id]
    days = order.newsletter.invoice_days if any(s.may_pay_by_invoice for s in own) and order.total_minor else None
    known = {name: getattr(order, name) for name in ("contact_name", "contact_email", "purchase_order_number")}
    sponsor = order.payer or (own[0] if own else None)
    if sponsor is not None and (sponsor in own or sponsor.created_at >= order.created_at):
        fields = ("website", "street", "city", "country", "vat_number")
        known |= {"company": sponsor.name} | {name: getattr(sponsor, name) or "" for name in fields}
    if g.viewer and not order.contact_email:
        known |= {"contact_name": g.viewer.name, "contact_email": g.viewer.email}
    return CheckoutForm(invoice_days=days, **known)


def _place(token: str, form: CheckoutForm, now: datetime) -> str | None:
    address = normal_email(form.contact_email.data or "")
    return flows.check_out(
        order_token=token, details=form.details() | {"is_proven": g.viewer is not None and g.viewer.email == address},
        is_invoice=form.pay.data == INVOICE, accepts_other_dates=bool(form.accepts_other_dates.data),
        user_id=g.viewer.user_id if g.viewer else None, gateway=_gateway(), settings=settings(), now=now,
    )  # fmt: skip


def _said(refusal: DomainError) -> str:
    """The provider's own words for a refusal are for our log; the buyer is told what it means."""
    if isinstance(refusal, ProviderRefused):
        return "The payment page could not be opened. You have not been charged, and your slots stay held: write to us."
    return refusal.message


def _show_checkout(order: Order, form: CheckoutForm, now: datetime, status: int) -> tuple[str, int]:
    bookings = list_bookings(db.session(), order)
    page = render_template(
        "payments/checkout.html", order=order, form=form, bookings=bookings, held_until=_clock(order), now=now,
        first_copy_due=min(booking.slot.deadlines.copy_due_at for booking in bookings), dates_url=_dates_url(order),
        credits_left=_credits_left(order), may_owe=_may_owe(order),
        is_taxed_there=get_seller(db.session(), order.newsletter).tax_mode is TaxMode.STRIPE_TAX,
    )  # fmt: skip
    return page, status


def _credits_left(order: Order) -> int:
    """How many of its slots could be paid with credits of the company that the viewer acts for."""
    own = list_sponsors_of_user(db.session(), g.viewer.user_id) if g.viewer else []
    if order.payer not in own:
        return 0
    slots = [booking.slot for booking in order.bookings]
    return len(pay_with_credits(db.session(), order.newsletter, slots, order.sponsor_id or 0, clock.now()))


def _may_owe(order: Order) -> tuple[int, int] | None:
    """What the viewer's company may owe on invoices at a time, and how much of that is free; None where nothing limits it."""
    own = list_credit_sponsors(db.session(), order.newsletter_id, g.viewer.user_id if g.viewer else None)
    sponsor = order.sponsor if order.sponsor in own else next(iter(own), None)
    if sponsor is None or sponsor.credit_limit_minor is None:
        return None
    owed = owed_by_sponsor(db.session(), sponsor.id, order.currency)
    return sponsor.credit_limit_minor, max(sponsor.credit_limit_minor - owed, 0)


def _show_back(order: Order, now: datetime, trouble: DomainError | None) -> tuple[str, int]:
    page = render_template(
        "payments/show_back.html", order=order, bookings=list_bookings(db.session(), order), held_until=_clock(order),
        now=now, trouble=_said(trouble) if trouble else "",
    )  # fmt: skip
    return page, trouble.status if trouble else 200


def _show_expired(order: Order, now: datetime) -> tuple[str, int]:
    """Say that the hold is over, and offer the dates again that are still free, and others for the rest."""
    with transaction() as session:  # past its time and not swept yet: what it held is free from here on
        lapse_order_when_due(session, order=get_order(session, order.token), now=now)
    order = _load_order(order.token)
    swap = suggest_swap(db.session(), order.newsletter, [booking.slot_id for booking in order.bookings], now)
    page = render_template(
        "booking/slot_taken.html", newsletter=order.newsletter, swap=swap, order=order, again=order.token,
        said="Your hold ran out." if order.state is OrderState.LAPSED else "You let these dates go.",
        sentence="You have not been charged.", home_href=_dates_url(order),
    )  # fmt: skip
    return page, HoldExpired.status


def _dates_url(order: Order) -> str:
    return url_for("storefront.show_storefront", slug=order.newsletter.slug, _anchor="dates")


def _clock(order: Order) -> str:
    """Until when the hold lasts, on the newsletter's clock: "10:02"."""
    until = order.held_until or order.created_at
    return f"{local(until, order.newsletter.timezone):%H:%M}"
