"""How copy came to be what it is: its versions, and what changed between them."""

from dataclasses import dataclass
from datetime import datetime

from sponsorship.checks.similarity import Run, RunKind, word_runs
from sponsorship.creative.models import Creative, CreativeVersion
from sponsorship.creative.queries.copy import current_copy
from sponsorship.creative.render import plain_text
from sponsorship.creative.rules import NO_COPY, Side


@dataclass(frozen=True, slots=True)
class Proof:
    """Copy marked up against what it was before; `against` names that, empty where there is nothing before it."""

    heading: list[Run]
    body: list[Run]
    link_text: list[Run]
    against: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Two versions beside each other: the later one, marked up against the earlier, field by field."""

    before: CreativeVersion
    after: CreativeVersion
    fields: list[tuple[str, list[Run]]]

    @property
    def is_same(self) -> bool:
        """Whether both have the same words."""
        return self.before.copy == self.after.copy


@dataclass(frozen=True, slots=True)
class Word:
    """One entry of the talk beside the copy: a comment, or a note with which the publisher gave the copy back."""

    side: Side
    author: str
    body: str
    version_number: int
    written_at: datetime
    is_change_note: bool = False


def compare_versions(creative: Creative, before: int | None = None, after: int | None = None) -> Difference | None:
    """Return two versions by their numbers, by default the last two, marked up word by word; None for fewer than two.

    Whichever order they are named in, the earlier one stands first. A number that is none counts as the default.
    """
    known = {version.number: version for version in creative.versions}
    if len(known) < 2:
        return None
    last, previous = creative.versions[-1], creative.versions[-2]
    later = known.get(after or 0, last)
    earlier = known.get(before or 0, previous if later is last else known[min(known)])
    first, second = sorted((earlier, later), key=lambda version: version.number)
    fields = [
        ("Headline", word_runs(first.heading, second.heading)),
        ("Body", word_runs(first.body, second.body)),
        ("Link text", word_runs(first.link_text, second.link_text)),
        ("Link address", _whole(first.link_url, second.link_url)),
    ]
    return Difference(first, second, [(name, runs) for name, runs in fields if runs])


def list_words(creative: Creative) -> list[Word]:
    """Return what sponsor and publisher said beside the copy, in order: comments, and the notes of changes asked."""
    said = [Word(c.side, c.author, c.body, c.version_number, c.written_at) for c in creative.comments]
    said += [Word(Side.PUBLISHER, n.author, n.body, n.version_number, n.written_at, True) for n in creative.notes]
    return sorted(said, key=lambda word: word.written_at)


def _whole(before: str, after: str) -> list[Run]:
    """An address is one thing: kept, or replaced as a whole."""
    if before == after:
        return [Run(RunKind.KEPT, after)] if after else []
    pairs = ((RunKind.ADDED, after), (RunKind.REMOVED, before))
    return [Run(kind, text) for kind, text in pairs if text]


def mark_up(creative: Creative) -> Proof:
    """Return the latest version marked up against the one that changes were asked for; against nothing the first time."""
    copy = current_copy(creative) or NO_COPY
    noted = creative.notes[-1].version_number if creative.notes else 0
    before = next((v.copy for v in creative.versions if v.number == noted), None)
    if before is None or before == copy:
        return Proof([], [], [], "")
    return Proof(
        heading=word_runs(before.heading, copy.heading),
        body=word_runs(plain_text(before.body), plain_text(copy.body)),
        link_text=word_runs(before.link_text, copy.link_text),
        against=f"version {noted}, which you sent back",
    )
