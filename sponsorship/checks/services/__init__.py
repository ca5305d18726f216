"""Writes about duplicate placements: the corpus, the findings, the newsletter's rules."""

from sponsorship.checks.services.corpus import (
    index_some,
    index_text,
    put_editorial_links,
    put_text,
    withdraw_text,
)
from sponsorship.checks.services.findings import find_duplicates, waive_finding
from sponsorship.checks.services.policy import set_policy

__all__ = [
    "find_duplicates",
    "index_some",
    "index_text",
    "put_editorial_links",
    "put_text",
    "set_policy",
    "waive_finding",
    "withdraw_text",
]
