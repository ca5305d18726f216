"""The sponsor's page of one ad: write it, see it as readers will, have it checked, send it."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, g, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import get_order, get_order_booking
from sponsorship.booking.rules import BookingState
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import NotFound
from sponsorship.core.web import Access, access, go_to, wants_fragment
from sponsorship.creative import services
from sponsorship.creative.errors import CopyClosed, CopyInvalid
from sponsorship.creative.forms import CopyForm
from sponsorship.creative.models import Creative, ReviewNote
from sponsorship.creative.queries import (
    NO_COPY,
    Checks,
    check_draft,
    copy_limits,
    current_version,
    find_creative,
)
from sponsorship.creative.render import preview_html, shown_address
from sponsorship.creative.rules import (
    EDITABLE,
    Copy,
    CopyLimits,
    CreativeState,
    clean_copy,
    copy_headline,
    due_words,
    link_problem,
    tally_words,
)
from sponsorship.inventory.models import Issue, Newsletter, Placement, Slot
from sponsorship.inventory.rules import IssueState, PlacementKind

blueprint = Blueprint("creative", __name__)

Answer = str | Response | tuple[str, int]
AD_KINDS = {PlacementKind.PRIMARY: "primary", PlacementKind.CLASSIFIED: "line"}


@dataclass(frozen=True, slots=True)
class CopyPage:
    """The page of one booking's copy: what is written, what the checks say, what may be done now."""

    booking: Booking
    order: Order
    creative: Creative | None
    copy: Copy
    checks: Checks
    now: datetime

    @property
    def slot(self) -> Slot:
        """The slot that the ad fills."""
        return self.booking.slot

    @property
    def issue(self) -> Issue:
        """The issue that prints it."""
        return self.slot.issue

    @property
    def newsletter(self) -> Newsletter:
        """The newsletter of the issue."""
        return self.issue.newsletter

    @property
    def placement(self) -> Placement:
        """The placement, with its limits."""
        return self.slot.placement

    @property
    def limits(self) -> CopyLimits:
        """The ad spec."""
        return copy_limits(self.placement)

    @property
    def publisher(self) -> str:
        """Who reads the copy."""
        return self.newsletter.publisher_name or self.newsletter.name

    @property
    def state(self) -> CreativeState:
        """How far the copy has come; a draft before the first word."""
        return self.creative.state if self.creative else CreativeState.DRAFT

    @property
    def may_write(self) -> bool:
        """Whether the fields are open."""
        return self.state in EDITABLE and self.issue.state is IssueState.PLANNED

    @property
    def may_take_back(self) -> bool:
        """Whether what was sent can be made a draft again."""
        return self.state is CreativeState.SUBMITTED and self.issue.state is IssueState.PLANNED

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to print yet."""
        return not (self.copy.heading or self.copy.body or self.copy.link_text)

    @property
    def saved_at(self) -> datetime | None:
        """When the latest version was kept."""
        version = current_version(self.creative) if self.creative else None
        return version.saved_at if version else None

    @property
    def note(self) -> ReviewNote | None:
        """What the publisher wants changed, while the sponsor is at it."""
        asked = self.creative is not None and self.state is CreativeState.CHANGES_REQUESTED
        return self.creative.notes[-1] if asked and self.creative and self.creative.notes else None

    @property
    def headline(self) -> list[str | tuple[str, str]]:
        """The page's sentence."""
        due_at = self.slot.deadlines.copy_due_at
        return copy_headline(
            self.state, has_run=self.issue.state is not IssueState.PLANNED, is_late=self.now > due_at,
            due=due_words(due_at, self.now, self.newsletter.timezone), publisher=self.publisher,
            publish_on=self.issue.publish_on, stops=self.checks.stops, looks=self.checks.looks, is_empty=self.copy == NO_COPY,
        )  # fmt: skip

    @property
    def tally(self) -> str:
        """What the checks come to, in one line."""
        return tally_words(self.checks.stops, self.checks.looks, len(self.checks.passed))

    @property
    def state_words(self) -> str:
        """How far the copy has come, with its version."""
        version = f", version {self.creative.version_number}" if self.creative else ""
        return f"{self.state.label}{version}"

    @property
    def ad_kind(self) -> str:
        """How the galley draws the block."""
        return AD_KINDS.get(self.placement.kind, "")

    @property
    def body_html(self) -> Markup:
        """The body as readers get it."""
        return preview_html(self.copy)

    @property
    def link(self) -> str:
        """The ad's link where it is one, else nothing."""
        return "" if link_problem(self.copy.link_url) else self.copy.link_url

    @property
    def shown_link(self) -> str:
        """The address as it is read."""
        return shown_address(self.copy.link_url)

    @property
    def link_words(self) -> str:
        """What the link says."""
        return self.copy.link_text or self.shown_link

    def url(self, act: str) -> str:
        """Return where one of the page's buttons leads: "write_copy", "preview_copy", "submit_copy" and so on."""
        return url_for(f"creative.{act}", token=self.order.token, booking_id=self.booking.id)


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
