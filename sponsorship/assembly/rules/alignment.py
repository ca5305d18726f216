"""Where in a long text a short one stands, though words of it were changed: no library, words in, places out."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

STEP = 8  # words by which places are told apart at first
MOST_REPEATS = 60  # a word that stands more often than this says nothing about a place
CANDIDATES = 4


@dataclass(frozen=True, slots=True)
class Window:
    """Words `start` to `end` (not included) of the long text, and the share of words in common, 0 to 1."""

    start: int
    end: int
    share: float

    def overlaps(self, other: "Window") -> bool:
        """Whether two windows have a word in common."""
        return self.start < other.end and other.start < self.end


def find_windows(wanted: Sequence[str], text: Sequence[str], *, least: float, again: float) -> list[Window]:
    """Return where `wanted` stands in `text`, the likest first and none over another.

    The best needs a share of `least`; each further one of `again`. The share is Dice's coefficient over the words in their
    order, so that text which was turned round counts as changed.
    """
    found: list[Window] = []
    taken: set[int] = set()
    while (window := _best(wanted, text, taken)) and window.share >= (again if found else least):
        found.append(window)
        taken.update(range(window.start, window.end))
    return found


def _best(wanted: Sequence[str], text: Sequence[str], taken: Collection[int]) -> Window | None:
    """Each word that both have votes for the place where the whole would begin; rare words weigh more."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    known = set(wanted)
    for at, word in enumerate(text):
        if word in known and at not in taken:
            places[word].append(at)
    votes: Counter[int] = Counter()
    for offset, word in enumerate(wanted):
        stands = places[word]
        for at in stands if len(stands) <= MOST_REPEATS else ():
            votes[(at - offset) // STEP] += 1000 // len(stands)
    likely = Counter({step: count + votes[step + 1] for step, count in votes.items()})
    windows = (_fit(wanted, text, taken, step * STEP) for step, _ in likely.most_common(CANDIDATES))
    return max((window for window in windows if window), key=lambda window: window.share, default=None)


def _fit(wanted: Sequence[str], text: Sequence[str], taken: Collection[int], begin: int) -> Window | None:
    """The part of the text around a place that is likest to the whole: it begins and ends with words of it."""
    margin = STEP + len(wanted) // 4
    low, high = max(begin - margin, 0), min(begin + len(wanted) + 2 * STEP + margin, len(text))
    around = [text[at] if at not in taken else "" for at in range(low, high)]
    runs = [run for run in SequenceMatcher(None, wanted, around, autojunk=False).get_matching_blocks() if run.size]
    best: Window | None = None
    for first in range(len(runs)):
        common = 0
        for last in range(first, len(runs)):
            common += runs[last].size
            start, end = low + runs[first].b, low + runs[last].b + runs[last].size
            share = 2 * common / (len(wanted) + end - start)
            if best is None or share > best.share:
                best = Window(start, end, share)
    return best
