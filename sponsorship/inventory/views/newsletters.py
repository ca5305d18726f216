"""A newsletter is opened and described, and has its team."""

from datetime import datetime
from typing import Any

from flask import flash, g, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from sponsorship.accounts.queries import get_user, list_members
from sponsorship.accounts.rules import Permission, TeamRole
from sponsorship.accounts.services import add_member, check_publisher, make_sure_of_user, record_act, remove_member
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError, NotAllowed
from sponsorship.core.text import clean_line
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.forms import MemberForm, NewNewsletterForm, NewsletterForm
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_newsletter
from sponsorship.inventory.rules import Rhythm, RhythmKind, write_rule
from sponsorship.inventory.services import edit_newsletter as change_newsletter
from sponsorship.inventory.services import open_newsletter, today_in
from sponsorship.inventory.views.door import blueprint, team_newsletter

Page = Response | str | tuple[str, int]


@blueprint.route("/newsletters/new", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def create_newsletter() -> Page:
    """Open another newsletter in this installation; whoever publishes one may, and is its publisher."""
    if TeamRole.OWNER not in g.viewer.roles.values():
        raise NotAllowed("Only somebody who publishes a newsletter here can open another one.")
    form = NewNewsletterForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                slug = _open(session, form, clock.now()).slug
            flash("The newsletter is open. Now its placements.", "ok")
            return go_to(url_for("inventory.list_placements", slug=slug))
        except DomainError as refusal:
            form.slug.errors = [refusal.message]
    page = render_template("inventory/create_newsletter.html", form=form)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/desk/<slug>/settings", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SETTINGS)
def edit_newsletter(slug: str) -> Page:
    """Change what the newsletter says of itself."""
    newsletter = team_newsletter(slug)
    form = NewsletterForm(obj=newsletter)
    if not form.validate_on_submit():
        return render_template("inventory/edit_newsletter.html", form=form), 422 if form.is_submitted() else 200
    with transaction() as session:
        change_newsletter(
            session, newsletter=get_newsletter(session, slug), facts=_facts(form), actor=g.viewer.email, now=clock.now()
        )
    flash("Saved.", "ok")
    return go_to(url_for("inventory.edit_newsletter", slug=slug))


@blueprint.route("/desk/<slug>/settings/team", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SETTINGS)
def edit_team(slug: str) -> Page:
    """Show who works on the newsletter, and take somebody in, or give another role."""
    newsletter, form = team_newsletter(slug), MemberForm()
    if not form.validate_on_submit():
        members = list_members(db.session(), newsletter.id)
        return render_template(
            "inventory/edit_team.html", form=form, members=members
        ), 422 if form.is_submitted() else 200
    now = clock.now()
    with transaction() as session:
        user = make_sure_of_user(session, email=form.email.data or "", name=clean_line(form.name.data or ""), now=now)
        add_member(session, newsletter_id=newsletter.id, user=user, role=TeamRole(form.role.data))
        check_publisher(session, newsletter_id=newsletter.id)
        record_act(
            session, actor=g.viewer.email, action="member_set", object_type="newsletter", object_id=newsletter.id,
            newsletter_id=newsletter.id, now=now, after={"email": user.email, "role": form.role.data},
        )  # fmt: skip
    flash(f"{form.email.data} can sign in by a link to that address.", "ok")
    return go_to(url_for("inventory.edit_team", slug=slug))


@blueprint.post("/desk/<slug>/settings/team/<int:user_id>/remove")
@access(Access.TEAM, Permission.SETTINGS)
def remove_from_team(slug: str, user_id: int) -> Page:
    """Take somebody out of the team; nobody takes out the last publisher."""
    newsletter = team_newsletter(slug)
    with transaction() as session:
        user = get_user(session, user_id)
        remove_member(session, newsletter_id=newsletter.id, user=user, actor=g.viewer.email, now=clock.now())
    flash("Taken out of the team.", "ok")
    return go_to(url_for("inventory.edit_team", slug=slug))


def _open(session: Session, form: NewNewsletterForm, now: datetime) -> Newsletter:
    zone, weekdays = form.timezone.data or "UTC", tuple(form.weekdays.data or ())
    newsletter = open_newsletter(
        session, slug=form.address(), timezone=zone, currency=form.currency.data or "",
        rhythm_rule=write_rule(Rhythm(RhythmKind.WEEKLY, 1, weekdays)), rhythm_start=today_in(zone, now),
        publish_time=form.publish_time.data, first_issue_number=form.first_issue_number.data, actor=g.viewer.email, now=now,
        **_facts(form),
    )  # fmt: skip
    user = get_user(session, g.viewer.user_id)
    add_member(session, newsletter_id=newsletter.id, user=user, role=TeamRole.OWNER)
    return newsletter


def _facts(form: NewsletterForm) -> dict[str, Any]:
    """What the form says, lines cleaned, longer texts as they are."""
    lines = ("name", "tagline", "publisher_name", "contact_email", "audience_note")
    texts = ("introduction", "terms")
    return {
        **{name: clean_line(getattr(form, name).data or "") for name in lines},
        **{name: (getattr(form, name).data or "").replace("\r\n", "\n").strip() for name in texts},
        "readers": form.readers.data, "readers_on": form.readers_on.data, "invoice_days": form.invoice_days.data,
    }  # fmt: skip
