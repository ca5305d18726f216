"""A sponsor's page about a slot that fell away, by the order's link: what happened, and a choice."""

from flask import flash, g, render_template, url_for
from werkzeug.wrappers import Response

from sponsorship.booking import queries, services
from sponsorship.booking.forms import ChooseRemedyForm
from sponsorship.booking.models import Displacement
from sponsorship.booking.portal.door import blueprint
from sponsorship.booking.rules import BUYER, BookingState, DisplacementState, Remedy
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError, NotFound
from sponsorship.core.format import long_day
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Slot
from sponsorship.inventory.queries import get_slot

DATES = 6
Page = Response | str | tuple[str, int]


@blueprint.route("/orders/<token>/displacements/<int:displacement_id>", methods=["GET", "POST"])
@access(Access.LINK)
def show_displacement(token: str, displacement_id: int) -> Page:
    """Say what happened to a slot and take the sponsor's choice; what was chosen stands there afterwards."""
    displacement = _own(token, displacement_id)
    others = _other_dates(displacement)
    form = ChooseRemedyForm(
        [Remedy(word) for word in displacement.offers if word != Remedy.MOVE or others],
        [(slot.id, long_day(slot.issue.publish_on)) for slot in others],
    )
    if not form.validate_on_submit():
        return _show(displacement, form, others, 422 if form.is_submitted() else 200)
    try:
        with transaction() as session:
            remedy = Remedy(form.remedy.data)
            slot = get_slot(session, form.slot.data) if remedy is Remedy.MOVE else None
            services.choose_remedy(
                session, displacement=queries.get_displacement(session, displacement_id), remedy=remedy, slot=slot,
                actor=_actor(displacement), now=clock.now(),
            )  # fmt: skip
    except DomainError as refusal:
        displacement = _own(token, displacement_id)
        form.form_errors.append(refusal.message)
        return _show(displacement, form, _other_dates(displacement), refusal.status)
    flash("Thank you. That is settled.", "ok")
    return go_to(url_for("booking.show_displacement", token=token, displacement_id=displacement_id))


def _own(token: str, displacement_id: int) -> Displacement:
    """The displacement, if it is of this order; another's looks like none."""
    order = queries.get_order(db.session(), token)
    g.newsletter = order.newsletter
    displacement = queries.get_displacement(db.session(), displacement_id)
    if displacement.booking.order_id != order.id:
        raise NotFound
    return displacement


def _actor(displacement: Displacement) -> str:
    """Who chooses: somebody of the team for the sponsor, else whoever holds the link."""
    viewer = g.viewer
    return viewer.email if viewer is not None and displacement.newsletter_id in viewer.roles else BUYER


def _other_dates(displacement: Displacement) -> list[Slot]:
    if displacement.state is not DisplacementState.OPEN:
        return []
    return queries.open_slots_like(db.session(), displacement.booking.slot, clock.now(), DATES)


def _show(displacement: Displacement, form: ChooseRemedyForm, others: list[Slot], status: int) -> tuple[str, int]:
    booking = displacement.booking
    page = render_template(
        "booking/show_displacement.html", displacement=displacement, booking=booking, order=booking.order, form=form,
        others=others, can_choose=displacement.state is DisplacementState.OPEN and booking.state is BookingState.CONFIRMED,
    )  # fmt: skip
    return page, status
