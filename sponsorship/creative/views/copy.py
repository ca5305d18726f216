"""One ad as the publisher sees it in any state: its words, its versions, the talk beside it; edit it, open the lock."""

from dataclasses import dataclass
from datetime import datetime

from flask import flash, g, render_template, request, url_for
from flask_wtf import FlaskForm
from markupsafe import Markup

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.web import Access, access, go_to
from sponsorship.creative import services
from sponsorship.creative.errors import CopyInvalid
from sponsorship.creative.forms import ChangesForm, CommentForm, EditForm, ReasonForm
from sponsorship.creative.models import CopyChase, Creative, CreativeVersion
from sponsorship.creative.portal.door import Answer, blueprint
from sponsorship.creative.queries import (
    NO_COPY,
    Difference,
    Word,
    compare_versions,
    copy_limits,
    current_copy,
    current_version,
    get_creative,
    list_chases,
    list_words,
)
from sponsorship.creative.render import preview_html, shown_address
from sponsorship.creative.rules import Copy, CopyLimits, CreativeState, Side, desk_headline, due_words
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.rules import IssueState


@dataclass(frozen=True, slots=True)
class DeskCopy:
    """The page of one ad: what it says, what may be done now."""

    creative: Creative
    newsletter: Newsletter
    may_edit: bool
    chases: list[CopyChase]
    now: datetime

    @property
    def slot(self) -> Slot:
        """Where it is printed."""
        return self.creative.booking.slot

    @property
    def who(self) -> str:
        """Whose ad it is."""
        sponsor = self.creative.booking.sponsor
        return sponsor.name if sponsor else self.newsletter.name

    @property
    def copy(self) -> Copy:
        """Its latest words."""
        return current_copy(self.creative) or NO_COPY

    @property
    def version(self) -> CreativeVersion | None:
        """Its latest version."""
        return current_version(self.creative)

    @property
    def limits(self) -> CopyLimits:
        """The ad spec."""
        return copy_limits(self.slot.placement)

    @property
    def body_html(self) -> Markup:
        """The body as readers get it."""
        return preview_html(self.copy)

    @property
    def shown_link(self) -> str:
        """The address as it is read."""
        return shown_address(self.copy.link_url)

    @property
    def words(self) -> list[Word]:
        """What was said beside it."""
        return list_words(self.creative)

    @property
    def difference(self) -> Difference | None:
        """What the latest version changed."""
        return compare_versions(self.creative)

    @property
    def is_planned(self) -> bool:
        """Whether its issue is still to come."""
        return self.slot.issue.state is IssueState.PLANNED

    @property
    def may_change(self) -> bool:
        """Whether the publisher may edit it now."""
        states = (CreativeState.SUBMITTED, CreativeState.APPROVED)
        return self.may_edit and self.is_planned and self.creative.state in states

    @property
    def may_unlock(self) -> bool:
        """Whether there is a lock to be opened."""
        return self.may_edit and self.is_planned and self.creative.state is CreativeState.LOCKED

    @property
    def may_ask(self) -> bool:
        """Whether approved copy can be given back; what is in review is decided on in the queue."""
        return self.may_edit and self.is_planned and self.creative.state is CreativeState.APPROVED

    @property
    def is_asked(self) -> bool:
        """Whether the sponsor is still to agree to an edit."""
        return self.version is not None and self.version.is_asked

    @property
    def headline(self) -> list[str | tuple[str, str]]:
        """The page's sentence."""
        due_at = self.slot.deadlines.copy_due_at
        due = due_words(due_at, self.now, self.newsletter.timezone)
        return desk_headline(
            self.creative.state, who=self.who, due=due, is_late=self.now > due_at, is_asked=self.is_asked
        )


@blueprint.get("/creatives/<int:creative_id>")
@access(Access.TEAM, Permission.READ)
def show_copy(creative_id: int) -> Answer:
    """Show one ad with its versions and the talk beside it."""
    return _page(creative_id)


@blueprint.get("/creatives/<int:creative_id>/versions")
@access(Access.TEAM, Permission.READ)
def compare_versions_of(creative_id: int) -> Answer:
    """Show every version, and two of them marked up against each other."""
    creative, _ = _open(creative_id, Permission.READ)
    difference = compare_versions(creative, request.args.get("from", type=int), request.args.get("to", type=int))
    return render_template(
        "creative/compare_versions.html", layout="layouts/publisher.html", creative=creative, difference=difference,
        back=url_for("creative.show_copy", creative_id=creative_id), slot=creative.booking.slot,
        compare_url=url_for("creative.compare_versions_of", creative_id=creative_id),
    )  # fmt: skip


