"""The common shape that Markdown and HTML are read into: blocks of text with their lines, links and containers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import cached_property

from sponsorship.archive.rules import Medium
from sponsorship.core.urls import host_of, normal_url, registrable_domain

LOWEST_RANK = 6
"""The rank of the least of headings; a line that only does the work of one has a greater figure."""


class BlockKind(Enum):
    """What a block is on the page."""

    HEADING = auto()
    TEXT = auto()
    ITEM = auto()
    RULE = auto()
    CODE = auto()


@dataclass(frozen=True)
class Link:
    """A link as printed: its address, and its text or, for an image, the image's alternative text."""

    url: str
    text: str
    is_image: bool = False

    @property
    def is_web(self) -> bool:
        """Whether it leads to a page on the web, a scheme left out included."""
        return host_of(self.url) is not None


@dataclass(frozen=True)
class Inline:
    """A run of text with its markup taken off; `runs` are the parts that were set off, `text` keeps line ends."""

    text: str
    links: tuple[Link, ...] = ()
    runs: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Container:
    """An element around blocks: its tag, the words of its class and id, and what it stands in."""

    tag: str
    words: frozenset[str]
    parent: "Container | None"

    def lineage(self) -> Iterator["Container"]:
        """Yield the container and all around it, the innermost first."""
        container: Container | None = self
        while container is not None:
            yield container
            container = container.parent


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, list item or rule; `gap` counts the blank lines above it, `source` is its Markdown."""

    kind: BlockKind
    text: str
    line_start: int
    line_end: int
    source: str = ""
    links: tuple[Link, ...] = ()
    runs: tuple[str, ...] = ()
    level: int = 0
    gap: int = 1
    container: Container | None = None

    @cached_property
    def web_links(self) -> tuple[Link, ...]:
        """The links that lead to a page on the web."""
        return tuple(link for link in self.links if link.is_web)

    @cached_property
    def places(self) -> frozenset[str]:
        """Where the links lead, tracking parameters ignored."""
        return frozenset(place for link in self.web_links if (place := normal_url(link.url)))

    @cached_property
    def domains(self) -> frozenset[str]:
        """The registrable domains that the links lead to."""
        return frozenset(domain for link in self.web_links if (domain := registrable_domain(link.url)))

    @property
    def is_heading(self) -> bool:
        """Whether it opens a section."""
        return self.kind is BlockKind.HEADING

    @property
    def is_rule(self) -> bool:
        """Whether it is a line across the page."""
        return self.kind is BlockKind.RULE

    @cached_property
    def has_title(self) -> bool:
        """Whether the text begins with a link or with words set off, as the title of an item does."""
        openings = [link.text for link in self.links if not link.is_image and len(link.text) > 3]
        openings += [run for run in self.runs if len(run.split()) > 1]
        bare = _LIST_MARK.sub("", self.text)
        return any(bare.startswith(opening) for opening in openings if not opening.startswith("http"))

    @property
    def bare_text(self) -> str:
        """The text without the number or bullet of a list."""
        return _LIST_MARK.sub("", self.text) if self.kind is BlockKind.ITEM else self.text

    def lies_in(self, container: Container) -> bool:
        """Say whether the block is inside an element."""
        return self.container is not None and any(each is container for each in self.container.lineage())


_LIST_MARK = re.compile(r"^\s*(?:\d{1,3}[.)]|[-*+•])\s+")


def one_line(text: str) -> str:
    """Return the text with every run of blanks and line ends as one blank."""
    return " ".join(text.replace("\u200b", "").replace("\u00ad", "").split())


def compact(text: str) -> str:
    """Return the letters and figures of a text in lower case, to compare names by."""
    return "".join(re.findall(r"[^\W_]+", text.lower()))


def count_text(blocks: Iterable[Block]) -> int:
    """Return the number of characters in the blocks."""
    return sum(len(block.text) for block in blocks)


def all_domains(blocks: Iterable[Block]) -> frozenset[str]:
    """Return the registrable domains that any of the blocks links to."""
    return frozenset().union(*(block.domains for block in blocks))


def has_link(blocks: Iterable[Block]) -> bool:
    """Say whether any of the blocks has a web link."""
    return any(block.web_links for block in blocks)


def part_pictures(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the blocks, one that is a row of linked pictures as a block for each place that they lead to."""
    for block in blocks:
        links = {normal_url(link.url): link for link in reversed(block.web_links)}
        if block.text or len(links) < 2:
            yield block
            continue
        for link in reversed(links.values()):
            yield replace(block, links=(link,), source=f"[{link.text}]({link.url})")


@dataclass(frozen=True)
class Document:
    """An issue in blocks, with what its own head says of it."""

    medium: Medium
    blocks: tuple[Block, ...]
    source: str
    keys: dict[str, object] = field(default_factory=dict)
    key_lines: dict[str, tuple[int, int]] = field(default_factory=dict)
    titles: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @cached_property
    def _extents(self) -> dict[int, tuple[int, int]]:
        extents: dict[int, tuple[int, int]] = {}
        for index, block in enumerate(self.blocks):
            for container in block.container.lineage() if block.container else ():
                first, _ = extents.get(id(container), (index, index))
                extents[id(container)] = (first, index)
        return extents

    def extent(self, container: Container) -> range:
        """Return the places of the blocks inside an element; they always follow one another."""
        first, last = self._extents[id(container)]
        return range(first, last + 1)

    def part(self, places: Sequence[int]) -> tuple[Block, ...]:
        """Return the blocks at some places."""
        return tuple(self.blocks[place] for place in places)

    @cached_property
    def text(self) -> str:
        """The whole issue as plain text, a line for each block."""
        return "\n".join(block.text for block in self.blocks)
