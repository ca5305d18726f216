"""The publisher's review: the queue by deadline, one ad to read, approve, ask for changes, let a finding pass."""

from dataclasses import dataclass
from datetime import datetime

from flask import flash, g, render_template, request, url_for
from markupsafe import Markup

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.checks.queries import get_finding
from sponsorship.checks.rules import CopySource
from sponsorship.checks.services import waive_finding as waive
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.format import moment
from sponsorship.core.text import count_units
from sponsorship.core.web import Access, access, go_to
from sponsorship.creative import services
from sponsorship.creative.flows import approve_creative
from sponsorship.creative.forms import ChangesForm, DecisionForm, WaiveForm
from sponsorship.creative.models import Creative
from sponsorship.creative.portal.door import Answer, blueprint
from sponsorship.creative.queries import (
    NO_COPY,
    Checks,
    copy_limits,
    current_copy,
    current_version,
    get_creative,
    list_queue_checks,
    list_review_queue,
    mark_up,
)
from sponsorship.creative.render import preview_html, shown_address
from sponsorship.creative.rules import Copy, due_words, queue_headline
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_team_newsletter
from sponsorship.inventory.services import today_of


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One ad of the queue, with what the checks say and when it is due."""

    creative: Creative
    checks: Checks
    newsletter: Newsletter
    now: datetime

    @property
    def href(self) -> str:
        """The queue with this ad open."""
        return _queue_url(self.newsletter, self.creative.id)

    @property
    def page_href(self) -> str:
        """The page of this ad alone."""
        return url_for("creative.show_copy", creative_id=self.creative.id)

    @property
    def is_asked(self) -> bool:
        """Whether the sponsor is still to agree to an edit of the publisher's."""
        version = current_version(self.creative)
        return version is not None and version.is_asked

    @property
    def comments(self) -> int:
        """How much was said beside it."""
        return len(self.creative.comments)

    @property
    def who(self) -> str:
        """Whose ad it is."""
        sponsor = self.creative.booking.sponsor
        return sponsor.name if sponsor else self.newsletter.name

    @property
    def person(self) -> str:
        """Whom a note goes to."""
        order = self.creative.booking.order
        return order.contact_name if order and order.contact_name else self.who

    @property
    def sender(self) -> str:
        """Who saved the version that was sent."""
        version = current_version(self.creative)
        return version.saved_by if version else ""

    @property
    def due_at(self) -> datetime:
        """The copy's deadline."""
        return self.creative.booking.slot.deadlines.copy_due_at

    @property
    def is_late(self) -> bool:
        """Whether the deadline has passed."""
        return self.due_at < self.now

    @property
    def is_today(self) -> bool:
        """Whether the deadline is still to come, on this day of the newsletter's."""
        return not self.is_late and today_of(self.newsletter, self.due_at) == today_of(self.newsletter, self.now)

    @property
    def is_soon(self) -> bool:
        """Whether it cannot wait."""
        return self.is_late or self.is_today

    @property
    def due(self) -> str:
        """The deadline as the list gives it."""
        zone = self.newsletter.timezone
        words = due_words(self.due_at, self.now, zone) if self.is_soon else moment(self.due_at, zone)
        return words[0].upper() + words[1:]

    @property
    def copy(self) -> Copy:
        """The version that was sent."""
        return current_copy(self.creative) or NO_COPY

    @property
    def body_html(self) -> Markup:
        """The body as readers get it."""
        return preview_html(self.copy)

    @property
    def shown_link(self) -> str:
        """The address as it is read."""
        return shown_address(self.copy.link_url)

    @property
    def measure(self) -> str:
        """How long the body is: "51 of 60 words."."""
        limits = copy_limits(self.creative.booking.slot.placement)
        return f"{count_units(self.copy.body, limits.unit)} of {limits.body} {limits.unit.label}."


@blueprint.get("/desk/<slug>/review")
@access(Access.TEAM, Permission.READ)
def list_queue(slug: str) -> Answer:
    """Show what waits to be read; `creative` names the one that is open, else the nearest deadline is."""
    newsletter = get_team_newsletter(db.session(), slug, g.viewer, Permission.READ)
    return _queue_page(newsletter, request.args.get("creative", type=int))


