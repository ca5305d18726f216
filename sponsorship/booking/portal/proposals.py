"""What a sponsor does with a proposal, and how one asks where the publisher approves sponsors first."""

from flask import flash, g, render_template, url_for
from werkzeug.wrappers import Response

from sponsorship.booking import queries, services
from sponsorship.booking.forms import AcceptProposalForm, DeclineForm, RequestForm
from sponsorship.booking.models import Order
from sponsorship.booking.portal.door import blueprint
from sponsorship.booking.rules import OrderState
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.format import local
from sponsorship.core.web import Access, access, go_to

Page = Response | str | tuple[str, int]


@blueprint.route("/orders/<token>/proposal", methods=["GET", "POST"])
@access(Access.LINK)
def show_proposal(token: str) -> Page:
    """Read what the publisher proposes; accept it with the terms, and go on to pay."""
    order, form = _load(token), AcceptProposalForm()
    if order.proposed_at is None or (order.accepted_at and order.state is OrderState.HELD):
        return go_to(url_for("payments.checkout", token=token))
    if order.state not in (OrderState.HELD, OrderState.LAPSED, OrderState.CANCELLED):
        return go_to(url_for("storefront.show_order", token=token))
    if not form.validate_on_submit():
        return _show_proposal(order, form, "", 422 if form.is_submitted() else 200)
    try:
        with transaction() as session:
            services.accept_proposal(session, order=queries.get_order(session, token), now=clock.now())
    except DomainError as refusal:
        return _show_proposal(_load(token), form, refusal.message, refusal.status)
    return go_to(url_for("payments.checkout", token=token))


@blueprint.post("/orders/<token>/decline")
@access(Access.LINK)
def decline_proposal(token: str) -> Page:
    """Decline a proposal, with a word to the publisher."""
    form = DeclineForm()
    _load(token)
    try:
        with transaction() as session:
            order = queries.get_order(session, token)
            services.decline_proposal(session, order=order, reason=form.reason.data or "", now=clock.now())
    except DomainError as refusal:
        return _show_proposal(_load(token), AcceptProposalForm(), refusal.message, refusal.status)
    flash("The proposal is declined. The publisher knows.", "ok")
    return go_to(url_for("booking.show_proposal", token=token))


@blueprint.route("/orders/<token>/request", methods=["GET", "POST"])
@access(Access.LINK)
def ask_approval(token: str) -> Page:
    """Say who asks and what for; the publisher answers, and nothing is paid before."""
    order, now = _load(token), clock.now()
    is_over = order.held_until is not None and order.held_until <= now
    if order.state is not OrderState.DRAFT or order.requested_at is not None:
        return go_to(url_for("storefront.show_order", token=token))
    if is_over:
        return go_to(url_for("booking.hold_again", token=token))
    form = _request_form(order)
    if not form.validate_on_submit():
        return _show_request(order, form, 422 if form.is_submitted() else 200)
    try:
        _send(form, token)
    except DomainError as refusal:
        form.form_errors.append(refusal.message)
        return _show_request(_load(token), form, refusal.status)
    flash("Your request is sent.", "ok")
    return go_to(url_for("storefront.show_order", token=token))


def _load(token: str) -> Order:
    order = queries.get_order(db.session(), token)
    g.newsletter = order.newsletter
    return order


def _show_proposal(order: Order, form: AcceptProposalForm, refusal: str, status: int) -> tuple[str, int]:
    now = clock.now()
    is_standing = order.is_open_proposal and order.held_until is not None and order.held_until > now
    page = render_template(
        "booking/show_proposal.html", order=order, bookings=queries.list_bookings(db.session(), order), form=form, now=now,
        refusal=refusal, is_standing=is_standing, decline=DeclineForm(), home_href=_home(order),
    )  # fmt: skip
    return page, status


def _request_form(order: Order) -> RequestForm:
    known = {name: getattr(order, name) for name in ("contact_name", "contact_email")}
    if order.sponsor is not None and g.viewer:
        known |= {"company": order.sponsor.name, "website": order.sponsor.website or ""}
    if g.viewer and not order.contact_email:
        known |= {"contact_name": g.viewer.name, "contact_email": g.viewer.email}
    return RequestForm(**known)


def _send(form: RequestForm, token: str) -> None:
    is_proven = g.viewer is not None and g.viewer.email == (form.contact_email.data or "").lower()
    with transaction() as session:
        services.send_request(
            session, order=queries.get_order(session, token), details={**form.details(), "is_proven": is_proven},
            message=form.message.data or "", now=clock.now(),
        )  # fmt: skip


def _show_request(order: Order, form: RequestForm, status: int) -> tuple[str, int]:
    until = order.held_until or order.created_at
    page = render_template(
        "booking/ask_approval.html", order=order, bookings=queries.list_bookings(db.session(), order), form=form,
        now=clock.now(), held_until=f"{local(until, order.newsletter.timezone):%H:%M}", home_href=_home(order),
    )  # fmt: skip
    return page, status


def _home(order: Order) -> str:
    return url_for("storefront.show_storefront", slug=order.newsletter.slug)
