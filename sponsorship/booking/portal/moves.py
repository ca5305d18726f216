"""A sponsor moves a booking of an order; and the wording that the publisher's page shares."""

from flask import flash, g, render_template, url_for
from werkzeug.wrappers import Response

from sponsorship.booking import queries, services
from sponsorship.booking.forms import MoveForm
from sponsorship.booking.models import Booking
from sponsorship.booking.portal.door import blueprint
from sponsorship.booking.rules import MovePrice
from sponsorship.booking.services import Move
from sponsorship.booking.services.occupy import name_slot
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.format import long_day, moment, money
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.queries import get_slot


@blueprint.get("/orders/<token>/bookings/<int:booking_id>/move")
@access(Access.LINK)
def show_own_move(token: str, booking_id: int) -> str:
    """Show where a sponsor's booking can move to, until when, and what that costs."""
    booking = _own_booking(token, booking_id)
    return _page(token, booking, MoveForm(target_choices(booking, as_sponsor=True)), "")


@blueprint.post("/orders/<token>/bookings/<int:booking_id>/move")
@access(Access.LINK)
def move_own_booking(token: str, booking_id: int) -> Response | tuple[str, int]:
    """Move it, or go on to pay the difference."""
    booking = _own_booking(token, booking_id)
    form = MoveForm(target_choices(booking, as_sponsor=True))
    try:
        if not form.validate():
            raise DomainError("Pick a date.")
        with transaction() as session:
            booking = queries.get_order_booking(session, queries.get_order(session, token), booking_id)
            slot, deadline = get_slot(session, form.slot.data or 0), queries.own_move_deadline(session, booking)
            move = services.move_own_booking(session, booking=booking, slot=slot, deadline=deadline, now=clock.now())
            said, claim = told(move), move.claim.token if move.claim else None
    except DomainError as refusal:
        return _page(token, _own_booking(token, booking_id), form, refusal.message), refusal.status
    if claim:
        return go_to(url_for("payments.checkout", token=claim))
    flash(said, "ok")
    return go_to(url_for("storefront.show_order", token=token))


def target_choices(booking: Booking, *, as_sponsor: bool) -> dict[str, list[tuple[int, str]]]:
    """Return the free slots by placement, worded: "Sun 6 Dec 2026, No. 814: same price"."""
    choices: dict[str, list[tuple[int, str]]] = {}
    for target in queries.list_move_targets(db.session(), booking, clock.now(), as_sponsor=as_sponsor):
        issue, name = target.slot.issue, target.slot.placement.name
        text = (
            f"{long_day(issue.publish_on)}, No. {issue.number}: {price_words(target.price, issue.newsletter.currency)}"
        )
        choices.setdefault(name, []).append((target.slot.id, text))
    return choices


def price_words(price: MovePrice, currency: str) -> str:
    """Write what a move costs."""
    if price.difference_minor > 0:
        return f"{money(price.difference_minor, currency)} more"
    return f"{money(-price.difference_minor, currency)} credit" if price.difference_minor else "same price"


def told(move: Move) -> str:
    """Write what became of a move, for the line at the foot of the page."""
    newsletter = move.booking.slot.issue.newsletter
    if move.claim is not None:
        held = move.claim.bookings[0]
        until = moment(held.held_until or clock.now(), newsletter.timezone)
        difference = money(move.price.difference_minor, newsletter.currency)
        to = f" {move.claim.contact_email} is sent the link to pay." if move.claim.contact_email else ""
        return f"{name_slot(held.slot)} is held until {until} for {difference}.{to}"
    return f"Moved to {name_slot(move.booking.slot)}."


def _own_booking(token: str, booking_id: int) -> Booking:
    order = queries.get_order(db.session(), token)
    g.newsletter = order.newsletter
    return queries.get_order_booking(db.session(), order, booking_id)


def _page(token: str, booking: Booking, form: MoveForm, refusal: str) -> str:
    deadline = queries.own_move_deadline(db.session(), booking)
    return render_template(
        "booking/move_own_booking.html", booking=booking, form=form, refusal=refusal, deadline=deadline,
        is_open=deadline is not None and deadline > clock.now(),
        back=url_for("storefront.show_order", token=token),
        action=url_for("booking.move_own_booking", token=token, booking_id=booking.id),
    )  # fmt: skip
