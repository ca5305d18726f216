"""The rules for duplicate placements: what is compared with what, how much it weighs, and what a newsletter may set.

What a rule makes of two placements, by where the other one stands (SEVERITIES below):

| rule             | in the same issue | in a neighbouring issue | further away |
|------------------|-------------------|-------------------------|--------------|
| same slot        | stops it          | nothing                 | nothing      |
| same sponsor     | look at this      | nothing: running every week is what sponsors buy | nothing |
| same destination | stops it          | look at this            | nothing      |
| same copy        | stops it          | look at this            | nothing      |
| near copy        | stops it          | look at this            | nothing      |
| another's copy   | nothing: the rules above say it       | nothing: likewise | look at this |
| old link         | nothing: same destination says it     | nothing: likewise | look at this |
| editorial link   | look at this      | nothing                 | nothing      |

What stops the copy may be sent for review all the same: the publisher can waive it with a reason. Approval waits for that.
A neighbouring issue is, unless the newsletter says otherwise, at most 28 days or three issues away, on either side. An
echo is one placement printed twice: it has one text, so it is compared with nothing of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

MOST_ISSUES = 52
MOST_DAYS = 365
LEAST_LIKENESS, MOST_LIKENESS = 40, 95

# From this on two texts count as nearly the same, in percent of `similarity.rank_alike`. Measured by
# `python -m benchmarks.near_duplicates` on planted edits among 100,000 texts of the same trades.
ALIKE_FROM = 67


class Severity(StrEnum):
    """What a finding does to the copy."""

    STOPS = "stops"
    LOOK = "look"

    @property
    def label(self) -> str:
        """The words before the finding."""
        return {"stops": "Stops it", "look": "Look at this"}[self.value]


class CheckRule(StrEnum):
    """The rules that look for duplicate placements, the most telling first."""

    SAME_SLOT = "same_slot"
    SAME_SPONSOR = "same_sponsor"
    SAME_DESTINATION = "same_destination"
    SAME_COPY = "same_copy"
    NEAR_COPY = "near_copy"
    OTHERS_COPY = "others_copy"
    OLD_LINK = "old_link"
    EDITORIAL_LINK = "editorial_link"

    @property
    def label(self) -> str:
        """The rule on the settings page."""
        return RULE_WORDS[self][0]

    @property
    def about(self) -> str:
        """What it looks for, in a sentence."""
        return RULE_WORDS[self][1]


RULE_WORDS: dict[CheckRule, tuple[str, str]] = {
    CheckRule.SAME_SLOT: ("Same slot", "Two texts for one slot of an issue."),
    CheckRule.SAME_SPONSOR: ("Same sponsor", "One company, or two with one web domain, twice in an issue."),
    CheckRule.SAME_DESTINATION: (
        "Same destination",
        "Two ads that lead to one page; tracking parameters do not count.",
    ),
    CheckRule.SAME_COPY: ("Same copy", "The same words, whatever their case and punctuation."),
    CheckRule.NEAR_COPY: ("Nearly the same copy", "Words edited, reordered, a line or the brand changed."),
    CheckRule.OTHERS_COPY: ("Another sponsor’s copy", "Copy that ran under another sponsor, however long ago."),
    CheckRule.OLD_LINK: ("An earlier ad’s link", "New copy whose link, campaign and all, is that of an earlier ad."),
    CheckRule.EDITORIAL_LINK: (
        "Also in your own text",
        "The sponsor’s domain among the links of the issue’s own text.",
    ),
}
COPY_RULES = (CheckRule.SAME_COPY, CheckRule.NEAR_COPY, CheckRule.OTHERS_COPY)
WINDOW_RULES = (CheckRule.SAME_DESTINATION, CheckRule.SAME_COPY, CheckRule.NEAR_COPY)
LIKENESS_RULES = (CheckRule.NEAR_COPY, CheckRule.OTHERS_COPY)


class Nearness(StrEnum):
    """Where the other placement stands, seen from this one."""

    SAME_ISSUE = "same_issue"
    NEIGHBOUR = "neighbour"
    FAR = "far"


_STOPS, _LOOK = Severity.STOPS, Severity.LOOK
_WEIGHTS: dict[CheckRule, tuple[Severity | None, Severity | None, Severity | None]] = {
    CheckRule.SAME_SLOT: (_STOPS, None, None),
    CheckRule.SAME_SPONSOR: (_LOOK, None, None),
    CheckRule.SAME_DESTINATION: (_STOPS, _LOOK, None),
    CheckRule.SAME_COPY: (_STOPS, _LOOK, None),
    CheckRule.NEAR_COPY: (_STOPS, _LOOK, None),
    CheckRule.OTHERS_COPY: (None, None, _LOOK),
    CheckRule.OLD_LINK: (None, None, _LOOK),
    CheckRule.EDITORIAL_LINK: (_LOOK, None, None),
}
SEVERITIES: dict[tuple[CheckRule, Nearness], Severity | None] = {
    (rule, place): weight for rule, weights in _WEIGHTS.items() for place, weight in zip(Nearness, weights, strict=True)
}


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """A rule as one newsletter wants it.

    On or off, how many issues or days around count as near, from what
    likeness (percent) two texts are nearly the same.
    """

    is_on: bool = True
    issues: int = 3
    days: int = 28
    likeness: int = ALIKE_FROM


Policy = Mapping[CheckRule, RuleSetting]
DEFAULTS: Policy = {rule: RuleSetting() for rule in CheckRule}


def policy_of(kept: Mapping[CheckRule, RuleSetting]) -> dict[CheckRule, RuleSetting]:
    """Return the setting of every rule: what the newsletter keeps, else the default."""
    return {rule: replace(kept.get(rule, default)) for rule, default in DEFAULTS.items()}
