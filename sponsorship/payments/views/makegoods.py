"""Make-goods: what went wrong, what is owed for it, where it runs."""

from collections.abc import Callable
from datetime import timedelta

from flask import flash, g, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.booking import queries
from sponsorship.booking.models import Booking, CreditGrant
from sponsorship.booking.rules import MakeGoodCause
from sponsorship.booking.services import cancel_make_good, name_slot, owe_make_good
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError, NotFound
from sponsorship.core.format import local
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_newsletter, get_slot, get_team_newsletter, list_placements
from sponsorship.payments.forms import MakeGoodForm, PlaceMakeGoodForm, ReasonForm
from sponsorship.payments.portal import blueprint
from sponsorship.payments.services import place_make_good as place

Page = Response | str | tuple[str, int]
GOOD_FOR = timedelta(days=365)


@blueprint.get("/desk/<slug>/make-goods")
@access(Access.TEAM, Permission.READ)
def list_make_goods(slug: str) -> str:
    """Show what is owed again, where it can run, and what is settled."""
    newsletter = get_team_newsletter(db.session(), slug, g.viewer, Permission.READ)
    return _list(newsletter)


@blueprint.route("/desk/bookings/<int:booking_id>/make-good", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SELL)
def owe(booking_id: int) -> Page:
    """Owe a make-good for a booking that ran."""
    booking = queries.get_booking(db.session(), booking_id)
    newsletter = _team(booking.slot.issue.newsletter, Permission.SELL)
    today = local(clock.now(), newsletter.timezone).date()
    placements = list_placements(db.session(), newsletter.id)
    form = MakeGoodForm(placements=[(one.id, f"One {one.name} slot") for one in placements],
                        data={"placement": booking.slot.placement_id, "expires_on": today + GOOD_FOR})  # fmt: skip
    if not form.validate_on_submit():
        return _owe_page(booking, form, 422 if form.is_submitted() else 200)
    try:
        with transaction() as session:
            _owe(session, booking_id, form)
    except DomainError as refusal:
        form.form_errors.append(refusal.message)
        return _owe_page(queries.get_booking(db.session(), booking_id), form, refusal.status)
    flash("The make-good is owed, and the sponsor is told.", "ok")
    return go_to(url_for("payments.list_make_goods", slug=newsletter.slug))


@blueprint.post("/desk/make-goods/<int:grant_id>/place")
@access(Access.TEAM, Permission.SELL)
def place_make_good(grant_id: int) -> Page:
    """Book a make-good in a free slot, for nothing."""
    form = PlaceMakeGoodForm()

    def act(session: Session, grant: CreditGrant) -> str:
        slot = get_slot(session, form.slot.data or 0)
        place(session, grant=grant, slot=slot, actor=g.viewer.email, now=clock.now())
        return f"Booked for nothing: {name_slot(slot)}. The sponsor is told."

    return _act(grant_id, form, act)


@blueprint.post("/desk/make-goods/<int:grant_id>/cancel")
@access(Access.TEAM, Permission.SELL)
def cancel(grant_id: int) -> Page:
    """Take back a make-good that is not placed."""
    form = ReasonForm()

    def act(session: Session, grant: CreditGrant) -> str:
        cancel_make_good(session, grant=grant, reason=form.reason.data or "", actor=g.viewer.email, now=clock.now())
        return "The make-good is taken back, and the sponsor is told."

    return _act(grant_id, form, act)


def _act(grant_id: int, form: PlaceMakeGoodForm | ReasonForm, act: Callable[[Session, CreditGrant], str]) -> Page:
    newsletter = _team(_newsletter_of(grant_id), Permission.SELL)
    slug = newsletter.slug
    if not form.validate():
        return _list(newsletter, next(str(e) for errors in form.errors.values() for e in errors)), 422
    try:
        with transaction() as session:
            said = act(session, queries.get_make_good(session, grant_id))
    except DomainError as refusal:
        return _list(get_newsletter(db.session(), slug), refusal.message), refusal.status
    flash(said, "ok")
    return go_to(url_for("payments.list_make_goods", slug=slug))


def _owe(session: Session, booking_id: int, form: MakeGoodForm) -> None:
    booking = queries.get_booking(session, booking_id)
    placements = booking.slot.issue.newsletter.placements
    owe_make_good(
        session, booking=booking, cause=MakeGoodCause(form.cause.data), expires_on=form.expires_on.data,
        placement=next((one for one in placements if one.id == form.placement.data), None),
        note_text=form.note.data or "", actor=g.viewer.email, now=clock.now(),
    )  # fmt: skip


def _team(newsletter: Newsletter, permission: Permission) -> Newsletter:
    authorise(g.viewer, newsletter.id, permission)
    g.newsletter = newsletter
    return newsletter


def _newsletter_of(grant_id: int) -> Newsletter:
    booking = queries.get_make_good(db.session(), grant_id).booking
    if booking is None:
        raise NotFound
    return booking.slot.issue.newsletter


def _owe_page(booking: Booking, form: MakeGoodForm, status: int) -> Page:
    return render_template("payments/owe_make_good.html", booking=booking, form=form), status


def _list(newsletter: Newsletter, refusal: str = "") -> str:
    g.newsletter = newsletter
    session, now = db.session(), clock.now()
    today = local(now, newsletter.timezone).date()
    grants = queries.list_make_goods(session, newsletter.id)
    owed = [one for one in grants if one.left and (one.expires_on is None or one.expires_on >= today)]
    prices = {one.id: one.price_on(today) for one in newsletter.placements}
    return render_template(
        "payments/list_make_goods.html", owed=owed, settled=[one for one in grants if one not in owed][::-1],
        free=queries.list_free_slots(session, newsletter.id, now), refusal=refusal,
        worth_minor=sum(prices.get(one.placement_id or 0, 0) for one in owed), prices=prices,
        may_act=g.viewer.may(Permission.SELL, newsletter.id), form=ReasonForm(),
    )  # fmt: skip
