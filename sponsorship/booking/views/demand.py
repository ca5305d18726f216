"""The publisher's page of demand: requests, proposals, promises, who waits for what; and the acts on each."""

from collections.abc import Callable
from datetime import datetime

from flask import flash, g, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.booking import queries, services
from sponsorship.booking.forms import ApprovalForm, ChallengeForm, SlotActForm
from sponsorship.booking.models import Challenge, Order, Promise, Waiting
from sponsorship.booking.portal import blueprint
from sponsorship.booking.rules import PromiseKind
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError, NotFound
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_newsletter
from sponsorship.inventory.rules import SponsorApproval

Page = Response | str | tuple[str, int]


@blueprint.get("/desk/<slug>/demand")
@access(Access.TEAM, Permission.READ)
def show_demand(slug: str) -> str:
    """Who asks, who was asked, what is promised, and who waits."""
    newsletter = team_newsletter(get_newsletter(db.session(), slug), Permission.READ)
    session = db.session()
    promises = queries.list_promises(session, newsletter.id)
    return render_template(
        "booking/show_demand.html", requests=queries.list_requests(session, newsletter.id),
        proposals=queries.list_proposals(session, newsletter.id), promises=promises,
        challenges=queries.challenges_of(session, [promise.id for promise in promises]), offer=PromiseKind.OFFER,
        waiting=queries.list_waiting(session, newsletter.id), approval=_approval_form(newsletter),
        may_sell=g.viewer.may(Permission.SELL, newsletter.id), may_set=g.viewer.may(Permission.SETTINGS, newsletter.id),
    )  # fmt: skip


@blueprint.post("/desk/<slug>/approval")
@access(Access.TEAM, Permission.SETTINGS)
def set_sponsor_approval(slug: str) -> Response:
    """Say whose orders are a request first."""
    newsletter = team_newsletter(get_newsletter(db.session(), slug), Permission.SETTINGS)
    form = _approval_form(newsletter)
    if not form.validate():
        raise DomainError("Choose one of the three.")
    approval = SponsorApproval(form.approval.data)
    with transaction() as session:
        fresh = get_newsletter(session, slug)
        services.set_sponsor_approval(
            session, newsletter=fresh, approval=approval, actor=g.viewer.email, now=clock.now()
        )
    flash("Saved.", "ok")
    return go_to(url_for("booking.show_demand", slug=slug, _anchor="approving"))


@blueprint.post("/waiting/<int:waiting_id>/remove")
@access(Access.TEAM, Permission.SELL)
def remove_waiting(waiting_id: int) -> Response:
    """Take somebody off the waiting list."""
    form, newsletter = SlotActForm(), _waiting_of(waiting_id).newsletter

    def act(session: Session, now: datetime) -> None:
        waiting = queries.get_waiting_by_id(session, waiting_id)
        services.remove_waiting(session, waiting=waiting, reason=form.reason.data or "", actor=g.viewer.email, now=now)

    return _act(newsletter, act, "Taken off the list.", "waiting")


@blueprint.post("/waiting/<int:waiting_id>/up")
@access(Access.TEAM, Permission.SELL)
def move_up(waiting_id: int) -> Response:
    """Let somebody change places with whoever stands before."""
    newsletter = _waiting_of(waiting_id).newsletter

    def act(session: Session, now: datetime) -> None:
        waiting = queries.get_waiting_by_id(session, waiting_id)
        services.move_up(session, waiting=waiting, actor=g.viewer.email, now=now)

    return _act(newsletter, act, "Moved up.", "waiting")


@blueprint.post("/proposals/<int:order_id>/withdraw")
@access(Access.TEAM, Permission.SELL)
def withdraw_proposal(order_id: int) -> Response:
    """Take a proposal back."""
    form, newsletter = SlotActForm(), team_order(order_id).newsletter

    def act(session: Session, now: datetime) -> None:
        order = queries.get_order_by_id(session, order_id)
        services.withdraw_proposal(session, order=order, reason=form.reason.data or "", actor=g.viewer.email, now=now)

    return _act(newsletter, act, "Proposal withdrawn.", "proposals")


