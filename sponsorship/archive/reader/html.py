"""HTML mail and web pages into blocks, with the lines of the source that each came from."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sponsorship.archive.reader.blocks import Block, BlockKind, Container, Link, one_line

LINE_ATTRIBUTE = "data-source-line"

_START_TAG = re.compile(r"<([A-Za-z][A-Za-z0-9:-]{0,40})(?=[\s/>])|\n")
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
BLOCK_TAGS = {
    *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt"),
    *("fieldset", "figcaption", "figure", "footer", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre"),
    *("section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", *_HEADINGS),
}
_SKIPPED_TAGS = {
    "head",
    "script",
    "style",
    "template",
    "noscript",
    "svg",
    "title",
    "form",
    "select",
    "textarea",
    "object",
}
_SET_OFF_TAGS = {
    "em",
    "i",
    "strong",
    "b",
    "small",
    "span",
    "sup",
    "sub",
    "mark",
    "u",
    "font",
    "label",
    "code",
    "a",
    "abbr",
}
_HIDDEN = re.compile(r"display:none|visibility:hidden|mso-hide:all|max-height:0(?:px)?(?:;|$)", re.IGNORECASE)
_CLASS_WORDS = re.compile(r"[a-z]+|[A-Z](?:[a-z]+|[A-Z]*(?![a-z]))")
_LONGEST_RUN = 120
_DEEPEST = 200

LabelTest = Callable[[str], bool]
"""Says whether a line of text is a label such as "Sponsored by"."""


def read_html(source: str, is_label: LabelTest, *, first_line: int = 1, parent: Container | None = None) -> list[Block]:
    """Read HTML into blocks; `first_line` is the number of its first line, `parent` the element that it stands in.

    Comments, conditional ones included, styles, scripts, forms and hidden text are left out. Unclosed elements are
    closed as a browser would.
    """
    tree = LexborHTMLParser(_number_lines(source, first_line))
    builder = _Builder(is_label, line=first_line, containers=[parent])
    if tree.body is not None:
        _walk(tree.body, builder)
    builder.flush()
    return builder.blocks


def read_titles(source: str) -> tuple[str, ...]:
    """Return what the head of a page says of it: its Open Graph title and site, then its title."""
    tree = LexborHTMLParser(source)
    found = [node.attributes.get("content") for node in tree.css('meta[property="og:title"]')]
    found += [node.text() for node in tree.css("title")]
    return tuple(dict.fromkeys(one_line(each) for each in found if each and each.strip()))


def _number_lines(source: str, first_line: int) -> str:
    """Give every start tag its line as an attribute, since the parser does not keep it.

    The value stands without quotes, so that one that lands inside another attribute cannot close that.
    """
    line = first_line

    def number(match: re.Match[str]) -> str:
        nonlocal line
        if match[0] == "\n":
            line += 1
            return "\n"
        return f"<{match[1]} {LINE_ATTRIBUTE}={line} "

    return _START_TAG.sub(number, source)


def _walk(body: LexborNode, builder: "_Builder") -> None:
    """Go through the tree without recursion: mail is nested deeply, and may be nested without end."""
    pending = [(body, False)]
    while pending:
        node, is_left = pending.pop()
        if is_left:
            builder.leave(node)
        elif builder.enter(node):
            pending.append((node, True))
            child = node.last_child
            while child is not None:
                pending.append((child, False))
                child = child.prev


@dataclass
class _Builder:
    """Collects the text of a block until an element begins or ends one."""

    is_label: LabelTest
    line: int
    containers: list[Container | None]
    blocks: list[Block] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    opened: dict[int, tuple[int, int]] = field(default_factory=dict)
    level: int = 0
    list_item: bool = False
    line_start: int | None = None
    line_end: int = 0
    breaks: list[tuple[int, int, int]] = field(default_factory=list)

    def enter(self, node: LexborNode) -> bool:
        """Take a node up; returns whether what is inside it counts."""
        if node.is_text_node:
            self._add_text(node.text_content or "")
            return False
        if not node.is_element_node or not node.tag or node.tag in _SKIPPED_TAGS:
            return False
        attributes = node.attributes
        self._move_to(attributes.get(LINE_ATTRIBUTE))
        if _is_hidden(attributes):
            return False
        if node.tag in BLOCK_TAGS:
            self._open_block(node.tag, attributes)
        elif node.tag == "br":
            self._break_line()
        elif node.tag == "img":
            self._touch(self.line)
            self.links.append(Link("", one_line(attributes.get("alt") or ""), is_image=True))
        elif node.tag in _SET_OFF_TAGS:
            self.opened[node.mem_id] = (len(self.texts), len(self.links))
        return True

    def leave(self, node: LexborNode) -> None:
        """Close an element that was entered."""
        if not node.tag:
            return
        if node.tag in BLOCK_TAGS:
            self.flush()
            self.level = 0 if node.tag in _HEADINGS else self.level
            self.list_item = False if node.tag == "li" else self.list_item
            if node.tag != "hr":
                self.containers.pop()
        elif node.mem_id in self.opened:
            self._close_inline(node, *self.opened.pop(node.mem_id))

    def flush(self) -> None:
        """End the block that was collected, if there is anything in it; a label on its first line becomes its own."""
        parts = [(0, 0, 0), *self.breaks, (len(self.texts), len(self.links), len(self.runs))]
        first = one_line("".join(self.texts[: parts[1][0]]))
        if len(parts) > 2 and first and self.is_label(first) and one_line("".join(self.texts[parts[1][0] :])):
            self._add_block(parts[0], parts[1])
            self._add_block(parts[1], parts[-1])
        else:
            self._add_block(parts[0], parts[-1])
        self.texts, self.sources, self.links, self.runs = [], [], [], []
        self.breaks, self.line_start, self.opened = [], None, {}

    def _add_block(self, start: tuple[int, int, int], end: tuple[int, int, int]) -> None:
        text = one_line("".join(self.texts[start[0] : end[0]]))
        links = tuple(self.links[start[1] : end[1]])
        if self.line_start is None or not (text or links):
            return
        kind = BlockKind.HEADING if self.level and text else BlockKind.ITEM if self.list_item else BlockKind.TEXT
        source = one_line("".join(self.sources[start[0] : end[0]]))
        mark = "#" * self.level + " " if kind is BlockKind.HEADING else "- " if kind is BlockKind.ITEM else ""
        self.blocks.append(
            Block(
                kind=kind,
                text=text,
                line_start=self.line_start,
                line_end=max(self.line_end, self.line_start),
                source=mark + source,
                links=tuple(link for link in links if link.url or link.is_image),
                runs=tuple(self.runs[start[2] : end[2]]),
                level=self.level if text else 0,
                container=self.containers[-1],
            )
        )

    def _open_block(self, tag: str, attributes: dict[str, str | None]) -> None:
        self.flush()
        if tag == "hr":
            self.blocks.append(Block(BlockKind.RULE, "", self.line, self.line, container=self.containers[-1]))
            return
        words = class_words(f"{attributes.get('class') or ''} {attributes.get('id') or ''}")
        around = self.containers[-1]
        self.containers.append(Container(tag, words, around) if len(self.containers) < _DEEPEST else around)
        self.level = _HEADINGS.get(tag, self.level)
        self.list_item = self.list_item or tag == "li"

    def _break_line(self) -> None:
        if self.texts and not self.texts[-1].strip() and self.breaks and self.breaks[-1][0] >= len(self.texts) - 1:
            # Two breaks in a row part paragraphs.
            self.flush()
            return
        self.texts.append("\n")
        self.sources.append("\n")
        self.breaks.append((len(self.texts), len(self.links), len(self.runs)))

    def _add_text(self, text: str) -> None:
        if text.strip():
            leading = text[: len(text) - len(text.lstrip())]
            self._touch(self.line + leading.count("\n"))
            self._touch(self.line + text.rstrip().count("\n"))
        self.line += text.count("\n")
        self.texts.append(text)
        self.sources.append(text)

    def _close_inline(self, node: LexborNode, first_text: int, first_link: int) -> None:
        text = one_line("".join(self.texts[first_text:]))
        if node.tag == "a":
            url = re.sub(r"\s+", "", node.attributes.get("href") or "")
            images = [link for link in self.links[first_link:] if link.is_image and not link.url]
            if url and url != "#" and not url.lower().startswith("javascript:"):
                del self.links[first_link:]
                alternative = images[0].text if images else ""
                self.links.append(Link(url, text or alternative, is_image=not text and bool(images)))
                source = one_line("".join(self.sources[first_text:]))
                self.sources[first_text:] = [""] * (len(self.sources) - first_text)
                self.texts.append("")
                self.sources.append(f"[{source or alternative}]({url})")
        elif text and len(text) <= _LONGEST_RUN:
            self.runs.append(text)

    def _move_to(self, line: str | None) -> None:
        digits = re.match(r"\d+", line or "")
        if digits:
            self.line = int(digits[0])

    def _touch(self, line: int) -> None:
        """Note a line with something of the block on it."""
        if self.line_start is None:
            self.line_start = self.line_end = line
        self.line_end = max(self.line_end, line)


def class_words(names: str) -> frozenset[str]:
    """Return the words that class names are made of ("sponsor-card adBlock" gives sponsor, card, ad, block)."""
    return frozenset(word.lower() for word in _CLASS_WORDS.findall(names))


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    style = re.sub(r"\s+", "", attributes.get("style") or "")
    return (
        "hidden" in attributes or bool(_HIDDEN.search(style)) or "preheader" in (attributes.get("class") or "").lower()
    )
