"""Mails about copy: the side that did not act is told."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.queries import get_booking
from sponsorship.checks.models import LinkCheck
from sponsorship.checks.queries import find_text, list_findings
from sponsorship.checks.rules import CopySource, tell_probe
from sponsorship.core.mail import queue_mail
from sponsorship.core.web import page_url
from sponsorship.creative.models import CopyComment, Creative
from sponsorship.creative.queries import NO_COPY, current_copy, get_creative, list_approved_with_link
from sponsorship.creative.render import plain_text
from sponsorship.creative.rules import ChaseKind, Consent, CreativeState, Side, chase_words


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


def mail_commented(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A comment was written beside copy: tell the other side."""
    creative = get_creative(session, payload["creative_id"])
    comment = session.get_one(CopyComment, payload["comment_id"])
    is_ours = comment.side is Side.PUBLISHER
    to = _sponsor_address(creative.booking) if is_ours else creative.booking.slot.issue.newsletter.contact_email
    author = _publisher(creative) if is_ours else _who(creative)
    slot = creative.booking.slot
    _mail(
        session, creative, f"creative.commented:{comment.id}", to, f"{author} on {slot.name}, No. {slot.issue.number}",
        "creative/email/commented", now, comment=comment, author=author, is_to_sponsor=is_ours,
        page=_copy_url(creative.booking) if is_ours else _desk_url(creative),
    )  # fmt: skip


def mail_edited(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """The publisher changed copy: ask the sponsor, or, where they agreed already, show what was changed."""
    creative = get_creative(session, payload["creative_id"])
    version = next((v for v in creative.versions if v.number == payload["edit"]), None)
    if version is None or version.consent not in (Consent.ASKED, Consent.GIVEN):
        return
    slot = creative.booking.slot
    what = "Do you agree? Changes to" if version.is_asked else "Changed as agreed:"
    _mail(
        session, creative, f"creative.edited:{creative.id}:{payload['at']}", _sponsor_address(creative.booking),
        f"{what} your {slot.name} ad in No. {slot.issue.number}", "creative/email/edited", now, version=version,
        publisher=_publisher(creative), words=plain_text(version.body), page=_copy_url(creative.booking),
    )  # fmt: skip


def mail_edit_agreed(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """The sponsor agreed to an edit: tell the publisher, unless it was the publisher who wrote it down."""
    _mail_answer(session, payload, "agreed to your edit of", now)


def mail_edit_declined(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """The sponsor declined an edit: tell the publisher what they say."""
    _mail_answer(session, payload, "declined your edit of", now)


def mail_chased(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """Copy is not in: remind the sponsor; where the rule for late copy was carried out, tell both sides what was done."""
    booking, kind = get_booking(session, payload["booking_id"]), ChaseKind(payload["kind"])
    slot, newsletter = booking.slot, booking.slot.issue.newsletter
    words = chase_words(kind, slot.name, slot.issue.number)
    who = booking.sponsor.name if booking.sponsor else "The sponsor"
    values: dict[str, Any] = {
        "words": words, "slot": slot, "newsletter": newsletter, "order": booking.order, "due_at": slot.deadlines.copy_due_at,
        "who": who, "now_done": kind, "page": _copy_url(booking),
    }  # fmt: skip
    key = f"copy.{kind.value}:{booking.id}:{payload['day']}"
    if address := _sponsor_address(booking):
        queue_mail(
            session, key=key, to=address, subject=words.subject, template="creative/email/copy_chased", now=now,
            reply_to=newsletter.contact_email or None, **values,
        )  # fmt: skip
    if kind is not ChaseKind.REMINDER and newsletter.contact_email:
        subject = f"Copy not in: {who}, {slot.name}, No. {slot.issue.number}"
        queue_mail(
            session, key=f"{key}:desk", to=newsletter.contact_email, subject=subject, now=now,
            template="creative/email/copy_not_in", **values,
        )  # fmt: skip


def mail_link_turned(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A link was followed and is not well: tell the publisher of every approved ad of an issue to come that leads there."""
    check = session.get_one(LinkCheck, payload["check_id"])
    finding = tell_probe(check.url, check.probe)
    if finding is None or check.verdict.value != payload["after"]:
        return
    for creative in list_approved_with_link(session, check.url):
        slot = creative.booking.slot
        _mail(
            session, creative, f"link.turned:{check.id}:{creative.id}:{payload['after']}:{now.date()}",
            slot.issue.newsletter.contact_email, f"{finding.title}: {_who(creative)}, {slot.name}, No. {slot.issue.number}",
            "creative/email/link_turned", now, finding=finding, who=_who(creative), url=check.url, page=_desk_url(creative),
        )  # fmt: skip


def _mail_answer(session: Session, payload: dict[str, Any], verb: str, now: datetime) -> None:
    creative = get_creative(session, payload["creative_id"])
    answered = [v for v in creative.versions if v.consent in (Consent.GIVEN, Consent.DECLINED)]
    version = answered[-1] if answered else None
    if version is None or version.consent_by == version.saved_by:
        return
    slot = creative.booking.slot
    _mail(
        session, creative, f"creative.answered:{version.id}", slot.issue.newsletter.contact_email,
        f"{_who(creative)} {verb} {slot.name}, No. {slot.issue.number}", "creative/email/edit_answered", now,
        version=version, verb=verb, who=_who(creative), page=_desk_url(creative),
    )  # fmt: skip


def _mail(
    session: Session, creative: Creative, key: str, to: str, subject: str, template: str, now: datetime, **values: Any
) -> None:
    """Queue one mail about one ad; nobody to write to is no fault."""
    slot = creative.booking.slot
    newsletter = slot.issue.newsletter
    if to:
        queue_mail(
            session, key=key, to=to, subject=subject, template=template, now=now, newsletter=newsletter, slot=slot,
            order=creative.booking.order, **values,
        )  # fmt: skip


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


def _sponsor_address(booking: Booking) -> str:
    return booking.order.contact_email if booking.order else ""


def _publisher(creative: Creative) -> str:
    newsletter = creative.booking.slot.issue.newsletter
    return newsletter.publisher_name or newsletter.name


def _copy_url(booking: Booking) -> str:
    return page_url("creative.write_copy", token=booking.order.token, booking_id=booking.id) if booking.order else ""


def _desk_url(creative: Creative) -> str:
    return page_url("creative.show_copy", creative_id=creative.id)
