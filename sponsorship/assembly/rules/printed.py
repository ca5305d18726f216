"""Whether what is printed is what was sold: each sold block looked for among an issue's words, links and headings."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from sponsorship.assembly.rules.alignment import Window, find_windows
from sponsorship.core.urls import host_of, normal_url

FOUND_FROM = 0.55  # share of words in common: what is further from the approved text is not it
AGAIN_FROM = 0.75  # of what is taken for the same text printed a second time
FEW_WORDS = 14  # a paragraph of no more words below an ad may be its link
HEADING_WITHIN = 4  # blocks above an ad in which its heading is looked for
WRAPPED_SHARE = 0.8  # of an issue's links on one host: the mail provider put its own in front of all of them

_TOKEN = re.compile(r"/c/([A-Za-z0-9_-]{6,64})(?![A-Za-z0-9_-])")


@dataclass(frozen=True, slots=True)
class PrintedBlock:
    """A heading, paragraph or item as printed; lines count from 1. `discloses` says that it marks something as paid for."""

    line_start: int
    line_end: int
    heading: str = ""  # letters and figures of a heading, nothing for what is none
    discloses: bool = False
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedWord:
    """A word as it is compared, as it is spelt, and the block in which it stands."""

    key: str
    spelled: str
    block: int


@dataclass(frozen=True, slots=True)
class MarkedPlace:
    """The lines between a block's two markers, where they were left in what is printed."""

    key: str
    line_start: int
    line_end: int