@blueprint.post("/proposals/<int:order_id>/remind")
@access(Access.TEAM, Permission.SELL)
def remind_of_proposal(order_id: int) -> Response:
    """Remind a sponsor of a proposal, once."""
    newsletter = team_order(order_id).newsletter

    def act(session: Session, now: datetime) -> None:
        order = queries.get_order_by_id(session, order_id)
        services.remind_of_proposal(session, order=order, actor=g.viewer.email, now=now)

    return _act(newsletter, act, "Reminder sent.", "proposals")


@blueprint.route("/bookings/<int:booking_id>/challenge", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SELL)
def challenge_hold(booking_id: int) -> Page:
    """Ask the holder to confirm or let go, in the name of a buyer who is ready."""
    promise, form = _promise_of(booking_id), ChallengeForm()
    if not form.validate_on_submit():
        return _show_challenge(promise, form, 422 if form.is_submitted() else 200)
    try:
        with transaction() as session:
            fresh = queries.get_promise(session, promise.token)
            services.challenge_hold(
                session, promise=fresh, company=form.company.data or "", contact_name=form.contact_name.data or "",
                contact_email=form.contact_email.data or "", actor=g.viewer.email, now=clock.now(),
            )  # fmt: skip
    except DomainError as refusal:
        form.form_errors.append(refusal.message)
        return _show_challenge(_promise_of(booking_id), form, refusal.status)
    flash("The holder is asked, and the buyer is first in line.", "ok")
    return go_to(url_for("booking.show_demand", slug=g.newsletter.slug, _anchor="promises"))


@blueprint.post("/challenges/<int:challenge_id>/withdraw")
@access(Access.TEAM, Permission.SELL)
def withdraw_challenge(challenge_id: int) -> Response:
    """Take a challenge back: the hold lasts as long as it did before."""
    challenge = db.session().get(Challenge, challenge_id)
    if challenge is None:
        raise NotFound
    newsletter = team_newsletter(challenge.challenger.newsletter)

    def act(session: Session, now: datetime) -> None:
        fresh = session.get_one(Challenge, challenge_id)
        services.withdraw_challenge(session, challenge=fresh, actor=g.viewer.email, now=now)

    return _act(newsletter, act, "Challenge withdrawn.", "promises")


def team_newsletter(newsletter: Newsletter, permission: Permission = Permission.SELL) -> Newsletter:
    """Return a newsletter where the viewer's role in it covers the act; a foreign one looks like none."""
    authorise(g.viewer, newsletter.id, permission)
    g.newsletter = newsletter
    return newsletter


def team_order(order_id: int) -> Order:
    """Return an order that is the viewer's to sell; a foreign one looks like none."""
    order = queries.get_order_by_id(db.session(), order_id)
    team_newsletter(order.newsletter)
    return order


def _waiting_of(waiting_id: int) -> Waiting:
    waiting = queries.get_waiting_by_id(db.session(), waiting_id)
    team_newsletter(waiting.newsletter)
    return waiting


def _promise_of(booking_id: int) -> Promise:
    booking = queries.get_booking(db.session(), booking_id)
    team_newsletter(booking.slot.issue.newsletter)
    promise = queries.find_promise(db.session(), booking)
    if promise is None:
        raise NotFound
    return promise


def _approval_form(newsletter: Newsletter) -> ApprovalForm:
    return ApprovalForm([(one.value, one.label) for one in SponsorApproval], approval=newsletter.sponsor_approval.value)


def _show_challenge(promise: Promise, form: ChallengeForm, status: int) -> tuple[str, int]:
    page = render_template(
        "booking/challenge_hold.html", promise=promise, booking=promise.booking, slot=promise.booking.slot, form=form
    )
    return page, status


def _act(newsletter: Newsletter, act: Callable[[Session, datetime], None], done: str, anchor: str) -> Response:
    """Do it, and go back to its place on the page; a refusal is said there."""
    slug = newsletter.slug
    try:
        with transaction() as session:
            act(session, clock.now())
        flash(done, "ok")
    except DomainError as refusal:
        flash(refusal.message, "error")
    return go_to(url_for("booking.show_demand", slug=slug, _anchor=anchor))
