"""Prepaid credits: who has how many, and giving some."""

from collections.abc import Callable

from flask import flash, g, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from sponsorship.accounts.rules import Permission
from sponsorship.booking import queries, services
from sponsorship.booking.forms import GrantCreditsForm
from sponsorship.booking.portal import blueprint
from sponsorship.booking.rules import CreditOrigin
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.queries import get_newsletter, get_team_newsletter, list_placements
from sponsorship.sponsors.queries import list_sponsors
from sponsorship.sponsors.services import make_sure_of_sponsor

Page = Response | str | tuple[str, int]
Grant = Callable[[Session], None]


@blueprint.route("/desk/<slug>/settings/credits", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SETTINGS)
def list_credits(slug: str) -> Page:
    """Show the prepaid credits of each sponsor, line by line, and give some."""
    newsletter = g.newsletter = get_team_newsletter(db.session(), slug, g.viewer, Permission.SETTINGS)
    sponsors, placements = list_sponsors(db.session(), newsletter.id), list_placements(db.session(), newsletter.id)
    form = GrantCreditsForm(currency=newsletter.currency, choices=[(one.id, one.name) for one in placements])
    if form.validate_on_submit():
        with transaction() as session:
            _grant(session, slug, form)
        flash("The credits are there. The sponsor uses them in the cart, signed in.", "ok")
        return go_to(url_for("booking.list_credits", slug=slug))
    grants = queries.list_credit_grants(db.session(), [sponsor.id for sponsor in sponsors])
    page = render_template("booking/list_credits.html", form=form, grants=grants[::-1], sponsors=sponsors)
    return page, 422 if form.is_submitted() else 200


def _grant(session: Session, slug: str, form: GrantCreditsForm) -> None:
    own, now = get_newsletter(session, slug), clock.now()
    value = form.value_minor()
    services.grant_credits(
        session, sponsor=make_sure_of_sponsor(session, newsletter_id=own.id, name=form.sponsor.data or "", now=now),
        newsletter=own, slots=form.slots.data or 1, value_minor=value, expires_on=form.expires_on.data,
        placement=next((one for one in own.placements if one.id == form.placement.data), None),
        origin=CreditOrigin.BOUGHT if value else CreditOrigin.GIVEN, note=form.note.data or "", actor=g.viewer.email, now=now,
    )  # fmt: skip
