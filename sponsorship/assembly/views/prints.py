"""A whole issue laid beside what was sold: checked before it goes out, proved after it was sent."""

from flask import current_app, flash, g, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Field

from sponsorship.accounts.rules import Permission
from sponsorship.archive.errors import UnreadableIssue
from sponsorship.assembly import services
from sponsorship.assembly.errors import PrintInvalid
from sponsorship.assembly.flows import fetch_issue
from sponsorship.assembly.forms import PrintForm, RecordForm
from sponsorship.assembly.queries import PrintPage, get_check_page, get_proof_page
from sponsorship.assembly.rules.proof import PrintPurpose
from sponsorship.assembly.views.door import blueprint, link_urls, name_of, open_issue
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.format import count
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.queries import get_issue

Answer = AnyResponse | tuple[str, int]
PAGES = {PrintPurpose.CHECK: "assembly/show_check.html", PrintPurpose.PROOF: "assembly/show_proof.html"}


@blueprint.get("/issues/<int:issue_id>/check")
@access(Access.TEAM, Permission.READ)
def show_check(issue_id: int) -> str:
    """Show what is right and wrong in the issue that was given, before it goes out."""
    open_issue(issue_id, Permission.READ)
    return _show(_page(issue_id, PrintPurpose.CHECK), PrintForm(formdata=None))


@blueprint.post("/issues/<int:issue_id>/check")
@access(Access.TEAM, Permission.EDIT)
def check_print(issue_id: int) -> Answer:
    """Take a whole issue, and show what is right and wrong in it."""
    return _take(issue_id, PrintPurpose.CHECK)


@blueprint.post("/issues/<int:issue_id>/check/forget")
@access(Access.TEAM, Permission.EDIT)
def forget_print(issue_id: int) -> AnyResponse:
    """Put away what was given to be checked."""
    _, viewer = open_issue(issue_id, Permission.EDIT)
    with transaction() as session:
        services.forget_print(session, issue=get_issue(session, issue_id), actor=name_of(viewer), now=clock.now())
    flash("Put away. The preflight speaks of the assembled blocks again.", "ok")
    return go_to(url_for("assembly.show_issue", issue_id=issue_id))


@blueprint.get("/issues/<int:issue_id>/proof")
@access(Access.TEAM, Permission.READ)
def show_proof(issue_id: int) -> str:
    """Show what of the issue ran as it was sold."""
    open_issue(issue_id, Permission.READ)
    return _show(_page(issue_id, PrintPurpose.PROOF), PrintForm(formdata=None))


@blueprint.post("/issues/<int:issue_id>/proof")
@access(Access.TEAM, Permission.EDIT)
def prove_print(issue_id: int) -> Answer:
    """Take the issue as it was sent, and show what of it ran as it was sold."""
    return _take(issue_id, PrintPurpose.PROOF)


@blueprint.post("/issues/<int:issue_id>/proof/record")
@access(Access.TEAM, Permission.EDIT)
def record_proof(issue_id: int) -> Answer:
    """Put on record what ran, and owe again what is ticked."""
    _, viewer = open_issue(issue_id, Permission.EDIT)
    form = RecordForm()
    if not form.validate_on_submit():
        return _show(_page(issue_id, PrintPurpose.PROOF), PrintForm(formdata=None)), 422
    owed = {int(value) for value in request.form.getlist("owed") if value.isdigit()}
    with transaction() as session:
        proofs = services.record_proof(
            session, issue=get_issue(session, issue_id), owed=owed, actor=name_of(viewer), now=clock.now()
        )
        opened = sum(1 for proof in proofs if proof.grant_id is not None)
    owed_words = f" {count(opened, 'make-good')} {'is' if opened == 1 else 'are'} owed." if opened else ""
    flash(f"On record. Tear sheets go to the sponsors of what ran.{owed_words}", "ok")
    return go_to(url_for("assembly.show_proof", issue_id=issue_id))


def _take(issue_id: int, purpose: PrintPurpose) -> Answer:
    _, viewer = open_issue(issue_id, Permission.EDIT)
    form = PrintForm()
    if not form.validate_on_submit():
        return _show(_page(issue_id, purpose), form), 422
    try:
        given = _given(form)
        with transaction() as session:
            issue = get_issue(session, issue_id)
            services.save_print(
                session, issue=issue, purpose=purpose, given=given, actor=name_of(viewer), now=clock.now()
            )
    except (PrintInvalid, UnreadableIssue) as refused:
        _field_of(form).errors = [refused.message]
        return _show(_page(issue_id, purpose), form), refused.status
    return go_to(url_for(f"assembly.show_{purpose.value}", issue_id=issue_id))


def _field_of(form: PrintForm) -> Field:
    """The field that counts: the file, then the text, then the address."""
    if form.upload.data:
        return form.upload
    return form.address if not (form.pasted.data or "").strip() and form.address.data else form.pasted


def _given(form: PrintForm) -> services.GivenIssue:
    if _field_of(form) is form.address:
        return fetch_issue(form.address.data, prober=current_app.extensions["print_prober"])
    upload = form.upload.data
    return services.given_issue(form.pasted.data or "", (upload.filename or "", upload.read()) if upload else None)


def _page(issue_id: int, purpose: PrintPurpose) -> PrintPage:
    issue = get_issue(db.session(), issue_id)
    g.newsletter = issue.newsletter
    if purpose is PrintPurpose.CHECK:
        return get_check_page(db.session(), issue, clock.now(), link_urls(issue))
    return get_proof_page(db.session(), issue, clock.now())


def _show(page: PrintPage, form: PrintForm) -> str:
    may_edit = g.viewer.may(Permission.EDIT, page.issue.newsletter_id)
    return render_template(PAGES[page.purpose], page=page, form=form, may_edit=may_edit)
