"""Finds the copy that an issue shows as paid for, the surest signs first, so that none is counted twice."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sponsorship.archive.reader.blocks import Block, BlockKind, Document, all_domains, count_text, has_link
from sponsorship.archive.reader.copies import LONGEST_AD, CopyFinder
from sponsorship.archive.reader.items import part_items
from sponsorship.archive.reader.markers import Label, Mark, MarkReader
from sponsorship.archive.reader.sponsors import as_company
from sponsorship.archive.rules import FoundKind

_MARKED, _SAID, _WRAPPED, _COMPANY = 0.9, 0.75, 0.6, 0.7
_ACRONYM = re.compile(r"^([A-Z][A-Za-z0-9&]{1,9})\s*(?:\s[-–—]\s|:\s|\()\s*([^()]{6,80})\)?$")
_SHORT = 160
_ENDS_LEAD_IN = (":", "👇", "⬇️", "…")


@dataclass(frozen=True)
class Draft:
    """Copy found under one sign: where it stands, what was said of it, and how sure the sign is.

    `kind` is PRIMARY for whatever was sold for the whole issue; which placement it was is told by the order of all.
    """

    copy: tuple[Block, ...]
    places: tuple[int, ...]
    heading: str
    kind: FoundKind
    confidence: float
    said: tuple[str, ...] = ()
    section_name: str | None = None
    mark: Mark | None = None
    is_tagged: bool = False


def find_drafts(document: Document, marks: MarkReader) -> list[Draft]:
    """Return the copy that labels, marks, sentences, elements and sections of an issue show as paid for, in order."""
    finder = _DraftFinder(document, marks)
    finder.pass_over_jobs()
    finder.find_below_labels()
    finder.find_marked()
    finder.find_wrapped()
    if marks.description.company_headings:
        finder.find_company_sections()
    finder.find_disclosed()
    finder.keep_mentions()
    return sorted(finder.drafts, key=lambda draft: draft.places)


class _DraftFinder:
    """Keeps what was found and which blocks are taken, while one kind of sign after another is looked for."""

    def __init__(self, document: Document, marks: MarkReader) -> None:
        self.document = document
        self.blocks = document.blocks
        self.marks = marks
        self.taken: set[int] = set()
        self.drafts: list[Draft] = []
        self.mentions: list[tuple[int, Label]] = []
        self.copies = CopyFinder(document, marks, self.taken)

    def pass_over_jobs(self) -> None:
        """Take sections of vacancies out: paid or not, they are no sponsor's placements."""
        rank: int | None = None
        for place, block in enumerate(self.blocks):
            if block.is_heading and rank is not None and (block.level <= rank or self.marks.is_label(block.text)):
                rank = None
            if block.is_heading and rank is None and self.marks.is_job_heading(block.text):
                rank = block.level
            if rank is not None:
                self.taken.add(place)

    def find_below_labels(self) -> None:
        """Find what stands under a label: headings first, since what they open is a whole section."""
        for is_heading in (True, False):
            for place, block in enumerate(self.blocks):
                label = self.marks.read_label(block.text) if block.text and place not in self.taken else None
                if label and block.is_heading is is_heading and not self._is_copy(block, label):
                    self._find_below(place, block, label)

    def _is_copy(self, block: Block, label: Label) -> bool:
        """Say whether what follows the words of a label is the copy itself ("Sponsored: Balloons by the dozen")."""
        if block.kind is BlockKind.CODE:
            return True
        return bool(label.name and block.web_links and not block.is_heading and not as_company(label.name))

    def _find_below(self, place: int, block: Block, label: Label) -> None:
        if block.is_heading:
            places = self.copies.below_heading(place, label)
        else:
            places = self._around_label(place, block, label)
            # Vague words on a line of text ("Presented by") are a question, unless they are in capitals.
            sure = label.confidence > _COMPANY or block.text.isupper()
            label = replace(label, confidence=min(label.confidence, _MARKED if sure else _WRAPPED))
        if not places and block.web_links:
            self.taken.add(place)
            self.mentions.append((place, label))
            return
        self.taken.add(place)
        copy = self._without_lead_in(self.document.part(places), plural=label.plural)
        for item in part_items(copy, plural=label.plural):
            self._add(item, self._places_of(item, places), block, label)
        self.taken.update(places)

    def _only_thanks(self, block: Block) -> bool:
        """Say whether a line names a sponsor whose ad is printed elsewhere in the issue."""
        elsewhere = all_domains(block for draft in self.drafts for block in draft.copy)
        return len(block.text) <= _SHORT and bool(block.domains) and block.domains <= elsewhere

    def _around_label(self, place: int, block: Block, label: Label) -> list[int]:
        """Return the copy that a label on a line of text belongs to: in its element, below it, or else above it."""
        inside = self.copies.in_same_element(place, plural=label.plural)
        if inside and has_link(self.document.part(inside)):
            return inside
        below = [] if self._closes(place) else self.copies.below_label(place, label.name)
        if has_link(self.document.part(below)) or block.web_links:
            return below
        above = self.copies.above(place, with_place=False)
        return above if has_link(self.document.part(above)) else below

    def _closes(self, place: int) -> bool:
        """Say whether a label stands at the end of something: what follows is parted from it, what precedes is not."""
        before = place > 0 and self.blocks[place].gap <= 1 and not self.blocks[place - 1].is_heading
        if place + 1 >= len(self.blocks):
            return before
        following = self.blocks[place + 1]
        return before and not self.blocks[place - 1].is_rule and (following.is_rule or following.gap > 1)

    def _without_lead_in(self, blocks: Sequence[Block], *, plural: bool) -> list[Block]:
        """Leave out a sentence that only leads to the ads below it ("thanks to the following partners:")."""
        rest = list(blocks)
        while len(rest) > 1 and self._leads_in(rest[0], plural=plural) and has_link(rest[1:]):
            rest.pop(0)
        return rest

    def _leads_in(self, block: Block, *, plural: bool) -> bool:
        if block.is_heading or not block.text.endswith(_ENDS_LEAD_IN):
            return False
        return plural or self.marks.has_term(block.text)

    def _places_of(self, item: Iterable[Block], places: Iterable[int]) -> list[int]:
        members = {id(block) for block in item}
        return [place for place in places if id(self.blocks[place]) in members]

    def _add(self, copy: Sequence[Block], places: Sequence[int], sign: Block, label: Label) -> None:
        """Keep an ad found under a label; without any link it is less sure, since an ad wants to be followed."""
        if not any(block.text or block.links for block in copy):
            return
        linked = any(block.links for block in copy)
        confidence = label.confidence if linked else min(label.confidence, _WRAPPED)
        said = (label.name,) if label.name else ()
        self.taken.update(places)
        # A single word on a line of text is a tag on what it stands at; a heading stands above what it names.
        is_tag = not sign.is_heading and len(re.findall(r"\w+", sign.text)) == 1
        heading = "" if is_tag or sign in copy else sign.text.strip(" :*_-–—")
        self.drafts.append(Draft(tuple(copy), tuple(places), heading, label.kind, confidence, said, is_tagged=is_tag))

    def find_marked(self) -> None:
        """Find what carries a mark of its own: a word set off, in brackets or behind a dash."""
        for place, block in enumerate(self.blocks):
            if place in self.taken or block.kind in (BlockKind.RULE, BlockKind.CODE):
                continue
            mark = self.marks.find_mark(block)
            if mark is None:
                continue
            places = [each for each in self._around_mark(place, block, mark) if each not in self.taken]
            copy = self.document.part(places)
            if has_link(copy) and count_text(copy) <= LONGEST_AD:
                self.taken.update(places)
                confidence = min(mark.label.confidence, _MARKED + 0.05)
                said = (mark.label.name,) if mark.label.name else ()
                self.drafts.append(
                    Draft(copy, tuple(places), "", mark.label.kind, confidence, said, mark=mark, is_tagged=True)
                )

    def _around_mark(self, place: int, block: Block, mark: Mark) -> list[int]:
        inside = self.copies.in_same_element(place)
        if len(inside) > 1 and has_link(self.document.part(inside)):
            return inside
        if block.is_heading:
            return [place, *self.copies.below_heading(place, mark.label, is_title=True)]
        if block.kind is BlockKind.ITEM:
            return [place]
        if mark.at_start or block.has_title or not self.marks.description.tag_spans_paragraphs:
            return [place, *self.copies.below_label(place)] if mark.at_start else [place]
        return self.copies.above(place, with_place=True)

    def find_wrapped(self) -> None:
        """Find what stands in an element whose class or id says so; the page shows it as paid, the words may not."""
        words = frozenset(self.marks.description.container_words)
        for place, block in enumerate(self.blocks):
            elements = [each for each in (block.container.lineage() if block.container else ()) if each.words & words]
            for element in reversed(elements):
                places = list(self.document.extent(element))
                if self.taken.intersection(places):
                    continue
                copy = self._without_lead_in(self.document.part(places), plural=True)
                if place in places and has_link(copy) and count_text(copy) <= LONGEST_AD:
                    label = Label(FoundKind.PRIMARY, None, True, _WRAPPED)
                    for item in part_items(copy, plural=True):
                        self._add(item, self._places_of(item, places), _wordless_sign(block), label)
                    break

    def find_company_sections(self) -> None:
        """Find sections under the name of an organisation, spelled out, with little but offers in them."""
        for place, block in enumerate(self.blocks):
            name = spelled_out_name(block.text) if block.is_heading and place not in self.taken else None
            if name is None:
                continue
            label = Label(FoundKind.PARTNER, None, True, _COMPANY)
            places = self.copies.below_heading(place, label)
            items = part_items(self.document.part(places), plural=True)
            offers = [item for item in items if self.marks.sounds_promotional(" ".join(each.text for each in item))]
            if items and len(offers) * 2 >= len(items) and all(has_link(item) for item in items):
                self.taken.update((place, *places))
                for item in items:
                    found = tuple(self._places_of(item, places))
                    self.drafts.append(Draft(item, found, block.text, label.kind, _COMPANY, section_name=name))

    def keep_mentions(self) -> None:
        """Keep lines that name and link a sponsor, where no ad of that sponsor is printed in the issue."""
        for place, label in self.mentions:
            if not self._only_thanks(self.blocks[place]):
                self._add((self.blocks[place],), [place], self.blocks[place], label)

    def find_disclosed(self) -> None:
        """Find paragraphs that say in a sentence who paid for the issue."""
        for place, block in enumerate(self.blocks):
            if place in self.taken or block.is_heading or block.kind is BlockKind.CODE or len(block.text) > LONGEST_AD:
                continue
            name = self.marks.find_disclosure(block.text)
            if name is None or self._only_thanks(block) or self.marks.closes_issue(block):
                continue
            below = self.copies.below_label(place)
            places = [place, *(below if has_link(self.document.part(below)) else [])]
            copy = self.document.part(places)
            if has_link(copy) and count_text(copy) <= LONGEST_AD:
                self.taken.update(places)
                self.drafts.append(Draft(copy, tuple(places), "", FoundKind.PRIMARY, _SAID, (name,)))


def _wordless_sign(block: Block) -> Block:
    """Return a heading without words, for copy that only its element shows as paid for."""
    return Block(BlockKind.HEADING, "", block.line_start, block.line_start)


def spelled_out_name(heading: str) -> str | None:
    """Return the short name in a heading that spells an organisation out ("AEA - Assembly of Early Astronomers")."""
    match = _ACRONYM.match(heading)
    if not match:
        return None
    initials = "".join(word[0] for word in re.findall(r"[A-Za-z]+", match[2]) if word[0].isupper())
    return match[1] if initials.upper() == match[1].replace("&", "").upper() else None
