"""How a placement did: for the sponsor by the order's link, for the team and the sponsor's people signed in."""

from datetime import timedelta
from typing import Any

from flask import Response, g, render_template, request, url_for

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission, Viewer
from sponsorship.assembly.models import PlacementProof
from sponsorship.assembly.queries import find_proof, get_proof
from sponsorship.booking.models import Booking
from sponsorship.booking.queries import get_booking, get_order, get_order_booking
from sponsorship.booking.rules import BookingKind
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.errors import NotFound
from sponsorship.core.format import day, local, number, percent
from sponsorship.core.web import Access, access
from sponsorship.creative.render import preview_html
from sponsorship.reporting import rules, services
from sponsorship.reporting.charts import clicks_over_time, rates_compared
from sponsorship.reporting.queries import PlacementReport, get_placement_report
from sponsorship.reporting.rules import HOURS_SHOWN
from sponsorship.reporting.views.door import blueprint
from sponsorship.sponsors.queries import list_companies_of_user


@blueprint.get("/orders/<token>/report/<int:booking_id>")
@access(Access.LINK)
def show_order_report(token: str, booking_id: int) -> str:
    """Show the report of a booking to whoever holds its order's link."""
    booking = get_order_booking(db.session(), get_order(db.session(), token), booking_id)
    return placement_page(booking, is_team=False)


@blueprint.get("/bookings/<int:booking_id>/report")
@access(Access.SIGNED_IN)
def show_report(booking_id: int) -> str:
    """Show the report to the newsletter's team and to those who act for the sponsor; nobody else learns that it exists."""
    booking, is_team = _own_booking(booking_id)
    return placement_page(booking, is_team=is_team)


def _own_booking(booking_id: int) -> tuple[Booking, bool]:
    """Return a booking that the viewer may see, and whether as one of the team; raises NotFound."""
    booking, viewer = get_booking(db.session(), booking_id), _viewer()
    newsletter_id = booking.slot.issue.newsletter_id
    if newsletter_id in viewer.roles:
        authorise(viewer, newsletter_id, Permission.READ)
        return booking, True
    own = [sponsor.id for sponsor in list_companies_of_user(db.session(), viewer.user_id)]
    if booking.sponsor_id is None or booking.sponsor_id not in own:
        raise NotFound
    return booking, False


@blueprint.get("/orders/<token>/report/<int:booking_id>/tear-sheet.pdf")
@access(Access.LINK)
def export_order_tear_sheet(token: str, booking_id: int) -> Response:
    """Give the tear sheet of a booking to whoever holds its order's link."""
    return _tear_sheet(get_order_booking(db.session(), get_order(db.session(), token), booking_id))


@blueprint.get("/bookings/<int:booking_id>/report/tear-sheet.pdf")
@access(Access.SIGNED_IN)
def export_tear_sheet(booking_id: int) -> Response:
    """Give the tear sheet to the newsletter's team and to those who act for the sponsor."""
    booking, _ = _own_booking(booking_id)
    return _tear_sheet(booking)