@dataclass(frozen=True, slots=True)
class Print:
    """An issue as printed."""

    blocks: tuple[PrintedBlock, ...]
    words: tuple[PrintedWord, ...]
    places: tuple[MarkedPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class SoldBlock:
    """What must be printed: words as compared, the token of the tracked link, and where that leads (`own_urls`: in the text)."""

    key: str
    name: str
    sponsor: str
    words: tuple[str, ...]
    token: str
    destination: str
    heading: str
    printed_heading: str
    is_echo: bool = False
    is_ready: bool = True
    own_urls: tuple[str, ...] = ()


class Trouble(StrEnum):
    """What can be wrong with a block as printed."""

    MISSING = "missing"
    UNAPPROVED = "unapproved"
    TEXT = "text"
    LINK = "link"
    HIDDEN_LINK = "hidden_link"
    PLACE = "place"
    DISCLOSURE = "disclosure"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a block: what it is, and what to do about it before the issue is sent."""

    trouble: Trouble
    told: str
    advice: str

    @property
    def sentence(self) -> str:
        """Both."""
        return f"{self.told} {self.advice}"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A block as printed: its first and last block, its words, the links around it, and how like it is to what was sold."""

    first: int
    last: int
    text: str
    urls: tuple[str, ...]
    share: float
    is_same: bool


@dataclass(frozen=True, slots=True)
class BlockCheck:
    """What became of one sold block; `sighting` is None where it is not printed."""

    sold: SoldBlock
    sighting: Sighting | None
    faults: tuple[Fault, ...]


def check_print(printed: Print, sold: Sequence[SoldBlock]) -> list[BlockCheck]:
    """Return for each sold block, given in the order of print, whether it is printed, in its place, as approved."""
    seen, repeats = _assign(printed, sold)
    displaced = _out_of_order([sold.index(block) for block in sorted(seen, key=lambda one: seen[one].first)])
    checks = []
    for index, block in enumerate(sold):
        sighting = seen.get(block)
        if sighting is None:
            checks.append(BlockCheck(block, None, tuple(_missing(block))))
            continue
        faults = [*_text_faults(block, sighting), *_link_faults(printed, block, sighting, sold)]
        faults += _place_faults(printed, block, sighting, sold, seen, is_displaced=index in displaced)
        faults += _disclosure_faults(printed, block, sighting, seen)
        if repeats.get(block):
            told = "The same text is printed once more than was sold."
            faults.append(Fault(Trouble.REPEATED, told, "Take the one without its link out, or sell an echo with it."))
        checks.append(BlockCheck(block, sighting, tuple(faults)))
    return checks


def _missing(block: SoldBlock) -> Iterator[Fault]:
    if block.is_ready:
        yield Fault(Trouble.MISSING, "It is not printed.", "Copy its block and paste it in.")


def _assign(printed: Print, sold: Sequence[SoldBlock]) -> tuple[dict[SoldBlock, Sighting], dict[SoldBlock, int]]:
    """Which stretch of print is which block: the likest first; of equal texts the one with the block's link, then in order."""
    text = [word.key for word in printed.words]
    groups: dict[tuple[str, ...], list[SoldBlock]] = {}
    for block in sold:
        groups.setdefault(block.words, []).append(block)
    found = [
        (window, words)
        for words in groups
        if words
        for window in find_windows(words, text, least=FOUND_FROM, again=AGAIN_FROM)
    ]
    found.sort(key=lambda pair: (-pair[0].share, pair[0].start))
    kept: list[tuple[Window, tuple[str, ...]]] = []
    for window, words in found:
        if not any(window.overlaps(other) for other, _ in kept):
            kept.append((window, words))
    starts = sorted(printed.words[window.start].block for window, _ in kept)
    seen: dict[SoldBlock, Sighting] = {}
    repeats: dict[SoldBlock, int] = {}
    for words, blocks in groups.items():
        own = sorted((window for window, its in kept if its == words), key=lambda window: window.start)
        sightings = [_sighting(printed, window, words, starts) for window in own]
        seen |= _pair(blocks, sightings)
        if len(sightings) > len(blocks):
            repeats[blocks[0]] = len(sightings) - len(blocks)
    for block in sold:
        if block not in seen and (by_link := _by_link(printed, block, list(seen.values()))):
            seen[block] = by_link
    return seen, repeats


def _pair(blocks: Sequence[SoldBlock], sightings: Iterable[Sighting]) -> dict[SoldBlock, Sighting]:
    """Of equal texts, those with a slot's links are its own, then the rest in order; what stands first is not the echo."""
    rest = list(sightings)
    slots: dict[str, list[SoldBlock]] = {}
    for block in blocks:
        slots.setdefault(block.key.removesuffix(":echo"), []).append(block)
    own: dict[str, list[Sighting]] = {}
    for key, its in slots.items():
        tokens = {block.token for block in its if block.token}
        own[key] = [one for one in rest if tokens & tokens_in(one.urls)][: len(its)]
        rest = [one for one in rest if one not in own[key]]
    pairs: dict[SoldBlock, Sighting] = {}
    for key, its in slots.items():
        free = len(its) - len(own[key])
        found, rest = sorted([*own[key], *rest[:free]], key=lambda one: one.first), rest[free:]
        is_foot_only = len(found) == 1 < len(its) and its[-1].token in tokens_in(found[0].urls)
        pairs |= dict(zip(its[1:] if is_foot_only else its, found, strict=False))
    return pairs


def _sighting(printed: Print, window: Window, wanted: Sequence[str], starts: Sequence[int]) -> Sighting:
    words, start, end = printed.words, window.start, window.end
    keys = tuple(word.key for word in words[start:end])
    # Words at the edges that were replaced belong to it too, as far as its own paragraph goes.
    head = next((at for at, key in enumerate(wanted) if key == keys[0]), 0)
    tail = next((at for at, key in enumerate(reversed(wanted)) if key == keys[-1]), 0)
    while head and start and words[start - 1].block == words[start].block:
        start, head = start - 1, head - 1
    while tail and end < len(words) and words[end].block == words[end - 1].block:
        end, tail = end + 1, tail - 1
    keys = tuple(word.key for word in words[start:end])
    first, last = words[start].block, words[end - 1].block
    follower = starts[at] if (at := bisect_left(starts, last + 1)) < len(starts) else len(printed.blocks)
    text = _spelled(words[start:end])
    return Sighting(first, last, text, _links_at(printed, first, last, follower), window.share, keys == tuple(wanted))


def _spelled(words: Sequence[PrintedWord]) -> str:
    parts, before = [], words[0].block
    for word in words:
        parts += ["\n\n" if word.block != before else " ", word.spelled]
        before = word.block
    return "".join(parts[1:])


def _links_at(printed: Print, first: int, last: int, follower: int) -> tuple[str, ...]:
    """The links of an ad's paragraphs, of a picture right above, and of the short line that follows with its link."""
    lengths: dict[int, int] = {}
    for word in printed.words:
        lengths[word.block] = lengths.get(word.block, 0) + 1
    places = list(range(first, last + 1))
    if first and not lengths.get(first - 1) and not printed.blocks[first - 1].heading:
        places.insert(0, first - 1)
    for place in range(last + 1, min(last + 3, follower, len(printed.blocks))):
        block = printed.blocks[place]
        if block.heading or lengths.get(place, 0) > FEW_WORDS:
            break
        places.append(place)
        if block.urls:
            break
    return tuple(dict.fromkeys(url for place in places for url in printed.blocks[place].urls))


def _by_link(printed: Print, block: SoldBlock, others: Sequence[Sighting]) -> Sighting | None:
    """Other words around the block's own tracked link: the text was replaced, the link was not."""
    for place, one in enumerate(printed.blocks):
        is_free = not any(other.first <= place <= other.last for other in others)
        if block.token and is_free and block.token in tokens_in(one.urls):
            first = place
            while first and place - first < 3 and not printed.blocks[first].heading:
                above = printed.blocks[first - 1]
                if above.heading or above.urls or any(other.first <= first - 1 <= other.last for other in others):
                    break
                first -= 1
            words = [word for word in printed.words if first <= word.block <= place]
            return Sighting(first, place, _spelled(words) if words else "", one.urls, 0.0, False)
    return None


def _text_faults(block: SoldBlock, sighting: Sighting) -> Iterator[Fault]:
    if not block.is_ready:
        yield Fault(
            Trouble.UNAPPROVED, "It is printed, but nobody has approved its copy.", "Decide on it, or take it out."
        )
    elif not sighting.is_same:
        yield Fault(Trouble.TEXT, "Its words are not the approved ones.", "Paste its block in again.")


def tokens_in(urls: Iterable[str]) -> set[str]:
    """Return the tokens of tracked links among addresses, those behind a mail provider's own address included."""
    return {found for url in urls for found in _TOKEN.findall(unquote(unquote(url)))}


def _link_faults(printed: Print, block: SoldBlock, sighting: Sighting, sold: Sequence[SoldBlock]) -> Iterator[Fault]:
    tokens = tokens_in(sighting.urls)
    if not block.is_ready or block.token in tokens:
        return
    other = next((one for one in sold if one.token and one.token in tokens), None)
    own = {normal_url(url) for url in block.own_urls}
    rest = [url for url in sighting.urls if normal_url(url) not in own]
    again = "Paste its block in again: the tracked link is in it."
    if other is not None:
        yield Fault(Trouble.LINK, f"Its link is the one of {other.name}, so its clicks count there.", again)
    elif tokens:
        yield Fault(Trouble.LINK, "Its link is the tracked one of another issue.", again)
    elif normal_url(block.destination) in {normal_url(url) for url in sighting.urls}:
        yield Fault(Trouble.LINK, "Its link leads to the right page, but no click on it is counted.", again)
    elif rest and host_of(rest[0]) == _wrapper(printed):
        words = (
            "The mail provider put its own address in front of the links, so where this one leads cannot be seen here."
        )
        yield Fault(Trouble.HIDDEN_LINK, words, "Click it once in the mail.")
    elif rest:
        yield Fault(Trouble.LINK, f"Its link leads to {_shown(rest[0])} and is not tracked.", again)
    else:
        yield Fault(Trouble.LINK, "It is printed without its link.", again)


def _wrapper(printed: Print) -> str | None:
    """The host that nearly all links of the issue are on, or None."""
    hosts = [host for block in printed.blocks for url in block.urls if (host := host_of(url))]
    most = max(set(hosts), key=hosts.count, default=None)
    return most if most and len(hosts) > 3 and hosts.count(most) >= WRAPPED_SHARE * len(hosts) else None


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return f"{host_of(url) or url[:60]}{parts.path.rstrip('/')[:60]}"


def _place_faults(
    printed: Print, block: SoldBlock, sighting: Sighting, sold: Sequence[SoldBlock], seen: dict[SoldBlock, Sighting],
    *, is_displaced: bool,
) -> Iterator[Fault]:  # fmt: skip
    lines = printed.blocks[sighting.first].line_start
    marked = next((one.key for one in printed.places if one.line_start <= lines <= one.line_end), None)
    if marked is not None and marked != block.key:
        name = next((one.name for one in sold if one.key == marked), marked)
        yield Fault(Trouble.PLACE, f"It stands between the markers of {name}.", "Move it to its own.")
    if marked is not None:
        return
    heading = _heading_above(printed, sighting, seen)
    strangers = {one.heading: one.printed_heading for one in sold if one.heading != block.heading}
    if heading in strangers and not block.is_echo:
        yield Fault(
            Trouble.PLACE, f"It stands under “{strangers[heading]}”.", f"Move it under “{block.printed_heading}”."
        )
    elif is_displaced:
        index = sold.index(block)
        before = next((one.name for one in reversed(sold[:index]) if one in seen), "")
        after = next((one.name for one in sold[index + 1 :] if one in seen), "")
        where = f"after {before}" if before else f"before {after}"
        yield Fault(Trouble.PLACE, "It stands out of its order.", f"Move it: it was sold to come {where}.")


def _heading_above(printed: Print, sighting: Sighting, seen: dict[SoldBlock, Sighting]) -> str:
    for place in range(sighting.first, max(sighting.first - HEADING_WITHIN, -1), -1):
        if any(one is not sighting and one.first <= place <= one.last for one in seen.values()):
            return ""
        if printed.blocks[place].heading and place < sighting.first:
            return printed.blocks[place].heading
    return ""


def _disclosure_faults(
    printed: Print, block: SoldBlock, sighting: Sighting, seen: dict[SoldBlock, Sighting]
) -> Iterator[Fault]:
    if block.is_echo or not block.is_ready:
        return
    low = max(sighting.first - HEADING_WITHIN, *(one.last + 1 for one in seen.values() if one.last < sighting.first), 0)
    near = printed.blocks[low : min(sighting.last + 2, len(printed.blocks))]
    if not any(one.discloses or (one.heading and one.heading == block.heading) for one in near):
        advice = f"Put the heading “{block.printed_heading}” over it."
        yield Fault(Trouble.DISCLOSURE, "Nothing above it says that it is paid for.", advice)


def _out_of_order(order: Sequence[int]) -> set[int]:
    """Return what does not belong to the longest stretch of the given numbers that rises."""
    rising: list[list[int]] = [[]]  # the longest that rises and ends at each number
    for number in order:
        rising.append([*max((one for one in rising if not one or one[-1] < number), key=len), number])
    longest: list[int] = max(rising, key=len)
    return set(order) - set(longest)
