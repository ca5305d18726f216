"""Writes about newsletters, placements, issues and slots."""

from sponsorship.inventory.services.issues import (
    add_frequency_discount,
    add_issue,
    add_placement,
    add_rhythm_exception,
    add_slot,
    create_newsletter,
    make_slots,
    mark_issue_sent,
    plan_horizon,
    plan_issues,
    today_of,
)

__all__ = [
    "add_frequency_discount",
    "add_issue",
    "add_placement",
    "add_rhythm_exception",
    "add_slot",
    "create_newsletter",
    "make_slots",
    "mark_issue_sent",
    "plan_horizon",
    "plan_issues",
    "today_of",
]
