"""The copy below a label, parted into the ads that it is made of."""

import re
from collections.abc import Iterable, Sequence

from sponsorship.archive.reader.blocks import LOWEST_RANK, Block, BlockKind, Container, all_domains, has_link

_NUMBERED = re.compile(r"^\s*\d{1,3}[.)]\s")
_CELLS = {"td", "th", "article", "section", "aside"}

Copy = tuple[Block, ...]


def part_items(blocks: Sequence[Block], *, plural: bool) -> list[Copy]:
    """Part the blocks below a label into ads; `plural` says that the label speaks of several.

    A new ad begins at a heading, behind a rule, at a number, behind a wide gap, at a title that leads elsewhere and, in
    a table, in another cell, each only where both sides have a link of their own.
    """
    items: list[list[Block]] = []
    is_ruled = False
    for place, block in enumerate(blocks):
        if block.is_rule:
            is_ruled = True
            continue
        if not items or _begins_item(items[-1], block, blocks[place:], is_ruled=is_ruled, plural=plural):
            items.append([])
        items[-1].append(block)
        is_ruled = False
    return _join_loose(items)


def _begins_item(
    item: Sequence[Block], block: Block, following: Sequence[Block], *, is_ruled: bool, plural: bool
) -> bool:
    """Say whether a block is the first of another ad than the one collected so far."""
    if block.is_heading and block.level <= LOWEST_RANK and any(each.is_heading or each.text for each in item):
        return True
    if not has_link(item) or not _has_link_before_heading(following):
        return False
    if is_ruled or block.gap > 1:
        return True
    if _is_same_place(item, block):
        return False
    cell = _cell(item[0].container)
    if cell and not block.lies_in(cell):
        return True
    target = next((each for each in following if each.web_links), block)
    is_elsewhere = not target.domains & all_domains(item)
    if block.is_heading:
        return is_elsewhere
    if target is not block:
        # Text between two links belongs to the second, where the first ended an ad.
        in_one_cell = _cell(target.container) is _cell(block.container)
        return plural and is_elsewhere and in_one_cell and bool(item[-1].web_links)
    if block.kind is BlockKind.ITEM:
        return bool(_NUMBERED.match(block.text)) or is_elsewhere
    return is_elsewhere and (plural or (block.has_title and any(each.has_title for each in item)))


def _has_link_before_heading(blocks: Sequence[Block]) -> bool:
    """Say whether what begins here has a link before the next heading or rule."""
    for place, block in enumerate(blocks):
        if block.web_links:
            return True
        if place and (block.is_heading or block.is_rule):
            return False
    return False


def _is_same_place(item: Sequence[Block], block: Block) -> bool:
    """Say whether a block leads where the ad so far does, as picture, title and button of one ad do."""
    places = frozenset().union(*(each.places for each in item))
    return bool(places & block.places)


def _cell(container: Container | None) -> Container | None:
    """Return the table cell, or the part of a page, that an element stands in."""
    return next((each for each in container.lineage() if each.tag in _CELLS), None) if container else None


def _join_loose(items: Iterable[list[Block]]) -> list[Copy]:
    """Give what has no link of its own to the ad before it, and what opens the section to the one behind it."""
    joined: list[list[Block]] = []
    for item in items:
        is_loose = not has_link(item)
        if joined and (is_loose or not has_link(joined[-1])) and not (item[0].is_heading and has_link(joined[-1])):
            joined[-1] += item
        else:
            joined.append(item)
    return [tuple(item) for item in joined]
