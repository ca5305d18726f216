"""The publisher answers requests, and prepares proposals: slots, a series, a renewal, at the rate card's price or another."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flask import flash, g, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from sponsorship.accounts.rules import Permission
from sponsorship.booking import queries, services
from sponsorship.booking.forms import AnswerRequestForm, ProposalForm
from sponsorship.booking.models import Order
from sponsorship.booking.portal import blueprint
from sponsorship.booking.portal.series import find_placement, read_wish
from sponsorship.booking.rules import MOST_SLOTS
from sponsorship.booking.views.demand import team_newsletter, team_order
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError, NotFound
from sponsorship.core.format import local
from sponsorship.core.money import to_minor
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.queries import get_newsletter, list_placements, list_slots_by_id
from sponsorship.inventory.rules import local_moment

Page = Response | str | tuple[str, int]
VALID = timedelta(days=7)
VALID_RENEWAL = timedelta(days=21)


@blueprint.route("/requests/<int:order_id>", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SELL)
def answer_request(order_id: int) -> Page:
    """Read a request; accept it, decline it with a reason, or propose other dates."""
    order, form = team_order(order_id), AnswerRequestForm()
    if order.requested_at is None:
        raise NotFound
    if not form.validate_on_submit():
        return _show_request(order, form, "", 422 if form.is_submitted() else 200)
    try:
        with transaction() as session:
            done = _answer(session, queries.get_order_by_id(session, order_id), form)
    except DomainError as refusal:
        return _show_request(team_order(order_id), form, refusal.message, refusal.status)
    flash(done, "ok")
    return go_to(url_for("booking.show_demand", slug=g.newsletter.slug, _anchor="requests"))


@blueprint.route("/desk/<slug>/proposals/new", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SELL)
def propose_order(slug: str) -> Page:
    """Prepare a proposal: pick slots one by one, as a series, or as the renewal of an order; set the price; send the link."""
    newsletter = team_newsletter(get_newsletter(db.session(), slug))
    picked, known = _picked(newsletter)
    form = ProposalForm(**known)
    if form.is_submitted():
        picked = _form_slots(newsletter, form)
    if not form.validate_on_submit():
        return _show_proposal(newsletter, form, picked, "", 422 if form.is_submitted() else 200)
    try:
        with transaction() as session:
            number = _propose(session, slug, form).number
    except DomainError as refusal:
        return _show_proposal(newsletter, form, picked, refusal.message, refusal.status)
    flash(f"Proposal {number} is sent.", "ok")
    return go_to(url_for("booking.show_demand", slug=slug, _anchor="proposals"))


def _answer(session: Session, order: Order, form: AnswerRequestForm) -> str:
    actor, now = g.viewer.email, clock.now()
    if form.answer.data == "accept":
        services.accept_request(session, order=order, actor=actor, now=now)
        return "Accepted. The sponsor has the payment link."
    if form.answer.data == "decline":
        services.decline_request(session, order=order, reason=form.reason.data or "", actor=actor, now=now)
        return "Declined. The sponsor reads your reason."
    services.propose_instead(
        session, order=order, slot_ids=form.slot.data or [], message=form.message.data or "", actor=actor, now=now
    )
    return "Proposed. The sponsor has the link."


def _show_request(order: Order, form: AnswerRequestForm, refusal: str, status: int) -> tuple[str, int]:
    session, now = db.session(), clock.now()
    bookings = queries.list_bookings(session, order)
    others = {booking.id: queries.open_slots_like(session, booking.slot, now, 4) for booking in bookings}
    page = render_template(
        "booking/answer_request.html", order=order, bookings=bookings, others=others, form=form, refusal=refusal, now=now,
        is_waiting=order.state.value == "draft" and order.held_until is not None and order.held_until > now,
    )  # fmt: skip
    return page, status


def _picked(newsletter: Newsletter) -> tuple[list[Slot], dict[str, Any]]:
    """The slots that the address names, one by one, as a series or as a renewal, and what is known of the sponsor."""
    session, now = db.session(), clock.now()
    known: dict[str, Any] = {"valid_until": local(now + VALID, newsletter.timezone).date()}
    slots = _own_slots(newsletter, request.args.getlist("slot"))
    wish = read_wish(newsletter)
    placement = find_placement(list_placements(session, newsletter.id), wish)
    if placement is not None and not wish["error"]:
        slots += queries.find_series(
            session, newsletter, placement, every=wish["every"], first=wish["first"], until=wish["until"], now=now
        )
    renewed = request.args.get("renew", "")
    if renewed.isascii() and renewed.isdigit() and len(renewed) < 11:
        order = team_order(int(renewed))
        slots += queries.find_same_slots_later(session, order, now)[0]
        known |= {
            "company": order.sponsor.name if order.sponsor else "", "contact_name": order.contact_name,
            "contact_email": order.contact_email, "is_first_refusal": True,
            "valid_until": local(now + VALID_RENEWAL, newsletter.timezone).date(),
        }  # fmt: skip
    return list(dict.fromkeys(slots)), known


def _own_slots(newsletter: Newsletter, words: list[str]) -> list[Slot]:
    ids = [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 11]
    found = list_slots_by_id(db.session(), ids[: 4 * MOST_SLOTS])
    return sorted(
        (slot for slot in found if slot.issue.newsletter_id == newsletter.id), key=lambda slot: slot.issue.publish_at
    )


def _form_slots(newsletter: Newsletter, form: ProposalForm) -> list[Slot]:
    return _own_slots(newsletter, [str(slot_id) for slot_id in form.slot.data or []])


def _show_proposal(
    newsletter: Newsletter, form: ProposalForm, picked: list[Slot], refusal: str, status: int
) -> tuple[str, int]:
    session, now = db.session(), clock.now()
    swap = queries.suggest_swap(session, newsletter, [slot.id for slot in picked], now)
    page = render_template(
        "booking/propose_order.html", form=form, swap=swap, refusal=refusal, wish=read_wish(newsletter),
        placements=list_placements(session, newsletter.id), free=queries.list_free_slots(session, newsletter.id, now),
        typed=request.form, renew=request.args.get("renew", ""),
    )  # fmt: skip
    return page, status


def _propose(session: Session, slug: str, form: ProposalForm) -> Order:
    newsletter, now = get_newsletter(session, slug), clock.now()
    total = form.total.data
    return services.propose_order(
        session, newsletter=newsletter, slot_ids=form.slot.data or [], sponsor_name=form.company.data or "",
        contact_name=form.contact_name.data or "", contact_email=form.contact_email.data or "", actor=g.viewer.email,
        now=now, valid_until=_end_of(form.valid_until.data, newsletter), prices=_prices(form, newsletter.currency),
        total_minor=_minor(total, newsletter.currency) if total is not None else None, message=form.message.data or "",
        is_first_refusal=bool(form.is_first_refusal.data),
    )  # fmt: skip


def _end_of(day: date | None, newsletter: Newsletter) -> datetime | None:
    return local_moment(day + timedelta(days=1), time(0), newsletter.timezone) if day else None


def _prices(form: ProposalForm, currency: str) -> dict[int, int]:
    """The prices typed beside the slots, those of the rate card left out."""
    prices = {}
    for slot_id in form.slot.data or []:
        text = request.form.get(f"price-{slot_id}", "").strip().replace(",", "")
        if text:
            try:
                prices[slot_id] = _minor(Decimal(text), currency)
            except ArithmeticError as unreadable:
                raise DomainError(f"“{text[:20]}” is not a price. Write it like 1500 or 1500.50.") from unreadable
    return prices


def _minor(amount: Decimal, currency: str) -> int:
    try:
        return to_minor(amount, currency)
    except (ValueError, ArithmeticError) as odd:
        raise DomainError(f"{amount} has more decimals than {currency} knows.") from odd
