"""Price rules and promo codes."""

from typing import Any

from flask import flash, g, render_template, url_for
from werkzeug.wrappers import Response

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError, NotFound
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.forms import PriceRuleForm, PromoCodeForm
from sponsorship.inventory.models import Newsletter, PriceRule, PromoCode
from sponsorship.inventory.queries import get_newsletter, list_placements, list_price_rules, list_promo_codes
from sponsorship.inventory.rules import PriceRuleKind
from sponsorship.inventory.services import (
    add_price_rule,
    add_promo_code,
    retire_price_rule,
    retire_promo_code,
)
from sponsorship.inventory.views.door import blueprint, team_newsletter

Page = Response | str | tuple[str, int]


@blueprint.get("/desk/<slug>/settings/prices")
@access(Access.TEAM, Permission.SETTINGS)
def edit_prices(slug: str) -> Page:
    """Show the price rules and the promo codes, with a form for each."""
    return _show(team_newsletter(slug))


@blueprint.post("/desk/<slug>/settings/prices/rules")
@access(Access.TEAM, Permission.SETTINGS)
def create_price_rule(slug: str) -> Page:
    """Add a price rule."""
    newsletter = team_newsletter(slug)
    form = PriceRuleForm(currency=newsletter.currency, choices=_choices(newsletter), prefix="rule-")
    if not form.validate():
        return _show(newsletter, rule_form=form)
    with transaction() as session:
        own = get_newsletter(session, slug)
        chosen = [one for one in own.placements if one.id in (form.placements.data or ())]
        add_price_rule(
            session, newsletter=own, kind=PriceRuleKind(form.kind.data), label=form.label.data or "", placements=chosen,
            actor=g.viewer.email, now=clock.now(), **_figures_of_rule(form),
        )  # fmt: skip
    flash("The rule holds for orders from now on.", "ok")
    return go_to(url_for("inventory.edit_prices", slug=slug))


@blueprint.post("/price-rules/<int:rule_id>/retire")
@access(Access.TEAM, Permission.SETTINGS)
def end_price_rule(rule_id: int) -> Page:
    """End a price rule; what was ordered keeps its price."""
    rule = db.session.get(PriceRule, rule_id)
    if rule is None:
        raise NotFound
    slug = _team_slug(rule.newsletter_id)
    with transaction() as session:
        retire_price_rule(session, rule=session.get_one(PriceRule, rule_id), actor=g.viewer.email, now=clock.now())
    flash("The rule has ended.", "ok")
    return go_to(url_for("inventory.edit_prices", slug=slug))


@blueprint.post("/desk/<slug>/settings/prices/codes")
@access(Access.TEAM, Permission.SETTINGS)
def create_promo_code(slug: str) -> Page:
    """Add a promo code."""
    newsletter = team_newsletter(slug)
    form = PromoCodeForm(currency=newsletter.currency, choices=_choices(newsletter), prefix="code-")
    if not form.validate():
        return _show(newsletter, code_form=form)
    try:
        with transaction() as session:
            own = get_newsletter(session, slug)
            chosen = [one for one in own.placements if one.id in (form.placements.data or ())]
            add_promo_code(
                session, newsletter=own, code=form.code.data or "", label=form.label.data or "", placements=chosen,
                actor=g.viewer.email, now=clock.now(), **_figures_of_code(form),
            )  # fmt: skip
    except DomainError as refusal:
        form.code.errors = [refusal.message]
        return _show(newsletter, code_form=form)
    flash("The code can be used.", "ok")
    return go_to(url_for("inventory.edit_prices", slug=slug, _anchor="codes"))


@blueprint.post("/promo-codes/<int:promo_id>/retire")
@access(Access.TEAM, Permission.SETTINGS)
def end_promo_code(promo_id: int) -> Page:
    """End a promo code."""
    promo = db.session.get(PromoCode, promo_id)
    if promo is None:
        raise NotFound
    slug = _team_slug(promo.newsletter_id)
    with transaction() as session:
        retire_promo_code(session, promo=session.get_one(PromoCode, promo_id), actor=g.viewer.email, now=clock.now())
    flash("The code has ended.", "ok")
    return go_to(url_for("inventory.edit_prices", slug=slug, _anchor="codes"))


def _team_slug(newsletter_id: int) -> str:
    authorise(g.viewer, newsletter_id, Permission.SETTINGS)
    return db.session.get_one(Newsletter, newsletter_id).slug


def _choices(newsletter: Newsletter) -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in list_placements(db.session(), newsletter.id)]


def _show(
    newsletter: Newsletter, rule_form: PriceRuleForm | None = None, code_form: PromoCodeForm | None = None
) -> tuple[str, int]:
    choices = _choices(newsletter)
    page = render_template(
        "inventory/edit_prices.html", rules=list_price_rules(db.session(), newsletter.id),
        codes=list_promo_codes(db.session(), newsletter.id),
        rule_form=rule_form or PriceRuleForm(formdata=None, currency=newsletter.currency, choices=choices, prefix="rule-"),
        code_form=code_form or PromoCodeForm(formdata=None, currency=newsletter.currency, choices=choices, prefix="code-"),
    )  # fmt: skip
    return page, 422 if rule_form or code_form else 200


def _figures_of_rule(form: PriceRuleForm) -> dict[str, Any]:
    kind = PriceRuleKind(form.kind.data)
    points = 0 if kind is PriceRuleKind.PACKAGE else form.share.basis_points
    return {
        "threshold": form.threshold.data or 0, "counts_issues": form.counts_issues.data and kind is PriceRuleKind.FREQUENCY,
        "discount_basis_points": -points if form.goes_up.data else points, "starts_on": form.starts_on.data,
        "ends_on": form.ends_on.data,
        "package_price_minor": form.package_price.minor(form.currency_code) if kind is PriceRuleKind.PACKAGE else None,
    }  # fmt: skip


def _figures_of_code(form: PromoCodeForm) -> dict[str, Any]:
    return {
        "discount_basis_points": form.share.basis_points, "discount_minor": form.amount.minor(form.currency_code) or 0,
        "starts_on": form.starts_on.data, "ends_on": form.ends_on.data, "most_uses": form.most_uses.data,
        "most_uses_per_sponsor": form.most_uses_per_sponsor.data,
        "minimum_minor": form.minimum.minor(form.currency_code) or 0,
    }  # fmt: skip
