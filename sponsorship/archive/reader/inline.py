"""Markdown within a block: text without its markup, its links, and the words that were set off."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sponsorship.archive.reader.blocks import Inline, Link, one_line

_DEEPEST = 6
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_TEMPLATE = re.compile(r"\{\{[^{}]{0,500}\}\}|\{%[^{}]{0,500}%\}|\{:[^{}\n]{0,200}\}|\*\|[A-Z_:]{1,80}\|\*")
_BACKTICKS = re.compile(r"`+")
_RST_LINK = re.compile(r"`([^`<\n]{1,200}?)\s*<(https?://[^>`\s]{1,600})>`__?")
_AUTOLINK = re.compile(r"<(https?://[^>\s]{1,2000}|mailto:[^>\s]{1,200})>", re.I)
_BARE = re.compile(r"https?://[^\s<>\"\]]{1,2000}", re.I)
_TEXTILE = re.compile(r"\"([^\"\n]{1,300})\":(https?://[^\s<>]{1,2000})")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s[^<>]{0,3000})?)/?>")
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_DESTINATION = re.compile(
    r"\s*(?:<([^<>]*)>|((?:[^\s()]|\([^\s()]*\)|\n(?=\S))*))(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s*\)"
)
_REFERENCE = re.compile(r"[ ]?\[([^\[\]]{0,200})\]")
_DELIMITER = re.compile(r"\*{1,3}|_{1,3}|~~|==")
_PLAIN = re.compile(r"[^\\`<!\[h\"{*_~=\n]+", re.I)
_SET_OFF_TAGS = {"em", "i", "strong", "b", "small", "span", "sup", "sub", "mark", "u", "font", "kbd", "code"}
_CLOSING_PUNCTUATION = ".,;:!?'\"*_"


def read_inline(source: str, references: Mapping[str, str] | None = None) -> Inline:
    """Read the Markdown (or textile) of one block; `references` are the link definitions of the document."""
    reader = _InlineReader(_TEMPLATE.sub("", source), references or {})
    reader.read()
    return Inline(reader.text(), tuple(reader.links), tuple(run for run in reader.runs if run))


@dataclass
class _InlineReader:
    """Goes through a source once, collecting text, links and what was set off."""

    source: str
    references: Mapping[str, str]
    depth: int = 0
    position: int = 0
    pieces: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    opened: list[tuple[str, int]] = field(default_factory=list)
    anchors: list[tuple[str, int]] = field(default_factory=list)
    brackets: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.brackets = _pair_brackets(self.source)

    def text(self) -> str:
        """What was read so far, without markup."""
        return html.unescape("".join(self.pieces))

    def read(self) -> None:
        """Read the source from end to end: every step takes at least one character."""
        steps: dict[str, tuple[Callable[[], bool], ...]] = {
            "\\": (self._escape,),
            "`": (self._rst_link, self._code),
            "<": (self._autolink, self._tag),
            "!": (self._image,),
            "[": (self._link,),
            "h": (self._bare_link,),
            "H": (self._bare_link,),
            '"': (self._textile_link,),
        }
        while self.position < len(self.source):
            if plain := _PLAIN.match(self.source, self.position):
                self._take(plain[0], plain.end())
            elif not any(step() for step in steps.get(self.source[self.position], (self._delimiter,))):
                self._take(self.source[self.position], self.position + 1)

    def _take(self, text: str, end: int) -> bool:
        self.pieces.append(text)
        self.position = end
        return True

    def _escape(self) -> bool:
        match = _ESCAPED.match(self.source, self.position)
        if match:
            return self._take(html.escape(match[1]), match.end())
        # A backslash at the end of a line breaks it.
        return self._take("", self.position + 1) if self.source.startswith("\\\n", self.position) else False

    def _code(self) -> bool:
        match = _BACKTICKS.match(self.source, self.position)
        if not match:
            return False
        end = self.source.find(match[0], match.end(), match.end() + 600)
        if end < 0:
            return self._take(match[0], match.end())
        code = self.source[match.end() : end]
        self.runs.append(one_line(code))
        return self._take(html.escape(code), end + len(match[0]))

    def _rst_link(self) -> bool:
        match = _RST_LINK.match(self.source, self.position)
        return self._add_link(match[2], match[1], match.end()) if match else False

    def _autolink(self) -> bool:
        match = _AUTOLINK.match(self.source, self.position)
        return self._add_link(match[1], match[1], match.end()) if match else False

    def _bare_link(self) -> bool:
        match = _BARE.match(self.source, self.position)
        if not match or (self.position and self.source[self.position - 1].isalnum()):
            return False
        url = match[0].rstrip(_CLOSING_PUNCTUATION)
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(_CLOSING_PUNCTUATION)
        return self._add_link(url, url, self.position + len(url))

    def _textile_link(self) -> bool:
        match = _TEXTILE.match(self.source, self.position)
        if not match:
            return False
        url = match[2].rstrip(_CLOSING_PUNCTUATION + ")")
        return self._add_link(url, match[1], match.start(2) + len(url))

    def _add_link(self, url: str, text: str, end: int) -> bool:
        self.links.append(Link(html.unescape(url), html.unescape(text)))
        return self._take(text, end)

    def _image(self) -> bool:
        if not self.source.startswith("![", self.position):
            return False
        label_end = self.brackets.get(self.position + 1)
        target = self._target(label_end)
        if label_end is None or target is None:
            return False
        # An image says nothing in the text; inside a link its alternative text stands for the link's.
        self.links.append(Link("", one_line(self.source[self.position + 2 : label_end]), is_image=True))
        return self._take("", target[1])

    def _link(self) -> bool:
        label_end = self.brackets.get(self.position)
        target = self._target(label_end)
        if label_end is None or target is None or self.depth >= _DEEPEST:
            return False
        inner = _InlineReader(self.source[self.position + 1 : label_end], self.references, self.depth + 1)
        inner.read()
        text = inner.text()
        images = [link.text for link in inner.links if link.is_image]
        if one_line(text) or not images:
            self.links.append(Link(target[0], one_line(text)))
        else:
            self.links.append(Link(target[0], images[0], is_image=True))
        self.runs += inner.runs
        return self._take("".join(inner.pieces), target[1])

    def _target(self, label_end: int | None) -> tuple[str, int] | None:
        """Return the address behind a label and where it ends, given directly or by reference."""
        if label_end is None:
            return None
        if self.source.startswith("(", label_end + 1):
            match = _DESTINATION.match(self.source, label_end + 2)
            # A line end within an address comes from a mail program that broke it.
            return (re.sub(r"\s*\n\s*", "", html.unescape(match[1] or match[2] or "")), match.end()) if match else None
        label = self.source[self.position : label_end + 1].lstrip("!").strip("[]")
        reference = _REFERENCE.match(self.source, label_end + 1)
        for name, end in ((reference[1], reference.end()), (label, reference.end())) if reference else ():
            if name and one_line(name).lower() in self.references:
                return self.references[one_line(name).lower()], end
        url = self.references.get(one_line(label).lower())
        return (url, label_end + 1) if url else None

    def _tag(self) -> bool:
        match = _TAG.match(self.source, self.position)
        if not match:
            return False
        closes, name = bool(match[1]), match[2].lower()
        if name in ("br", "hr"):
            return self._take("\n", match.end())
        attributes = {key.lower(): a or b or c for key, a, b, c in _ATTRIBUTE.findall(match[3])}
        if name == "img":
            self.links.append(Link("", html.unescape(attributes.get("alt", "")), is_image=True))
        elif name == "a":
            self._anchor(closes, html.unescape(attributes.get("href", "")))
        elif name in _SET_OFF_TAGS:
            self._set_off(name, closes=closes)
        return self._take("", match.end())

    def _anchor(self, closes: bool, url: str) -> None:
        if not closes:
            self.anchors.append((url, len(self.pieces)))
        elif self.anchors:
            url, start = self.anchors.pop()
            text = one_line(html.unescape("".join(self.pieces[start:])))
            image = self.links.pop() if not text and self.links and self.links[-1].is_image else None
            self.links.append(Link(url, image.text if image else text, is_image=image is not None))

    def _set_off(self, name: str, *, closes: bool) -> None:
        if not closes:
            self.opened.append((name, len(self.pieces)))
            return
        places = [place for place, (opened, _) in enumerate(self.opened) if opened == name]
        if places:
            _, start = self.opened[places[-1]]
            del self.opened[places[-1] :]
            self.runs.append(one_line(html.unescape("".join(self.pieces[start:]))))

    def _delimiter(self) -> bool:
        match = _DELIMITER.match(self.source, self.position)
        if not match:
            return False
        mark, end = match[0], match.end()
        before = self.source[self.position - 1] if self.position else " "
        after = self.source[end] if end < len(self.source) else " "
        if mark[0] == "_" and before.isalnum() and after.isalnum():
            return False
        is_open = any(opened == mark for opened, _ in self.opened)
        if before.isspace() and after.isspace():
            return False
        self._set_off(mark, closes=is_open and not before.isspace())
        return self._take("", end)


def _pair_brackets(source: str) -> dict[int, int]:
    """Return for each opening bracket the place of the one that closes it; escaped ones do not count."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for match in re.finditer(r"\\.|\[|\]", source, re.S):
        if match[0] == "[":
            opened.append(match.start())
        elif match[0] == "]" and opened:
            pairs[opened.pop()] = match.start()
    return pairs
