"""Reads about the corpus, what the rules find in it, and the findings that were written down."""

from sponsorship.checks.queries.corpus import find_alike, find_text, get_policy, list_copy_of_issue
from sponsorship.checks.queries.findings import (
    Evidence,
    evidence_of,
    get_finding,
    list_findings,
    marks_held_by_others,
    open_findings_of_issue,
    settled_marks,
)
from sponsorship.checks.queries.links import link_checks, list_due_links, url_hash
from sponsorship.checks.queries.matches import Match, find_matches

__all__ = [
    "Evidence",
    "Match",
    "evidence_of",
    "find_alike",
    "find_matches",
    "find_text",
    "get_finding",
    "get_policy",
    "link_checks",
    "list_copy_of_issue",
    "list_due_links",
    "list_findings",
    "marks_held_by_others",
    "open_findings_of_issue",
    "settled_marks",
    "url_hash",
]
