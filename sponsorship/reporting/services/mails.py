"""Telling sponsors how it went, once, a week after each issue that they ran in."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.booking.models import Order
from sponsorship.core.mail import queue_mail
from sponsorship.core.web import page_url
from sponsorship.inventory.models import Issue
from sponsorship.reporting.queries import list_reports_due, list_standings


def mail_reports(session: Session, *, now: datetime) -> int:
    """Queue a mail for every order and issue that ran a week ago and was clicked or could be; returns how many were new.

    Each is told once: the mail's key is the order and the issue. What ran more than three weeks ago is no news any more.
    """
    queued = 0
    for due in list_reports_due(session, now):
        standings = list_standings(session, due.booking_ids)
        order, issue = session.get_one(Order, due.order_id), session.get_one(Issue, due.issue_id)
        if not standings or not order.contact_email:
            continue
        mail = queue_mail(
            session, key=f"report:{order.id}:{issue.id}", to=order.contact_email,
            subject=f"How it went: {order.newsletter.name}, No. {issue.number}", template="reporting/email/report_ready",
            reply_to=order.newsletter.contact_email or None, now=now, order=order, issue=issue, standings=standings,
            newsletter=order.newsletter, report_url=page_url("reporting.show_order_campaign", token=order.token),
        )  # fmt: skip
        queued += mail is not None
    return queued
