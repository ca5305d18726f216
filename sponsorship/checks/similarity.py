"""How alike two texts are, and where. The one door to rapidfuzz."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel

from sponsorship.checks.rules import (
    COPY_RULES,
    FEWEST_WORDS,
    CheckRule,
    CopySource,
    Passage,
    Policy,
    is_same_house,
    leads_deep,
)
from sponsorship.checks.rules.passages import SHARED_HOSTS
from sponsorship.core.urls import registrable_domain

_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"[^\S\n]*(?:\n[^\S\n]*){2,}|\S+")  # a gap between paragraphs, or a word
_GAP = "\n\n"
_BRAND = "brand"
_LEAST_LETTERS = 60  # percent: below that two texts are not looked at more closely
_UNSEEN = 30  # texts assumed beside those compared, so that a handful of texts says little about how rare a word is
_LEAST_WEIGHT = 0.3
_LETTERS = 0.3  # the share of the comparison by letters
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


def masked_words(text: str, brand: str) -> list[str]:
    """Return a text's words as they are compared, with the sponsor's name in them replaced by one and the same word.

    So an ad is found again under another brand. A name of several words is replaced where it stands as a whole.
    """
    words, name = normal_words(text), normal_words(brand)
    if not name:
        return words
    masked, size, at = [], len(name), 0
    while at < len(words):
        is_brand = words[at : at + size] == name
        masked.append(_BRAND if is_brand else words[at])
        at += size if is_brand else 1
    return masked


def spell(words: Iterable[str]) -> str:
    """Return words as they are kept for comparison: sorted, with blanks between."""
    return " ".join(sorted(words))


def rank_alike(words: str, others: Mapping[int, str]) -> dict[int, float]:
    """Return how alike a text is to each of others, 0 to 1; both as `spell` gives them. What is far from it is left out.

    The greater part is the share of words in common, each weighed by how rare it is among `others`: phrases that every
    ad of a trade uses count for little, what only two texts say counts for much (inverse document frequency, Sparck Jones
    1972, with `_UNSEEN` texts assumed beside those given). The lesser part compares letters, so that a misspelt word is
    still nearly the same.
    """
    near = process.extract(words, others, scorer=fuzz.ratio, score_cutoff=_LEAST_LETTERS, limit=None)
    bags = {key: Counter(others[key].split(" ")) for _, _, key in near}
    seen = Counter(word for bag in bags.values() for word in bag)
    size = len(bags) + _UNSEEN + 1
    weight = {word: _LEAST_WEIGHT + math.log(size / (number + 1)) for word, number in seen.items()}
    alone = _LEAST_WEIGHT + math.log(size)
    own = Counter(words.split(" "))
    own_mass = sum(number * weight.get(word, alone) for word, number in own.items())
    return {
        key: _LETTERS * letters / 100 + (1 - _LETTERS) * _shared_mass(own, bags[key], weight, own_mass)
        for _, letters, key in near
    }


def _shared_mass(own: Counter[str], other: Counter[str], weight: Mapping[str, float], own_mass: float) -> float:
    """Dice's coefficient over weighed words."""
    common = sum(min(number, other[word]) * weight[word] for word, number in own.items() if word in other)
    return 2 * common / (own_mass + sum(number * weight[word] for word, number in other.items()))


def compare(this: Passage, other: Passage, alike: float, policy: Policy) -> list[Likeness]:
    """Return what the rules see between two placements, wherever they stand; `alike` is from `rank_alike`, 0 to 1."""
    if CopySource.EDITORIAL in (this.source, other.source):
        ours, theirs = registrable_domain(this.url), registrable_domain(other.url)
        return [Likeness(CheckRule.EDITORIAL_LINK)] if ours and ours == theirs and ours not in SHARED_HOSTS else []
    seen = _same_words(this, other, alike, policy)
    if is_same_house(this, other):
        seen.append(Likeness(CheckRule.SAME_SPONSOR))
    if this.publish_on == other.publish_on and this.placement_name == other.placement_name:
        seen.append(Likeness(CheckRule.SAME_SLOT))
    if this.destination and this.destination == other.destination:
        seen.append(Likeness(CheckRule.SAME_DESTINATION))
        is_new_copy = not any(one.rule in COPY_RULES for one in seen)
        if is_new_copy and this.url == other.url and leads_deep(this.url):
            seen.append(Likeness(CheckRule.OLD_LINK))
    return seen


def _same_words(this: Passage, other: Passage, alike: float, policy: Policy) -> list[Likeness]:
    words_this, words_other = normal_words(this.copy), normal_words(other.copy)
    seen, share = [], 0.0
    if words_this and words_this == words_other:
        seen.append(Likeness(CheckRule.SAME_COPY))
        share = 1.0
    elif min(len(words_this), len(words_other)) >= FEWEST_WORDS:
        share = likeness(this.copy, other.copy) if alike > 0 else 0.0
        if alike * 100 >= policy[CheckRule.NEAR_COPY].likeness:
            seen.append(Likeness(CheckRule.NEAR_COPY, share))
    is_much = share == 1.0 or alike * 100 >= policy[CheckRule.OTHERS_COPY].likeness
    if share and is_much and not is_same_house(this, other):
        seen.append(Likeness(CheckRule.OTHERS_COPY, share))
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
