"""A campaign's report: for whoever holds the order's link, for a shared link, and for the team; one query, one page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, g, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.booking.models import Order
from sponsorship.booking.queries import get_order, get_order_booking, get_order_by_id
from sponsorship.booking.rules import BUYER
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import NotFound
from sponsorship.core.format import long_day, number
from sponsorship.core.pdf import typeset
from sponsorship.core.web import Access, access, go_to, page_url
from sponsorship.reporting import rules, services
from sponsorship.reporting.charts import clicks_by_day
from sponsorship.reporting.queries import (
    CampaignReport,
    campaign_sheet,
    get_campaign_report,
    get_share,
    get_share_of,
    list_shares,
)
from sponsorship.reporting.views.door import blueprint
from sponsorship.reporting.views.exports import as_file
from sponsorship.reporting.views.paper import report_values
from sponsorship.reporting.views.placements import placement_page
from sponsorship.sponsors.queries import list_companies_of_user

Place = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Door:
    """How a reader came in: which addresses lead on from here, and whether links may be shared."""

    file: Place
    placement: Place
    share: str = ""
    revoke: Place | None = None
    is_team: bool = False


@blueprint.get("/orders/<token>/report")
@access(Access.LINK)
def show_order_campaign(token: str) -> str:
    """Show the report of an order to whoever holds its link."""
    return _page(get_order(db.session(), token), _order_door(token))


@blueprint.get("/orders/<token>/report.<kind>")
@access(Access.LINK)
def export_order_campaign(token: str, kind: str) -> Response:
    """Hand out an order's report, or one placement's, as a file."""
    return _file(get_order(db.session(), token), kind)


@blueprint.post("/orders/<token>/report/shares")
@access(Access.LINK)
def share_order_campaign(token: str) -> AnyResponse:
    """Make a link to the report that can be passed on without passing on the order."""
    order_id = get_order(db.session(), token).id
    return _share(order_id, BUYER, url_for("reporting.show_order_campaign", token=token, _anchor="share"))


@blueprint.post("/orders/<token>/report/shares/<int:share_id>/revoke")
@access(Access.LINK)
def revoke_order_share(token: str, share_id: int) -> AnyResponse:
    """Take a link back."""
    order_id = get_order(db.session(), token).id
    return _revoke(order_id, share_id, BUYER, url_for("reporting.show_order_campaign", token=token, _anchor="share"))


@blueprint.get("/reports/<token>")
@access(Access.LINK)
def show_shared_campaign(token: str) -> str:
    """Show the report behind a shared link as long as it is open."""
    return _page(get_share(db.session(), token, clock.now()).order, _shared_door(token))


@blueprint.get("/reports/<token>/<int:booking_id>")
@access(Access.LINK)
def show_shared_report(token: str, booking_id: int) -> str:
    """Show one placement of a shared report."""
    order = get_share(db.session(), token, clock.now()).order
    return placement_page(get_order_booking(db.session(), order, booking_id), is_team=False, is_shared=True)


@blueprint.get("/reports/<token>.<kind>")
@access(Access.LINK)
def export_shared_campaign(token: str, kind: str) -> Response:
    """Hand out a shared report as a file."""
    return _file(get_share(db.session(), token, clock.now()).order, kind)


@blueprint.get("/campaigns/<int:order_id>/report")
@access(Access.SIGNED_IN)
def show_campaign(order_id: int) -> str:
    """Show the report to the newsletter's team and to those who act for the sponsor; nobody else learns that it exists."""
    order = _readable(order_id)
    if order.newsletter_id in g.viewer.roles:
        return _page(order, _team_door(order))
    return _page(order, _order_door(order.token))


@blueprint.get("/campaigns/<int:order_id>/report.<kind>")
@access(Access.SIGNED_IN)
def export_campaign(order_id: int, kind: str) -> Response:
    """Hand out the report as a file."""
    return _file(_readable(order_id), kind)


@blueprint.post("/campaigns/<int:order_id>/report/shares")
@access(Access.TEAM, Permission.SELL)
def share_campaign(order_id: int) -> AnyResponse:
    """Make a link to the report, for the sponsor's people."""
    viewer = authorise(g.viewer, get_order_by_id(db.session(), order_id).newsletter_id, Permission.SELL)
    return _share(order_id, viewer.email, url_for("reporting.show_campaign", order_id=order_id, _anchor="share"))


@blueprint.post("/campaigns/<int:order_id>/report/shares/<int:share_id>/revoke")
@access(Access.TEAM, Permission.SELL)
def revoke_campaign_share(order_id: int, share_id: int) -> AnyResponse:
    """Take a link back."""
    viewer = authorise(g.viewer, get_order_by_id(db.session(), order_id).newsletter_id, Permission.SELL)
    after = url_for("reporting.show_campaign", order_id=order_id, _anchor="share")
    return _revoke(order_id, share_id, viewer.email, after)


