"""A slot that is kept for somebody: a hold, a first refusal, an offer of the waiting list. Take it, or let it go."""

from flask import flash, g, render_template, url_for
from werkzeug.wrappers import Response

from sponsorship.booking import queries, services
from sponsorship.booking.errors import PromiseOver
from sponsorship.booking.forms import DeclineForm
from sponsorship.booking.models import Promise
from sponsorship.booking.portal.door import blueprint, buyer_of, next_page
from sponsorship.booking.rules import BookingState, PromiseKind
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.web import Access, access, go_to

Page = Response | str | tuple[str, int]


@blueprint.get("/offers/<token>")
@access(Access.LINK)
def show_promise(token: str) -> Page:
    """Show the slot, its price, until when it is kept, and who else is ready; one that is ordered leads to its order."""
    promise = _load(token)
    if promise.booking.order is not None:
        return go_to(url_for("storefront.show_order", token=promise.booking.order.token))
    return _show(promise, "")


@blueprint.post("/offers/<token>/take")
@access(Access.LINK)
def take_promise(token: str) -> Page:
    """Take the slot: it becomes an order, to be paid."""
    _load(token)
    try:
        with transaction() as session:
            promise = queries.get_promise(session, token)
            buyer = buyer_of(promise.booking.slot.issue.newsletter)
            order = services.take_promise(session, promise=promise, buyer=buyer, now=clock.now())
            return go_to(next_page(order))
    except DomainError as refusal:
        return _show(_load(token), refusal.message), refusal.status


@blueprint.post("/offers/<token>/decline")
@access(Access.LINK)
def decline_promise(token: str) -> Page:
    """Let the slot go; whoever waits for more may stay in line."""
    form, promise = DeclineForm(), _load(token)
    waiting = promise.waiting.token if promise.waiting else None
    slug = promise.booking.slot.issue.newsletter.slug
    try:
        with transaction() as session:
            promise = queries.get_promise(session, token)
            services.decline_promise(session, promise=promise, stays_in_line=bool(form.stay.data), now=clock.now())
    except PromiseOver as refusal:
        return _show(_load(token), refusal.message), refusal.status
    flash("The slot is released. Nothing was charged.", "ok")
    if waiting:
        return go_to(url_for("booking.show_waiting", token=waiting))
    return go_to(url_for("storefront.show_storefront", slug=slug))


def _load(token: str) -> Promise:
    promise = queries.get_promise(db.session(), token)
    g.newsletter = promise.booking.slot.issue.newsletter
    return promise


def _show(promise: Promise, refusal: str) -> str:
    booking, now = promise.booking, clock.now()
    is_standing = booking.state is BookingState.HELD and booking.held_until is not None and booking.held_until > now
    return render_template(
        "booking/show_promise.html", promise=promise, booking=booking, slot=booking.slot, now=now, refusal=refusal,
        is_standing=is_standing and booking.order_id is None, is_offer=promise.kind is PromiseKind.OFFER, form=DeclineForm(),
        challenge=queries.find_open_challenge(db.session(), promise),
        home_href=url_for("storefront.show_storefront", slug=g.newsletter.slug),
    )  # fmt: skip