def _tear_sheet(booking: Booking) -> Response:
    pdf = services.tear_sheet_pdf(db.session(), proof=get_proof(db.session(), booking.id), now=clock.now())
    name = f"tear-sheet-{booking.slot.issue.number}.pdf"
    return Response(pdf, mimetype="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _viewer() -> Viewer:
    viewer: Viewer = g.viewer
    return viewer


def placement_page(booking: Booking, *, is_team: bool, is_shared: bool = False) -> str:
    """Render the report; what was not sold has none."""
    if booking.kind not in (BookingKind.SALE, BookingKind.ARCHIVE):
        raise NotFound
    newsletter = g.newsletter = booking.slot.issue.newsletter
    report = get_placement_report(db.session(), booking, clock.now())
    proof = find_proof(db.session(), booking.id)
    shared: dict[str, Any] = {
        "report": report,
        "is_team": is_team,
        "is_shared": is_shared,
        "issue": booking.slot.issue,
        "now": clock.now(),
        "proof": proof,
        "tear_sheet": _tear_sheet_page(booking, proof, is_shared),
        "repoint": _repoint_page(booking) if is_team else "",
        **_ways_on(booking, is_team, is_shared),
    }
    if not (report.has_run and report.is_tracked):
        return render_template("reporting/show_no_report.html", **shared, sentence=rules.no_report_sentence(
            has_run=report.has_run, number=report.slot.issue.number, publish_on=report.slot.issue.publish_on))  # fmt: skip
    return render_template(
        "reporting/show_report.html",
        **shared,
        **_comparison(report),
        figures=rules.report_figures(report.numbers, newsletter.currency, report.slot.placement.name),
        body=preview_html(report.copy) if report.copy else "",
        clicks_json=clicks_over_time(report.hours, newsletter.timezone, report.started_at),
        clicks_label=_clicks_label(report),
        clicks_table=_clicks_table(report),
        how_it_shows=rules.HOW_IT_SHOWS,
        steps=rules.count_steps(report.clicks.hits, report.clicks.human, report.clicks.unique),
    )


def _tear_sheet_page(booking: Booking, proof: PlacementProof | None, is_shared: bool) -> str:
    """Where the tear sheet is, by the door one came in; nothing where no proof is on record, or by a shared link."""
    view = request.view_args or {}
    if proof is None or is_shared:
        return ""
    if "token" in view:
        return url_for("reporting.export_order_tear_sheet", token=view["token"], booking_id=booking.id)
    return url_for("reporting.export_tear_sheet", booking_id=booking.id)


def _repoint_page(booking: Booking) -> str:
    """Where the links can be pointed elsewhere, for whoever may."""
    may_edit = _viewer().may(Permission.EDIT, booking.slot.issue.newsletter_id)
    return url_for("tracking.repoint_links", booking_id=booking.id) if may_edit else ""


def _ways_on(booking: Booking, is_team: bool, is_shared: bool) -> dict[str, str]:
    """Where the page leads: to the whole order's report, and to a file of this placement, by the door one came in."""
    view = request.view_args or {}
    if booking.order is None:
        return {"campaign": "", "file": ""}
    only: dict[str, Any] = {"kind": "pdf", "placement": booking.id}
    if is_shared:
        share = view["token"]
        page = url_for("reporting.show_shared_campaign", token=share)
        return {"campaign": page, "file": url_for("reporting.export_shared_campaign", token=share, **only)}
    if is_team or "token" not in view:
        page = url_for("reporting.show_campaign", order_id=booking.order.id)
        return {"campaign": page, "file": url_for("reporting.export_campaign", order_id=booking.order.id, **only)}
    page = url_for("reporting.show_order_campaign", token=booking.order.token)
    return {"campaign": page, "file": url_for("reporting.export_order_campaign", token=booking.order.token, **only)}


def _comparison(report: PlacementReport) -> dict[str, Any]:
    """Where the placement stands among the others of its kind: the headline, and the dots where there are enough rates."""
    placement, people = report.slot.placement.name, report.own.people
    others = [other.people for other in report.others]
    rates = [other.rate for other in report.others if other.rate is not None]
    rate = report.own.rate
    compared = rate is not None and len(rates) >= rules.FEWEST_COMPARED
    numbers = [one.issue_number for one in (report.own, *report.others) if one.rate is not None]
    return {
        "headline": rules.report_headline(people, rules.times_usual(people, others), placement),
        "standing": rules.rank_sentence(people, others, placement),
        "percentile": rules.percentile_sentence(
            rules.percentile_of(people, others) if len(others) >= rules.FEWEST_COMPARED else None,
            len(others),
            placement,
        ),
        "interval": rules.interval_sentence(people, report.own.delivered) if report.own.delivered else "",
        "dots_note": f"Each dot is one issue, No. {min(numbers)} to {max(numbers)}" if compared else "",
        "dots_json": rates_compared(rates, rate) if rate is not None and compared else "",
        "dots_label": rules.dots_sentence(rates, rate, placement) if rate is not None and compared else "",
        "dots_table": _dots_table(report) if compared else None,
    }


def _hour_text(report: PlacementReport, hour: int) -> str:
    there = local(report.started_at + timedelta(hours=hour), report.newsletter.timezone)
    return f"{day(there.date())} {there:%H:%M}"


def _clicks_label(report: PlacementReport) -> str:
    people = [row.people for row in report.hours]
    half = rules.halfway(people)
    return rules.hours_sentence(people, _hour_text(report, half) if half is not None else "")


def _clicks_table(report: PlacementReport) -> dict[str, Any]:
    """The hours in which anything happened; what came after the chart's hours is one row."""
    shown = report.hours[:HOURS_SHOWN]
    rows = [
        [_hour_text(report, hour), number(row.people), number(row.taken_out)]
        for hour, row in enumerate(shown)
        if row.people or row.taken_out
    ]
    later = report.hours[HOURS_SHOWN:]
    if any(row.people or row.taken_out for row in later):
        rows.append(["Later", number(report.came_later), number(sum(row.taken_out for row in later))])
    return {"caption": "Clicks by hour", "columns": ["From", "People", "Taken out"], "rows": rows}


def _dots_table(report: PlacementReport) -> dict[str, Any]:
    compared = [one for one in (report.own, *report.others) if one.rate is not None]
    rows = [
        [f"No. {one.issue_number}", number(one.people), number(one.delivered or 0), percent(one.rate or 0, 2)]
        for one in sorted(compared, key=lambda one: one.issue_number, reverse=True)
    ]
    return {"caption": "Click-through rates", "columns": ["Issue", "People", "Delivered", "Rate"], "rows": rows}
