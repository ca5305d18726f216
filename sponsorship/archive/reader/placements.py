"""From the copy that was found to placements: whose it is, which slot it had, where its lines are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sponsorship.archive.reader.blocks import Block, Document, compact, has_link
from sponsorship.archive.reader.drafts import Draft, find_drafts
from sponsorship.archive.reader.duplicates import find_echo, text_likeness
from sponsorship.archive.reader.house import Publisher, find_publisher, is_offer_of_space, is_own_work
from sponsorship.archive.reader.keyed import find_keyed
from sponsorship.archive.reader.markers import MarkReader, strip_mark, strip_mark_source
from sponsorship.archive.reader.sponsors import SponsorClues, as_company, name_sponsor
from sponsorship.archive.rules import FIRST_WORDS, MOST_PLACEMENTS, FoundKind, FoundPlacement

_ECHO_CONFIDENCE = 0.9
_ECHO_SCORE = 95.0
_FOOT = 0.6
_SOLD = (FoundKind.PRIMARY, FoundKind.SECONDARY)


@dataclass(frozen=True)
class _Placed:
    """A placement with the places of its blocks and the marks of its slot, until all are in order."""

    found: FoundPlacement
    places: tuple[int, ...]
    copy: tuple[Block, ...]
    is_tagged: bool


def find_placements(document: Document, marks: MarkReader, newsletter: str | None) -> tuple[FoundPlacement, ...]:
    """Return the placements of an issue in order of print, those that the front matter gives first.

    What goes beyond MOST_PLACEMENTS is left out: such a file is no issue, or it was misread.
    """
    publisher = find_publisher(document, newsletter)
    placed = [_place(draft, marks, publisher, newsletter) for draft in find_drafts(document, marks)[:MOST_PLACEMENTS]]
    placed = [each for each in placed if each.copy]
    if marks.description.echo_at_foot:
        placed = _with_echoes(document, placed)
    keyed = _unprinted(find_keyed(document, marks), placed)
    low = len(document.blocks) * _FOOT
    in_place = [_Placed(found, (), (), is_tagged=False) for found in keyed] + placed
    return _with_slots(in_place, marks, low)


def _place(draft: Draft, marks: MarkReader, publisher: Publisher, newsletter: str | None) -> _Placed:
    is_offer = is_offer_of_space(draft.copy, marks)
    copy = draft.copy if is_offer else _without_offers(draft.copy, marks)
    texts = [strip_mark(block.bare_text, draft.mark) for block in copy if block.text]
    body = "\n\n".join(text for text in texts if text)
    is_house = is_offer or publisher.owns(copy) or is_own_work(body)
    said = (*draft.said, *_names_said(copy, marks), *_name_at_mark(draft))
    sponsor = newsletter if is_offer else name_sponsor(SponsorClues(said, copy, draft.section_name))
    urls = tuple(dict.fromkeys(link.url for block in copy for link in block.web_links))
    found = FoundPlacement(
        slot=FoundKind.HOUSE if is_house else draft.kind,
        sponsor=sponsor,
        heading=draft.heading,
        first_words=_first_words(body, copy),
        url=urls[0] if urls else None,
        line_start=_first_line(copy),
        line_end=max((block.line_end for block in copy), default=0),
        house=is_house,
        confidence=draft.confidence,
        body=body,
        body_source=strip_mark_source("\n\n".join(block.source for block in copy if block.source), draft.mark),
        urls=urls,
    )
    return _Placed(found, draft.places, copy, draft.is_tagged)


def _without_offers(copy: Sequence[Block], marks: MarkReader) -> tuple[Block, ...]:
    """Leave out sentences at the end of an ad that offer space to other sponsors."""
    rest = list(copy)
    while len(rest) > 1 and marks.calls_for_sponsors(rest[-1].text) and has_link(rest[:-1]):
        rest.pop()
    return tuple(rest)


def _names_said(copy: Sequence[Block], marks: MarkReader) -> tuple[str, ...]:
    """Return the companies that sentences of the copy name as sponsor."""
    names = (marks.find_disclosure(block.text) for block in copy)
    return tuple(name for name in names if name and as_company(name))


def _name_at_mark(draft: Draft) -> tuple[str, ...]:
    """Return the few words before a mark on a line of their own, where item lists name who an item is from."""
    mark = draft.mark
    if mark is None or mark.at_start:
        return ()
    rests = (
        strip_mark(block.text, mark) for block in draft.copy if block.text.endswith(mark.words) and not block.links
    )
    return tuple(rest for rest in rests if 0 < len(rest.split()) <= 4 and as_company(rest))


def _first_words(body: str, copy: Sequence[Block]) -> str:
    pictures = (link.text for block in copy for link in block.links if link.is_image and link.text)
    return " ".join((body or next(pictures, "")).split()[:FIRST_WORDS])


def _first_line(copy: Sequence[Block]) -> int:
    """Return the line of the first text; a picture before it counts only where there is no text."""
    lines = [block.line_start for block in copy if block.text] or [block.line_start for block in copy]
    return min(lines, default=0)


def _with_echoes(document: Document, placed: Sequence[_Placed]) -> list[_Placed]:
    """Add copy that is printed again lower down without a label."""
    taken = {place for each in placed for place in each.places}
    found = list(placed)
    for each in placed:
        places = [] if each.found.house else find_echo(document, each.copy, max(each.places), taken)
        if places:
            taken.update(places)
            found.append(_echo(each, places, document.part(places)))
    return sorted(found, key=lambda each: each.places)


def _echo(original: _Placed, places: Sequence[int], copy: tuple[Block, ...]) -> _Placed:
    urls = tuple(dict.fromkeys(link.url for block in copy for link in block.web_links))
    body = "\n\n".join(block.text for block in copy if block.text)
    echo = replace(
        original.found,
        slot=FoundKind.FOOTER_REPEAT,
        heading="",
        first_words=_first_words(body, copy),
        url=urls[0] if urls else None,
        urls=urls,
        line_start=_first_line(copy),
        line_end=max(block.line_end for block in copy),
        confidence=min(original.found.confidence, _ECHO_CONFIDENCE),
        body=body,
        body_source="\n\n".join(block.source for block in copy),
    )
    return _Placed(echo, tuple(places), copy, is_tagged=False)


def _unprinted(keyed: Sequence[FoundPlacement], placed: Sequence[_Placed]) -> list[FoundPlacement]:
    """Return the placements of the front matter that the body does not print as well."""
    urls = {url for each in placed for url in each.found.urls}
    names = {compact(each.found.sponsor or "") for each in placed}
    return [each for each in keyed if each.url not in urls and compact(each.sponsor or "-") not in names]


def _with_slots(placed: Iterable[_Placed], marks: MarkReader, low: float) -> tuple[FoundPlacement, ...]:
    """Tell the placements sold for the whole issue apart by their order: the first is the primary one.

    Copy that stands below the block `low` in the words of an earlier placement is an echo, with a label or without.
    """
    slotted: list[FoundPlacement] = []
    for each in placed:
        found = each.found
        if found.slot in _SOLD:
            earlier = [one for one in slotted if one.slot in _SOLD]
            is_low = bool(each.places) and each.places[0] > low
            if is_low and any(text_likeness(one.body, found.body) >= _ECHO_SCORE for one in earlier):
                slot = FoundKind.FOOTER_REPEAT
            elif each.is_tagged and marks.description.tag_kind:
                slot = marks.description.tag_kind
            elif any(one.slot is FoundKind.PRIMARY for one in earlier):
                slot = FoundKind.SECONDARY
            else:
                slot = FoundKind.PRIMARY
            found = replace(found, slot=slot)
        slotted.append(found)
    return tuple(slotted)
