"""What discloses a sponsor: labels on a line of their own, marks set off within the copy, sentences that say so."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz.distance import OSA

from sponsorship.archive.reader.blocks import Block, compact, one_line
from sponsorship.archive.rules import FormatDescription, FoundKind
from sponsorship.core.urls import host_of

SOCIAL_HOSTS = frozenset(
    (
        *("twitter.com", "x.com", "facebook.com", "instagram.com", "linkedin.com", "github.com", "youtube.com"),
        *("mastodon.social", "bsky.app", "threads.net", "discord.gg", "reddit.com"),
    )
)
"""Where publishers have accounts that they show at the foot of an issue."""

_WORD = re.compile(r"&|[^\W_]+(?:'[^\W\d_]+)?")
_EDGES = re.compile(r"^[\W_]+|[^\w.!?')\]]+$")
_SEPARATOR = re.compile(r"^\s*(?:[:|(–—,]|-\s|\s-)\s*")
_NAMING_WORDS = {"by", "with", "from", "at", "is", "are", "to", "von", "par", "por", "da", "door"}
_BRACKETED = re.compile(r"[\[(【]\s*([^\[\]()【】]{2,40}?)\s*[\])】]")
_TRAILING = re.compile(r"\s(?:[—–|•·]|-)\s+([^\s—–|•·-][^—–|•·]{1,30})$")
_LEADING = re.compile(r"^([A-Za-z' ]{2,30}?)\s*(?:[:|—–]|\s-)\s+(?=\S)")
_HASHTAG = re.compile(r"(?:^|\s)#(ad|sponsored|sponsor|advert|promoted)\b", re.IGNORECASE)
_NAME = r"(?P<name>[A-Z0-9][\w.&'’+-]*(?:\s+(?:[A-Z0-9][\w.&'’+-]*|of|the|and|&)(?=\s|[^\w\s]|$)){0,5})"
_OFTEN_MISSPELT = ("sponsor", "sponsors", "sponsored", "advertisement", "classifieds")
_LONGEST_LABEL = 110
_LONGEST_NAME = 60
_SURE, _LIKELY, _UNSURE = 0.95, 0.85, 0.7


@dataclass(frozen=True)
class Label:
    """What a label says: the kind of placement, the company or title behind it, and how sure the words are.

    `plural` means that several placements may stand below it; PRIMARY stands for any sold for the whole issue, since
    which of them was first is told by their order.
    """

    kind: FoundKind
    name: str | None
    plural: bool
    confidence: float


@dataclass(frozen=True)
class Mark:
    """A label found within a block: the words as printed, and whether the block is nothing else."""

    words: str
    label: Label
    at_start: bool


@dataclass(frozen=True)
class MarkReader:
    """Reads labels and marks by a format description; `own_names` are what the newsletter calls itself."""

    description: FormatDescription
    own_names: tuple[str, ...] = ()
    _cache: dict[str, Label | None] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _terms(self) -> list[tuple[re.Pattern[str], FoundKind, float]]:
        described = self.description
        groups = (
            (described.classified_terms, FoundKind.CLASSIFIED, _LIKELY),
            (described.sponsor_terms, FoundKind.PRIMARY, _SURE),
            (described.partner_terms, FoundKind.PARTNER, _LIKELY),
            (described.weak_terms, FoundKind.PRIMARY, _UNSURE),
        )
        return [(_any_of(terms), kind, confidence) for terms, kind, confidence in groups if terms]

    @cached_property
    def _fillers(self) -> frozenset[str]:
        own = (word for name in self.own_names for word in _WORD.findall(name.lower().replace("’", "'")))
        return frozenset((*self.description.filler_words, *own))

    def read_label(self, text: str) -> Label | None:
        """Return what a line says if it is a label and nothing else, such as "Sponsored by Acme"."""
        if text not in self._cache:
            self._cache[text] = self._read_label(text)
        return self._cache[text]

    def is_label(self, text: str) -> bool:
        """Say whether a line is a label and nothing else."""
        return self.read_label(text) is not None

    def _read_label(self, text: str) -> Label | None:
        printed = _EDGES.sub("", one_line(text))
        if not printed or len(printed) > _LONGEST_LABEL or self.calls_for_sponsors(printed):
            return None
        line = _repair(printed.lower().replace("’", "'"))
        for pattern, kind, confidence in self._terms:
            for match in pattern.finditer(line):
                named, name = self._read_rest(line, match, printed)
                if named:
                    return Label(kind, name, match[0].endswith("s"), confidence)
        return None

    def _read_rest(self, line: str, term: re.Match[str], printed: str) -> tuple[bool, str | None]:
        """Return whether all words around a term are fillers or, behind a separator, a name; and that name."""
        if any(word not in self._fillers and not word.isdigit() for word in _WORD.findall(line[: term.start()])):
            return False, None
        naming = term[0].split()[-1] in _NAMING_WORDS
        place = term.end()
        for word in _WORD.finditer(line, term.end()):
            between = line[place : word.start()]
            if _SEPARATOR.match(between) or naming:
                return self._take_name(line, place, printed, naming=naming)
            if word[0] not in self._fillers and not self._is_term(word[0]):
                return False, None
            naming = word[0] in _NAMING_WORDS
            place = word.end()
        return True, None

    def _take_name(self, line: str, place: int, printed: str, *, naming: bool) -> tuple[bool, str | None]:
        name = _EDGES.sub("", _SEPARATOR.sub("", line[place:]))
        if all(word in self._fillers or self._is_term(word) for word in _WORD.findall(name)):
            return True, None
        # Behind "by" stands a name; behind a colon there may be the title of the copy.
        start = printed.lower().replace("’", "'").rfind(name)
        spelled = printed[start : start + len(name)] if start >= 0 else name
        if naming and not re.search(r"[A-Z0-9]", spelled):
            return False, None
        fits = len(name) <= _LONGEST_NAME and not re.search(r"[.!?]\s", name)
        return fits or not naming, spelled if fits else None

    def has_term(self, text: str) -> bool:
        """Say whether a text has a word of the trade in it, such as "sponsor" or "partners"."""
        return any(pattern.search(text.lower()) for pattern, _, _ in self._terms)

    def _is_term(self, word: str) -> bool:
        return any(pattern.fullmatch(word) for pattern, _, _ in self._terms)

    @cached_property
    def _house(self) -> list[re.Pattern[str]]:
        return [re.compile(self._fill_in(each), re.IGNORECASE) for each in self.description.house_phrases]

    def calls_for_sponsors(self, text: str) -> bool:
        """Say whether a text offers the newsletter's own space to sponsors."""
        plain = text.replace("’", "'")
        return any(pattern.search(plain) for pattern in self._house)

    @cached_property
    def _disclosures(self) -> list[re.Pattern[str]]:
        return [re.compile(self._fill_in(each)) for each in self.description.disclosures]

    def find_disclosure(self, text: str) -> str | None:
        """Return the company that a sentence says paid for the issue, or None where none says so."""
        plain = text.replace("’", "'")
        for pattern in self._disclosures:
            if (match := pattern.search(plain)) and not self.calls_for_sponsors(match[0]):
                return match["name"].rstrip(".,'")
        return None

    def _fill_in(self, pattern: str) -> str:
        own = "|".join(re.escape(name) for name in self.own_names) or r"(?!)"
        return pattern.replace("{own}", f"(?i:{own})").replace("{name}", _NAME)

    def find_mark(self, block: Block) -> Mark | None:
        """Return the label within a block that marks it as paid for: set off, in brackets, or behind a dash."""
        text = block.text
        for words in dict.fromkeys((*block.runs, *_BRACKETED.findall(text), *_HASHTAG.findall(text))):
            label = self._read_short(words)
            if label and (mark := self._place_mark(text, words, label)):
                return mark
        for match in (_TRAILING.search(text), _LEADING.match(text)):
            label = self._read_short(match[1]) if match else None
            if match and label and label.confidence > _UNSURE and not label.name:
                return Mark(match[1], label, match.start() == 0)
        return None

    def _read_short(self, words: str) -> Label | None:
        """Read a few words as a label; of the vague terms only "ad" and "promo" are taken for a mark."""
        label = self.read_label(words) if len(words) <= _LONGEST_NAME else None
        if label is None or label.confidence > _UNSURE:
            return label
        return label if compact(words) in ("ad", "ads", "promo", "promotion") else None

    def _place_mark(self, text: str, words: str, label: Label) -> Mark | None:
        if text.count(words) == 0 or compact(text) == compact(words):
            return None
        bare = _EDGES.sub("", text)
        at_start, at_end = bare.startswith(words), text.rstrip(" .!)]】*").endswith(words)
        # In the midst of a sentence the word may be used, not shown: there it takes capitals or brackets to mark.
        shown = words.isupper() or bool(re.search(rf"[\[(【]\s*{re.escape(words)}\s*[\])】]", text))
        return Mark(words, label, at_start) if at_start or at_end or shown else None

    def is_job_heading(self, text: str) -> bool:
        """Say whether a heading opens a section of vacancies."""
        return _is_listed(text, self.description.job_headings)

    def is_editorial_heading(self, text: str) -> bool:
        """Say whether a heading is one that sections of editorial matter usually have."""
        return _is_listed(text, self.description.editorial_headings)

    def closes_issue(self, block: Block) -> bool:
        """Say whether a block is part of what stands at the foot of every issue: accounts, subscription, goodbye."""
        if block.web_links and not block.text and all(host_of(link.url) in SOCIAL_HOSTS for link in block.web_links):
            return True
        return any(re.search(pattern, block.text, re.IGNORECASE) for pattern in self.description.closing_phrases)

    def sounds_promotional(self, text: str) -> bool:
        """Say whether a text asks the reader to register, buy or try."""
        return any(re.search(pattern, text, re.IGNORECASE) for pattern in self.description.promotional_phrases)


