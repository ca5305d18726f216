"""The issue that goes out: its page, its blocks to copy, the editor's draft filled, and the note that it was sent."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, g, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission, Viewer
from sponsorship.assembly import services
from sponsorship.assembly.errors import DraftInvalid, NotReady
from sponsorship.assembly.forms import DraftForm
from sponsorship.assembly.queries import IssuePage, get_issue_page, prepare_issue
from sponsorship.booking.rules import SlotState
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import NotFound
from sponsorship.core.web import Access, access, go_to, page_url
from sponsorship.inventory.models import Issue
from sponsorship.inventory.queries import get_issue
from sponsorship.tracking.queries import link_host_of
from sponsorship.tracking.rules.hosts import on_host

blueprint = Blueprint("assembly", __name__)

# HTML goes out as text: it is to be pasted into a mail, and a sponsor's words never run as a page of ours.
FORMS = {"md": ("markdown", "text/markdown"), "html": ("html", "text/plain"), "txt": ("text", "text/plain")}


@blueprint.get("/issues/<int:issue_id>")
@access(Access.TEAM, Permission.READ)
def show_issue(issue_id: int) -> str:
    """Show whether an issue can go out, and what it consists of."""
    issue, _ = _open_issue(issue_id, Permission.READ)
    page = _page(issue)
    return _show(page, DraftForm(formdata=None, obj=page.draft))


@blueprint.get("/issues/<int:issue_id>/blocks.<form>")
@access(Access.TEAM, Permission.READ)
def show_blocks(issue_id: int, form: str) -> Response:
    """Give all blocks that are ready, in mailing order, as md, html or txt."""
    issue, _ = _open_issue(issue_id, Permission.READ)
    if form not in FORMS:
        raise NotFound
    field, mimetype = FORMS[form]
    prepared = prepare_issue(db.session(), issue, clock.now(), _link_urls(issue))
    return Response(f"{prepared.whole(field)}\n", mimetype=mimetype)


@blueprint.post("/issues/<int:issue_id>/draft")
@access(Access.TEAM, Permission.EDIT)
def fill_draft(issue_id: int) -> AnyResponse | tuple[str, int]:
    """Keep the editor's draft, then show the whole issue."""
    issue, viewer = _open_issue(issue_id, Permission.EDIT)
    form = DraftForm()
    if not form.validate_on_submit():
        return _show(_page(issue), form), 422
    markdown = form.markdown.data or ""
    try:
        with transaction() as session:
            services.save_draft(
                session, issue=get_issue(session, issue_id), markdown=markdown, actor=_name(viewer), now=clock.now()
            )
    except DraftInvalid as refused:
        form.markdown.errors = [refused.message]
        return _show(_page(get_issue(db.session(), issue_id)), form), refused.status
    return go_to(url_for("assembly.show_issue", issue_id=issue_id, _anchor="whole"))


@blueprint.post("/issues/<int:issue_id>/sent")
@access(Access.TEAM, Permission.EDIT)
def send_issue(issue_id: int) -> AnyResponse | tuple[str, int]:
    """Note that an issue went out."""
    _, viewer = _open_issue(issue_id, Permission.EDIT)
    try:
        with transaction() as session:
            services.send_issue(session, issue=get_issue(session, issue_id), actor=_name(viewer), now=clock.now())
    except NotReady as refused:
        page = _page(get_issue(db.session(), issue_id))
        return _show(page, DraftForm(formdata=None, obj=page.draft), refused.message), refused.status
    flash("Marked as sent. Clicks count from now on.", "ok")
    return go_to(url_for("assembly.show_issue", issue_id=issue_id))


def _open_issue(issue_id: int, permission: Permission) -> tuple[Issue, Viewer]:
    issue = get_issue(db.session(), issue_id)
    viewer = authorise(g.viewer, issue.newsletter_id, permission)
    g.newsletter = issue.newsletter
    return issue, viewer


def _page(issue: Issue) -> IssuePage:
    g.newsletter = issue.newsletter
    return get_issue_page(db.session(), issue, clock.now(), _link_urls(issue))


def _show(page: IssuePage, form: DraftForm, refusal: str = "") -> str:
    may_edit = g.viewer.may(Permission.EDIT, page.issue.newsletter_id)
    return render_template(
        "assembly/show_issue.html", page=page, form=form, refusal=refusal, may_edit=may_edit, SlotState=SlotState
    )


def _link_urls(issue: Issue) -> Callable[[str], str]:
    """How a link's token becomes its address: on the newsletter's own domain once that has been checked."""
    host = link_host_of(db.session(), issue.newsletter_id)
    return lambda token: on_host(page_url("tracking.follow_link", token=token), host)


def _name(viewer: Viewer) -> str:
    return viewer.name or viewer.email
