"""Reads about copy."""

from sponsorship.creative.queries.checks import Checks, check_draft, list_queue_checks, passage_of
from sponsorship.creative.queries.copy import (
    copy_limits,
    count_review_queue,
    creatives_by_booking,
    current_copy,
    current_version,
    find_creative,
    get_creative,
    last_agreed_version,
    list_review_queue,
)
from sponsorship.creative.queries.deadline import (
    get_copy_policy,
    last_chases,
    list_approved_copy,
    list_chases,
    list_missing_copy,
    list_to_lock,
)
from sponsorship.creative.queries.history import Difference, Proof, Word, compare_versions, list_words, mark_up
from sponsorship.creative.queries.links import (
    LinkReport,
    link_findings_of,
    list_approved_with_link,
    list_morning_links,
    outgoing_url,
    report_links,
    urls_of,
)
from sponsorship.creative.queries.writers import get_writer_link, list_writer_links, open_writer_link
from sponsorship.creative.rules import NO_COPY

__all__ = [
    "NO_COPY",
    "Checks",
    "Difference",
    "LinkReport",
    "Proof",
    "Word",
    "check_draft",
    "compare_versions",
    "copy_limits",
    "count_review_queue",
    "creatives_by_booking",
    "current_copy",
    "current_version",
    "find_creative",
    "get_copy_policy",
    "get_creative",
    "get_writer_link",
    "last_agreed_version",
    "last_chases",
    "link_findings_of",
    "list_approved_copy",
    "list_approved_with_link",
    "list_chases",
    "list_missing_copy",
    "list_morning_links",
    "list_queue_checks",
    "list_review_queue",
    "list_to_lock",
    "list_words",
    "list_writer_links",
    "mark_up",
    "open_writer_link",
    "outgoing_url",
    "passage_of",
    "report_links",
    "urls_of",
]
