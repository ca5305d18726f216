"""The publisher moves a booking to another date."""

from flask import flash, g, render_template, url_for
from werkzeug.wrappers import Response

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.booking import queries, services
from sponsorship.booking.forms import MoveForm
from sponsorship.booking.models import Booking
from sponsorship.booking.portal import blueprint
from sponsorship.booking.portal.moves import target_choices, told
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.text import clean_line
from sponsorship.core.web import Access, access, go_to, local_path, wants_fragment
from sponsorship.inventory.queries import get_slot


@blueprint.get("/bookings/<int:booking_id>/move")
@access(Access.TEAM, Permission.SELL)
def show_move(booking_id: int) -> str:
    """Show where a booking can move to, and what that costs; inside the docket where the calendar asks."""
    booking = _team_booking(booking_id)
    form = MoveForm(target_choices(booking, as_sponsor=False))
    template = "booking/_move_form.html" if wants_fragment() else "booking/move_booking.html"
    return render_template(template, booking=booking, form=form, refusal="", **_values(booking))


@blueprint.post("/bookings/<int:booking_id>/move")
@access(Access.TEAM, Permission.SELL)
def move_booking(booking_id: int) -> Response | tuple[str, int]:
    """Move a booking, or hold the dearer slot until the difference is paid; a refusal keeps what was picked."""
    booking = _team_booking(booking_id)
    form = MoveForm(target_choices(booking, as_sponsor=False))
    back = local_path(form.next.data) or _values(booking)["back"]
    try:
        if not form.validate():
            raise DomainError("Look at what is marked below.")
        with transaction() as session:
            booking = queries.get_booking(session, booking_id)
            move = services.move_booking(
                session, booking=booking, slot=get_slot(session, form.slot.data or 0), actor=g.viewer.email,
                now=clock.now(), waive=bool(form.waive.data), reason=clean_line(form.reason.data or ""),
            )  # fmt: skip
            said = told(move)
    except DomainError as refusal:
        booking = _team_booking(booking_id)
        page = render_template("booking/move_booking.html", booking=booking, form=form, refusal=refusal.message,
                               **_values(booking))  # fmt: skip
        return page, refusal.status
    flash(said, "ok")
    return go_to(back)


def _team_booking(booking_id: int) -> Booking:
    booking = queries.get_booking(db.session(), booking_id)
    issue = booking.slot.issue
    authorise(g.viewer, issue.newsletter_id, Permission.SELL)
    g.newsletter = issue.newsletter
    return booking


def _values(booking: Booking) -> dict[str, str]:
    slug = booking.slot.issue.newsletter.slug
    return {
        "back": url_for("desk.show_calendar", slug=slug, slot=booking.slot_id),
        "action": url_for("booking.move_booking", booking_id=booking.id),
    }
