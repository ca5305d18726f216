"""The slot calendar: what is sold, stuck, open? And the docket of one slot."""

from datetime import datetime
from typing import Any

from flask import g, render_template, request, url_for

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.booking.rules import SlotState
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.errors import NotFound
from sponsorship.core.format import long_day, moment
from sponsorship.core.web import Access, access, page_url, wants_fragment
from sponsorship.desk.queries.calendar import Calendar, get_calendar, is_wanted, most_pressing
from sponsorship.desk.queries.docket import Docket, get_docket, make_docket
from sponsorship.desk.queries.issues import has_bookings
from sponsorship.desk.rules.calendar import ROWS, YEAR_ROWS, parse_day, range_text
from sponsorship.desk.rules.docket import ask_for_copy
from sponsorship.desk.views.revenue import empty_page
from sponsorship.desk.views.team import blueprint, read_newsletter
from sponsorship.inventory.queries import get_slot

__all__ = ["show_calendar", "show_docket"]


@blueprint.get("/desk/<slug>/calendar")
@access(Access.TEAM, Permission.READ)
def show_calendar(slug: str) -> str:
    """Show the slots by issue; the filters work with and without a script, and so does the docket beside."""
    newsletter, now = read_newsletter(slug), clock.now()
    start, is_year = request.args.get("from"), request.args.get("span") == "year"
    calendar = get_calendar(
        db.session(), newsletter, parse_day(start) if start else None, now, YEAR_ROWS if is_year else ROWS
    )
    if start is None and calendar.is_free and not has_bookings(db.session(), newsletter.id):
        return empty_page(newsletter, "Calendar")
    states, find = request.args.getlist("state"), request.args.get("find", "")
    wanted = {view.slot.id for view in calendar.views if is_wanted(view, states, find)}
    docket = _docket_beside(calendar, request.args.get("slot", type=int), now)
    return render_template(
        "desk/show_calendar.html",
        calendar=calendar,
        dates=range_text(calendar.first, calendar.last),
        states=states,
        find=find,
        start=start,
        is_year=is_year,
        wanted=wanted,
        docket=docket,
        unpaid=SlotState.UNPAID,
        first_open=next((view for view in calendar.views if view.state is SlotState.OPEN), None),
        **(_docket_values(docket) if docket else {}),
    )


@blueprint.get("/desk/<slug>/slots/<int:slot_id>")
@access(Access.TEAM, Permission.READ)
def show_docket(slug: str, slot_id: int) -> str:
    """Show one slot's docket: a fragment for the calendar, a page by itself for whoever has no script."""
    newsletter = read_newsletter(slug)
    docket = _docket(slot_id)
    if docket.view.issue.newsletter_id != newsletter.id:
        raise NotFound
    template = "desk/_docket.html" if wants_fragment() else "desk/show_docket.html"
    return render_template(template, docket=docket, **_docket_values(docket))


def _docket_beside(calendar: Calendar, chosen: int | None, now: datetime) -> Docket | None:
    """The docket of the slot chosen, else of the most pressing on the page; a slot that is not on it has none."""
    view = (
        next((view for view in calendar.views if view.slot.id == chosen), None) if chosen else most_pressing(calendar)
    )
    if view is None:
        return None
    slots = [other.slot for other in calendar.views if other.issue.id == view.issue.id]
    return make_docket(db.session(), view, slots, g.viewer, now)


def _docket(slot_id: int) -> Docket:
    slot = get_slot(db.session(), slot_id)
    viewer = authorise(g.viewer, slot.issue.newsletter_id, Permission.READ)
    return get_docket(db.session(), slot, viewer, clock.now())


def _docket_values(docket: Docket) -> dict[str, str]:
    """What the docket's template needs beside the docket: where its forms lead back to, and a mail that asks for copy."""
    view, newsletter = docket.view, docket.view.issue.newsletter
    query: dict[str, Any] = {"from": request.args.get("from"), "slot": view.slot.id}
    back = url_for("desk.show_calendar", slug=newsletter.slug, **query)
    subject = text = ""
    if view.order is not None and view.booking is not None:
        subject, text = ask_for_copy(
            sponsor=docket.title,
            place=view.slot.name,
            newsletter=newsletter.name,
            publish=long_day(view.issue.publish_on),
            due=moment(view.slot.deadlines.copy_due_at, newsletter.timezone),
            url=page_url("creative.write_copy", token=view.order.token, booking_id=view.booking.id),
        )
    return {"back": back, "mail_subject": subject, "mail_text": text}