@blueprint.post("/creatives/<int:creative_id>/approve")
@access(Access.TEAM, Permission.EDIT)
def approve_copy(creative_id: int) -> Answer:
    """Release copy for print."""
    creative, newsletter, actor = _authorised(creative_id)
    form = DecisionForm()
    if not form.validate():
        return _queue_page(newsletter, creative.id, status=422)
    approve_creative(creative_id=creative_id, version_number=form.version.data, actor=actor, now=clock.now())
    flash("Approved.", "ok")
    return go_to(url_for("creative.list_queue", slug=newsletter.slug))


@blueprint.post("/creatives/<int:creative_id>/changes")
@access(Access.TEAM, Permission.EDIT)
def request_changes(creative_id: int) -> Answer:
    """Give copy back with a note."""
    creative, newsletter, actor = _authorised(creative_id)
    form = ChangesForm()
    if not form.validate():
        return _queue_page(newsletter, creative.id, changes=form, status=422)
    with transaction() as session:
        services.request_changes(
            session, creative=get_creative(session, creative_id), note=form.note.data, actor=actor,
            version_number=form.version.data, now=clock.now(),
        )  # fmt: skip
    flash("Sent back with your note.", "ok")
    return go_to(url_for("creative.list_queue", slug=newsletter.slug))


@blueprint.post("/findings/<int:finding_id>/waive")
@access(Access.TEAM, Permission.EDIT)
def waive_finding(finding_id: int) -> Answer:
    """Let a finding pass, with the reason."""
    text = get_finding(db.session(), finding_id).text
    viewer = authorise(g.viewer, text.newsletter_id, Permission.EDIT)
    newsletter = g.newsletter = db.session.get_one(Newsletter, text.newsletter_id)
    creative_id = text.source_id if text.source is CopySource.CREATIVE else None
    form = WaiveForm(prefix=f"finding-{finding_id}-")
    if not form.validate():
        return _queue_page(newsletter, creative_id, waiver=(finding_id, form), status=422)
    with transaction() as session:
        finding = get_finding(session, finding_id)
        waive(session, finding=finding, reason=form.reason.data, actor=viewer.email, now=clock.now())
    flash("Allowed once.", "ok")
    return go_to(_queue_url(newsletter, creative_id))


def _authorised(creative_id: int) -> tuple[Creative, Newsletter, str]:
    """The creative, its newsletter and who decides; raises NotFound and NotAllowed."""
    creative = get_creative(db.session(), creative_id)
    newsletter = g.newsletter = creative.booking.slot.issue.newsletter
    return creative, newsletter, authorise(g.viewer, newsletter.id, Permission.EDIT).email


def _queue_url(newsletter: Newsletter, creative_id: int | None) -> str:
    return url_for("creative.list_queue", slug=newsletter.slug, creative=creative_id)


def _queue_page(
    newsletter: Newsletter,
    creative_id: int | None,
    *,
    changes: ChangesForm | None = None,
    waiver: tuple[int, WaiveForm] | None = None,
    status: int = 200,
) -> Answer:
    g.newsletter, now = newsletter, clock.now()
    queue = list_review_queue(db.session(), newsletter.id)
    checks = list_queue_checks(db.session(), queue, now)
    rows = [QueueRow(creative, checks[creative.id], newsletter, now) for creative in queue]
    current = next((row for row in rows if row.creative.id == creative_id), rows[0] if rows else None)
    may_decide = g.viewer.may(Permission.EDIT, newsletter.id)
    ids = [one.finding_id for one in current.checks.findings] if current and may_decide else []
    waivers = {i: WaiveForm(formdata=None, prefix=f"finding-{i}-") for i in ids} | dict([waiver] if waiver else [])
    page = render_template(
        "creative/list_queue.html", newsletter=newsletter, rows=rows, current=current, may_decide=may_decide,
        clauses=queue_headline(len(rows), sum(row.is_today for row in rows), sum(row.is_late for row in rows)),
        proof=mark_up(current.creative) if current else None, waivers=waivers,
        changes=changes or ChangesForm(formdata=None),
    )  # fmt: skip
    return page, status
