"""What creative does when something happened: sponsor and publisher are told; copy of a cancelled booking is let go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.booking.queries import get_order_by_id, list_make_goods_placed
from sponsorship.booking.rules import CLOCK, OCCUPYING
from sponsorship.checks.queries import find_text, list_findings
from sponsorship.checks.rules import CopySource
from sponsorship.core.mail import queue_mail
from sponsorship.core.outbox import Handler
from sponsorship.core.web import page_url
from sponsorship.creative.models import Creative
from sponsorship.creative.queries import NO_COPY, copy_limits, creatives_by_booking, current_copy, get_creative
from sponsorship.creative.render import plain_text
from sponsorship.creative.rules import CreativeState, copy_problems
from sponsorship.creative.services import check_copy, request_changes, save_draft, withdraw_copy


def mail_submitted(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """Copy was sent: tell the publisher what it says, what was found, and where to read it."""
    creative = get_creative(session, payload["creative_id"])
    slot = creative.booking.slot
    newsletter = slot.issue.newsletter
    if creative.state is not CreativeState.SUBMITTED or not newsletter.contact_email:
        return
    text = find_text(session, CopySource.CREATIVE, creative.id)
    copy = current_copy(creative) or NO_COPY
    queue_mail(
        session, key=f"creative.submitted:{creative.id}:{payload['at']}", to=newsletter.contact_email,
        subject=f"Copy to read: {_who(creative)}, {slot.name}, No. {slot.issue.number}",
        template="creative/email/copy_submitted", now=now, newsletter=newsletter, slot=slot, who=_who(creative), copy=copy,
        words=plain_text(copy.body), due_at=slot.deadlines.copy_due_at,
        findings=list_findings(session, [text.id]) if text else [],
        review_url=page_url("creative.list_queue", slug=newsletter.slug, creative=creative.id),
    )  # fmt: skip


def mail_changes_requested(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """Changes were asked for: tell the sponsor which, and where to make them."""
    creative = get_creative(session, payload["creative_id"])
    if creative.state is CreativeState.CHANGES_REQUESTED:
        _mail_sponsor(session, creative, "creative/email/changes_requested", "Changes asked", payload, now)


def mail_approved(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """Copy was approved: tell the sponsor when it runs, and with which words."""
    creative = get_creative(session, payload["creative_id"])
    if creative.state is CreativeState.APPROVED:
        _mail_sponsor(session, creative, "creative/email/approved", "Approved", payload, now)


def let_copy_go(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """An order was cancelled: what it would have printed is compared with nothing any more."""
    order = get_order_by_id(session, payload["order_id"])
    gone = [booking.id for booking in order.bookings if booking.state not in OCCUPYING]
    for creative in creatives_by_booking(session, gone).values():
        withdraw_copy(session, creative=creative, now=now)


def follow_move(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A booking moved: its copy is compared with its new neighbours, and asked to be changed where it no longer fits."""
    creative = creatives_by_booking(session, [payload["booking_id"]]).get(payload["booking_id"])
    if creative is None or creative.state is CreativeState.DRAFT:
        return
    placement = creative.booking.slot.placement
    problems = copy_problems(current_copy(creative) or NO_COPY, copy_limits(placement))
    if problems and creative.state in (CreativeState.SUBMITTED, CreativeState.APPROVED):
        note = " ".join([f"It runs as {placement.name} now.", *problems.values()])
        request_changes(session, creative=creative, note=note, actor="Flatplan", now=now)
    check_copy(session, creative=creative, now=now)


def _mail_sponsor(
    session: Session, creative: Creative, template: str, words: str, payload: dict[str, Any], now: datetime
) -> None:
    slot, order = creative.booking.slot, creative.booking.order
    if order is None or not order.contact_email:
        return
    newsletter = slot.issue.newsletter
    copy = current_copy(creative) or NO_COPY
    queue_mail(
        session, key=f"creative.{creative.state.value}:{creative.id}:{payload['at']}", to=order.contact_email,
        subject=f"{words}: your {slot.name} ad in No. {slot.issue.number}", template=template,
        reply_to=newsletter.contact_email or None, now=now, newsletter=newsletter, slot=slot, order=order, copy=copy,
        words=plain_text(copy.body), note=creative.notes[-1] if creative.notes else None,
        due_at=slot.deadlines.copy_due_at,
        copy_url=page_url("creative.write_copy", token=order.token, booking_id=creative.booking_id),
    )  # fmt: skip


def _who(creative: Creative) -> str:
    sponsor = creative.booking.sponsor
    return sponsor.name if sponsor else creative.booking.slot.issue.newsletter.name


def copy_make_good(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A make-good was placed: the copy of the run that went wrong is its first draft, to be corrected and sent anew."""
    order = get_order_by_id(session, payload["order_id"])
    ids = [booking.id for booking in order.bookings if booking.state in OCCUPYING]
    for grant in list_make_goods_placed(session, ids):
        target = grant.used_for
        assert target is not None
        found = creatives_by_booking(session, [target.id, grant.booking_id or 0])
        source = found.get(grant.booking_id or 0)
        copy = current_copy(source) if source is not None else None
        if copy is not None and target.id not in found:
            save_draft(session, booking=target, copy=copy, actor=CLOCK, now=now)


HANDLERS: dict[str, Sequence[Handler]] = {
    "creative.submitted": [mail_submitted],
    "creative.changes_requested": [mail_changes_requested],
    "creative.approved": [mail_approved],
    "order.confirmed": [copy_make_good],
    "order.cancelled": [let_copy_go],
    "booking.moved": [follow_move],
}
