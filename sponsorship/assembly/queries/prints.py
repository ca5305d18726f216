"""An issue as pasted, uploaded or sent, laid beside what was sold: what is wrong with it, and what to do."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.archive.reader import BUILT_IN, OpenedIssue, open_issue
from sponsorship.archive.reader.blocks import Block, compact
from sponsorship.archive.rules import FormatDescription, FoundPlacement, Medium
from sponsorship.assembly.models import IssuePrint, PlacementProof
from sponsorship.assembly.queries.blocks import IssueBlock, issue_blocks
from sponsorship.assembly.queries.slots import SlotView, list_issue_views
from sponsorship.assembly.rules.draft import MARKER
from sponsorship.assembly.rules.preflight import Act, PreflightLine, PreflightSeverity
from sponsorship.assembly.rules.printed import (
    BlockCheck,
    Fault,
    MarkedPlace,
    Print,
    PrintedBlock,
    PrintedWord,
    SoldBlock,
    Trouble,
    check_print,
    tokens_in,
)
from sponsorship.assembly.rules.proof import PrintPurpose
from sponsorship.checks.similarity import Run, normal_words, word_runs
from sponsorship.core.errors import NotFound
from sponsorship.creative.render import plain_text
from sponsorship.inventory.models import Issue

TITLES = {
    Trouble.MISSING: "{} is missing",
    Trouble.UNAPPROVED: "{} is printed unapproved",
    Trouble.TEXT: "{} has other words",
    Trouble.LINK: "{} has the wrong link",
    Trouble.HIDDEN_LINK: "The link of {} cannot be seen",
    Trouble.PLACE: "{} is in the wrong place",
    Trouble.DISCLOSURE: "{} is not disclosed",
    Trouble.REPEATED: "{} is printed twice",
}
IN_LINK = re.compile(r"\]\((https?://[^\s)]+)\)")
COVERED_FROM = 0.7  # share of a find's words that a sold block has: the two are one


@dataclass(frozen=True, slots=True)
class CheckedBlock:
    """A block with what became of it; `runs` mark what differs from the approved words, if anything."""

    block: IssueBlock
    check: BlockCheck
    approved: str

    @property
    def runs(self) -> list[Run]:
        """The approved text against the printed one, word by word."""
        sighting = self.check.sighting
        if sighting is None or sighting.is_same or not sighting.text:
            return []
        return word_runs(self.approved, sighting.text)

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.check.sighting is not None and not self.check.faults


@dataclass(frozen=True)
class PrintCheck:
    """An issue as given, beside what was sold: each block, and what is marked as paid for and was not sold."""

    issue: Issue
    given: IssuePrint
    blocks: tuple[CheckedBlock, ...]
    unsold: tuple[FoundPlacement, ...]

    @cached_property
    def lines(self) -> list[PreflightLine]:
        """What stops it, what to look at, what passed."""
        lines = [line for one in self.blocks for line in _block_lines(self.issue, one)]
        lines += [_unsold_line(self.issue, found) for found in self.unsold]
        if not self.unsold:
            lines.append(PreflightLine(PreflightSeverity.PASSED, "Nothing is printed that was not sold"))
        order = list(PreflightSeverity)
        return sorted(lines, key=lambda line: order.index(line.severity))

    @property
    def stops(self) -> int:
        """How many things stop it."""
        return sum(1 for line in self.lines if line.severity is PreflightSeverity.STOPS)

    def of_slot(self, view: SlotView) -> list[CheckedBlock]:
        """A slot's blocks: at the head, and at the foot where an echo was sold."""
        return [one for one in self.blocks if one.block.view is view]


def find_print(session: Session, issue: Issue, purpose: PrintPurpose) -> IssuePrint | None:
    """Return the issue as it was given for a purpose, or None."""
    query = select(IssuePrint).where(IssuePrint.issue_id == issue.id, IssuePrint.purpose == purpose)
    return session.scalars(query).one_or_none()


def list_proofs(session: Session, booking_ids: Iterable[int]) -> dict[int, PlacementProof]:
    """Return what is on record of how bookings ran, by booking."""
    query = select(PlacementProof).where(PlacementProof.booking_id.in_(list(booking_ids)))
    return {proof.booking_id: proof for proof in session.scalars(query)}


def list_proofs_of_issue(session: Session, issue_id: int) -> list[PlacementProof]:
    """Return what is on record of how an issue's bookings ran."""
    query = select(PlacementProof).where(PlacementProof.issue_id == issue_id).order_by(PlacementProof.id)
    return list(session.scalars(query))


def find_proof(session: Session, booking_id: int) -> PlacementProof | None:
    """Return what is on record of how a booking ran, or None."""
    return session.scalars(select(PlacementProof).where(PlacementProof.booking_id == booking_id)).one_or_none()


def get_proof(session: Session, booking_id: int) -> PlacementProof:
    """Return what is on record of how a booking ran; raises NotFound."""
    proof = find_proof(session, booking_id)
    if proof is None:
        raise NotFound
    return proof


def get_print_check(session: Session, issue: Issue, given: IssuePrint, now: datetime) -> PrintCheck:
    """Compare an issue as given with what was sold of it."""
    blocks = issue_blocks(session, list_issue_views(session, issue, now), lambda token: token)
    return check_issue(issue, given, blocks, BUILT_IN)


