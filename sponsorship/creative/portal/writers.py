"""Copywriters' links: the sponsor makes and takes them back; whoever holds one writes this one ad, and sees no price."""

from flask import flash, render_template

from sponsorship.core import clock
from sponsorship.core.db import transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.web import Access, access, go_to, page_url, wants_fragment
from sponsorship.creative import services
from sponsorship.creative.forms import CopyForm, WriterForm
from sponsorship.creative.portal.door import Answer, blueprint, open_order, open_writer
from sponsorship.creative.portal.talking import add_comment, versions_page
from sponsorship.creative.portal.writing import page_of, refused, refused_beside, write_page
from sponsorship.creative.queries import get_writer_link


@blueprint.post("/orders/<token>/copy/<int:booking_id>/writers")
@access(Access.LINK)
def make_writer_link(token: str, booking_id: int) -> Answer:
    """Make a link for a copywriter, and show it this once."""
    form = WriterForm()
    if not form.validate():
        return refused_beside(open_order(token, booking_id), 422, writer=form)
    try:
        with transaction() as session:
            door = open_order(token, booking_id)
            _, secret = services.make_writer_link(
                session, booking=door.booking, name=form.name.data or "", days=form.days.data or 0, actor=door.actor,
                now=clock.now(),
            )  # fmt: skip
    except DomainError as refusal:
        form.name.errors = [refusal.message]
        return refused_beside(open_order(token, booking_id), refusal.status, writer=form)
    page = page_of(open_order(token, booking_id))
    link = page_url("creative.write_copy_as_writer", token=secret)
    return write_page(page, CopyForm(formdata=None, obj=page.copy), new_link=link)


@blueprint.post("/orders/<token>/copy/<int:booking_id>/writers/<int:link_id>/revoke")
@access(Access.LINK)
def revoke_writer_link(token: str, booking_id: int, link_id: int) -> Answer:
    """Take a copywriter's link back."""
    with transaction() as session:
        door = open_order(token, booking_id)
        link = get_writer_link(session, booking_id, link_id)
        services.revoke_writer_link(session, link=link, actor=door.actor, now=clock.now())
    flash("The link opens nothing any more.", "ok")
    return go_to(door.url("write_copy", _anchor="writers"))


@blueprint.get("/copy/<token>")
@access(Access.LINK)
def write_copy_as_writer(token: str) -> Answer:
    """Show the one ad that the link opens."""
    page = page_of(open_writer(token))
    return write_page(page, CopyForm(formdata=None, obj=page.copy))


@blueprint.post("/copy/<token>")
@access(Access.LINK)
def save_draft_as_writer(token: str) -> Answer:
    """Keep what the copywriter typed."""
    form = CopyForm()
    if not form.validate():
        return refused(open_writer(token), form, 422)
    with transaction() as session:
        door = open_writer(token)
        services.save_draft(
            session, booking=door.booking, copy=form.copy, actor=door.actor, side=door.side, now=clock.now()
        )
    flash("Draft saved. The sponsor sees it on their page.", "ok")
    return go_to(door.url("write_copy"))


@blueprint.post("/copy/<token>/preview")
@access(Access.LINK)
def preview_copy_as_writer(token: str) -> Answer:
    """Show the block as the newsletter prints it; nothing is kept."""
    page = page_of(open_writer(token), CopyForm().copy, is_checked=False)
    return render_template("creative/_preview.html", page=page)


@blueprint.post("/copy/<token>/check")
@access(Access.LINK)
def check_copy_as_writer(token: str) -> Answer:
    """Say what the checks make of what was typed; nothing is kept."""
    form = CopyForm()
    page = page_of(open_writer(token), form.copy)
    return render_template("creative/_checks.html", page=page) if wants_fragment() else write_page(page, form)


@blueprint.post("/copy/<token>/comments")
@access(Access.LINK)
def comment_copy_as_writer(token: str) -> Answer:
    """Put a comment beside the copy."""
    return add_comment(open_writer(token))


@blueprint.get("/copy/<token>/versions")
@access(Access.LINK)
def compare_copy_as_writer(token: str) -> Answer:
    """Show every version, and two of them marked up against each other."""
    return versions_page(open_writer(token))
