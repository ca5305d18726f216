"""How copy came to be what it is: its versions, and what changed between them."""

from dataclasses import dataclass

from sponsorship.checks.similarity import Run, word_runs
from sponsorship.creative.models import Creative
from sponsorship.creative.queries.copy import current_copy
from sponsorship.creative.render import plain_text
from sponsorship.creative.rules import NO_COPY


@dataclass(frozen=True, slots=True)
class Proof:
    """Copy marked up against what it was before; `against` names that, empty where there is nothing before it."""

    heading: list[Run]
    body: list[Run]
    link_text: list[Run]
    against: str


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
