"""How a newsletter deals with copy: reminders, what comes late, what is added to links."""

from flask import flash, g, render_template, url_for

from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.web import Access, access, go_to
from sponsorship.creative import services
from sponsorship.creative.forms import CopyPolicyForm
from sponsorship.creative.portal.door import Answer, blueprint
from sponsorship.creative.queries import get_copy_policy
from sponsorship.creative.rules import LatePolicy
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_team_newsletter


@blueprint.get("/desk/<slug>/settings/copy")
@access(Access.TEAM, Permission.SETTINGS)
def edit_policy(slug: str) -> Answer:
    """Show the rules for copy."""
    policy = get_copy_policy(db.session(), _open(slug).id)
    form = CopyPolicyForm(formdata=None, obj=policy)
    form.reminder_days.data, form.late_policy.data = ", ".join(map(str, policy.reminder_days)), policy.late_policy.value
    return _page(form)


@blueprint.post("/desk/<slug>/settings/copy")
@access(Access.TEAM, Permission.SETTINGS)
def save_policy(slug: str) -> Answer:
    """Keep the rules for copy."""
    newsletter, form = _open(slug), CopyPolicyForm()
    if not form.validate():
        return _page(form), 422
    with transaction() as session:
        newsletter = session.get_one(Newsletter, newsletter.id)
        services.set_copy_policy(
            session, newsletter=newsletter, policy=form.policy, actor=g.viewer.email, now=clock.now()
        )
    flash("The rules hold from now on.", "ok")
    return go_to(url_for("creative.edit_policy", slug=slug))


def _open(slug: str) -> Newsletter:
    newsletter = g.newsletter = get_team_newsletter(db.session(), slug, g.viewer, Permission.SETTINGS)
    return newsletter


def _page(form: CopyPolicyForm) -> str:
    details = {one.value: {"figure": "", "note": one.about} for one in LatePolicy}
    return render_template("creative/edit_policy.html", form=form, newsletter=g.newsletter, details=details)
