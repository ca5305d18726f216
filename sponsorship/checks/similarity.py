"""How alike two texts are, and where. The one door to rapidfuzz."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Indel

from sponsorship.checks.rules import FEWEST_WORDS, NEAR_COPY_FROM, CheckRule, Passage, is_same_sponsor

_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"[^\S\n]*(?:\n[^\S\n]*){2,}|\S+")  # a gap between paragraphs, or a word
_GAP = "\n\n"
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ")


class RunKind(StrEnum):
    """What became of a run of words between two texts."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stand together, spelt as in their text; an empty line is a gap between paragraphs."""

    kind: RunKind
    text: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a rule saw between two placements; `share` is the share of words in common, 0 to 1 (1 where words do not matter)."""

    rule: CheckRule
    share: float = 1.0


def normal_words(text: str) -> list[str]:
    """Return a text's words as they are compared: case, accents, punctuation and web addresses aside."""
    plain = unicodedata.normalize("NFKD", _ADDRESS.sub(" ", text).translate(_APOSTROPHES)).casefold()
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))


def likeness(a: str, b: str) -> float:
    """Return the share of words that two texts have in common, 0 to 1, whatever their order.

    Dice's coefficient over the words with their repetitions: twice the common ones by all of both texts. It is what an
    insert-and-delete distance gives between the sorted words. Two texts without words have nothing in common.
    """
    words_a, words_b = sorted(normal_words(a)), sorted(normal_words(b))
    if not words_a or not words_b:
        return 0.0
    return Indel.normalized_similarity(words_a, words_b)


def compare(this: Passage, other: Passage) -> list[Likeness]:
    """Return what two placements have in common, wherever they stand: sponsor, destination, copy (same, or near)."""
    seen = []
    if is_same_sponsor(this, other):
        seen.append(Likeness(CheckRule.SAME_SPONSOR))
    if this.destination and this.destination == other.destination:
        seen.append(Likeness(CheckRule.SAME_DESTINATION))
    words_this, words_other = normal_words(this.copy), normal_words(other.copy)
    if words_this and words_this == words_other:
        seen.append(Likeness(CheckRule.SAME_COPY))
    elif min(len(words_this), len(words_other)) >= FEWEST_WORDS:
        share = likeness(this.copy, other.copy)
        if share >= NEAR_COPY_FROM:
            seen.append(Likeness(CheckRule.NEAR_COPY, share))
    return seen


def word_runs(before: str, after: str) -> list[Run]:
    """Return the text `after` as runs of words against `before`: kept, added, and between them what was removed.

    Words are compared as `normal_words` does and shown as written; where something was replaced, what is new stands first.
    """
    words_before, words_after = _pieces(before), _pieces(after)
    runs: list[Run] = []
    steps = Indel.opcodes([_key(word) for word in words_before], [_key(word) for word in words_after])
    gone: list[str] = []
    for step in steps:
        new = words_after[step.dest_start : step.dest_end]
        if step.tag == "delete":
            gone += words_before[step.src_start : step.src_end]
            continue
        if step.tag == "equal":
            _add(runs, RunKind.REMOVED, gone)
            gone = []
        _add(runs, RunKind.KEPT if step.tag == "equal" else RunKind.ADDED, new)
    _add(runs, RunKind.REMOVED, gone)
    return runs


def _pieces(text: str) -> list[str]:
    return [piece if piece.strip() else _GAP for piece in _PIECE.findall(text.strip())]


def _key(word: str) -> str:
    return "".join(normal_words(word)) or word


def _add(runs: list[Run], kind: RunKind, words: list[str]) -> None:
    """Append words, to the run before where it is of the same kind."""
    if not words:
        return
    if runs and runs[-1].kind is kind:
        words = [runs.pop().text, *words]
    runs.append(Run(kind, " ".join(words)))
