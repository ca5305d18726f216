"""The slot calendar: what is sold, stuck, open? And the docket of one slot."""

from flask import g, render_template, request, url_for

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.errors import NotFound
from sponsorship.core.web import Access, access, wants_fragment
from sponsorship.desk.queries.calendar import get_calendar, is_wanted
from sponsorship.desk.queries.docket import Docket, get_docket
from sponsorship.desk.queries.issues import has_bookings
from sponsorship.desk.rules.calendar import parse_day, range_text
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
    if not has_bookings(db.session(), newsletter.id) and "from" not in request.args:
        return empty_page(newsletter, "Calendar")
    start = request.args.get("from")
    calendar = get_calendar(db.session(), newsletter, parse_day(start) if start else None, now)
    states, find = request.args.getlist("state"), request.args.get("find", "")
    wanted = {view.slot.id for view in calendar.views if is_wanted(view, states, find)}
    chosen = request.args.get("slot", type=int)
    docket = _docket(chosen) if chosen else None
    return render_template(
        "desk/show_calendar.html",
        calendar=calendar,
        dates=range_text(calendar.first, calendar.last),
        states=states,
        find=find,
        start=start,
        wanted=wanted,
        docket=docket,
        values=_docket_values(docket) if docket else {},
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


def _docket(slot_id: int) -> Docket:
    slot = get_slot(db.session(), slot_id)
    viewer = authorise(g.viewer, slot.issue.newsletter_id, Permission.READ)
    return get_docket(db.session(), slot, viewer, clock.now())
