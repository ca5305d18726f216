"""Reads about newsletters, placements, issues and slots."""

from sponsorship.inventory.queries.issues import (
    find_issue_on,
    get_issue,
    get_newsletter,
    get_placement,
    get_slot,
    last_issue_number,
    list_all_placements,
    list_issues,
    list_newsletters,
    list_one_offs,
    list_placements,
    list_price_rules,
    list_promo_codes,
    list_slots,
    list_slots_between,
    list_slots_by_id,
)

__all__ = [
    "find_issue_on",
    "get_issue",
    "get_newsletter",
    "get_placement",
    "get_slot",
    "last_issue_number",
    "list_all_placements",
    "list_issues",
    "list_newsletters",
    "list_one_offs",
    "list_placements",
    "list_price_rules",
    "list_promo_codes",
    "list_slots",
    "list_slots_between",
    "list_slots_by_id",
]
