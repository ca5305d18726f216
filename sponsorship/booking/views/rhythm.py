"""When issues come out: the rhythm with a look at the next dates before it is saved, and one-off exceptions."""

from datetime import date, timedelta

from flask import flash, g, render_template, url_for
from werkzeug.wrappers import Response

from sponsorship.accounts.rules import Permission
from sponsorship.booking import services
from sponsorship.booking.forms import ExtraIssueForm, RhythmForm
from sponsorship.booking.portal import blueprint
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.format import count, long_day
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_newsletter, get_team_newsletter, list_issues, list_one_offs
from sponsorship.inventory.rhythm import publishing_days
from sponsorship.inventory.rules import describe_rule
from sponsorship.inventory.services import add_extra_issue, today_of

PREVIEW = 8
Page = Response | str | tuple[str, int]


@blueprint.route("/desk/<slug>/settings/rhythm", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SETTINGS)
def edit_rhythm(slug: str) -> Page:
    """Change the rhythm; with `preview`, only show the dates that it would give."""
    newsletter = _team_newsletter(slug)
    form = RhythmForm.of(
        newsletter.rhythm_rule, newsletter.rhythm_start, newsletter.publish_time, newsletter.timezone,
        newsletter.horizon_weeks,
    )  # fmt: skip
    if not form.validate_on_submit():
        return _show(newsletter, form, 422 if form.is_submitted() else 200)
    if form.preview.data:
        return _show(newsletter, form, 200)
    try:
        with transaction() as session:
            stay = services.change_rhythm(
                session, newsletter=get_newsletter(session, slug), rule=form.written_rule(), start=form.start.data,
                publish_time=form.publish_time.data, timezone=form.timezone.data, horizon_weeks=form.horizon_weeks.data,
                actor=g.viewer.email, now=clock.now(),
            )  # fmt: skip
            stay_words = f" {count(len(stay), 'issue')} outside it stay, for something is booked there." if stay else ""
    except DomainError as refusal:
        form.rule.errors = [refusal.message]
        return _show(newsletter, form, refusal.status)
    flash(f"Rhythm saved.{stay_words}", "warn" if stay_words else "ok")
    return go_to(url_for("booking.edit_rhythm", slug=slug))


@blueprint.post("/desk/<slug>/settings/extra-issue")
@access(Access.TEAM, Permission.SETTINGS)
def add_issue(slug: str) -> Page:
    """Plan an issue that the rhythm does not give."""
    newsletter, form = _team_newsletter(slug), ExtraIssueForm()
    try:
        if not form.validate():
            raise DomainError(" ".join(error for errors in form.errors.values() for error in errors))
        with transaction() as session:
            issue = add_extra_issue(
                session, newsletter=get_newsletter(session, slug), day=form.new_day(), title=form.title.data or "",
                actor=g.viewer.email, now=clock.now(),
            )  # fmt: skip
            done = f"No. {issue.number} comes out on {long_day(issue.publish_on)}."
    except DomainError as refusal:
        form.form_errors.append(refusal.message)
        known = RhythmForm.of(newsletter.rhythm_rule, newsletter.rhythm_start, newsletter.publish_time,
                              newsletter.timezone, newsletter.horizon_weeks)  # fmt: skip
        return _show(newsletter, known, refusal.status, extra=form)
    flash(done, "ok")
    return go_to(url_for("booking.edit_rhythm", slug=slug, _anchor="issues"))


def _team_newsletter(slug: str) -> Newsletter:
    newsletter = g.newsletter = get_team_newsletter(db.session(), slug, g.viewer, Permission.SETTINGS)
    return newsletter


def _show(
    newsletter: Newsletter, form: RhythmForm, status: int, extra: ExtraIssueForm | None = None
) -> tuple[str, int]:
    today = today_of(newsletter, clock.now())
    coming = list_issues(db.session(), newsletter.id, today, today + timedelta(weeks=newsletter.horizon_weeks))
    page = render_template(
        "booking/edit_rhythm.html", form=form, extra=extra or ExtraIssueForm(formdata=None), coming=coming,
        words=describe_rule(newsletter.rhythm_rule), dates=_next_dates(newsletter, form, today), rule=_rule(form),
    )  # fmt: skip
    return page, status


def _rule(form: RhythmForm) -> str:
    return form.written_rule() if form.kind.data else ""


def _next_dates(newsletter: Newsletter, form: RhythmForm, today: date) -> list[date]:
    """The dates that what stands in the form would give; none where it cannot be followed, which the form says."""
    start = form.start.data or newsletter.rhythm_start
    try:
        last = today + timedelta(days=730)
        return publishing_days(_rule(form), start, today, last, list_one_offs(db.session(), newsletter))[:PREVIEW]
    except DomainError as refusal:
        form.rule.errors = [refusal.message]
        return []
