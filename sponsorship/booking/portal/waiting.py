"""The waiting list as sponsors see it: join it, look at one's place, leave it."""

from datetime import timedelta
from typing import Any

from flask import flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from sponsorship.booking import queries, services
from sponsorship.booking.errors import SlotIsOpen
from sponsorship.booking.forms import DeclineForm, JoinWaitingForm
from sponsorship.booking.models import Waiting
from sponsorship.booking.portal.door import blueprint
from sponsorship.booking.rules import IN_LINE, WaitingState, ordinal_word
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError, NotFound
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Issue, Newsletter
from sponsorship.inventory.queries import get_issue, get_newsletter, list_placements
from sponsorship.inventory.services import today_of
from sponsorship.sponsors.queries import find_sponsor_of_address

Page = Response | str | tuple[str, int]


@blueprint.route("/newsletters/<slug>/waiting", methods=["GET", "POST"])
@access(Access.PUBLIC)
def join_waiting(slug: str) -> Page:
    """Ask to be told when a slot, a placement, or anything within some dates comes free."""
    g.newsletter = newsletter = get_newsletter(db.session(), slug)
    form = _join_form(newsletter)
    issue = _issue_of(newsletter, form.issue.data or request.args.get("issue"))
    if not form.validate_on_submit():
        return _show_join(newsletter, form, issue, 422 if form.is_submitted() else 200)
    try:
        token = _join(form, slug, issue)
    except SlotIsOpen as open_now:
        form.form_errors.append(open_now.message)
        return _show_join(newsletter, form, issue, open_now.status, open_slot=open_now.slot_id)
    except DomainError as refusal:
        form.form_errors.append(refusal.message)
        return _show_join(newsletter, form, issue, refusal.status)
    return go_to(url_for("booking.show_waiting", token=token))


@blueprint.get("/waiting/<token>")
@access(Access.LINK)
def show_waiting(token: str) -> Page:
    """What one waits for, the place in line, and how to leave."""
    waiting = queries.get_waiting(db.session(), token)
    g.newsletter = waiting.newsletter
    offer = queries.find_offer_of(db.session(), waiting)
    if offer is not None:
        return go_to(url_for("booking.show_promise", token=offer.token))
    place = queries.place_in_line(db.session(), waiting) if waiting.state in IN_LINE else 0
    return render_template(
        "booking/show_waiting.html", waiting=waiting, place=place, place_word=ordinal_word(place) if place else "",
        is_in_line=waiting.state is WaitingState.WAITING, form=DeclineForm(),
        challenge=queries.find_challenge_by(db.session(), waiting.id), home_href=_home(waiting.newsletter),
    )  # fmt: skip


@blueprint.post("/waiting/<token>/leave")
@access(Access.LINK)
def leave_waiting(token: str) -> Response:
    """Leave the list; whoever has an offer lets it go to the next."""
    with transaction() as session:
        services.leave_waiting(session, waiting=queries.get_waiting(session, token), now=clock.now())
    flash("You are off the waiting list.", "ok")
    return go_to(url_for("booking.show_waiting", token=token))


def _join_form(newsletter: Newsletter) -> JoinWaitingForm:
    today = today_of(newsletter, clock.now())
    known: dict[str, Any] = {
        "placement": request.args.get("placement", ""), "issue": request.args.get("issue", ""), "first_day": today,
        "last_day": today + timedelta(weeks=min(newsletter.horizon_weeks, 13)),
    }  # fmt: skip
    if g.viewer:
        sponsor = find_sponsor_of_address(db.session(), newsletter.id, g.viewer.email)
        known |= {
            "contact_name": g.viewer.name,
            "contact_email": g.viewer.email,
            "company": sponsor.name if sponsor else "",
        }
    return JoinWaitingForm([(str(p.id), p.name) for p in list_placements(db.session(), newsletter.id)], **known)


def _issue_of(newsletter: Newsletter, text: str | None) -> Issue | None:
    """The issue named in the address or the form; raises NotFound for one of another newsletter."""
    if not text:
        return None
    issue = get_issue(db.session(), int(text) if text.isascii() and text.isdigit() and len(text) < 11 else 2**31)
    if issue.newsletter_id != newsletter.id:
        raise NotFound
    return issue


def _join(form: JoinWaitingForm, slug: str, issue: Issue | None) -> str:
    issue_id, today = issue.id if issue else None, clock.now().date()
    with transaction() as session:
        newsletter = get_newsletter(session, slug)
        placements = {str(one.id): one for one in list_placements(session, newsletter.id)}
        waiting: Waiting = services.join_waiting(
            session, newsletter=newsletter, issue=get_issue(session, issue_id) if issue_id else None,
            placement=placements.get(form.placement.data or ""), first_day=form.first_day.data or today,
            last_day=form.last_day.data or today, company=form.company.data or "",
            contact_name=form.contact_name.data or "", contact_email=form.contact_email.data or "",
            message=form.message.data or "", now=clock.now(),
        )  # fmt: skip
        return waiting.token


def _show_join(
    newsletter: Newsletter, form: JoinWaitingForm, issue: Issue | None, status: int, *, open_slot: int | None = None
) -> tuple[str, int]:
    page = render_template(
        "booking/join_waiting.html", newsletter=newsletter, form=form, issue=issue, open_slot=open_slot,
        home_href=_home(newsletter),
    )  # fmt: skip
    return page, status


def _home(newsletter: Newsletter) -> str:
    return url_for("storefront.show_storefront", slug=newsletter.slug)
