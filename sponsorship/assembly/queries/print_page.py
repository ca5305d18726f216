"""All that the pages of an issue's check and of its proof show."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.assembly.models import IssuePrint, PlacementProof
from sponsorship.assembly.queries.issue import prepare_issue
from sponsorship.assembly.queries.prints import CheckedBlock, PrintCheck, find_print, get_print_check, list_proofs
from sponsorship.assembly.queries.slots import SlotView
from sponsorship.assembly.rules.preflight import PreflightLine, PreflightSeverity
from sponsorship.assembly.rules.proof import (
    PrintPurpose,
    ProofVerdict,
    cause_of,
    may_be_proved,
    print_verdict,
    proof_verdict,
    verdict_of,
)
from sponsorship.booking.models import CreditGrant
from sponsorship.booking.queries import list_make_goods_of
from sponsorship.booking.rules import MakeGoodCause
from sponsorship.inventory.models import Issue


@dataclass(frozen=True, slots=True)
class ProvedSlot:
    """One sold slot of a sent issue: what was given of it, what is on record, and the make-good that stands for it."""

    view: SlotView
    blocks: list[CheckedBlock]
    proof: PlacementProof | None
    grant: CreditGrant | None

    @property
    def verdict(self) -> ProofVerdict:
        """What the issue as given says of it."""
        return verdict_of([one.check for one in self.blocks])

    @property
    def cause(self) -> MakeGoodCause | None:
        """What would be made good, None where it ran as sold."""
        return cause_of([one.check for one in self.blocks])

    @property
    def is_current(self) -> bool:
        """Whether what is on record is what the issue as given says."""
        return self.proof is not None and self.proof.verdict is self.verdict


@dataclass(frozen=True, slots=True)
class PrintPage:
    """An issue as given, beside what was sold; `desk_lines` are what the preflight says besides."""

    issue: Issue
    purpose: PrintPurpose
    given: IssuePrint | None
    check: PrintCheck | None
    slots: list[ProvedSlot]
    desk_lines: list[PreflightLine]

    @property
    def zone(self) -> str:
        """The newsletter's time zone."""
        return self.issue.newsletter.timezone

    @property
    def is_proof(self) -> bool:
        """Whether it is about what was sent."""
        return self.purpose is PrintPurpose.PROOF

    @property
    def headline(self) -> list[str | tuple[str, str]]:
        """The page's sentence."""
        if self.check is None:
            return ["What was sent?"] if self.is_proof else ["Is all of it in there?"]
        if self.is_proof:
            return proof_verdict([one.verdict for one in self.slots])
        stops = sum(1 for line in self.troubles if line.severity is PreflightSeverity.STOPS)
        return print_verdict(self.check.stops, stops, len(self.troubles) - stops)

    @property
    def troubles(self) -> list[PreflightLine]:
        """What stops it and what to look at, in what was given first, then in the desk."""
        lines = [*(self.check.lines if self.check else []), *self.desk_lines]
        return [line for line in lines if line.severity is not PreflightSeverity.PASSED]

    @property
    def passed(self) -> list[str]:
        """What passed, in what was given."""
        lines = self.check.lines if self.check else []
        return [line.title for line in lines if line.severity is PreflightSeverity.PASSED]

    @property
    def is_recorded(self) -> bool:
        """Whether all of it is on record as it stands."""
        return bool(self.slots) and all(one.is_current for one in self.slots)


def get_check_page(session: Session, issue: Issue, now: datetime, url_of: Callable[[str], str]) -> PrintPage:
    """Return the page on which an issue is checked before it goes out."""
    prepared = prepare_issue(session, issue, now, url_of)
    return PrintPage(issue, PrintPurpose.CHECK, prepared.given, prepared.check, [], prepared.desk_lines)


def get_proof_page(session: Session, issue: Issue, now: datetime) -> PrintPage:
    """Return the page on which the publisher proves what ran."""
    given = find_print(session, issue, PrintPurpose.PROOF)
    if given is None:
        return PrintPage(issue, PrintPurpose.PROOF, None, None, [], [])
    check = get_print_check(session, issue, given, now)
    views = list({id(one.block.view): one.block.view for one in check.blocks}.values())
    ids = [view.booking.id for view in views if view.booking]
    proofs = list_proofs(session, ids)
    grants = {one.booking_id: one for one in list_make_goods_of(session, ids) if not one.is_cancelled}
    slots = [
        ProvedSlot(view, check.of_slot(view), proofs.get(view.booking.id), grants.get(view.booking.id))
        for view in views
        if view.booking is not None and may_be_proved(view.booking.kind, view.booking.state)
    ]
    return PrintPage(issue, PrintPurpose.PROOF, given, check, slots, [])
