"""Buying from the rate card: hold what was ticked, ask for ten more minutes, let go; and what to do when a date has gone."""

from collections.abc import Collection
from typing import Any

from flask import flash, g, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from sponsorship.booking import queries, services
from sponsorship.booking.errors import HoldExpired, NotForSale, PlacingRefused, SlotTaken
from sponsorship.booking.forms import HoldSlotsForm
from sponsorship.booking.models import Order
from sponsorship.booking.portal.door import blueprint, buyer_of, next_page
from sponsorship.booking.rules import BUYER, OPEN_ORDERS, OrderState
from sponsorship.booking.services.occupy import name_slots
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError, NotFound
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_newsletter
from sponsorship.sponsors.models import Category
from sponsorship.sponsors.queries import find_sponsor_of_address, get_category, get_client


@blueprint.post("/newsletters/<slug>/orders")
@access(Access.PUBLIC)
def hold_slots(slug: str) -> Response | tuple[str, int]:
    """Hold what was ticked, all of it, and go on to the checkout; else say what is gone and what else is open."""
    form, newsletter = HoldSlotsForm(), get_newsletter(db.session(), slug)
    g.newsletter = newsletter
    if form.remove.data or form.apply.data:
        kept: dict[str, Any] = {
            "code": form.code.data or None, "credits": form.credits.data or None, "client": form.client_id or None,
            "exclusive": form.category_id or None,
        }  # fmt: skip
        return go_to(
            url_for("storefront.show_storefront", slug=slug, slot=form.without_removed, **kept, _anchor="order")
        )
    try:
        return go_to(_hold(form, slug))
    except NotFound:
        raise
    except PlacingRefused as refusal:
        return _show_refusal(newsletter, form, refusal)
    except (SlotTaken, NotForSale) as refusal:
        return _show_swap(newsletter, form.slot_ids, refusal.message, again=form.again.data), refusal.status
    except DomainError as refusal:
        return _show_refusal(newsletter, form, refusal)


@blueprint.get("/orders/<token>/again")
@access(Access.LINK)
def hold_again(token: str) -> Response | str:
    """Show what became of an order whose hold ran out: which dates are still free, and what is open instead."""
    order = queries.get_order(db.session(), token)
    g.newsletter = order.newsletter
    if order.state in OPEN_ORDERS and not (order.held_until and order.held_until <= clock.now()):
        return go_to(next_page(order))
    if order.confirmed_at is not None:
        return go_to(url_for("storefront.show_order", token=token))
    said = "Your hold ran out." if order.state is OrderState.LAPSED else "You let these dates go."
    return _show_swap(order.newsletter, [booking.slot_id for booking in order.bookings], said, order=order, again=token)


@blueprint.post("/orders/<token>/extend")
@access(Access.LINK)
def extend_hold(token: str) -> Response:
    """Give ten more minutes, once."""
    order = queries.get_order(db.session(), token)
    try:
        with transaction() as session:
            services.extend_hold(session, order=queries.get_order(session, token), now=clock.now())
        flash("Ten more minutes.", "ok")
    except HoldExpired:
        return go_to(url_for("booking.hold_again", token=token))
    except DomainError as refusal:
        flash(refusal.message, "error")
    return go_to(next_page(order))


@blueprint.post("/orders/<token>/release")
@access(Access.LINK)
def release_order(token: str) -> Response:
    """Let the dates of a held order go; an order with a payment page open is given up there."""
    with transaction() as session:
        order = queries.get_order(session, token)
        services.release_order(session, order=order, reason="Released by the buyer", actor=BUYER, now=clock.now())
        slug = order.newsletter.slug
    flash("The dates are released. Nothing was charged.", "ok")
    return go_to(url_for("storefront.show_storefront", slug=slug, _anchor="dates"))


def _hold(form: HoldSlotsForm, slug: str) -> str:
    """Hold the form's slots and return where to go on; the details of an order that lapsed are taken over."""
    now = clock.now()
    with transaction() as session:
        newsletter = get_newsletter(session, slug)
        buyer = buyer_of(newsletter)
        if form.again.data:
            former = queries.get_order(session, form.again.data)
            order = services.hold_again(session, order=former, slot_ids=form.slot_ids, buyer=buyer, now=now)
        else:
            own = find_sponsor_of_address(session, newsletter.id, g.viewer.email) if g.viewer else None
            client = get_client(session, own, form.client_id) if form.client_id else None
            order = services.hold_slots(
                session, newsletter=newsletter, slot_ids=form.slot_ids, buyer=buyer, sponsor=client or own,
                agency=own if client else None, exclusive_category=_category(session, newsletter, form),
                promo_code=form.code.data or "", use_credits=form.credits.data == "1", now=now,
            )  # fmt: skip
        return next_page(order)


def _category(session: Session, newsletter: Newsletter, form: HoldSlotsForm) -> Category | None:
    return get_category(session, newsletter.id, form.category_id) if form.category_id else None


def _show_refusal(newsletter: Newsletter, form: HoldSlotsForm, refusal: DomainError) -> tuple[str, int]:
    """Say why nothing was held, in the refusal's own sentence, with the way back to what was picked."""
    page = render_template(
        "booking/hold_refused.html", newsletter=newsletter, refusal=refusal.message, picks=form.slot_ids,
        code=form.code.data or None, client=form.client_id or None,
        exclusive=form.category_id or None,
        home_href=url_for("storefront.show_storefront", slug=newsletter.slug),
    )  # fmt: skip
    return page, refusal.status


def _show_swap(
    newsletter: Newsletter,
    slot_ids: Collection[int],
    said: str,
    *,
    order: Order | None = None,
    again: str | None = None,
) -> str:
    swap = queries.suggest_swap(db.session(), newsletter, slot_ids, clock.now())
    if order is not None and swap.offers:
        said = f"{said.rstrip('.')}, and {name_slots([offer.slot for offer in swap.offers])} can no longer be had."
    return render_template(
        "booking/slot_taken.html", newsletter=newsletter, swap=swap, said=said, sentence=_what_is_free(swap),
        order=order, again=again or "", home_href=url_for("storefront.show_storefront", slug=newsletter.slug),
    )  # fmt: skip


def _what_is_free(swap: queries.Swap) -> str:
    """Whether money moved, and what can still be had."""
    kept = len(swap.kept)
    if not kept:
        return "You have not been charged."
    if kept == 1:
        return f"You have not been charged. Your {'other ' if swap.offers else ''}date is still free."
    return f"You have not been charged. {'Your other' if swap.offers else 'All'} {kept} dates are still free."
