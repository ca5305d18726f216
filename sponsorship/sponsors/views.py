"""How a newsletter deals with its sponsors, and with one of them: the publisher's pages."""

from flask import Blueprint, flash, g, render_template, url_for
from werkzeug.wrappers import Response

from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError, NotFound
from sponsorship.core.text import clean_line
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_team_newsletter
from sponsorship.sponsors import queries, services
from sponsorship.sponsors.forms import CategoryForm, SalesPolicyForm, SponsorTermsForm
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.rules import RivalRule

blueprint = Blueprint("sponsors", __name__)
Page = Response | str | tuple[str, int]


@blueprint.get("/desk/<slug>/settings/deals")
@access(Access.TEAM, Permission.SETTINGS)
def edit_policy(slug: str) -> Page:
    """Show the rules on moving, cancelling, rivals, cadence and unpaid holds, and the categories."""
    return _policy_page(_team(slug, Permission.SETTINGS))


@blueprint.post("/desk/<slug>/settings/deals")
@access(Access.TEAM, Permission.SETTINGS)
def save_policy(slug: str) -> Page:
    """Keep the rules."""
    newsletter, form = _team(slug, Permission.SETTINGS), SalesPolicyForm()
    if not form.validate():
        return _policy_page(newsletter, form=form), 422
    values = {name: getattr(form, name).data for name in ("sponsors_may_move", "move_cutoff_days", "cancel_free_days",
              "cancel_full_days", "cadence_issues", "open_orders", "held_slots", "unpaid_a_day")}  # fmt: skip
    with transaction() as session:
        services.set_policy(
            session, newsletter_id=newsletter.id, actor=g.viewer.email, now=clock.now(), rivals=RivalRule(form.rivals.data),
            cancel_kept_basis_points=int((form.cancel_kept_percent.data or 0) * 100),
            exclusive_basis_points=int((form.exclusive_percent.data or 0) * 100), **values,
        )  # fmt: skip
    flash("The rules hold from now on.", "ok")
    return go_to(url_for("sponsors.edit_policy", slug=slug))


@blueprint.post("/desk/<slug>/settings/categories")
@access(Access.TEAM, Permission.SETTINGS)
def add_category(slug: str) -> Page:
    """Add a category."""
    newsletter = _team(slug, Permission.SETTINGS)
    form = CategoryForm(_category_choices(newsletter.id))
    try:
        if not form.validate():
            return _policy_page(newsletter, category_form=form), 422
        with transaction() as session:
            parent = queries.get_category(session, newsletter.id, form.parent.data) if form.parent.data else None
            services.add_category(
                session, newsletter_id=newsletter.id, name=form.name.data or "", parent=parent,
                is_prohibited=bool(form.is_prohibited.data), refusal_words=form.refusal_words.data or "",
                actor=g.viewer.email, now=clock.now(),
            )  # fmt: skip
    except DomainError as refusal:
        form.name.errors = [refusal.message]
        return _policy_page(_team(slug, Permission.SETTINGS), category_form=form), refusal.status
    flash("Category added.", "ok")
    return go_to(url_for("sponsors.edit_policy", slug=slug))


@blueprint.get("/desk/<slug>/sponsors/<int:sponsor_id>/terms")
@access(Access.TEAM, Permission.SELL)
def edit_terms(slug: str, sponsor_id: int) -> Page:
    """Show what holds for one sponsor."""
    sponsor = _own(_team(slug, Permission.SELL), sponsor_id)
    form = SponsorTermsForm(obj=sponsor)
    form.category.data, form.agency.data = sponsor.category_id or 0, sponsor.agency_id or 0
    form.parent.data = sponsor.parent_id or 0
    return _terms_page(sponsor, form)


@blueprint.post("/desk/<slug>/sponsors/<int:sponsor_id>/terms")
@access(Access.TEAM, Permission.SELL)
def save_terms(slug: str, sponsor_id: int) -> Page:
    """Keep what holds for one sponsor."""
    sponsor, form = _own(_team(slug, Permission.SELL), sponsor_id), SponsorTermsForm()
    _terms_page(sponsor, form)
    if not form.validate():
        return _terms_page(sponsor, form), 422
    try:
        with transaction() as session:
            services.set_sponsor_terms(
                session, sponsor=queries.get_sponsor(session, sponsor_id), category_id=form.category.data or None,
                agency_id=form.agency.data or None, parent_id=form.parent.data or None,
                cadence_issues=form.cadence_issues.data, is_refused=bool(form.is_refused.data),
                refusal_words=clean_line(form.refusal_words.data or ""), notes=(form.notes.data or "").strip(),
                actor=g.viewer.email, now=clock.now(),
            )  # fmt: skip
    except DomainError as refusal:
        form.parent.errors = [refusal.message]
        return _terms_page(_own(_team(slug, Permission.SELL), sponsor_id), form), refusal.status
    flash("Saved.", "ok")
    return go_to(url_for("desk.show_sponsor", slug=slug, sponsor_id=sponsor_id))


def _team(slug: str, permission: Permission) -> Newsletter:
    newsletter = g.newsletter = get_team_newsletter(db.session(), slug, g.viewer, permission)
    return newsletter


def _own(newsletter: Newsletter, sponsor_id: int) -> Sponsor:
    sponsor = queries.get_sponsor(db.session(), sponsor_id)
    if sponsor.newsletter_id != newsletter.id:
        raise NotFound
    return sponsor


def _category_choices(newsletter_id: int) -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in queries.list_categories(db.session(), newsletter_id)]


def _policy_page(
    newsletter: Newsletter, form: SalesPolicyForm | None = None, category_form: CategoryForm | None = None
) -> str:
    policy = queries.policy_of(db.session(), newsletter.id)
    if form is None:
        form = SalesPolicyForm(formdata=None, obj=policy)
        form.cancel_kept_percent.data, form.rivals.data = policy.cancel_kept_basis_points / 100, policy.rivals.value
        form.exclusive_percent.data = policy.exclusive_basis_points / 100
    return render_template(
        "sponsors/edit_policy.html", form=form, categories=queries.list_categories(db.session(), newsletter.id),
        category_form=category_form or CategoryForm(_category_choices(newsletter.id)),
    )  # fmt: skip


def _terms_page(sponsor: Sponsor, form: SponsorTermsForm) -> str:
    others = [one for one in queries.list_sponsors(db.session(), sponsor.newsletter_id) if one.id != sponsor.id]
    form.offer(_category_choices(sponsor.newsletter_id), [(one.id, one.name) for one in others])
    return render_template("sponsors/edit_terms.html", sponsor=sponsor, form=form)
