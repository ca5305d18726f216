"""Beside the copy: its versions, what is said about it, and the answer to an edit of the publisher's."""

from flask import flash, render_template, request

from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import NotFound
from sponsorship.core.web import Access, access, go_to
from sponsorship.creative import services
from sponsorship.creative.forms import AnswerForm, CommentForm
from sponsorship.creative.portal.door import Answer, Door, blueprint, open_order
from sponsorship.creative.portal.writing import refused_beside
from sponsorship.creative.queries import compare_versions, find_creative
from sponsorship.creative.rules import Side


@blueprint.get("/orders/<token>/copy/<int:booking_id>/versions")
@access(Access.LINK)
def compare_copy(token: str, booking_id: int) -> Answer:
    """Show every version, and two of them marked up against each other."""
    return versions_page(open_order(token, booking_id))


@blueprint.post("/orders/<token>/copy/<int:booking_id>/comments")
@access(Access.LINK)
def comment_copy(token: str, booking_id: int) -> Answer:
    """Put a comment beside the copy."""
    return add_comment(open_order(token, booking_id))


@blueprint.post("/orders/<token>/copy/<int:booking_id>/answer")
@access(Access.LINK)
def answer_edit(token: str, booking_id: int) -> Answer:
    """Agree to the publisher's edit, or keep one's own words."""
    form, agrees = AnswerForm(), request.form.get("answer") == "agree"
    if not form.validate():
        return refused_beside(open_order(token, booking_id), 422, answer=form)
    with transaction() as session:
        door = open_order(token, booking_id)
        creative = find_creative(session, booking_id)
        if creative is None:
            raise NotFound
        services.answer_edit(
            session, creative=creative, version_number=form.version.data or 0, agrees=agrees, note=form.note.data or "",
            actor=door.actor, now=clock.now(),
        )  # fmt: skip
    flash("Agreed." if agrees else "Your own words are in review again.", "ok")
    return go_to(door.url("write_copy"))


def versions_page(door: Door) -> str:
    """The versions of the copy behind a door."""
    creative = find_creative(db.session(), door.booking.id)
    if creative is None or not creative.versions:
        raise NotFound
    difference = compare_versions(creative, request.args.get("from", type=int), request.args.get("to", type=int))
    return render_template(
        "creative/compare_versions.html",
        creative=creative, difference=difference,
        layout="layouts/plain.html" if door.side is Side.WRITER else "layouts/sponsor.html",
        back=door.url("write_copy"), compare_url=door.url("compare_copy"), slot=door.booking.slot,
    )  # fmt: skip


def add_comment(door: Door) -> Answer:
    """Put what was typed beside the copy."""
    form = CommentForm()
    if not form.validate():
        return refused_beside(door, 422, comment=form)
    booking_id = door.booking.id
    with transaction() as session:
        booking = session.get_one(type(door.booking), booking_id)
        services.add_comment(
            session, booking=booking, body=form.comment.data or "", side=door.side, actor=door.actor, now=clock.now()
        )
    flash("Sent beside the copy.", "ok")
    return go_to(door.url("write_copy", _anchor="talk"))
