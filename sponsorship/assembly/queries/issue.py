"""One issue before it goes out: its slots, its blocks, its preflight, the editor's draft."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.archive.reader import BUILT_IN
from sponsorship.assembly.models import IssueDraft, IssuePrint
from sponsorship.assembly.queries.blocks import IssueBlock, issue_blocks
from sponsorship.assembly.queries.prints import PrintCheck, check_issue, find_print
from sponsorship.assembly.queries.slots import SlotView, list_issue_views
from sponsorship.assembly.rules.preflight import (
    Act,
    CheckedFinding,
    CheckedSlot,
    Pages,
    PreflightLine,
    PreflightSeverity,
    preflight_lines,
)
from sponsorship.assembly.rules.proof import PrintPurpose
from sponsorship.assembly.rules.slots import due_words
from sponsorship.checks.queries import open_findings_of_issue
from sponsorship.checks.rules import Reader, Severity
from sponsorship.core.format import count_word, local, money
from sponsorship.creative import render
from sponsorship.creative.queries import link_findings_of
from sponsorship.inventory.models import Issue
from sponsorship.inventory.rules import IssueState
from sponsorship.tracking.queries import find_trap


@dataclass(frozen=True, slots=True)
class PreparedIssue:
    """An issue with everything its page shows, checked at one moment.

    `desk_lines` are what the desk knows of it, `check` the whole issue as it was given to be checked, if it was.
    """

    issue: Issue
    views: list[SlotView]
    blocks: list[IssueBlock]
    desk_lines: list[PreflightLine]
    pages: Pages
    trap_html: str = ""  # a link that no person sees: whoever follows it is a program
    given: IssuePrint | None = None
    check: PrintCheck | None = None

    @property
    def lines(self) -> list[PreflightLine]:
        """What stops the issue, what to look at, what passed: in the desk, and in what was given, in one line."""
        if self.check is None:
            return self.desk_lines
        lines = [*self.desk_lines, _given_line(self.check)]
        order = list(PreflightSeverity)
        return sorted(lines, key=lambda line: order.index(line.severity))

    @property
    def texts(self) -> dict[str, str]:
        """Each block's Markdown by its key; empty for what must not be printed."""
        return {block.key: block.markdown for block in self.blocks}

    def whole(self, form: str) -> str:
        """All blocks that are ready, in mailing order, as "markdown", "html" or "text", an empty line between them."""
        printed = [getattr(block, form) for block in self.blocks if block.is_ready]
        return "\n\n".join([*printed, self.trap_html] if form == "html" and printed and self.trap_html else printed)


def prepare_issue(session: Session, issue: Issue, now: datetime, url_of: Callable[[str], str]) -> PreparedIssue:
    """Return an issue's slots, blocks and preflight in a fixed number of queries; `url_of` gives a token's address."""
    views = list_issue_views(session, issue, now)
    blocks = issue_blocks(session, views, url_of)
    found = open_findings_of_issue(session, issue.newsletter_id, issue.publish_on)
    today = local(now, issue.newsletter.timezone).date()
    told = [(one, one.told_to(Reader.PUBLISHER, today)) for one in found]
    findings = [CheckedFinding(one.severity is Severity.STOPS, words.title, words.sentence) for one, words in told]
    sold = [view.booking.id for view in views if view.booking is not None and view.is_sold]
    links = link_findings_of(session, sold) if issue.state is IssueState.PLANNED else []
    findings += [
        CheckedFinding(one.severity is Severity.STOPS, f"{one.title}: {booking.slot.name}", one.sentence)
        for booking, one in links
    ]
    slots = [_checked(view, blocks, now) for view in views]
    pages = _pages(issue)
    trap = find_trap(session, issue.id)
    trap_html = render.trap_html(url_of(trap.token)) if trap else ""
    given = find_print(session, issue, PrintPurpose.CHECK) if issue.state is IssueState.PLANNED else None
    check = check_issue(issue, given, blocks, BUILT_IN) if given else None
    lines = preflight_lines(slots, findings, pages)
    return PreparedIssue(issue, views, blocks, lines, pages, trap_html, given, check)


def _given_line(check: PrintCheck) -> PreflightLine:
    """What the check of the whole issue comes to."""
    act = Act("See where", "assembly.show_check", {"issue_id": check.issue.id})
    if not check.stops:
        return PreflightLine(PreflightSeverity.PASSED, "All that was sold is in the issue that you gave")
    title = f"The issue that you gave has {count_word(check.stops, 'thing', 'things').lower()} wrong"
    words = "Mend them where you write it and give it again, or put it away."
    return PreflightLine(PreflightSeverity.STOPS, title, words, act)


def preflight(session: Session, issue: Issue, now: datetime) -> list[PreflightLine]:
    """Return what stops an issue, what to look at, and what passed, in that order."""
    return prepare_issue(session, issue, now, lambda token: token).lines


def _checked(view: SlotView, blocks: Sequence[IssueBlock], now: datetime) -> CheckedSlot:
    own = [block for block in blocks if block.view is view]
    return CheckedSlot(
        name=view.slot.name,
        sponsor=view.sponsor_name or "the sponsor",
        state=view.state,
        note=view.note,
        owed=owed_words(view, now),
        copy_page=view.copy_page,
        docket=view.docket,
        is_sold=view.is_sold,
        is_ready=own[0].is_approved,
        has_links=all(block.link is not None for block in own),
        is_echoed=view.placement.is_echoed,
        disputed=_money_page(view) if view.is_held_back else None,
    )


def _money_page(view: SlotView) -> Act | None:
    return Act("Open its money", "payments.show_order_money", {"order_id": view.order.id}) if view.order else None


def owed_words(view: SlotView, now: datetime) -> str:
    """Return what is still to be paid for a sold slot, and when: "$300, due 29 Nov"; nothing where all is paid."""
    if view.money is None or view.money.outstanding_minor <= 0 or not view.is_sold:
        return ""
    newsletter = view.issue.newsletter
    amount = money(view.money.outstanding_minor, view.order.currency if view.order else newsletter.currency)
    if view.invoice is None:
        return amount
    return f"{amount}, {due_words(view.invoice.due_on, local(now, newsletter.timezone).date())}"


def _pages(issue: Issue) -> Pages:
    own: dict[str, str | int] = {"slug": issue.newsletter.slug}
    return Pages(
        review=Act("Decide on it", "creative.list_queue", own),
        invoices=Act("Go to the invoices", "payments.list_invoices", own),
        again=Act("Check again", "assembly.show_issue", {"issue_id": issue.id}),
    )


def find_draft(session: Session, issue: Issue) -> IssueDraft | None:
    """Return the editor's draft of an issue, or None."""
    return session.get(IssueDraft, issue.id)


def find_neighbours(session: Session, issue: Issue) -> tuple[Issue | None, Issue | None]:
    """Return the newsletter's issue before and the one after, None at either end."""
    own = select(Issue).where(Issue.newsletter_id == issue.newsletter_id).limit(1)
    before = own.where(Issue.publish_on < issue.publish_on).order_by(Issue.publish_on.desc())
    after = own.where(Issue.publish_on > issue.publish_on).order_by(Issue.publish_on)
    return session.scalars(before).one_or_none(), session.scalars(after).one_or_none()


def list_due_issues(session: Session, now: datetime) -> list[int]:
    """Return the ids of planned issues whose moment has come, earliest first."""
    query = select(Issue.id).where(Issue.state == IssueState.PLANNED, Issue.publish_at <= now)
    return list(session.scalars(query.order_by(Issue.publish_at, Issue.id)))
