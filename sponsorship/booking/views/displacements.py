"""The publisher's acts by which slots fall away: each page shows first whom it concerns and what is offered, then does it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import flash, g, render_template, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.booking import queries, services
from sponsorship.booking.forms import CapacityForm, MoveIssueForm, RetirePlacementForm, SkipIssueForm, SlotActForm
from sponsorship.booking.models import Displacement
from sponsorship.booking.portal import blueprint
from sponsorship.booking.rules import DisplacementCause
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.format import count, long_day
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Issue, Newsletter, Placement
from sponsorship.inventory.queries import get_issue, get_placement, get_team_newsletter, list_slots

Page = Response | str | tuple[str, int]
Act = Callable[[Session, datetime], Sequence[Displacement]]


@blueprint.route("/issues/<int:issue_id>/skip", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SETTINGS)
def skip_issue(issue_id: int) -> Page:
    """Skip an issue, after showing whom it concerns."""
    form, issue = SkipIssueForm(), _team_issue(issue_id)

    def act(session: Session, now: datetime) -> Sequence[Displacement]:
        return services.skip_issue(
            session, issue=get_issue(session, issue_id), reason=form.reason.data or "", actor=g.viewer.email, now=now
        )

    concerned = queries.list_concerned(
        db.session(), list_slots(db.session(), [issue.id]), DisplacementCause.ISSUE_SKIPPED
    )
    title = f"Skip No. {issue.number}, {long_day(issue.publish_on)}?"
    return _page(
        form,
        act,
        concerned,
        title=title,
        verb="Skip the issue",
        done="Issue skipped.",
        back=_schedule_url(issue.newsletter),
    )


@blueprint.route("/issues/<int:issue_id>/move", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SETTINGS)
def move_issue(issue_id: int) -> Page:
    """Move an issue to another day, after showing whom it concerns."""
    form, issue = MoveIssueForm(), _team_issue(issue_id)

    def act(session: Session, now: datetime) -> Sequence[Displacement]:
        return services.move_issue(
            session, issue=get_issue(session, issue_id), day=form.new_day(), reason=form.reason.data or "",
            actor=g.viewer.email, now=now,
        )  # fmt: skip

    concerned = queries.list_concerned(
        db.session(), list_slots(db.session(), [issue.id]), DisplacementCause.ISSUE_MOVED
    )
    title = f"Move No. {issue.number} from {long_day(issue.publish_on)}?"
    return _page(
        form,
        act,
        concerned,
        title=title,
        verb="Move the issue",
        done="Issue moved.",
        back=_schedule_url(issue.newsletter),
    )


@blueprint.post("/issues/<int:issue_id>/restore")
@access(Access.TEAM, Permission.SETTINGS)
def restore_issue(issue_id: int) -> Page:
    """Bring a skipped issue back."""
    form, issue = SlotActForm(), _team_issue(issue_id)
    back = _schedule_url(issue.newsletter)
    if form.validate():
        with transaction() as session:
            services.restore_issue(session, issue=get_issue(session, issue_id), actor=g.viewer.email, now=clock.now())
        flash("The issue comes out after all.", "ok")
    return go_to(back)


@blueprint.route("/placements/<int:placement_id>/capacity", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SETTINGS)
def change_capacity(placement_id: int) -> Page:
    """Change how many slots a placement has; ?capacity=1 shows whom a lower one concerns."""
    placement = _team_placement(placement_id)
    form = CapacityForm(capacity=request.args.get("capacity", default=placement.capacity, type=int))

    def act(session: Session, now: datetime) -> Sequence[Displacement]:
        return services.change_capacity(
            session,
            placement=get_placement(session, placement_id),
            capacity=form.capacity.data,
            actor=g.viewer.email,
            now=now,
        )

    wanted = (
        form.capacity.data if isinstance(form.capacity.data, int) and form.capacity.data > 0 else placement.capacity
    )
    surplus = services.surplus_slots(db.session(), placement, wanted)
    concerned = queries.list_concerned(db.session(), surplus, DisplacementCause.CAPACITY_LOWERED)
    return _page(form, act, concerned, title=f"How many {placement.name} slots in each issue?", verb="Change the capacity",
                 done="Capacity changed.", back=_placement_url(placement), preview="capacity")  # fmt: skip


@blueprint.route("/placements/<int:placement_id>/retire", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SETTINGS)
def retire_placement(placement_id: int) -> Page:
    """Sell a placement no longer, after showing whom it concerns."""
    placement = _team_placement(placement_id)
    form = RetirePlacementForm()

    def act(session: Session, now: datetime) -> Sequence[Displacement]:
        return services.retire_placement(
            session, placement=get_placement(session, placement_id), displaces=form.sold.data == "displace",
            reason=form.reason.data or "", actor=g.viewer.email, now=now,
        )  # fmt: skip

    slots = queries.list_coming_slots(db.session(), placement)
    concerned = queries.list_concerned(db.session(), slots, DisplacementCause.PLACEMENT_RETIRED)
    return _page(form, act, concerned, title=f"Stop selling {placement.name}?", verb="Stop selling it",
                 done=f"{placement.name} is sold no longer.", back=_placement_url(placement))  # fmt: skip


@blueprint.get("/desk/<slug>/displacements")
@access(Access.TEAM, Permission.READ)
def list_displacements(slug: str) -> str:
    """Show whose slot fell away and who still has to choose."""
    newsletter = g.newsletter = get_team_newsletter(db.session(), slug, g.viewer, Permission.READ)
    waiting = queries.list_displacements(db.session(), newsletter.id, is_open=True)
    done = queries.list_displacements(db.session(), newsletter.id, is_open=False)
    return render_template("booking/list_displacements.html", waiting=waiting, done=done[:50])


def _page(
    form: FlaskForm,
    act: Act,
    concerned: Sequence[queries.Concerned],
    *,
    title: str,
    verb: str,
    done: str,
    back: str,
    preview: str = "",
) -> Page:
    """Show whom it concerns; once the form is sent, do it, and say how many were named. A refusal keeps what was typed."""
    status = 200
    if form.validate_on_submit():
        try:
            with transaction() as session:
                displaced = len(act(session, clock.now()))
            named = f" {count(displaced, 'booking')} named: each sponsor has a mail." if displaced else ""
            flash(done + named, "ok")
            return go_to(url_for("booking.list_displacements", slug=g.newsletter.slug) if displaced else back)
        except DomainError as refusal:
            form.form_errors.append(refusal.message)
            status = refusal.status
    elif form.is_submitted():
        status = 422
    values: dict[str, Any] = {"form": form, "concerned": concerned, "title": title, "verb": verb, "back": back}
    return render_template("booking/confirm_displacing.html", preview=preview, **values), status


def _team_issue(issue_id: int) -> Issue:
    issue = get_issue(db.session(), issue_id)
    authorise(g.viewer, issue.newsletter_id, Permission.SETTINGS)
    g.newsletter = issue.newsletter
    return issue


def _team_placement(placement_id: int) -> Placement:
    placement = get_placement(db.session(), placement_id)
    authorise(g.viewer, placement.newsletter_id, Permission.SETTINGS)
    g.newsletter = placement.newsletter
    return placement


def _schedule_url(newsletter: Newsletter) -> str:
    return url_for("booking.edit_rhythm", slug=newsletter.slug, _anchor="issues")


def _placement_url(placement: Placement) -> str:
    return url_for("inventory.edit_placement", placement_id=placement.id)