@blueprint.post("/creatives/<int:creative_id>/edit")
@access(Access.TEAM, Permission.EDIT)
def edit_copy(creative_id: int) -> Answer:
    """Keep an edit of the publisher's, and ask for the sponsor's consent."""
    _, actor = _open(creative_id, Permission.EDIT)
    form = EditForm()
    if not form.validate():
        return _page(creative_id, 422, edit=form)
    try:
        with transaction() as session:
            services.edit_copy(
                session, creative=get_creative(session, creative_id), copy=form.copy, why=form.why.data or "", actor=actor,
                agreed_how=form.agreed_how.data or "", version_number=form.version.data, now=clock.now(),
            )  # fmt: skip
    except CopyInvalid as invalid:
        for field, problem in invalid.problems.items():
            form[field].errors = [problem]
        return _page(creative_id, invalid.status, edit=form)
    except DomainError as refusal:
        form.why.errors = [refusal.message]
        return _page(creative_id, refusal.status, edit=form)
    flash("Your edit is kept. The sponsor has a mail about it.", "ok")
    return _back(creative_id)


@blueprint.post("/creatives/<int:creative_id>/comments")
@access(Access.TEAM, Permission.EDIT)
def comment_on_copy(creative_id: int) -> Answer:
    """Put a comment beside the copy."""
    _, actor = _open(creative_id, Permission.EDIT)
    form = CommentForm()
    if not form.validate():
        return _page(creative_id, 422, comment=form)
    with transaction() as session:
        booking = get_creative(session, creative_id).booking
        services.add_comment(
            session, booking=booking, body=form.comment.data or "", side=Side.PUBLISHER, actor=actor, now=clock.now()
        )
    flash("Sent beside the copy.", "ok")
    return _back(creative_id, "talk")


@blueprint.post("/creatives/<int:creative_id>/unlock")
@access(Access.TEAM, Permission.EDIT)
def unlock_copy(creative_id: int) -> Answer:
    """Open the copy lock, with a reason."""
    _, actor = _open(creative_id, Permission.EDIT)
    form = ReasonForm()
    if not form.validate():
        return _page(creative_id, 422, reason=form)
    with transaction() as session:
        creative = get_creative(session, creative_id)
        services.unlock_copy(session, creative=creative, reason=form.reason.data or "", actor=actor, now=clock.now())
    flash("The lock is open until it is approved again.", "ok")
    return _back(creative_id)


@blueprint.post("/creatives/<int:creative_id>/consent")
@access(Access.TEAM, Permission.EDIT)
def vouch_for_consent(creative_id: int) -> Answer:
    """Write down that the sponsor agreed elsewhere."""
    _, actor = _open(creative_id, Permission.EDIT)
    form = ReasonForm()
    if not form.validate():
        return _page(creative_id, 422, reason=form)
    with transaction() as session:
        creative = get_creative(session, creative_id)
        services.vouch_for_consent(session, creative=creative, how=form.reason.data or "", actor=actor, now=clock.now())
    flash("Their consent is on record.", "ok")
    return _back(creative_id)


@blueprint.post("/creatives/<int:creative_id>/reopen")
@access(Access.TEAM, Permission.EDIT)
def reopen_copy(creative_id: int) -> Answer:
    """Give approved copy back with a note."""
    _, actor = _open(creative_id, Permission.EDIT)
    form = ChangesForm()
    if not form.validate():
        return _page(creative_id, 422, changes=form)
    with transaction() as session:
        services.request_changes(
            session, creative=get_creative(session, creative_id), note=form.note.data or "", actor=actor,
            version_number=form.version.data, now=clock.now(),
        )  # fmt: skip
    flash("Sent back with your note.", "ok")
    return _back(creative_id)


def _open(creative_id: int, permission: Permission) -> tuple[Creative, str]:
    """The copy and who looks at it; raises NotFound and NotAllowed."""
    creative = get_creative(db.session(), creative_id)
    newsletter = g.newsletter = creative.booking.slot.issue.newsletter
    return creative, authorise(g.viewer, newsletter.id, permission).email


def _back(creative_id: int, anchor: str | None = None) -> Answer:
    return go_to(url_for("creative.show_copy", creative_id=creative_id, _anchor=anchor))


def _page(creative_id: int, status: int = 200, **forms: FlaskForm) -> Answer:
    creative, _ = _open(creative_id, Permission.READ)
    newsletter = g.newsletter
    may_edit = g.viewer.may(Permission.EDIT, newsletter.id)
    desk = DeskCopy(creative, newsletter, may_edit, list_chases(db.session(), creative.booking_id), clock.now())
    empty = {
        "edit": EditForm(formdata=None, obj=desk.copy), "comment": CommentForm(formdata=None),
        "reason": ReasonForm(formdata=None), "changes": ChangesForm(formdata=None),
    }  # fmt: skip
    return render_template("creative/show_copy.html", desk=desk, newsletter=newsletter, **(empty | forms)), status
