"""Placements, issue states and deadlines: when a slot can be bought and when its copy is due."""

from sponsorship.inventory.rules.approval import (
    SponsorApproval,
)
from sponsorship.inventory.rules.calendar import (
    ISSUE_STEPS,
    ZONES,
    Deadlines,
    IssueState,
    PlacementKind,
    RhythmChange,
    check_issue_step,
    deadlines,
    local_moment,
)
from sponsorship.inventory.rules.prices import (
    PriceRuleKind,
    normal_code,
    price_on,
)
from sponsorship.inventory.rules.rhythm import (
    WEEKDAYS,
    WHICH,
    Rhythm,
    RhythmKind,
    describe_rule,
    read_rule,
    write_rule,
)

__all__ = [
    "ISSUE_STEPS",
    "WEEKDAYS",
    "WHICH",
    "ZONES",
    "Deadlines",
    "IssueState",
    "PlacementKind",
    "PriceRuleKind",
    "Rhythm",
    "RhythmChange",
    "RhythmKind",
    "SponsorApproval",
    "check_issue_step",
    "deadlines",
    "describe_rule",
    "local_moment",
    "normal_code",
    "price_on",
    "read_rule",
    "write_rule",
]
