"""The runsheet: who runs in an issue with what, whether it is paid, approved and linked, and what blocks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.assembly.queries.blocks import IssueBlock
from sponsorship.assembly.queries.issue import owed_words, prepare_issue
from sponsorship.assembly.queries.slots import SlotView
from sponsorship.assembly.rules.preflight import PreflightLine, PreflightSeverity
from sponsorship.booking.rules import BookingKind
from sponsorship.checks.models import LinkCheck
from sponsorship.checks.queries import link_checks
from sponsorship.checks.rules import LinkVerdict
from sponsorship.core.urls import host_of
from sponsorship.inventory.models import Issue

FOLLOWED = {
    LinkVerdict.WAITING: "not checked yet",
    LinkVerdict.FINE: "works",
    LinkVerdict.GUARDED: "lets no checker in",
    LinkVerdict.ELSEWHERE: "ends elsewhere",
    LinkVerdict.MADE_UP: "made up",
}


@dataclass(frozen=True, slots=True)
class RunsheetRow:
    """One slot on the runsheet, in words; `is_blocking` says that the issue cannot go out for it."""

    view: SlotView
    who: str
    what: str
    paid: str
    approved: str
    link: str
    is_blocking: bool
    is_owing: bool


@dataclass(frozen=True, slots=True)
class Runsheet:
    """An issue's slots in the order of print, and what else stops it."""

    issue: Issue
    rows: list[RunsheetRow]
    stops: list[PreflightLine]

    @property
    def blocking(self) -> int:
        """How many things stop the issue."""
        return len(self.stops)


def get_runsheet(session: Session, issue: Issue, now: datetime, url_of: Callable[[str], str]) -> Runsheet:
    """Return an issue's runsheet as it stands now."""
    prepared = prepare_issue(session, issue, now, url_of)
    shown = [block for block in prepared.blocks if not block.is_echo]
    known = link_checks(session, {block.copy.link_url for block in shown if block.copy})
    rows = [_row(block, known.get(block.copy.link_url) if block.copy else None, now) for block in shown]
    return Runsheet(issue, rows, [line for line in prepared.lines if line.severity is PreflightSeverity.STOPS])


def _row(block: IssueBlock, followed: LinkCheck | None, now: datetime) -> RunsheetRow:
    view = block.view
    is_printed = view.is_sold and block.is_written
    what = (block.copy.heading or block.copy.body[:80]) if is_printed and block.copy else view.state.label
    owed = owed_words(view, now)
    echo = ", and at the foot" if view.placement.is_echoed and view.is_sold else ""
    return RunsheetRow(
        view=view,
        who=view.sponsor_name or "Nobody",
        what=f"{what}{echo}",
        paid=_paid_words(view, owed),
        approved=("Approved" if block.is_approved else view.state.label) if view.is_sold else "",
        link=_link_words(block, followed),
        is_blocking=view.is_sold and (not block.is_approved or block.link is None or view.is_held_back),
        is_owing=bool(owed),
    )


def _paid_words(view: SlotView, owed: str) -> str:
    if not view.is_sold or view.booking is None:
        return ""
    if view.is_held_back:
        return "Disputed"
    if owed:
        return f"Owes {owed}"
    return "Paid" if view.booking.kind is BookingKind.SALE and view.booking.net_minor else "Nothing to pay"


def _link_words(block: IssueBlock, followed: LinkCheck | None) -> str:
    """Where the link leads, whether it is tracked, and what came of following it: "mooring.example, tracked, works"."""
    if not block.view.is_sold or block.copy is None:
        return ""
    host = host_of(block.link.destination if block.link else block.copy.link_url) or "no address"
    verdict = followed.verdict if followed else LinkVerdict.WAITING
    return f"{host}, {'tracked' if block.link else 'not tracked yet'}, {FOLLOWED.get(verdict, 'does not work')}"
