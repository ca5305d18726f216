"""The issue that goes out: its page, its blocks to copy, the editor's draft filled, and the note that it was sent."""

from flask import Response, flash, g, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from sponsorship.accounts.rules import Permission
from sponsorship.assembly import services
from sponsorship.assembly.errors import DraftInvalid, NotReady
from sponsorship.assembly.forms import DraftForm
from sponsorship.assembly.queries import IssuePage, get_issue_page, prepare_issue
from sponsorship.assembly.views.door import blueprint, link_urls, name_of, open_issue
from sponsorship.booking.rules import SlotState
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import NotFound
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Issue
from sponsorship.inventory.queries import get_issue

# HTML goes out as text: it is to be pasted into a mail, and a sponsor's words never run as a page of ours.
FORMS = {"md": ("markdown", "text/markdown"), "html": ("html", "text/plain"), "txt": ("text", "text/plain")}


@blueprint.get("/issues/<int:issue_id>")
@access(Access.TEAM, Permission.READ)
def show_issue(issue_id: int) -> str:
    """Show whether an issue can go out, and what it consists of."""
    issue, _ = open_issue(issue_id, Permission.READ)
    page = _page(issue)
    return _show(page, DraftForm(formdata=None, obj=page.draft))


@blueprint.get("/issues/<int:issue_id>/blocks.<form>")
@access(Access.TEAM, Permission.READ)
def show_blocks(issue_id: int, form: str) -> Response:
    """Give all blocks that are ready, in mailing order, as md, html or txt."""
    issue, _ = open_issue(issue_id, Permission.READ)
    if form not in FORMS:
        raise NotFound
    field, mimetype = FORMS[form]
    prepared = prepare_issue(db.session(), issue, clock.now(), link_urls(issue))
    return Response(f"{prepared.whole(field)}\n", mimetype=mimetype)


@blueprint.post("/issues/<int:issue_id>/draft")
@access(Access.TEAM, Permission.EDIT)
def fill_draft(issue_id: int) -> AnyResponse | tuple[str, int]:
    """Keep the editor's draft, then show the whole issue."""
    issue, viewer = open_issue(issue_id, Permission.EDIT)
    form = DraftForm()
    if not form.validate_on_submit():
        return _show(_page(issue), form), 422
    markdown = form.markdown.data or ""
    try:
        with transaction() as session:
            services.save_draft(
                session, issue=get_issue(session, issue_id), markdown=markdown, actor=name_of(viewer), now=clock.now()
            )
    except DraftInvalid as refused:
        form.markdown.errors = [refused.message]
        return _show(_page(get_issue(db.session(), issue_id)), form), refused.status
    return go_to(url_for("assembly.show_issue", issue_id=issue_id, _anchor="whole"))


@blueprint.post("/issues/<int:issue_id>/sent")
@access(Access.TEAM, Permission.EDIT)
def send_issue(issue_id: int) -> AnyResponse | tuple[str, int]:
    """Note that an issue went out."""
    _, viewer = open_issue(issue_id, Permission.EDIT)
    try:
        with transaction() as session:
            services.send_issue(session, issue=get_issue(session, issue_id), actor=name_of(viewer), now=clock.now())
    except NotReady as refused:
        page = _page(get_issue(db.session(), issue_id))
        return _show(page, DraftForm(formdata=None, obj=page.draft), refused.message), refused.status
    flash("Marked as sent. Clicks count from now on.", "ok")
    return go_to(url_for("assembly.show_issue", issue_id=issue_id))


def _page(issue: Issue) -> IssuePage:
    g.newsletter = issue.newsletter
    return get_issue_page(db.session(), issue, clock.now(), link_urls(issue))


def _show(page: IssuePage, form: DraftForm, refusal: str = "") -> str:
    may_edit = g.viewer.may(Permission.EDIT, page.issue.newsletter_id)
    return render_template(
        "assembly/show_issue.html", page=page, form=form, refusal=refusal, may_edit=may_edit, SlotState=SlotState
    )
