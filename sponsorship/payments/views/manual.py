"""The publisher books in his own name: by card link, on invoice, comped, or for the house."""

from datetime import time, timedelta

from flask import flash, g, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from sponsorship.accounts.queries import list_members
from sponsorship.accounts.rules import PERMISSIONS, Permission
from sponsorship.booking.queries import list_free_slots
from sponsorship.booking.rules import MOST_SLOTS, exclusive_label
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.format import local
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.queries import get_newsletter, get_team_newsletter, list_slots_by_id
from sponsorship.inventory.rules import local_moment
from sponsorship.payments.forms.manual import ManualBookingForm
from sponsorship.payments.portal import blueprint
from sponsorship.payments.queries import find_invoice_of_order
from sponsorship.payments.rules.manual import Way
from sponsorship.payments.services import Deal
from sponsorship.payments.services import book_by_hand as book
from sponsorship.sponsors.queries import list_sponsors, policy_of


@blueprint.route("/desk/<slug>/bookings/new", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SELL)
def book_by_hand(slug: str) -> Response | tuple[str, int]:
    """Show the form, with the slot or the sponsor that the address names; book what was agreed."""
    newsletter = _newsletter(slug)
    form = _form(newsletter)
    if not form.validate_on_submit():
        return _show(newsletter, form, "", 422 if form.is_submitted() else 200)
    try:
        with transaction() as session:
            said, where = _book(session, slug, form)
    except DomainError as refusal:
        return _show(_newsletter(slug), form, refusal.message, refusal.status)
    flash(said, "ok")
    return go_to(where)


def _book(session: Session, slug: str, form: ManualBookingForm) -> tuple[str, str]:
    """Book it; returns what to say and where to go."""
    newsletter, way = get_newsletter(session, slug), form.chosen
    order = book(
        session, newsletter=newsletter, slot_ids=form.slot.data or [], deal=_deal(form, newsletter), actor=g.viewer.email,
        now=clock.now(),
    )  # fmt: skip
    if order is None:
        return "Filled with the house ad.", url_for("desk.show_calendar", slug=slug)
    if way is Way.CARD:
        where = url_for("booking.show_demand", slug=slug, _anchor="proposals")
        return f"{order.number} is held, and the link to pay is on its way to {order.contact_email}.", where
    invoice = find_invoice_of_order(session, order.id)
    if way is Way.INVOICE and invoice is not None:
        said = f"{order.number} is booked, and invoice {invoice.number} is on its way to {order.contact_email}."
        return said, url_for("payments.show_invoice", invoice_id=invoice.id)
    return f"{order.number} is booked for nothing.", url_for("payments.show_order_money", order_id=order.id)


def _deal(form: ManualBookingForm, newsletter: Newsletter) -> Deal:
    """What was typed, less what the chosen way has no use for."""
    way, last_day = form.chosen, form.valid_until.data
    until = local_moment(last_day + timedelta(days=1), time(0), newsletter.timezone) if last_day else None
    return Deal(
        way=way, company=form.company.data or "", contact_name=form.contact_name.data or "",
        contact_email=form.contact_email.data or "", purchase_order_number=form.purchase_order_number.data or "",
        total_minor=form.total_minor, message=form.message.data or "", valid_until=until if way is Way.CARD else None,
        is_exclusive=bool(form.is_exclusive.data),
        approver=form.approver.data if way is Way.COMPED else "",
        reason=form.reason.data or "" if way in (Way.COMPED, Way.HOUSE) else "",
    )  # fmt: skip


def _newsletter(slug: str) -> Newsletter:
    newsletter = g.newsletter = get_team_newsletter(db.session(), slug, g.viewer, Permission.SELL)
    return newsletter


def _form(newsletter: Newsletter) -> ManualBookingForm:
    """The form with the ways that the viewer's role covers, and the sponsor that the address names."""
    session = db.session()
    may_money = g.viewer.may(Permission.MONEY, newsletter.id)
    known = request.args.get("sponsor", type=int)
    company = next((one.name for one in list_sponsors(session, newsletter.id) if one.id == known), "")
    approvers = [
        member.user.email
        for member in list_members(session, newsletter.id)
        if Permission.MONEY in PERMISSIONS[member.role]
    ]
    return ManualBookingForm(
        currency=newsletter.currency, today=local(clock.now(), newsletter.timezone).date(),
        ways=[way for way in Way if may_money or not way.is_money], approvers=approvers or [""],
        company=company, approver=g.viewer.email if may_money else "",
    )  # fmt: skip


def _show(newsletter: Newsletter, form: ManualBookingForm, refusal: str, status: int) -> tuple[str, int]:
    session = db.session()
    free = list_free_slots(session, newsletter.id, clock.now())
    picked = _picked(newsletter, form)
    page = render_template(
        "payments/book_by_hand.html", form=form, refusal=refusal, picked=picked,
        free=[s for s in free if s not in picked],
        sponsors=list_sponsors(session, newsletter.id), exclusive=_exclusive_option(newsletter),
    )  # fmt: skip
    return page, status


def _exclusive_option(newsletter: Newsletter) -> str:
    """The option of exclusivity with its price, nothing where it is not sold."""
    basis_points = policy_of(db.session(), newsletter.id).exclusive_basis_points
    return exclusive_label(basis_points) if basis_points else ""


def _picked(newsletter: Newsletter, form: ManualBookingForm) -> list[Slot]:
    """The slots that the form or the address names, by date; those of others look like none."""
    typed = form.slot.data if form.is_submitted() else request.args.getlist("slot", type=int)
    found = list_slots_by_id(
        db.session(), [slot_id for slot_id in typed or [] if 0 < slot_id < 2**31][: 4 * MOST_SLOTS]
    )
    own = (slot for slot in found if slot.issue.newsletter_id == newsletter.id)
    return sorted(own, key=lambda slot: (slot.issue.publish_at, slot.placement.position, slot.ordinal))
