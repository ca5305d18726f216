"""The publisher's acts on slots: block, keep, book, release. The pages that show them are the desk's."""

import json
from collections.abc import Callable
from datetime import datetime, time, timedelta

from flask import Response, flash, g, render_template, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.booking import queries, services
from sponsorship.booking.errors import NowhereToSend
from sponsorship.booking.forms import BookSlotForm, HoldCourtesyForm, SlotActForm
from sponsorship.booking.portal import blueprint
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.text import clean_line
from sponsorship.core.web import Access, access, go_to, local_path, wants_fragment
from sponsorship.inventory.models import Slot
from sponsorship.inventory.queries import get_slot
from sponsorship.inventory.rules import local_moment
from sponsorship.sponsors.services import make_sure_of_sponsor

Answer = AnyResponse | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.post("/slots/<int:slot_id>/block")
@access(Access.TEAM, Permission.SELL)
def block_slot(slot_id: int) -> Answer:
    """Take a slot off sale."""
    form = SlotActForm()

    def act(session: Session, now: datetime) -> None:
        slot = get_slot(session, slot_id)
        services.block_slot(session, slot=slot, reason=clean_line(form.reason.data or ""), actor=_actor(), now=now)

    return _answer(_team_slot(slot_id), form, act, "Slot blocked.")


@blueprint.post("/slots/<int:slot_id>/unblock")
@access(Access.TEAM, Permission.SELL)
def unblock_slot(slot_id: int) -> Answer:
    """Put a blocked slot back on sale."""

    def act(session: Session, now: datetime) -> None:
        services.unblock_slot(session, slot=get_slot(session, slot_id), actor=_actor(), now=now)

    return _answer(_team_slot(slot_id), SlotActForm(), act, "Slot unblocked.")


@blueprint.post("/slots/<int:slot_id>/hold")
@access(Access.TEAM, Permission.SELL)
def hold_courtesy(slot_id: int) -> Answer:
    """Keep a slot for a sponsor until the end of a day on the newsletter's calendar, at most until the issue."""
    form = HoldCourtesyForm()

    def act(session: Session, now: datetime) -> None:
        slot, name = get_slot(session, slot_id), clean_line(form.sponsor.data or "")
        newsletter = slot.issue.newsletter
        end_of_day = local_moment(form.last_day() + timedelta(days=1), time(0), newsletter.timezone)
        sponsor = make_sure_of_sponsor(session, newsletter_id=newsletter.id, name=name, now=now) if name else None
        until = min(end_of_day, slot.issue.publish_at)
        services.hold_courtesy(
            session, slot=slot, sponsor=sponsor, until=until, is_first_refusal=bool(form.is_first_refusal.data),
            contact_email=form.contact_email.data or "", message=form.message.data or "", actor=_actor(), now=now,
        )  # fmt: skip

    return _answer(_team_slot(slot_id), form, act, "Slot held.")


@blueprint.post("/slots/<int:slot_id>/book")
@access(Access.TEAM, Permission.SELL)
def book_slot(slot_id: int) -> Answer:
    """Give a slot to a sponsor, who is sent the link to pay, or fill it with a house ad."""
    form = BookSlotForm()

    def act(session: Session, now: datetime) -> None:
        slot = get_slot(session, slot_id)
        if form.kind.data == "house":
            services.book_house(session, slot=slot, actor=_actor(), now=now)
            return
        order = services.propose_order(
            session, newsletter=slot.issue.newsletter, slot_ids=[slot.id], sponsor_name=clean_line(form.sponsor.data or ""),
            contact_name=form.contact_name.data or "", contact_email=form.contact_email.data or "", actor=_actor(),
            now=now,
        )  # fmt: skip
        if not order.contact_email:
            raise NowhereToSend

    return _answer(_team_slot(slot_id), form, act, "Slot booked.")


@blueprint.post("/bookings/<int:booking_id>/release")
@access(Access.TEAM, Permission.SELL)
def release_booking(booking_id: int) -> Answer:
    """Free a slot that is held, blocked or filled by the house."""
    form = SlotActForm()

    def act(session: Session, now: datetime) -> None:
        booking, reason = queries.get_booking(session, booking_id), clean_line(form.reason.data or "")
        services.release_booking(session, booking=booking, actor=_actor(), now=now, reason=reason)

    slot_id = queries.get_booking(db.session(), booking_id).slot_id
    return _answer(_team_slot(slot_id), form, act, "Slot released.")


def _team_slot(slot_id: int) -> Slot:
    """The slot, if it is the viewer's to sell; a foreign one looks like none."""
    slot = get_slot(db.session(), slot_id)
    authorise(g.viewer, slot.issue.newsletter_id, Permission.SELL)
    g.newsletter = slot.issue.newsletter
    return slot


def _actor() -> str:
    actor: str = g.viewer.email
    return actor


def _answer(slot: Slot, form: FlaskForm, act: Callable[[Session, datetime], None], done: str) -> Answer:
    """Do it, and answer as the page asked: 204 with a line to show, or back to where the form stood; refusals say why."""
    back = local_path(form.next.data) or url_for("desk.show_calendar", slug=slot.issue.newsletter.slug)
    if not form.validate():
        return _refuse(" ".join(error for errors in form.errors.values() for error in errors), 422, back)
    try:
        with transaction() as session:
            act(session, clock.now())
    except DomainError as refusal:
        return _refuse(refusal.message, refusal.status, back)
    if wants_fragment():
        return Response(status=204, headers={"HX-Trigger": _trigger(done, "ok", slotsChanged={})})
    flash(done, "ok")
    return go_to(back)


def _refuse(message: str, status: int, back: str) -> Answer:
    if wants_fragment():
        return message, status, {"HX-Trigger": _trigger(message, "error"), "Content-Type": "text/plain; charset=utf-8"}
    page = render_template(
        "errors/error.html", status=status, title="That did not work.", sentence=message, advice="Nothing was changed.",
        action_href=back, action_label="Back to the slot",
    )  # fmt: skip
    return page, status


def _trigger(text: str, kind: str, **events: object) -> str:
    """The header's JSON: ASCII only, for headers carry no more."""
    return json.dumps({**events, "toast": {"text": text, "kind": kind}})
