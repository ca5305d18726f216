"""The sponsor's page of one ad: write it, see it as readers will, have it checked, send it."""

from flask import flash, g, render_template, url_for

from sponsorship.booking.models import Booking
from sponsorship.booking.queries import get_order, get_order_booking
from sponsorship.booking.rules import BookingState
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import NotFound
from sponsorship.core.web import Access, access, go_to, wants_fragment
from sponsorship.creative import services
from sponsorship.creative.errors import CopyClosed, CopyInvalid
from sponsorship.creative.forms import CopyForm
from sponsorship.creative.portal.door import Answer, blueprint
from sponsorship.creative.portal.page import CopyPage
from sponsorship.creative.queries import NO_COPY, Checks, check_draft, current_version, find_creative
from sponsorship.creative.rules import Copy, clean_copy


@blueprint.get("/orders/<token>/copy/<int:booking_id>")
@access(Access.LINK)
def write_copy(token: str, booking_id: int) -> Answer:
    """Show the latest version of an ad, to be written on where it is open."""
    page = _page(token, booking_id)
    return render_template("creative/write_copy.html", page=page, form=CopyForm(formdata=None, obj=page.copy))


@blueprint.post("/orders/<token>/copy/<int:booking_id>")
@access(Access.LINK)
def save_draft(token: str, booking_id: int) -> Answer:
    """Keep what was typed, finished or not."""
    form = CopyForm()
    if not form.validate():
        return _refused(token, booking_id, form, 422)
    with transaction() as session:
        booking = _booking(token, booking_id)
        services.save_draft(session, booking=booking, copy=form.copy, actor=_actor(booking), now=clock.now())
    flash("Draft saved.", "ok")
    return go_to(url_for("creative.write_copy", token=token, booking_id=booking_id))


@blueprint.post("/orders/<token>/copy/<int:booking_id>/submit")
@access(Access.LINK)
def submit_copy(token: str, booking_id: int) -> Answer:
    """Keep what was typed and send it to the publisher."""
    form = CopyForm()
    if not form.validate():
        return _refused(token, booking_id, form, 422)
    try:
        with transaction() as session:
            booking = _booking(token, booking_id)
            services.send_copy(session, booking=booking, copy=form.copy, actor=_actor(booking), now=clock.now())
    except CopyInvalid as invalid:
        for field, problem in invalid.problems.items():
            form[field].errors = [problem]
        return _refused(token, booking_id, form, invalid.status)
    flash("Sent for review.", "ok")
    return go_to(url_for("creative.write_copy", token=token, booking_id=booking_id))


@blueprint.post("/orders/<token>/copy/<int:booking_id>/take-back")
@access(Access.LINK)
def take_back_copy(token: str, booking_id: int) -> Answer:
    """Make sent copy a draft again."""
    with transaction() as session:
        booking = _booking(token, booking_id)
        creative = find_creative(session, booking.id)
        if creative is None:
            raise NotFound
        services.take_back_copy(session, creative=creative, actor=_actor(booking), now=clock.now())
    flash("It is yours again. Send it when it is ready.", "ok")
    return go_to(url_for("creative.write_copy", token=token, booking_id=booking_id))


@blueprint.post("/orders/<token>/copy/<int:booking_id>/preview")
@access(Access.LINK)
def preview_copy(token: str, booking_id: int) -> Answer:
    """Show the block as the newsletter prints it; nothing is kept."""
    return render_template("creative/_preview.html", page=_page(token, booking_id, CopyForm().copy, is_checked=False))


@blueprint.post("/orders/<token>/copy/<int:booking_id>/check")
@access(Access.LINK)
def check_copy(token: str, booking_id: int) -> Answer:
    """Say what the checks make of what was typed; nothing is kept."""
    form = CopyForm()
    page = _page(token, booking_id, form.copy)
    if wants_fragment():
        return render_template("creative/_checks.html", page=page)
    return render_template("creative/write_copy.html", page=page, form=form)


def _booking(token: str, booking_id: int) -> Booking:
    """The order's booking, in the session that is open; raises NotFound for a booking of another order."""
    order = get_order(db.session(), token)
    g.newsletter = order.newsletter
    return get_order_booking(db.session(), order, booking_id)


def _page(token: str, booking_id: int, typed: Copy | None = None, *, is_checked: bool = True) -> CopyPage:
    """The page of what was typed, or else of the latest version; raises CopyClosed before the order is confirmed."""
    booking, now = _booking(token, booking_id), clock.now()
    order = booking.order
    if order is None or booking.state not in (BookingState.CONFIRMED, BookingState.RAN):
        raise CopyClosed("Copy can be written as soon as the booking is confirmed.")
    creative = find_creative(db.session(), booking.id)
    version = current_version(creative) if creative else None
    copy = clean_copy(typed) if typed else version.copy if version else NO_COPY
    is_checked = is_checked and copy != NO_COPY
    checks = check_draft(db.session(), booking, copy, now) if is_checked else Checks()
    return CopyPage(booking, order, creative, copy, checks, now)


def _refused(token: str, booking_id: int, form: CopyForm, status: int) -> Answer:
    """The page as it was typed, with its errors; closed copy is an error page of its own."""
    page = _page(token, booking_id, form.copy)
    return render_template("creative/write_copy.html", page=page, form=form), status


def _actor(booking: Booking) -> str:
    """Who writes: the person who is signed in, or else whoever holds the order's link."""
    return g.viewer.email if g.viewer else f"{booking.order.contact_email} (link)" if booking.order else "link"
