"""Placements: what is sold in an issue, for how much, under which terms."""

from typing import Any

from flask import flash, g, render_template, url_for
from werkzeug.wrappers import Response

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.text import LimitUnit, clean_line
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.forms import PlacementForm, PriceChangeForm, amount_text
from sponsorship.inventory.models import Placement
from sponsorship.inventory.queries import get_newsletter, get_placement, list_all_placements
from sponsorship.inventory.rules import PlacementKind
from sponsorship.inventory.services import create_placement, drop_price_change, set_price_from, today_of
from sponsorship.inventory.services import edit_placement as change_placement
from sponsorship.inventory.views.door import blueprint, team_newsletter

Page = Response | str | tuple[str, int]


@blueprint.get("/desk/<slug>/settings/placements")
@access(Access.TEAM, Permission.SETTINGS)
def list_placements(slug: str) -> str:
    """Show what is sold in each issue, and what was."""
    newsletter = team_newsletter(slug)
    placements = list_all_placements(db.session(), newsletter.id)
    today = today_of(newsletter, clock.now())
    return render_template("inventory/list_placements.html", placements=placements, today=today)


@blueprint.route("/desk/<slug>/settings/placements/new", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SETTINGS)
def add_placement(slug: str) -> Page:
    """Add a placement; it is on sale at once."""
    newsletter = team_newsletter(slug)
    form = PlacementForm(currency=newsletter.currency)
    if not form.validate_on_submit():
        page = render_template("inventory/edit_placement.html", form=form, placement=None, change=None)
        return page, 422 if form.is_submitted() else 200
    with transaction() as session:
        create_placement(
            session, newsletter=get_newsletter(session, slug), facts=_facts(form), capacity=form.capacity.data or 1,
            actor=g.viewer.email, now=clock.now(),
        )  # fmt: skip
    flash("The placement is on sale.", "ok")
    return go_to(url_for("inventory.list_placements", slug=slug))


@blueprint.route("/placements/<int:placement_id>/settings", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SETTINGS)
def edit_placement(placement_id: int) -> Page:
    """Change a placement; how many slots it has, and whether it is sold, are pages of their own."""
    placement = _team_placement(placement_id)
    currency = placement.newsletter.currency
    form = PlacementForm(currency=currency, obj=placement, price=amount_text(placement.price_minor, currency))
    if not form.validate_on_submit():
        return _show(
            placement, form, PriceChangeForm(formdata=None, currency=currency), 422 if form.is_submitted() else 200
        )
    with transaction() as session:
        change_placement(
            session, placement=get_placement(session, placement_id), facts=_facts(form), actor=g.viewer.email,
            now=clock.now(),
        )  # fmt: skip
    flash("Saved. What is booked keeps its price.", "ok")
    return go_to(url_for("inventory.edit_placement", placement_id=placement_id))


@blueprint.post("/placements/<int:placement_id>/prices")
@access(Access.TEAM, Permission.SETTINGS)
def change_price(placement_id: int) -> Page:
    """Set the list price of issues from a day on."""
    placement = _team_placement(placement_id)
    currency = placement.newsletter.currency
    change, status = PriceChangeForm(currency=currency), 422
    if change.validate():
        try:
            with transaction() as session:
                set_price_from(
                    session, placement=get_placement(session, placement_id), starts_on=change.starts_on.data,
                    price_minor=change.amount.minor(currency) or 0, actor=g.viewer.email, now=clock.now(),
                )  # fmt: skip
            flash("The price is set.", "ok")
            return go_to(url_for("inventory.edit_placement", placement_id=placement_id, _anchor="prices"))
        except DomainError as refusal:
            change.starts_on.errors, status = [refusal.message], refusal.status
    form = PlacementForm(
        formdata=None, currency=currency, obj=placement, price=amount_text(placement.price_minor, currency)
    )
    return _show(placement, form, change, status)


@blueprint.post("/placements/<int:placement_id>/prices/<change_id>/drop")
@access(Access.TEAM, Permission.SETTINGS)
def drop_price(placement_id: int, change_id: str) -> Page:
    """Take a dated price back; `change_id` is its day."""
    placement = _team_placement(placement_id)
    day = next((one.starts_on for one in placement.price_changes if one.starts_on.isoformat() == change_id), None)
    if day is not None:
        with transaction() as session:
            placement = get_placement(session, placement_id)
            drop_price_change(session, placement=placement, starts_on=day, actor=g.viewer.email, now=clock.now())
        flash("The price change is taken back.", "ok")
    return go_to(url_for("inventory.edit_placement", placement_id=placement_id, _anchor="prices"))


def _team_placement(placement_id: int) -> Placement:
    placement = get_placement(db.session(), placement_id)
    authorise(g.viewer, placement.newsletter_id, Permission.SETTINGS)
    g.newsletter = placement.newsletter
    return placement


def _show(placement: Placement, form: PlacementForm, change: PriceChangeForm, status: int) -> tuple[str, int]:
    page = render_template("inventory/edit_placement.html", form=form, placement=placement, change=change)
    return page, status


def _facts(form: PlacementForm) -> dict[str, Any]:
    """What the form says, as the services take it; how many slots it has is not among it."""
    lines = ("name", "description", "printed_heading", "house_ad")
    plain = ("heading_limit", "body_limit", "lead_days", "lead_time", "copy_due_days", "copy_due_time", "horizon_weeks",
             "is_echoed", "fills_with_house")  # fmt: skip
    return {
        **{name: clean_line(getattr(form, name).data or "") for name in lines},
        **{name: getattr(form, name).data for name in plain},
        "kind": PlacementKind(form.kind.data), "limit_unit": LimitUnit(form.limit_unit.data),
        "price_minor": form.price.minor(form.currency_code) or 0,
    }  # fmt: skip
