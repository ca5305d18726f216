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
    list_review_queue,
)
from sponsorship.creative.queries.history import Proof, mark_up
from sponsorship.creative.rules import NO_COPY

__all__ = [
    "NO_COPY",
    "Checks",
    "Proof",
    "check_draft",
    "copy_limits",
    "count_review_queue",
    "creatives_by_booking",
    "current_copy",
    "current_version",
    "find_creative",
    "get_creative",
    "list_queue_checks",
    "list_review_queue",
    "mark_up",
    "passage_of",
]