def check_issue(
    issue: Issue, given: IssuePrint, blocks: Sequence[IssueBlock], formats: Sequence[FormatDescription]
) -> PrintCheck:
    """Compare an issue as given with its blocks; only sold slots with copy are looked for. `formats` say how it is read."""
    opened = open_issue(given.file_name, given.source.encode(), formats=formats)
    printed = read_print(opened)
    wanted = {sold_block(block): block for block in blocks if block.view.is_sold and block.copy is not None}
    checks = check_print(printed, list(wanted))
    compared = tuple(CheckedBlock(wanted[one.sold], one, _text_of(wanted[one.sold])) for one in checks)
    return PrintCheck(issue, given, compared, tuple(_unsold(opened, checks)))


def sold_block(block: IssueBlock) -> SoldBlock:
    """Return what must be printed for a block."""
    copy, view = block.copy, block.view
    printed_heading = view.placement.printed_heading
    return SoldBlock(
        key=block.key, name=block.name, sponsor=view.sponsor_name,
        words=tuple(key for key, _ in words_of(_text_of(block))),
        token=block.link.token if block.link else "",
        destination=block.link.destination if block.link else copy.link_url if copy else "",
        heading=compact(printed_heading), printed_heading=printed_heading, is_echo=block.is_echo,
        is_ready=block.is_approved, own_urls=tuple(IN_LINK.findall(copy.body)) if copy else (),
    )  # fmt: skip


def _text_of(block: IssueBlock) -> str:
    """The words that a block prints, its link aside."""
    if block.copy is None:
        return ""
    return "\n\n".join(part for part in (block.copy.heading.strip(), plain_text(block.copy.body)) if part)


def words_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield each word as it is compared and as it is spelt; addresses and signs are none."""
    for piece in text.split():
        if key := "".join(normal_words(piece)):
            yield key, piece


def read_print(opened: OpenedIssue) -> Print:
    """Return an issue that was read in the shape in which it is compared."""
    blocks = opened.document.blocks
    return Print(
        blocks=tuple(_printed_block(opened, block) for block in blocks),
        words=tuple(
            PrintedWord(key, spelled, at) for at, block in enumerate(blocks) for key, spelled in words_of(block.text)
        ),
        places=tuple(_marked_places(opened.document.source)) if opened.document.medium is Medium.MARKDOWN else (),
    )


def _printed_block(opened: OpenedIssue, block: Block) -> PrintedBlock:
    marks, text = opened.marks, block.text
    is_label = bool(text) and marks.is_label(text)
    discloses = is_label or marks.find_mark(block) is not None or marks.find_disclosure(text) is not None
    heading = compact(text) if is_label or block.is_heading else ""
    return PrintedBlock(block.line_start, block.line_end, heading, discloses, tuple(link.url for link in block.links))


def _marked_places(source: str) -> Iterator[MarkedPlace]:
    """The lines between a marker and its end, where both were left in."""
    marks = list(MARKER.finditer(source))
    for mark, follower in pairwise(marks):
        if not mark["end"] and follower["end"] and mark["key"] == follower["key"]:
            first, last = (source.count("\n", 0, at) + 1 for at in (mark.end(), follower.start()))
            yield MarkedPlace(mark["key"].replace(":1:", ":").removesuffix(":1"), first, last)


def _unsold(opened: OpenedIssue, checks: Sequence[BlockCheck]) -> Iterator[FoundPlacement]:
    """What the reader takes for a placement and is none that was sold; the publisher's own house ads are left out."""
    seen = [({key for key, _ in words_of(one.sighting.text)}, one.sighting) for one in checks if one.sighting]
    for found in opened.issue.placements:
        words = {key for key, _ in words_of(found.body)}
        covered = any(
            len(words & own) >= COVERED_FROM * min(len(words), len(own)) or tokens_in(found.urls) & tokens_in(one.urls)
            for own, one in seen
            if own
        )
        if not covered and not found.house:
            yield found


def _block_lines(issue: Issue, one: CheckedBlock) -> Iterator[PreflightLine]:
    name = one.block.name
    for fault in one.check.faults:
        yield PreflightLine(
            _severity(fault), TITLES[fault.trouble].format(name), fault.sentence, _act(issue, one, fault)
        )
    if one.is_right:
        what = (
            "at the foot, with its own link"
            if one.block.is_echo
            else "in its place, as approved, with its tracked link"
        )
        yield PreflightLine(
            PreflightSeverity.PASSED, f"{one.block.view.slot.name if one.block.is_echo else name} is {what}"
        )


def _severity(fault: Fault) -> PreflightSeverity:
    return PreflightSeverity.LOOK if fault.trouble is Trouble.HIDDEN_LINK else PreflightSeverity.STOPS


def _act(issue: Issue, one: CheckedBlock, fault: Fault) -> Act | None:
    if fault.trouble in (Trouble.PLACE, Trouble.DISCLOSURE, Trouble.REPEATED):
        return None  # what to do is done where the issue is written; the sentence says what
    if fault.trouble is Trouble.UNAPPROVED:
        return Act("Decide on it", "creative.list_queue", {"slug": issue.newsletter.slug})
    return Act("Its block, to copy", "assembly.show_issue", {"issue_id": issue.id, "_anchor": f"block-{one.block.key}"})


def _unsold_line(issue: Issue, found: FoundPlacement) -> PreflightLine:
    """A find that the reader is not sure of is only to be looked at."""
    words = f"“{found.first_words}…” is marked as paid for" + (f", by {found.sponsor}" if found.sponsor else "")
    severity = PreflightSeverity.LOOK if found.is_question else PreflightSeverity.STOPS
    act = Act("Sell it a slot", "desk.show_calendar", {"slug": issue.newsletter.slug})
    return PreflightLine(severity, "Something was not sold", f"{words}. Take it out, or book it a slot.", act)
