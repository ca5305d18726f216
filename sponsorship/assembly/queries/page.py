"""All that the page of one issue shows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.orm import Session

from sponsorship.assembly.models import IssueDraft, PlacementProof
from sponsorship.assembly.queries.blocks import IssueBlock
from sponsorship.assembly.queries.issue import PreparedIssue, find_draft, find_neighbours, owed_words, prepare_issue
from sponsorship.assembly.queries.prints import list_proofs
from sponsorship.assembly.rules.draft import check_draft, fill_draft, marker
from sponsorship.assembly.rules.preflight import Act, PreflightLine, PreflightSeverity, sent_verdict, verdict
from sponsorship.assembly.rules.proof import proof_sentence
from sponsorship.booking.models import CreditGrant
from sponsorship.booking.queries import list_make_goods_of
from sponsorship.booking.rules import BookingKind, SlotState
from sponsorship.core.format import clock_time, count, day, local, long_day, money
from sponsorship.core.urls import is_web_url
from sponsorship.creative.render import preview_html
from sponsorship.inventory.models import Issue
from sponsorship.inventory.rules import IssueState, PlacementKind
from sponsorship.tracking.models import MailingStatistics
from sponsorship.tracking.queries import statistics_of

AD_KINDS = {PlacementKind.PRIMARY: "primary", PlacementKind.CLASSIFIED: "line"}


@dataclass(frozen=True, slots=True)
class FilledDraft:
    """An editor's draft with the blocks in it, and what does not fit: blocks without a place, with two, places without a block.

    `empty` are places that stay empty because their block must not be printed yet.
    """

    whole: str
    missing: list[IssueBlock]
    repeated: list[IssueBlock]
    empty: list[IssueBlock]
    unknown: list[str]


@dataclass(frozen=True, slots=True)
class IssuePage:
    """One issue as its page shows it, checked at one moment."""

    prepared: PreparedIssue
    draft: IssueDraft | None
    statistics: MailingStatistics | None
    earlier: Issue | None
    later: Issue | None
    now: datetime
    proofs: list[PlacementProof]
    make_goods: list[CreditGrant]

    @property
    def issue(self) -> Issue:
        """The issue."""
        return self.prepared.issue

    @property
    def zone(self) -> str:
        """The newsletter's time zone."""
        return self.issue.newsletter.timezone

    @property
    def is_planned(self) -> bool:
        """Whether it is still to go out."""
        return self.issue.state is IssueState.PLANNED

    @property
    def is_sent(self) -> bool:
        """Whether it went out."""
        return self.issue.state is IssueState.SENT

    @property
    def proof_sentence(self) -> str:
        """How what was sold ran, as far as it is on record."""
        return proof_sentence([proof.verdict for proof in self.proofs])

    @property
    def headline(self) -> list[str | tuple[str, str]]:
        """The page's sentence: ready, ready with things to look at, not ready; or how it went."""
        if self.is_planned:
            return verdict(self.prepared.lines)
        if self.issue.sent_at is None:
            return ["This issue is skipped."]
        there = local(self.issue.sent_at, self.zone)
        clicks = [view.clicks for view in self.prepared.views if view.clicks is not None]
        return sent_verdict(f"{day(there.date())} at {there:%H:%M}", sum(clicks) if clicks else None)

    @property
    def facts(self) -> list[str]:
        """What stands beside the number: when it goes out, what is sold and for how much."""
        issue, views = self.issue, self.prepared.views
        sold = [view for view in views if view.is_sold]
        there_to_sell = [view for view in views if view.state is not SlotState.BLOCKED]
        worth = sum(view.booking.net_minor for view in sold if view.booking and view.booking.kind is BookingKind.SALE)
        slots = f"{len(sold)} of {count(len(there_to_sell), 'slot')} sold"
        when = f"{long_day(issue.publish_on)}, {clock_time(issue.publish_at, self.zone)}"
        return [when, f"{slots}, {money(worth, issue.newsletter.currency)}" if worth else slots]

    @property
    def checked_at(self) -> str:
        """When the preflight was made, on the newsletter's clock."""
        return f"{local(self.now, self.zone):%H:%M}"

    @property
    def planned_for(self) -> str:
        """When it goes out, within a sentence."""
        return f"{day(self.issue.publish_on)}, {clock_time(self.issue.publish_at, self.zone)}"

    @property
    def troubles(self) -> list[PreflightLine]:
        """What stops it and what to look at."""
        return [line for line in self.prepared.lines if line.severity is not PreflightSeverity.PASSED]

    @property
    def passed(self) -> list[str]:
        """What passed."""
        return [line.title for line in self.prepared.lines if line.severity is PreflightSeverity.PASSED]

    @property
    def is_stopped(self) -> bool:
        """Whether anything stops it."""
        return any(line.severity is PreflightSeverity.STOPS for line in self.prepared.lines)

    @property
    def ready(self) -> list[IssueBlock]:
        """The blocks that can be printed."""
        return [block for block in self.prepared.blocks if block.is_ready]

    @property
    def filled(self) -> FilledDraft | None:
        """The kept draft with today's blocks in it, or None without a draft."""
        return fill(self.draft.markdown, self.prepared) if self.draft else None

    def body_html(self, block: IssueBlock) -> Markup:
        """A block's words as readers get them."""
        return preview_html(block.copy) if block.copy else Markup()

    def href(self, block: IssueBlock) -> str:
        """Where a block's link leads, or nothing for what is no web link; the team's own clicks need no tracking."""
        url = block.link.destination if block.link else block.copy.link_url if block.copy else ""
        return url if is_web_url(url) else ""

    def instead(self, block: IssueBlock) -> str:
        """What is said in the place of a slot that no sponsor has."""
        view = block.view
        if view.state is SlotState.HOUSE:
            return "A house ad: your own words go here."
        if view.state in (SlotState.OPEN, SlotState.UNSOLD):
            return "Not sold. Nothing is printed here." if self.is_planned else "Not sold. Nothing was printed here."
        return f"{view.state.label}. Nothing is printed here."

    def ad_kind(self, block: IssueBlock) -> str:
        """How the galley draws a block."""
        return "foot" if block.is_echo else AD_KINDS.get(block.view.placement.kind, "")

    def marker(self, block: IssueBlock) -> str:
        """What an editor writes where the block goes."""
        return marker(block.key)

    def unpaid(self, block: IssueBlock) -> str:
        """The words of the second mark, "Unpaid, due 29 Nov", or nothing where the state itself speaks of money."""
        if block.is_echo or not block.view.is_unpaid_besides:
            return ""
        _, _, due = owed_words(block.view, self.now).partition(", ")
        return f"Unpaid, {due}" if due else "Unpaid"

    def acts(self, block: IssueBlock) -> list[Act]:
        """What can be done about a block: the ways on from its state; once the issue is out, its links; none at the foot."""
        if block.is_echo or not self.is_planned:
            return self._link_acts(block)
        view, pages = block.view, self.prepared.pages
        acts = {
            SlotState.REVIEW: Act("Read it", pages.review.endpoint, pages.review.values),
            SlotState.MISSING: view.copy_page,
            SlotState.CHANGES_ASKED: view.copy_page,
            SlotState.OPEN: view.docket,
        }
        act = acts.get(view.state)
        owed = [pages.invoices] if view.is_unpaid_besides or view.state is SlotState.UNPAID else []
        return ([act] if act else []) + owed

    def _link_acts(self, block: IssueBlock) -> list[Act]:
        """Where the links of what was sent can be pointed elsewhere."""
        booking = block.view.booking
        if block.is_echo or not self.is_sent or block.link is None or booking is None:
            return []
        return [Act("Where its links lead", "tracking.repoint_links", {"booking_id": booking.id})]


