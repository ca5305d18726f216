"""The sponsor's page of one ad: write it, see it as readers will, have it checked, send it."""

from flask import flash, render_template, url_for
from flask_wtf import FlaskForm

from sponsorship.booking.rules import BookingState
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import NotFound
from sponsorship.core.web import Access, access, go_to, wants_fragment
from sponsorship.creative import services
from sponsorship.creative.errors import CopyClosed, CopyInvalid
from sponsorship.creative.forms import AnswerForm, CommentForm, CopyForm, WriterForm
from sponsorship.creative.portal.door import Answer, Door, blueprint, open_order
from sponsorship.creative.portal.page import CopyPage
from sponsorship.creative.queries import NO_COPY, Checks, check_draft, current_version, find_creative, list_writer_links
from sponsorship.creative.rules import Copy, clean_copy


@blueprint.get("/orders/<token>/copy/<int:booking_id>")
@access(Access.LINK)
def write_copy(token: str, booking_id: int) -> Answer:
    """Show the latest version of an ad, to be written on where it is open."""
    page = page_of(open_order(token, booking_id))
    return write_page(page, CopyForm(formdata=None, obj=page.copy))


@blueprint.post("/orders/<token>/copy/<int:booking_id>")
@access(Access.LINK)
def save_draft(token: str, booking_id: int) -> Answer:
    """Keep what was typed, finished or not."""
    form = CopyForm()
    if not form.validate():
        return refused(open_order(token, booking_id), form, 422)
    with transaction() as session:
        door = open_order(token, booking_id)
        services.save_draft(session, booking=door.booking, copy=form.copy, actor=door.actor, now=clock.now())
    flash("Draft saved.", "ok")
    return go_to(url_for("creative.write_copy", token=token, booking_id=booking_id))


@blueprint.post("/orders/<token>/copy/<int:booking_id>/submit")
@access(Access.LINK)
def submit_copy(token: str, booking_id: int) -> Answer:
    """Keep what was typed and send it to the publisher."""
    form = CopyForm()
    if not form.validate():
        return refused(open_order(token, booking_id), form, 422)
    try:
        with transaction() as session:
            door = open_order(token, booking_id)
            services.send_copy(session, booking=door.booking, copy=form.copy, actor=door.actor, now=clock.now())
    except CopyInvalid as invalid:
        for field, problem in invalid.problems.items():
            form[field].errors = [problem]
        return refused(open_order(token, booking_id), form, invalid.status)
    flash("Sent for review.", "ok")
    return go_to(url_for("creative.write_copy", token=token, booking_id=booking_id))


@blueprint.post("/orders/<token>/copy/<int:booking_id>/take-back")
@access(Access.LINK)
def take_back_copy(token: str, booking_id: int) -> Answer:
    """Make sent copy a draft again."""
    with transaction() as session:
        door = open_order(token, booking_id)
        creative = find_creative(session, door.booking.id)
        if creative is None:
            raise NotFound
        services.take_back_copy(session, creative=creative, actor=door.actor, now=clock.now())
    flash("It is yours again. Send it when it is ready.", "ok")
    return go_to(url_for("creative.write_copy", token=token, booking_id=booking_id))


@blueprint.post("/orders/<token>/copy/<int:booking_id>/preview")
@access(Access.LINK)
def preview_copy(token: str, booking_id: int) -> Answer:
    """Show the block as the newsletter prints it; nothing is kept."""
    return render_template(
        "creative/_preview.html", page=page_of(open_order(token, booking_id), CopyForm().copy, is_checked=False)
    )


@blueprint.post("/orders/<token>/copy/<int:booking_id>/check")
@access(Access.LINK)
def check_copy(token: str, booking_id: int) -> Answer:
    """Say what the checks make of what was typed; nothing is kept."""
    form = CopyForm()
    page = page_of(open_order(token, booking_id), form.copy)
    if wants_fragment():
        return render_template("creative/_checks.html", page=page)
    return write_page(page, form)


def page_of(door: Door, typed: Copy | None = None, *, is_checked: bool = True) -> CopyPage:
    """The page of what was typed, or else of the latest version; raises CopyClosed before the order is confirmed."""
    booking, order, now = door.booking, door.booking.order, clock.now()
    if order is None or booking.state not in (BookingState.CONFIRMED, BookingState.RAN):
        raise CopyClosed("Copy can be written as soon as the booking is confirmed.")
    creative = find_creative(db.session(), booking.id)
    version = current_version(creative) if creative else None
    copy = clean_copy(typed) if typed else version.copy if version else NO_COPY
    is_checked = is_checked and copy != NO_COPY
    checks = check_draft(db.session(), booking, copy, now) if is_checked else Checks()
    return CopyPage(door, booking, order, creative, copy, checks, now)


def write_page(page: CopyPage, form: CopyForm, new_link: str = "", **forms: FlaskForm) -> str:
    """The page with its forms: those named as they were sent, the others empty; `new_link` is shown this once."""
    empty = {
        "comment": CommentForm(formdata=None), "answer": AnswerForm(formdata=None), "writer": WriterForm(formdata=None),
    }  # fmt: skip
    layout = "layouts/plain.html" if page.is_writer else "layouts/sponsor.html"
    links = [] if page.is_writer else list_writer_links(db.session(), page.booking.id)
    return render_template(
        "creative/write_copy.html", page=page, form=form, layout=layout, new_link=new_link,
        links=[link for link in links if link.is_open(page.now)], **(empty | forms),
    )  # fmt: skip


def refused(door: Door, form: CopyForm, status: int) -> Answer:
    """The page as it was typed, with its errors; closed copy is an error page of its own."""
    return write_page(page_of(door, form.copy), form), status


def refused_beside(door: Door, status: int, **forms: FlaskForm) -> Answer:
    """The page of the latest version, with a form beside the copy as it was sent."""
    page = page_of(door)
    return write_page(page, CopyForm(formdata=None, obj=page.copy), **forms), status
