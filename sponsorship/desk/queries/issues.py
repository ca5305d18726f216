"""The next issues, each with what it needs; and whether anything was ever sold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.assembly.queries import SlotView, list_views
from sponsorship.booking.models import Booking
from sponsorship.booking.rules import OCCUPYING
from sponsorship.core.flatplan import Drawing
from sponsorship.core.format import local
from sponsorship.desk.queries.drawings import draw_issue
from sponsorship.desk.rules.issues import Need, SlotNeed, issue_line, needs_of_issue
from sponsorship.inventory.models import Issue, Newsletter, Slot
from sponsorship.inventory.queries import list_slots
from sponsorship.inventory.rules import IssueState
from sponsorship.reporting.rules import SlotShare, share_of_slot

LOOKED_AT = 5  # issues ahead
SHOWN = 3  # of them with their needs, at most
MOST_NEEDS = 4


@dataclass(frozen=True, slots=True)
class NextIssue:
    """An issue ahead: drawn, summed up in a line, with what it needs; `more` needs are not listed."""

    issue: Issue
    drawing: Drawing
    line: str
    sold_label: str
    needs: tuple[Need, ...]
    more: int


@dataclass(frozen=True, slots=True)
class NextIssues:
    """The issues that need something, and the numbers of those before the last of them that need nothing."""

    listed: tuple[NextIssue, ...]
    quiet: tuple[int, ...]


def list_next_issues(session: Session, newsletter: Newsletter, now: datetime) -> NextIssues:
    """Return the next issues with what each needs, in a fixed number of queries."""
    query = (
        select(Issue.id, Issue.publish_on)
        .where(Issue.newsletter_id == newsletter.id, Issue.state == IssueState.PLANNED, Issue.publish_at > now)
        .order_by(Issue.publish_at)
        .limit(LOOKED_AT)
    )
    views = list_views(session, list_slots(session, [row.id for row in session.execute(query)]), now)
    today = local(now, newsletter.timezone).date()
    issues = [_next_issue(list(own), newsletter, today) for _, own in groupby(views, key=lambda view: view.issue.id)]
    busy = [issue for issue in issues if issue.needs][:SHOWN]
    listed = busy or issues[:SHOWN]
    until = listed[-1].issue.publish_at if listed else now
    shown = {issue.issue.id for issue in listed}
    quiet = [issue.issue.number for issue in issues if issue.issue.id not in shown and issue.issue.publish_at < until]
    return NextIssues(tuple(listed), tuple(quiet))


def _next_issue(views: Sequence[SlotView], newsletter: Newsletter, today: date) -> NextIssue:
    issue, shares = views[0].issue, [_share(view) for view in views]
    sold = sum(share in (SlotShare.SOLD, SlotShare.OWED) for share in shares)
    sellable = sum(share is not SlotShare.NOT_FOR_SALE for share in shares)
    booked = sum(view.money.booked_minor for view in views if view.money)
    needs = needs_of_issue([_slot_need(view, newsletter) for view in views], today, newsletter.currency)
    return NextIssue(
        issue=issue,
        drawing=draw_issue(views),
        line=issue_line(
            issue.publish_on, today, sold=sold, sellable=sellable, booked_minor=booked, currency=newsletter.currency
        ),
        sold_label=f"{sold} of {sellable} slots sold",
        needs=tuple(needs[:MOST_NEEDS]),
        more=max(len(needs) - MOST_NEEDS, 0),
    )


def _share(view: SlotView) -> SlotShare:
    booking = view.booking
    return share_of_slot(
        booking.kind if booking else None, booking.state if booking else None, issue_state=view.issue.state, is_over=False,
        owes=view.money is not None and view.money.outstanding_minor > 0,
    )  # fmt: skip


def _slot_need(view: SlotView, newsletter: Newsletter) -> SlotNeed:
    return SlotNeed(
        state=view.state,
        sponsor=view.sponsor_name,
        placement=view.placement.name,
        price_minor=view.price_minor,
        copy_due_on=local(view.slot.deadlines.copy_due_at, newsletter.timezone).date(),
        is_copy_late=view.is_late,
        owes=view.money is not None and view.money.outstanding_minor > 0,
        invoice_due_on=view.invoice.due_on if view.invoice else None,
        note=view.note,
    )


def has_bookings(session: Session, newsletter_id: int) -> bool:
    """Whether anybody has, or had, a slot of this newsletter."""
    query = (
        select(Booking.id)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .where(Issue.newsletter_id == newsletter_id, Booking.state.in_(OCCUPYING))
        .limit(1)
    )
    return session.scalar(query) is not None
