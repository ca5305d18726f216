"""Tear sheets: one page that proves how a placement ran, made anew each time, mailed to the sponsor once."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.assembly.models import PlacementProof
from sponsorship.assembly.queries import list_proofs_of_issue
from sponsorship.assembly.rules.proof import ProofVerdict
from sponsorship.core.format import count, long_day, moment, number, percent
from sponsorship.core.mail import queue_mail
from sponsorship.core.pdf import typeset
from sponsorship.core.web import page_url
from sponsorship.reporting.queries import PlacementReport, get_placement_report

LONGEST_PRINTED = 2600  # characters on the sheet: it is one page


def tear_sheet_pdf(session: Session, *, proof: PlacementProof, now: datetime) -> bytes:
    """Return the tear sheet of a placement as a PDF of one page, with the clicks so far."""
    return typeset(
        "tearsheet", tear_sheet_values(get_placement_report(session, proof.booking, now), proof, now), made_at=now
    )


def tear_sheet_values(report: PlacementReport, proof: PlacementProof, now: datetime) -> dict[str, Any]:
    """Return what templates/pdf/tearsheet.typ prints."""
    issue, newsletter, slot = report.slot.issue, report.newsletter, report.slot
    heading, paragraphs = _parted(proof.printed, report.copy.heading.strip() if report.copy else "")
    sponsor = proof.booking.sponsor.name if proof.booking.sponsor else ""
    return {
        "title": f"Tear sheet, {newsletter.name}, No. {issue.number}",
        "publisher": newsletter.publisher_name or newsletter.name,
        "newsletter": newsletter.name,
        "number": f"No. {issue.number}",
        "facts": [fact for fact in (sponsor, slot.name, long_day(issue.publish_on)) if fact],
        "headline": f"{proof.verdict.label}, {moment(issue.ran_at, newsletter.timezone)}.",
        "printed_heading": slot.placement.printed_heading,
        "heading": heading,
        "paragraphs": paragraphs,
        "link_text": (report.copy.link_text or report.copy.link_url) if report.copy else "",
        "figures": _figures(report),
        "faults": proof.faults,
        "note": f"Compared with the issue as it was sent by {proof.recorded_by}, "
        f"{moment(proof.recorded_at, newsletter.timezone)}. Clicks are counted on the publisher’s own server, programs taken "
        f"out, until {moment(now, newsletter.timezone)}.",
    }


def _parted(printed: str, heading: str) -> tuple[str, list[str]]:
    """The heading, where the ad printed its own, and the paragraphs below it."""
    text = printed if len(printed) <= LONGEST_PRINTED else f"{printed[:LONGEST_PRINTED].rsplit(' ', 1)[0]} …"
    paragraphs = [part for part in text.split("\n\n") if part]
    if heading and len(paragraphs) > 1:
        return paragraphs[0], paragraphs[1:]
    return "", paragraphs


def _figures(report: PlacementReport) -> list[list[str]]:
    own = report.own
    figures = [["Delivered", number(own.delivered), "readers"]] if own.delivered else []
    figures.append(["People who clicked", number(own.people), f"{count(report.clicks.human, 'click')} in all"])
    if own.rate is not None:
        figures.append(["Click-through rate", percent(own.rate, 2), "of those delivered to"])
    return figures


def mail_tear_sheets(session: Session, *, issue_id: int, now: datetime) -> int:
    """Queue a mail with its tear sheet for each placement that ran and is on record; returns how many were new.

    Each booking is told once, whatever is put on record later: the sheet on its report's page is always the newest.
    """
    queued = 0
    for proof in list_proofs_of_issue(session, issue_id):
        order, booking = proof.booking.order, proof.booking
        if proof.verdict is ProofVerdict.MISSING or order is None or not order.contact_email:
            continue
        issue, newsletter = booking.slot.issue, booking.slot.issue.newsletter
        mail = queue_mail(
            session, key=f"tear_sheet:{booking.id}", to=order.contact_email,
            subject=f"Your tear sheet: {newsletter.name}, No. {issue.number}", template="reporting/email/tear_sheet",
            reply_to=newsletter.contact_email or None, now=now, attachments=[f"tear_sheet:{booking.id}"], order=order,
            issue=issue, slot=booking.slot, proof=proof, newsletter=newsletter, ran_at=moment(issue.ran_at, newsletter.timezone),
            report_url=page_url("reporting.show_order_report", token=order.token, booking_id=booking.id),
        )  # fmt: skip
        queued += mail is not None
    return queued
