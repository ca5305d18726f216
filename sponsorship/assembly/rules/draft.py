"""Filling an editor's draft: between a block's two markers stands what was sold, outside them not a byte is touched.

`<!-- sponsor:primary -->` is where the block of the placement with the key "primary" goes, `<!-- sponsor:classified:2 -->` the
second of a placement sold several times, `<!-- sponsor:primary:echo -->` its repetition at the foot. Filling writes the
block after the marker and `<!-- /sponsor:primary -->` after the block; filling again replaces what is between the two.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

MARKER = re.compile(r"<!--[ \t]*(?P<end>/?)sponsor:(?P<key>[\w-]+(?::\d{1,2})?(?::echo)?)[ \t]*-->", re.ASCII)
LINE_END = re.compile(r"\r\n|\n|\r")
LINK = re.compile(
    r"\[(?P<words>[^\]\n]*)\]\(\s*<?(?P<linked>https?://[^\s)>]+)|^\[[^\]\n]+\]:\s*<?(?P<noted>https?://[^\s>]+)"
    r"|<a\s[^>]*?href=[\"'](?P<href>https?://[^\"']+)[\"'][^>]*>(?P<label>[^<]*)|(?P<bare>https?://[^\s)>\]\"']+)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class DraftCheck:
    """How a draft's markers and an issue's blocks fit: blocks without a place, with several, places without a block; by key."""

    missing: tuple[str, ...]
    repeated: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a block goes: `text[start:end]` is replaced; `closing` is the end marker to write, empty where one stands there."""

    key: str
    start: int
    end: int
    closing: str


def block_key(placement_key: str, ordinal: int = 1, *, is_echo: bool = False) -> str:
    """Return the key of a block: "primary", "classified:2", "primary:echo"; a first one has no number."""
    return placement_key + (f":{ordinal}" if ordinal > 1 else "") + (":echo" if is_echo else "")


def marker(key: str) -> str:
    """Return the marker that an editor puts where a block goes."""
    return f"<!-- sponsor:{key} -->"


def fill_draft(markdown: str, blocks: Mapping[str, str]) -> str:
    """Return the draft with each block in its place; a block that is empty empties its place.

    Filling twice changes nothing. Markers of unknown keys, and end markers that follow nothing, are left as they stand. New
    lines end as the draft's first line does. A block's own "<!--" is written so that it is no comment.
    """
    ending = LINE_END.search(markdown)
    line_end = ending[0] if ending else "\n"
    filled, done = [], 0
    for place in _places(markdown, blocks):
        filled += [markdown[done : place.start], _laid_out(blocks[place.key], line_end), place.closing]
        done = place.end
    return "".join([*filled, markdown[done:]])


def check_draft(markdown: str, keys: Collection[str]) -> DraftCheck:
    """Compare the markers in a draft with the keys of the issue's blocks, in the order given, each key once."""
    found = [_plain_key(mark["key"]) for mark in MARKER.finditer(markdown) if not mark["end"]]
    return DraftCheck(
        missing=tuple(key for key in keys if key not in found),
        repeated=tuple(key for key in keys if found.count(key) > 1),
        unknown=tuple(dict.fromkeys(key for key in found if key not in keys)),
    )


def editorial_links(markdown: str) -> list[tuple[str, str]]:
    """Return the links of the editor's own text as (words, address), in order, each address once; blocks are left out.

    Markdown links, references, addresses as they stand, and `<a href>`; the words are empty where there are none.
    """
    own = _without_blocks(markdown)
    found: dict[str, str] = {}
    for link in LINK.finditer(own):
        address = (link["linked"] or link["noted"] or link["href"] or link["bare"]).rstrip(".,;:!?")
        words = " ".join((link["words"] or link["label"] or "").split())
        found[address] = found.get(address) or words
    return [(words, address) for address, words in found.items()]


def _without_blocks(markdown: str) -> str:
    """The draft without what stands between a block's two markers."""
    kept, done = [], 0
    marks = list(MARKER.finditer(markdown))
    for mark, follower in zip_longest(marks, marks[1:]):
        is_pair = follower is not None and follower["end"] and _plain_key(follower["key"]) == _plain_key(mark["key"])
        if not mark["end"] and is_pair:
            kept.append(markdown[done : mark.start()])
            done = follower.end()
    return "".join([*kept, markdown[done:]])


def _places(markdown: str, blocks: Mapping[str, str]) -> Iterator[_Place]:
    """A marker and the next one belong together where the next is its end; anything else between them parts them."""
    marks = list(MARKER.finditer(markdown))
    for mark, follower in zip_longest(marks, marks[1:]):
        key = _plain_key(mark["key"])
        if mark["end"] or key not in blocks:
            continue
        if follower is not None and follower["end"] and _plain_key(follower["key"]) == key:
            yield _Place(key, mark.end(), follower.start(), "")
        else:
            yield _Place(key, mark.end(), mark.end(), f"<!-- /sponsor:{mark['key']} -->")


def _laid_out(block: str, line_end: str) -> str:
    """A block on lines of its own, an empty one on either side: a comment and a heading must not stand together."""
    lines = LINE_END.split(block.strip().replace("<!--", "&lt;!--"))
    return line_end if lines == [""] else line_end * 2 + line_end.join(lines) + line_end * 2


def _plain_key(key: str) -> str:
    """ "classified:1" is "classified"."""
    return re.sub(r":0*1(?=:|$)", "", key)
