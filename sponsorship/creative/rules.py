"""A creative's way from draft to print, and the limits that it must meet."""

from dataclasses import dataclass
from enum import StrEnum

from sponsorship.core.errors import InvalidTransition
from sponsorship.core.text import LimitUnit, count_units


class CreativeState(StrEnum):
    """How far the copy of one booking has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    LOCKED = "locked"

    @property
    def label(self) -> str:
        """The words on screens."""
        return {"submitted": "In review", "changes_requested": "Changes asked"}.get(self.value, self.value.capitalize())


CREATIVE_STEPS: dict[CreativeState, frozenset[CreativeState]] = {
    CreativeState.DRAFT: frozenset({CreativeState.SUBMITTED}),
    CreativeState.SUBMITTED: frozenset({CreativeState.CHANGES_REQUESTED, CreativeState.APPROVED, CreativeState.DRAFT}),
    CreativeState.CHANGES_REQUESTED: frozenset({CreativeState.SUBMITTED}),
    CreativeState.APPROVED: frozenset({CreativeState.CHANGES_REQUESTED, CreativeState.LOCKED}),
    CreativeState.LOCKED: frozenset(),
}

EDITABLE = (CreativeState.DRAFT, CreativeState.CHANGES_REQUESTED)


@dataclass(frozen=True, slots=True)
class Copy:
    """What a sponsor writes for one slot; body is a small Markdown."""

    heading: str
    body: str
    link_url: str
    link_text: str


@dataclass(frozen=True, slots=True)
class CopyLimits:
    """The ad spec of one placement."""

    heading: int
    body: int
    unit: LimitUnit


def check_creative_step(before: CreativeState, after: CreativeState) -> None:
    """Raise InvalidTransition unless the table has this step."""
    if after not in CREATIVE_STEPS[before]:
        raise InvalidTransition(f"Copy that is {before.label.lower()} cannot become {after.label.lower()}.")


def limit_sentence(name: str, text: str, limit: int, unit: LimitUnit) -> str | None:
    """Return what is wrong with a text's length, or None: "The body has 64 words: 4 over the limit of 60."."""
    used = count_units(text, unit)
    if used <= limit:
        return None
    return f"The {name} has {used} {unit.label}: {used - limit} over the limit of {limit}."
