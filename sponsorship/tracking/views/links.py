"""Following a tracked link, and pointing it elsewhere."""

import logging
from collections.abc import Collection
from typing import Any

from flask import Response, current_app, g, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as AnyResponse

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.booking.models import Booking
from sponsorship.booking.queries import get_booking
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError, NotFound
from sponsorship.core.format import count
from sponsorship.core.web import Access, access, error_page, go_to
from sponsorship.tracking import queries, services
from sponsorship.tracking.forms import DestinationForm
from sponsorship.tracking.models import DestinationChange
from sponsorship.tracking.rules import LinkPosition
from sponsorship.tracking.views.door import blueprint, name_of

log = logging.getLogger(__name__)

NOT_KEPT = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


@blueprint.get("/c/<token>")
@access(Access.PUBLIC)
def follow_link(token: str) -> AnyResponse | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Send a reader on where the fast lane did not: a link made within the last second, or a server without the lane."""
    try:
        destination, key = queries.get_destination(db.session(), token)
    except NotFound:
        return render_template("tracking/link_unknown.html"), 404, NOT_KEPT
    except SQLAlchemyError:
        log.exception("a link could not be looked up")
        page, status = error_page(503, "Too busy just now.", "This link works. Try it again in a few seconds.")
        return page, status, {"Retry-After": "5", **NOT_KEPT}
    location = current_app.extensions["fast_lane"].follow(destination, request.environ, key)
    return Response(status=302, headers={"Location": location, **NOT_KEPT})


@blueprint.app_template_global()
def destination_changes(booking_ids: Collection[int]) -> list[DestinationChange]:
    """How bookings' links were pointed elsewhere after sending, for their report."""
    return queries.destination_changes(db.session(), booking_ids)


@blueprint.app_template_global()
def click_rules(issue_id: int) -> str:
    """By which version of the rules an issue's clicks were judged, in words; "" where there are none."""
    versions = queries.rules_of(db.session(), issue_id)
    return f"Counted by version {' and '.join(map(str, versions))} of the rules." if versions else ""


@blueprint.app_template_global()
def provider_words(booking_ids: Collection[int]) -> str:
    """What the mail provider counted on bookings' links, in words; "" where it says nothing."""
    counts = queries.provider_counts(db.session(), booking_ids).values()
    if not counts:
        return ""
    clicks, readers = sum(one.clicks for one in counts), sum(one.readers for one in counts)
    by = f" by {count(readers, 'reader')}" if readers else ""
    return f"The mail provider counted {count(clicks, 'click')}{by}. It does not say which of them were programs."


@blueprint.route("/bookings/<int:booking_id>/destination", methods=["GET", "POST"])
@access(Access.TEAM, Permission.EDIT)
def repoint_links(booking_id: int) -> AnyResponse | str | tuple[str, int]:
    """Point a booking's links elsewhere, after sending as well: a dead landing page costs the sponsor every later click."""
    booking = get_booking(db.session(), booking_id)
    viewer = authorise(g.viewer, booking.slot.issue.newsletter_id, Permission.EDIT)
    g.newsletter = booking.slot.issue.newsletter
    form = DestinationForm()
    if not form.validate_on_submit():
        return _destination_page(booking, form), 422 if form.is_submitted() else 200
    try:
        with transaction() as session:
            services.repoint_links(
                session, booking=get_booking(session, booking_id), destination=form.destination.data, note=form.note.data or "",
                changed_by=name_of(viewer), now=clock.now(),
            )  # fmt: skip
    except DomainError as error:
        form.destination.errors = [error.message]
        return _destination_page(get_booking(db.session(), booking_id), form), error.status
    return go_to(url_for("tracking.repoint_links", booking_id=booking_id))


def _destination_page(booking: Booking, form: DestinationForm) -> str:
    links = queries.links_of(db.session(), [booking.id]).get(booking.id, {})
    head = links.get(LinkPosition.HEAD)
    values: dict[str, Any] = {"booking": booking, "issue": booking.slot.issue, "form": form, "head": head}
    return render_template("tracking/repoint_links.html", **values)
