"""The publisher's page of rules for duplicate placements."""

from flask import Blueprint, flash, g, render_template, url_for
from werkzeug.wrappers import Response

from sponsorship.accounts.rules import Permission
from sponsorship.checks import services
from sponsorship.checks.forms import PolicyForm
from sponsorship.checks.queries import get_policy
from sponsorship.checks.rules import DEFAULTS, CheckRule
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.format import count_word
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_team_newsletter

blueprint = Blueprint("checks", __name__)


@blueprint.get("/desk/<slug>/settings/checks")
@access(Access.TEAM, Permission.SETTINGS)
def set_policy(slug: str) -> str:
    """Show what is looked for when copy is checked."""
    newsletter = _open_newsletter(slug)
    kept = get_policy(db.session(), newsletter.id)
    return _show(PolicyForm(formdata=None, data={rule.value: kept[rule] for rule in CheckRule}))


@blueprint.post("/desk/<slug>/settings/checks")
@access(Access.TEAM, Permission.SETTINGS)
def save_policy(slug: str) -> Response | tuple[str, int]:
    """Keep the rules as they were filled in."""
    newsletter, form = _open_newsletter(slug), PolicyForm()
    if not form.validate():
        return _show(form), 422
    with transaction() as session:
        policy = form.policy(get_policy(session, newsletter.id))
        changed = services.set_policy(
            session, newsletter_id=newsletter.id, policy=policy, actor=g.viewer.email, now=clock.now()
        )
    flash(f"{count_word(len(changed), 'rule', 'rules')} changed." if changed else "Nothing to change.", "ok")
    return go_to(url_for("checks.set_policy", slug=slug))


def _open_newsletter(slug: str) -> Newsletter:
    newsletter = g.newsletter = get_team_newsletter(db.session(), slug, g.viewer, Permission.SETTINGS)
    return newsletter


def _show(form: PolicyForm) -> str:
    off = [rule for rule in CheckRule if not form[rule.value].form.is_on.data]
    return render_template("checks/set_policy.html", form=form, rules=list(CheckRule), off=off, defaults=DEFAULTS)