def strip_mark(text: str, mark: Mark | None) -> str:
    """Return a text without a mark and the brackets or dash around it."""
    if mark is None:
        return text
    words = re.escape(mark.words)
    around = (
        rf"[\[(【]\s*{words}\s*[\])】]|(?:[—–|•·-]\s*)?#?{words}\s*[:|—–]?"
        if not mark.at_start
        else rf"[\[(【]?\s*{words}\s*[\])】]?\s*[:|—–-]?"
    )
    return one_line(re.sub(around, "", text, count=1)) if mark.at_start else one_line(_remove_last(text, around))


def strip_mark_source(source: str, mark: Mark | None) -> str:
    """Return the Markdown of an ad without the mark at its end, emphasis and brackets around it included."""
    trimmed = source.rstrip()
    if mark is not None:
        for opening, closing in (("**", "**"), ("*", "*"), ("_", "_"), ("(", ")"), ("[", "]")):
            if trimmed.endswith(f"{opening}{mark.words}{closing}"):
                return trimmed.removesuffix(f"{opening}{mark.words}{closing}").rstrip()
    return source


def _remove_last(text: str, pattern: str) -> str:
    matches = list(re.finditer(pattern, text))
    return text[: matches[-1].start()] + text[matches[-1].end() :] if matches else text


def _any_of(terms: Iterable[str]) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True))
    return re.compile(rf"(?<![\w'])(?:{alternatives})(?![\w'])")


def _is_listed(text: str, patterns: Iterable[str]) -> bool:
    bare = re.sub(r"^[\W\d_]+|[\W_]+$", "", one_line(text).lower().replace("’", "'"))
    return any(re.fullmatch(pattern, bare) for pattern in patterns)


def _repair(line: str) -> str:
    """Put the words of disclosure right where they are misspelt by a letter or two ("sponosred")."""

    def mend(match: re.Match[str]) -> str:
        word = match[0]
        if len(word) < 6 or word in _OFTEN_MISSPELT or word[0] not in "sac":
            return word
        near = [known for known in _OFTEN_MISSPELT if OSA.distance(word, known) <= (1 if len(known) < 9 else 2)]
        return near[0] if near else word

    return re.sub(r"[a-z]+", mend, line)
