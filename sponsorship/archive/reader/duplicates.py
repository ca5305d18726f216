"""What placements of one issue have in common, and copy that is printed a second time."""

import re
from collections.abc import Sequence
from itertools import combinations

from rapidfuzz import fuzz

from sponsorship.archive.reader.blocks import Block, Document, compact
from sponsorship.archive.reader.sponsors import PLATFORMS, SHORTENERS
from sponsorship.archive.rules import DuplicateKind, DuplicatePair, FoundKind, FoundPlacement
from sponsorship.core.urls import host_of, normal_url, registrable_domain

_SAME_SCORE, _NEAR_SCORE, _ECHO_SCORE = 98.0, 85.0, 92.0
_FEWEST_WORDS = 6


def find_duplicates(placements: Sequence[FoundPlacement]) -> tuple[DuplicatePair, ...]:
    """Return each pair of placements that share copy, destination or sponsor, in order of print."""
    pairs = []
    for (first, one), (second, other) in combinations(enumerate(placements), 2):
        kinds = _shared(one, other)
        if kinds:
            pairs.append(DuplicatePair(first, second, kinds))
    return tuple(pairs)


def _shared(one: FoundPlacement, other: FoundPlacement) -> tuple[DuplicateKind, ...]:
    likeness = text_likeness(one.body, other.body)
    facts = {
        DuplicateKind.SAME_COPY: likeness >= _SAME_SCORE,
        DuplicateKind.NEAR_COPY: _NEAR_SCORE <= likeness < _SAME_SCORE,
        DuplicateKind.SAME_DESTINATION: _same_place(one.url, other.url),
        DuplicateKind.SAME_SPONSOR: _same_sponsor(one, other),
    }
    copied = facts[DuplicateKind.SAME_COPY] or facts[DuplicateKind.NEAR_COPY]
    facts[DuplicateKind.FOOTER_REPEAT] = copied and other.slot is FoundKind.FOOTER_REPEAT
    return tuple(kind for kind in DuplicateKind if facts[kind])


def text_likeness(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 100, blanks, case and punctuation ignored; 0 for a few words only."""
    words = [re.findall(r"\w+", text.lower()) for text in (one, other)]
    if min(len(each) for each in words) < _FEWEST_WORDS:
        return 0.0
    return max(fuzz.ratio(" ".join(words[0]), " ".join(words[1])), fuzz.token_sort_ratio(one.lower(), other.lower()))


def _same_place(one: str | None, other: str | None) -> bool:
    place = normal_url(one) if one else None
    return place is not None and other is not None and place == normal_url(other)


def _same_sponsor(one: FoundPlacement, other: FoundPlacement) -> bool:
    names = [compact(each.sponsor or "") for each in (one, other)]
    if all(names) and names[0] == names[1]:
        return True
    domains = [_telling_domain(each.url) for each in (one, other)]
    return domains[0] is not None and domains[0] == domains[1]


def _telling_domain(url: str | None) -> str | None:
    """Return the domain of a link where it tells whose page it is."""
    if not url or {host_of(url), registrable_domain(url)} & (SHORTENERS | PLATFORMS):
        return None
    return registrable_domain(url)


def find_echo(document: Document, copy: Sequence[Block], after: int, taken: set[int]) -> list[int]:
    """Return the places of blocks below `after` that print the copy of an ad again, empty where none do."""
    text = " ".join(block.text for block in copy)
    if len(re.findall(r"\w+", text)) < _FEWEST_WORDS:
        return []
    for start in range(after + 1, len(document.blocks)):
        found: list[int] = []
        echo = ""
        for place in range(start, min(start + len(copy) + 2, len(document.blocks))):
            if place in taken or document.blocks[place].is_heading or document.blocks[place].is_rule:
                break
            found.append(place)
            echo = f"{echo} {document.blocks[place].text}".strip()
            if text_likeness(text, echo) >= _ECHO_SCORE:
                return found
            if len(echo) > len(text) * 1.2:
                break
    return []
