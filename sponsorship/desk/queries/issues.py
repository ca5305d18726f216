"""The next issues, each with what it needs; and whether anything was ever sold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.assembly.queries import SlotView
from sponsorship.booking.models import Booking
from sponsorship.booking.rules import OCCUPYING
from sponsorship.core.flatplan import Drawing
from sponsorship.core.format import local
from sponsorship.desk.queries.drawings import draw_issue
from sponsorship.desk.rules.issues import Need, SlotNeed, issue_line, needs_of_issue
from sponsorship.inventory.models import Issue, Newsletter, Slot
from sponsorship.inventory.rules import IssueState
from sponsorship.reporting.queries import RevenueReport
from sponsorship.reporting.rules import SlotShare

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


def list_next_issues(report: RevenueReport, newsletter: Newsletter, now: datetime) -> NextIssues:
    """Return the next issues out of a revenue report, without another query."""
    ahead = [view for view in report.views if view.issue.state is IssueState.PLANNED and view.issue.publish_at > now]
    issues = [
        _next_issue(list(views), report, newsletter) for _, views in groupby(ahead, key=lambda view: view.issue.id)
    ][:LOOKED_AT]
    busy = [issue for issue in issues if issue.needs][:SHOWN]
    listed = busy or issues[:SHOWN]
    until = listed[-1].issue.publish_at if listed else now
    shown = {issue.issue.id for issue in listed}
    quiet = [issue.issue.number for issue in issues if issue.issue.id not in shown and issue.issue.publish_at < until]
    return NextIssues(tuple(listed), tuple(quiet))


def _next_issue(views: Sequence[SlotView], report: RevenueReport, newsletter: Newsletter) -> NextIssue:
    issue, shares = views[0].issue, [report.shares[view.slot.id] for view in views]
    sold = sum(share in (SlotShare.SOLD, SlotShare.OWED) for share in shares)
    sellable = sum(share is not SlotShare.NOT_FOR_SALE for share in shares)
    booked = sum(
        report.money[view.booking.id].booked_minor for view in views if view.booking and view.booking.id in report.money
    )
    needs = needs_of_issue([_slot_need(view, newsletter, report) for view in views], report.today, newsletter.currency)
    return NextIssue(
        issue=issue,
        drawing=draw_issue(views),
        line=issue_line(
            issue.publish_on, report.today, sold=sold, sellable=sellable, booked_minor=booked,
            currency=newsletter.currency,
        ),
        sold_label=f"{sold} of {sellable} slots sold",
        needs=tuple(needs[:MOST_NEEDS]),
        more=max(len(needs) - MOST_NEEDS, 0),
    )  # fmt: skip


def _slot_need(view: SlotView, newsletter: Newsletter, report: RevenueReport) -> SlotNeed:
    owed = report.money.get(view.booking.id) if view.booking else None
    return SlotNeed(
        state=view.state,
        sponsor=view.sponsor_name,
        placement=view.placement.name,
        price_minor=view.price_minor,
        copy_due_on=local(view.slot.deadlines.copy_due_at, newsletter.timezone).date(),
        is_copy_late=view.is_late,
        owes=owed is not None and owed.outstanding_minor > 0,
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
