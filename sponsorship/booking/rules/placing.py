"""Whom a slot may be sold to: refused sponsors, prohibited categories, rivals in one issue, and runs too near each other."""

from collections.abc import Iterable
from dataclasses import dataclass

from sponsorship.core.format import count
from sponsorship.sponsors.rules import RivalRule


@dataclass(frozen=True, slots=True)
class Firm:
    """A sponsor as the rules look at it: `family` are its id and those of the companies it belongs to, `category` its
    category's id and those above it, the topmost first (empty: none)."""

    sponsor_id: int
    family: frozenset[int]
    category: tuple[int, ...] = ()
    category_name: str = ""


@dataclass(frozen=True, slots=True)
class Placing:
    """A firm on a slot of an issue, by the issue's number in its newsletter; `is_exclusive` was sold with it."""

    firm: Firm
    issue_number: int
    placement_id: int
    place: str
    is_exclusive: bool = False


@dataclass(frozen=True, slots=True)
class PlacingRules:
    """What a newsletter allows; `cadence_issues` are the issues that lie between two runs of the sponsor at least."""

    rivals: RivalRule
    cadence_issues: int


def are_rivals(one: Firm, other: Firm) -> bool:
    """Whether two firms compete: one category is the other or stands above it, and neither belongs to the other's family."""
    if one.family & other.family or not one.category or not other.category:
        return False
    shorter, longer = sorted((one.category, other.category), key=len)
    return longer[: len(shorter)] == shorter


def placing_refusal(wanted: Placing, others: Iterable[Placing], rules: PlacingRules) -> str | None:
    """Return why a firm may not have a slot beside who has others, in a sentence that names no rival; None where it may."""
    for other in others:
        if other.firm.sponsor_id == wanted.firm.sponsor_id:
            between = abs(other.issue_number - wanted.issue_number) - 1
            if 0 <= between < rules.cadence_issues:
                least = count(rules.cadence_issues, "issue")
                return f"{wanted.place} is too near {other.place}: {least} must lie between two runs of one sponsor."
        elif other.issue_number == wanted.issue_number and are_rivals(wanted.firm, other.firm):
            same_place = other.placement_id == wanted.placement_id
            if wanted.is_exclusive or other.is_exclusive or rules.rivals is RivalRule.ISSUE:
                return f"{wanted.place} cannot be had: a competitor ({wanted.firm.category_name}) is in that issue."
            if rules.rivals is RivalRule.PLACEMENT and same_place:
                return f"{wanted.place} cannot be had: a competitor ({wanted.firm.category_name}) is beside it."
    return None