def _readable(order_id: int) -> Order:
    """The order, if the viewer belongs to the newsletter's team or acts for the sponsor."""
    order = get_order_by_id(db.session(), order_id)
    if order.newsletter_id in g.viewer.roles:
        authorise(g.viewer, order.newsletter_id, Permission.READ)
        return order
    own = [sponsor.id for sponsor in list_companies_of_user(db.session(), g.viewer.user_id)]
    if order.sponsor_id is None or order.sponsor_id not in own:
        raise NotFound
    return order


def _order_door(token: str) -> Door:
    return Door(
        file=lambda kind: url_for("reporting.export_order_campaign", token=token, kind=kind),
        placement=lambda booking: url_for("reporting.show_order_report", token=token, booking_id=booking),
        share=url_for("reporting.share_order_campaign", token=token),
        revoke=lambda share: url_for("reporting.revoke_order_share", token=token, share_id=share),
    )


def _shared_door(token: str) -> Door:
    return Door(
        file=lambda kind: url_for("reporting.export_shared_campaign", token=token, kind=kind),
        placement=lambda booking: url_for("reporting.show_shared_report", token=token, booking_id=booking),
    )


def _team_door(order: Order) -> Door:
    may_share = g.viewer.may(Permission.SELL, order.newsletter_id)
    return Door(
        file=lambda kind: url_for("reporting.export_campaign", order_id=order.id, kind=kind),
        placement=lambda booking: url_for("reporting.show_report", booking_id=booking),
        share=url_for("reporting.share_campaign", order_id=order.id) if may_share else "",
        revoke=lambda share: url_for("reporting.revoke_campaign_share", order_id=order.id, share_id=share),
        is_team=True,
    )


def _page(order: Order, door: Door) -> str:
    now, g.newsletter = clock.now(), order.newsletter
    report = get_campaign_report(db.session(), order, now)
    shares = [
        (share, page_url("reporting.show_shared_campaign", token=share.token))
        for share in (list_shares(db.session(), order.id, now) if door.share else [])
    ]
    return render_template(
        "reporting/show_campaign.html", order=order, report=report, numbers=report.numbers, door=door, shares=shares, now=now,
        share_days=rules.SHARE_DAYS, how_it_shows=rules.HOW_IT_SHOWS,
        moved_names={row.booking_id: f"{row.slot_name} in No. {row.issue_number}" for row in report.rows}, **_words(report),
    )  # fmt: skip


def _words(report: CampaignReport) -> dict[str, Any]:
    numbers, currency = report.numbers, report.order.currency
    days = [[long_day(row.day), number(row.people), number(row.taken_out)] for row in report.days]
    return {
        "headline": rules.campaign_headline(numbers, len(report.coming)),
        "figures": rules.campaign_figures(numbers, currency),
        "steps": rules.count_steps(numbers.hits, numbers.human, numbers.unique),
        "days_json": clicks_by_day(report.days),
        "days_label": rules.days_sentence(report.days),
        "days_table": {"caption": "Clicks by day", "columns": ["Day", "People", "Taken out"], "rows": days},
    }


def _file(order: Order, kind: str) -> Response:
    if kind not in ("csv", "xlsx", "pdf"):
        raise NotFound
    word = request.args.get("placement", "")
    only = [get_order_booking(db.session(), order, int(word)).id] if word.isdigit() and len(word) < 10 else []
    now = clock.now()
    report = get_campaign_report(db.session(), order, now, only=only)
    if kind != "pdf":
        return as_file(campaign_sheet(report), f"report-{order.number}", kind)
    page = typeset("report", report_values(report, now), made_at=now)
    headers = {"Content-Disposition": f'inline; filename="report-{order.number}.pdf"', "Cache-Control": "no-store"}
    return Response(page, mimetype="application/pdf", headers=headers)


def _share(order_id: int, actor: str, after: str) -> AnyResponse:
    word = request.form.get("days", "")
    days = int(word) if word.isascii() and word.isdigit() and len(word) < 5 else 0
    with transaction() as session:
        order = get_order_by_id(session, order_id)
        services.share_report(session, order=order, days=days, actor=actor, now=clock.now())
    flash("Link made. Whoever has it sees this report and nothing else of the order.", "ok")
    return go_to(after)


def _revoke(order_id: int, share_id: int, actor: str, after: str) -> AnyResponse:
    with transaction() as session:
        share = get_share_of(session, order_id, share_id)
        services.revoke_share(session, share=share, actor=actor, now=clock.now())
    flash("Link taken back. It opens nothing any more.", "ok")
    return go_to(after)
