"""Placements, issue states and deadlines: when a slot can be bought and when its copy is due."""

from sponsorship.inventory.rules.approval import SponsorApproval
from sponsorship.inventory.rules.calendar import (
    ISSUE_STEPS,
    Deadlines,
    IssueState,
    PlacementKind,
    RhythmChange,
    check_issue_step,
    deadlines,
    local_moment,
)
from sponsorship.inventory.rules.prices import PriceRuleKind, normal_code, price_on

__all__ = [
    "ISSUE_STEPS",
    "Deadlines",
    "IssueState",
    "PlacementKind",
    "PriceRuleKind",
    "RhythmChange",
    "SponsorApproval",
    "check_issue_step",
    "deadlines",
    "local_moment",
    "normal_code",
    "price_on",
]
