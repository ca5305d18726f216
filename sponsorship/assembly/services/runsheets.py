"""Telling sponsors at the start of a month what runs for them in it, and what they still owe to it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from sponsorship.assembly.queries.issue import owed_words
from sponsorship.assembly.queries.slots import SlotView, list_slot_views
from sponsorship.assembly.rules.slots import wants_copy
from sponsorship.booking.rules import BookingKind
from sponsorship.core.format import day, local, month
from sponsorship.core.mail import queue_mail
from sponsorship.core.web import page_url
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import list_newsletters
from sponsorship.inventory.rules import IssueState

FROM_HOUR = 8  # on the newsletter's clock
LAST_DAY = 5  # of the month: a worker that slept tells it late, but not at the month's end


def mail_runsheets(session: Session, *, now: datetime) -> int:
    """Queue each sponsor's runsheet of the month, once, from its first morning on; returns how many were new."""
    queued = 0
    for newsletter in list_newsletters(session):
        there = local(now, newsletter.timezone)
        if there.day > LAST_DAY or (there.day == 1 and there.hour < FROM_HOUR):
            continue
        first = there.date().replace(day=1)
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        views: dict[int, list[SlotView]] = {}
        for view in list_slot_views(session, newsletter, first, last, now):
            sponsor_id = view.booking.sponsor_id if view.booking else None
            if sponsor_id is not None and is_told(view):
                views.setdefault(sponsor_id, []).append(view)
        for sponsor_id, its in views.items():
            queued += _mail(session, newsletter, sponsor_id, its, first, now)
    return queued


def is_told(view: SlotView) -> bool:
    """Whether a slot stands on a sponsor's runsheet: sold, and still to come."""
    is_sale = view.booking is not None and view.booking.kind is BookingKind.SALE
    return view.is_sold and is_sale and view.issue.state is IssueState.PLANNED


def _mail(
    session: Session, newsletter: Newsletter, sponsor_id: int, views: Sequence[SlotView], first: date, now: datetime
) -> bool:
    """One mail to whoever ordered last; its rows are (slot and day, what is still wanted)."""
    order = next((view.order for view in reversed(views) if view.order and view.order.contact_email), None)
    if order is None:
        return False
    rows = [(f"{day(view.issue.publish_on)}, {view.slot.name}", _wanted(view, now)) for view in views]
    mail = queue_mail(
        session, key=f"runsheet:{sponsor_id}:{first:%Y-%m}", to=order.contact_email,
        subject=f"Your {month(first)} in {newsletter.name}", template="assembly/email/runsheet",
        reply_to=newsletter.contact_email or None, now=now, order=order, newsletter=newsletter, rows=rows, month=month(first),
        sponsor=views[0].sponsor_name, orders_url=page_url("storefront.show_order", token=order.token),
    )  # fmt: skip
    return mail is not None


def _wanted(view: SlotView, now: datetime) -> str:
    """What is still to be done for a slot, or that nothing is."""
    due = f"copy due {day(local(view.slot.deadlines.copy_due_at, view.issue.newsletter.timezone).date())}"
    has_copy = view.creative is not None and view.creative.submitted_at is not None
    wanted = [due] if wants_copy(view.state) or not has_copy else []
    if owed := owed_words(view, now):
        wanted.append(f"{owed} to be paid")
    return "; ".join(wanted)[:1].upper() + "; ".join(wanted)[1:] if wanted else "All is here"