def get_issue_page(session: Session, issue: Issue, now: datetime, url_of: Callable[[str], str]) -> IssuePage:
    """Return an issue's page; `url_of` turns a link's token into its address."""
    earlier, later = find_neighbours(session, issue)
    statistics = statistics_of(session, [issue.id]).get(issue.id)
    prepared = prepare_issue(session, issue, now, url_of)
    draft = find_draft(session, issue)
    if issue.state is not IssueState.SENT:
        return IssuePage(prepared, draft, statistics, earlier, later, now, [], [])
    ids = [view.booking.id for view in prepared.views if view.booking]
    owed = [grant for grant in list_make_goods_of(session, ids) if not grant.is_cancelled]
    return IssuePage(
        prepared, draft, statistics, earlier, later, now, list(list_proofs(session, ids).values()), owed
    )  # fmt: skip


def fill(markdown: str, prepared: PreparedIssue) -> FilledDraft:
    """Return a draft with an issue's blocks in it, and how the two fit."""
    by_key = {block.key: block for block in prepared.blocks}
    check = check_draft(markdown, list(by_key))
    return FilledDraft(
        whole=fill_draft(markdown, prepared.texts),
        missing=[by_key[key] for key in check.missing if by_key[key].is_ready],
        repeated=[by_key[key] for key in check.repeated],
        empty=[block for key, block in by_key.items() if key not in check.missing and not block.is_ready],
        unknown=[marker(key) for key in check.unknown],
    )
