"""Which blocks belong to a label or a mark: below it, above it, or in the same element."""

from collections.abc import Collection, Sequence

from sponsorship.archive.reader.blocks import LOWEST_RANK, Block, BlockKind, Document, all_domains, count_text, has_link
from sponsorship.archive.reader.markers import Label, MarkReader

LONGEST_AD = 2_200
"""In characters. What is longer is taken for editorial matter that nothing parted from an ad."""

_LONGEST_SECTION = 4_000
_AFTERWORD = 700
_FARTHEST = 6


class CopyFinder:
    """Finds the copy that a label or mark speaks of, among blocks that are not taken yet; places are block numbers."""

    def __init__(self, document: Document, marks: MarkReader, taken: Collection[int]) -> None:
        self.document = document
        self.blocks: Sequence[Block] = document.blocks
        self.marks = marks
        self.taken = taken

    def below_heading(self, place: int, label: Label, *, is_title: bool = False) -> list[int]:
        """Return the places of the copy in the section that a heading opens; `is_title` says that it is copy itself."""
        if self.blocks[place].level > LOWEST_RANK and not label.plural:
            return self.below_label(place)
        end = self._section_end(place, plural=label.plural)
        section = [each for each in range(place + 1, end) if each not in self.taken]
        named = self.blocks[place].domains
        is_followed_by_heading = bool(section) and self.blocks[section[0]].is_heading
        if named and not is_title and is_followed_by_heading and not named & all_domains(self.document.part(section)):
            # The heading links to its sponsor, and what follows is about something else.
            return []
        around = self.in_same_element(place)
        ranks = [block.level for block in self.document.part(around) if block.is_heading]
        if has_link(self.document.part(around)) and min(ranks, default=9) > self.blocks[place].level:
            return around
        if count_text(self.document.part(section)) > _LONGEST_SECTION and not label.plural:
            return self.below_label(place)
        return section

    def _section_end(self, place: int, *, plural: bool) -> int:
        """Return the place behind the section of a heading: at a heading of its rank, another label, or a rule."""
        rank = self.blocks[place].level
        is_empty, is_titled = True, False
        for each in range(place + 1, len(self.blocks)):
            block = self.blocks[each]
            if block.is_heading and is_empty and not self._opens_other(block):
                # A heading right below the label is the title of the ad, whatever its rank.
                rank, is_titled = min(rank, block.level), True
            elif block.is_heading:
                if self._ends_section(block, rank, may_follow=plural or is_titled):
                    return each
            elif self._closes_issue(each) or (not is_empty and self._parts(place, each, plural=plural)):
                return each
            is_empty = is_empty and not block.text
        return len(self.blocks)

    def _parts(self, place: int, other: int, *, plural: bool) -> bool:
        """Say whether a block parts what is under a heading from what follows: another label, or a rule."""
        if self.blocks[other].is_rule:
            return not plural and not self._shares_wrapper(place, other)
        return self.marks.is_label(self.blocks[other].text)

    def _ends_section(self, heading: Block, rank: int, *, may_follow: bool) -> bool:
        """Say whether a heading ends a section; one of lower rank is the title of a further ad where one may follow."""
        is_bold_line = heading.level > LOWEST_RANK >= rank
        return heading.level <= rank or self._opens_other(heading) or not (may_follow or is_bold_line)

    def _opens_other(self, block: Block) -> bool:
        """Say whether a heading opens a section of another sort than the ad above it."""
        heading = block.text
        is_section = self.marks.is_job_heading(heading) or self.marks.is_editorial_heading(heading)
        return self.marks.is_label(heading) or (is_section and not block.links)

    def _closes_issue(self, place: int) -> bool:
        """Say whether a block belongs to the foot of the issue, where readers are told how to unsubscribe and such."""
        return place * 2 > len(self.blocks) and self.marks.closes_issue(self.blocks[place])

    def _shares_wrapper(self, place: int, other: int) -> bool:
        """Say whether two blocks stand in one element that the page sets apart."""
        container = self.blocks[place].container
        parents = list(container.lineage())[1:] if container else []
        return any(self.blocks[other].lies_in(parent) for parent in parents if parent.tag != "body")

    def below_label(self, place: int, name: str | None = None) -> list[int]:
        """Return the places of the copy that follows a label, up to the first block that leads elsewhere.

        Where the label itself has a link, only copy that leads there counts, or copy that has the `name` in it.
        """
        domains = self.blocks[place].domains
        found: list[int] = []
        for each in range(place + 1, len(self.blocks)):
            block = self.blocks[each]
            collected = self.document.part(found)
            if block.is_rule and not found:
                continue
            if self._stops(each, collected) or (block.is_heading and any(one.text for one in collected)):
                break
            known = domains | all_domains(collected)
            is_named = bool(name) and not found and str(name).lower() in block.text.lower()
            if known and not is_named and not self._goes_on(each, known):
                break
            if not known and (len(found) >= _FARTHEST or count_text(collected) > LONGEST_AD):
                break
            found.append(each)
        return found if has_link(self.document.part(found)) or not domains else []

    def _stops(self, place: int, collected: Sequence[Block]) -> bool:
        block = self.blocks[place]
        if block.is_rule or place in self.taken or self.marks.is_label(block.text) or self._closes_issue(place):
            return True
        if block.is_heading and (self.marks.is_job_heading(block.text) or self.marks.is_editorial_heading(block.text)):
            return True
        return block.gap > 1 and has_link(collected)

    def _goes_on(self, place: int, domains: frozenset[str]) -> bool:
        """Say whether a block, or one of the next without a link between, leads where the ad does."""
        for block in self.blocks[place : place + 3]:
            if block.is_heading or block.is_rule or block.gap > 1:
                return False
            if block.web_links:
                return bool(block.domains & domains)
        return False

    def above(self, place: int, *, with_place: bool) -> list[int]:
        """Return the places of the copy that ends at a block: back to its title, or to what parts it from the rest."""
        found = [place] if with_place else []
        for each in range(place - 1, max(place - _FARTHEST, 0) - 1, -1):
            block = self.blocks[each]
            domains = all_domains(self.document.part(found))
            if block.is_rule or each in self.taken or self.marks.is_label(block.text):
                return found
            if block.is_heading:
                return [each, *found] if self._is_title(block) else found
            if found and self.blocks[each + 1].gap > 1:
                return found
            if block.kind in (BlockKind.CODE, BlockKind.ITEM) or (
                domains and block.domains and not block.domains & domains
            ):
                break
            found = [each, *found]
            if block.has_title and block.web_links:
                return found
        return self._nearest(place, with_place=with_place)

    def _nearest(self, place: int, *, with_place: bool) -> list[int]:
        """Return the block itself where it has a link, else the one above it too: where the ad begins is not told."""
        if with_place and self.blocks[place].web_links:
            return [place]
        return [each for each in (place - 1, place) if each >= 0 and (with_place or each != place)]

    def _is_title(self, heading: Block) -> bool:
        """Say whether a heading is the title of an item and not the name of a section."""
        if self._opens_other(heading):
            return False
        ranks = {block.level for block in self.blocks if block.is_heading}
        return bool(heading.web_links) or (heading.level > min(ranks) and heading.level > 2)

    def in_same_element(self, place: int, *, plural: bool = False) -> list[int]:
        """Return the places of the copy around a label or mark, in the largest element that holds nothing else.

        An element holds nothing else while all that it adds leads where the copy does. The label itself is left out.
        """
        container = self.blocks[place].container
        label = self.blocks[place] if self.marks.is_label(self.blocks[place].text) else None
        best = [place] if label is None else []
        for element in container.lineage() if container else ():
            places = [each for each in self.document.extent(element) if label is None or each != place]
            is_section = self.blocks[place].is_heading or plural
            if len(places) > len(best) and not self._holds_one_ad(places, best, is_section=is_section):
                break
            best = places
        return best

    def _holds_one_ad(self, places: Sequence[int], inner: Sequence[int], *, is_section: bool) -> bool:
        blocks = self.document.part(places)
        if any(each in self.taken for each in places) or count_text(blocks) > LONGEST_AD:
            return False
        if sum(block.is_heading for block in blocks) > 1 or any(self.marks.is_label(block.text) for block in blocks):
            return False
        known = all_domains(self.document.part(inner))
        added = [self.blocks[each] for each in places if each not in inner]
        if not known:
            return is_section or len(all_domains(added)) <= 1
        leads_on = [block for block in added if block.domains]
        return all(block.domains <= known for block in leads_on) and (bool(leads_on) or count_text(added) < _AFTERWORD)
