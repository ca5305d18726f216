"""Markdown (with the HTML, textile and template marks that occur in it) into blocks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from sponsorship.archive.reader.blocks import LOWEST_RANK, Block, BlockKind, Container, Link, one_line
from sponsorship.archive.reader.html import BLOCK_TAGS, LabelTest, class_words, read_html
from sponsorship.archive.reader.inline import read_inline

BOLD_LEVEL = LOWEST_RANK + 1
"""The level of a line that is no heading but does the work of one: bold, or in capitals, on its own."""

_COMMENT = re.compile(
    r"<!--.*?(?:-->|\Z)|\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}|^\[//\]:[^\n]*$", re.S | re.M
)
_DEFINITION = re.compile(r"^ {0,3}\[([^\]\n]{1,200})\]:[ \t]*<?(\S+?)>?(?:[ \t]+[\"'(][^\n]*)?[ \t]*$", re.M)
_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t]+(\S.*?)[ \t]*#*[ \t]*$|^ {0,3}(#{2,6})([^\s#].*?)[ \t]*#*[ \t]*$")
_TEXTILE_HEADING = re.compile(r"^h([1-6])(?:\([^)]*\))?\.[ \t]+(\S.*)$")
_SETEXT = re.compile(r"^ {0,3}(={2,}|-{2,})[ \t]*$")
_RULE = re.compile(r"^[ \t]*(?:([-*_=~•·])(?:[ \t]*\1){2,}|<hr\b[^>]*>)[ \t]*$")
_OVERLINE = re.compile(r"^([=\-~^\"'#*+])\1{2,}[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+\S")
_QUOTE = re.compile(r"^[ \t]*(?:>[ \t]?|\|[ \t]+)+|[ \t]\|[ \t]*$")
_ATTRIBUTES = re.compile(r"^[ \t]*\{:[^}]*\}[ \t]*$")
_EMPTY = re.compile(r"^[ \t\ufeff]*(?:(?:<br\s*/?>|&nbsp;|\\|</[a-z0-9]+>)[ \t]*)*$", re.I)
_TABLE_RULE = re.compile(r"^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)+$")
_ISLAND = re.compile(r"^[ \t]{0,12}<([a-z][a-z0-9]*)\b([^>]*)>?", re.I)
_SHORTCODE = re.compile(
    r"^[ \t]*(?:\{\{[<%][ \t]*([\w/-]+)([^}]*?)/?[>%]\}\}|\{%-?[ \t]*(\w+)([^}]*?)-?%\}"
    r"|:{3,}[ \t]*(\w[\w-]*)?([^:\n]*))[ \t]*$"
)
_PARAMETER = re.compile(r"([\w-]+)\s*[=:]\s*(?:\"([^\"]*)\"|'([^']*)')")
_MARKDOWN_INSIDE = re.compile(r"\]\(\s*(?:https?:|/|www\.|mailto:)|\bmarkdown=|^#{1,6} |\*\*\S|^\S[^\n]*\n={3,}$", re.M)
_BOLD_LINE = re.compile(r"^(?:\*\*\*|\*\*|__)(?=\S)(.{2,80}?)(?:\*\*\*|\*\*|__)[ \t]*:?[ \t]*$")
_LINK_KEYS = ("url", "href", "link")
_LONGEST_HEADING = 120


def read_markdown(source: str, is_label: LabelTest, *, first_line: int = 1) -> list[Block]:
    """Read Markdown into blocks; `first_line` is the number of its first line in the file. Comments are left out."""
    text = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), source)
    references = {one_line(match[1]).lower(): match[2] for match in _DEFINITION.finditer(text)}
    text = _DEFINITION.sub("", text)
    reader = _Reader(text.split("\n"), first_line, is_label, references)
    reader.read()
    return reader.blocks


@dataclass
class _Reader:
    """Goes through the lines once, adding a block for each thing it meets."""

    lines: list[str]
    first_line: int
    is_label: LabelTest
    references: Mapping[str, str]
    container: Container | None = None
    depth: int = 0
    place: int = 0
    gap: int = 0
    blocks: list[Block] = field(default_factory=list)

    def read(self) -> None:
        """Read all lines; each step takes at least one."""
        while self.place < len(self.lines):
            line = self.lines[self.place]
            if _EMPTY.match(line):
                self.gap += 1
                self.place += 1
            elif _ATTRIBUTES.match(line) or _TABLE_RULE.match(line):
                self.place += 1
            elif not any(
                step(line) for step in (self._fence, self._heading, self._rule, self._shortcode, self._island)
            ):
                self._paragraph()

    def _add(self, kind: BlockKind, source: str, start: int, end: int, level: int = 0) -> None:
        """Add a block of the lines from `start` up to, without, `end`."""
        inline = read_inline(source, self.references)
        self.blocks.append(
            Block(
                kind=kind,
                text=one_line(inline.text),
                line_start=self.first_line + start,
                line_end=self.first_line + end - 1,
                source="\n".join(self.lines[start:end]).strip("\n"),
                links=inline.links,
                runs=inline.runs,
                level=level,
                gap=self.gap,
                container=self.container,
            )
        )
        self.gap = 0
        self.place = end

    def _fence(self, line: str) -> bool:
        opening = _FENCE.match(line)
        if not opening:
            return False
        end = self.place + 1
        while end < len(self.lines) and not self.lines[end].strip().startswith(opening[1]):
            end += 1
        self._add(BlockKind.CODE, "", self.place, min(end + 1, len(self.lines)))
        return True

    def _heading(self, line: str) -> bool:
        if match := _ATX.match(line):
            self._add(BlockKind.HEADING, match[2] or match[4], self.place, self.place + 1, len(match[1] or match[3]))
        elif match := _TEXTILE_HEADING.match(line):
            self._add(BlockKind.HEADING, match[2], self.place, self.place + 1, int(match[1]))
        elif self._is_overlined(line):
            self._add(BlockKind.HEADING, self.lines[self.place + 1], self.place, self.place + 3, 1)
        elif self._is_underlined(self.place):
            level = 1 if self.lines[self.place + 1].strip()[0] == "=" else 2
            self._add(BlockKind.HEADING, line, self.place, self.place + 2, level)
        else:
            return False
        return True

    def _is_overlined(self, line: str) -> bool:
        following = self.lines[self.place + 1 : self.place + 3]
        return len(following) == 2 and bool(
            _OVERLINE.match(line) and following[0].strip() and following[1].strip()[:3] == line.strip()[:3]
        )

    def _is_underlined(self, place: int) -> bool:
        """Say whether a line stands over a setext underline, whose length does not matter."""
        line = self.lines[place].strip()
        underline = _SETEXT.match(self.lines[place + 1]) if place + 1 < len(self.lines) else None
        if not underline or not line or len(line) > _LONGEST_HEADING or _RULE.match(line) or line[0] in "<|{>":
            return False
        # Dashes under a sentence or a link are a rule that somebody set without a blank line.
        return underline[1][0] == "=" or not (line.endswith((".", ":", ")", "!")) or "](" in line or _ITEM.match(line))

    def _rule(self, line: str) -> bool:
        if not _RULE.match(line):
            return False
        self._add(BlockKind.RULE, "", self.place, self.place + 1)
        return True

    def _paragraph(self) -> None:
        start = self.place
        end = start + 1
        while end < len(self.lines) and not self._ends_paragraph(end):
            end += 1
        is_item = bool(_ITEM.match(self.lines[start]))
        parts = [(start, end)] if is_item else self._part_labels(start, end)
        for part_start, part_end in parts:
            source = "\n".join(_QUOTE.sub("", line) for line in self.lines[part_start:part_end])
            bold = _BOLD_LINE.match(source) if part_end - part_start == 1 and "](" not in source else None
            if not is_item and (bold or _is_shouted(source)):
                self._add(BlockKind.HEADING, bold[1] if bold else source, part_start, part_end, BOLD_LEVEL)
            else:
                self._add(BlockKind.ITEM if is_item else BlockKind.TEXT, source, part_start, part_end)

    def _ends_paragraph(self, place: int) -> bool:
        line = self.lines[place]
        return bool(
            not line.strip()
            or _ATX.match(line)
            or _FENCE.match(line)
            or _RULE.match(line)
            or _ITEM.match(line)
            or _ATTRIBUTES.match(line)
            or _TABLE_RULE.match(line)
            or self._is_underlined(place)
            or self._opens_island(line)
        )

    def _part_labels(self, start: int, end: int) -> list[tuple[int, int]]:
        """Part a label on the first or the last line of a paragraph from the rest of it."""
        if end - start < 2:
            return [(start, end)]
        plain = [one_line(read_inline(_QUOTE.sub("", self.lines[place])).text) for place in (start, end - 1)]
        first = start + 1 if self.is_label(plain[0]) else start
        last = end - 1 if self.is_label(plain[1]) and end - 1 > first else end
        cuts = sorted({start, first, last, end})
        return list(pairwise(cuts))

    def _opens_island(self, line: str) -> bool:
        match = _ISLAND.match(line)
        return bool(match and match[1].lower() in BLOCK_TAGS)

    def _island(self, line: str) -> bool:
        """Read a piece of HTML that begins a line, or the Markdown that it is wrapped around."""
        if not self._opens_island(line):
            return False
        match = _ISLAND.match(line)
        tag = match[1].lower() if match else ""
        end = self._find_end(tag)
        region = "\n".join(self.lines[self.place : end])
        if self.depth < 20 and match and _MARKDOWN_INSIDE.search(region):
            words = class_words(" ".join(re.findall(r"(?:class|id)\s*=\s*[\"']?([^\"'>]*)", match[2])))
            inner = re.sub(rf"</{tag}\s*>\s*\Z", "", region[match.end() :], flags=re.I)
            self._read_within(Container(tag, words, self.container), inner.split("\n"), self.place, end)
            return True
        found = read_html(region, self.is_label, first_line=self.first_line + self.place, parent=self.container)
        self._take_over(found, end)
        return True

    def _find_end(self, tag: str) -> int:
        """Return the line after the one that closes an element, or the next blank line where none does."""
        opening, closing = re.compile(rf"<{tag}\b", re.I), re.compile(rf"</{tag}\s*>", re.I)
        open_elements = 0
        for place in range(self.place, len(self.lines)):
            open_elements += len(opening.findall(self.lines[place])) - len(closing.findall(self.lines[place]))
            if open_elements <= 0:
                return place + 1
        blank = (place for place in range(self.place, len(self.lines)) if not self.lines[place].strip())
        return next(blank, len(self.lines))

    def _read_within(self, container: Container, lines: list[str], start: int, end: int) -> None:
        reader = _Reader(lines, self.first_line + start, self.is_label, self.references, container, self.depth + 1)
        reader.read()
        self._take_over(reader.blocks, end)

    def _take_over(self, found: list[Block], end: int) -> None:
        if found:
            self.blocks += [replace(found[0], gap=self.gap + found[0].gap), *found[1:]]
            self.gap = 0
        self.place = end

    def _shortcode(self, line: str) -> bool:
        """Read what a template mark on its own line is wrapped around, or the copy among its parameters."""
        match = _SHORTCODE.match(line)
        if not match:
            return False
        name = match[1] or match[3] or match[5] or ""
        parameters = {key.lower(): a or b for key, a, b in _PARAMETER.findall(match[2] or match[4] or match[6] or "")}
        container = Container("shortcode", class_words(f"{name} {parameters.get('class', '')}"), self.container)
        closing = rf"\{{\{{[<%]\s*/\s*{re.escape(name)}\b|\{{%-?\s*end{re.escape(name)}\b" + (
            "" if match[1] or match[3] else "|:{3,}"
        )
        ends = (
            place
            for place in range(self.place + 1, len(self.lines))
            if re.match(rf"^\s*(?:{closing})", self.lines[place])
        )
        end = next(ends, None)
        if end is not None and name:
            self._read_within(container, self.lines[self.place + 1 : end], self.place + 1, end + 1)
            return True
        url = next((parameters[key] for key in _LINK_KEYS if parameters.get(key)), "")
        words = one_line(
            " ".join(value for key, value in parameters.items() if key not in (*_LINK_KEYS, "class", "image"))
        )
        if url and words:
            number = self.first_line + self.place
            source = f"[{words}]({url})"
            links = (Link(url, words),)
            self.blocks.append(
                Block(BlockKind.TEXT, words, number, number, source, links, gap=self.gap, container=container)
            )
            self.gap = 0
        self.place += 1
        return True


def _is_shouted(source: str) -> bool:
    """Say whether a line is a few words in capitals, as plain text mail writes its headings."""
    return bool(re.fullmatch(r"[A-Z][A-Z' &:-]{2,40}", source.strip())) and len(source.split()) <= 5
