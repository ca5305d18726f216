"""Writes about duplicate placements: the corpus, the findings, the newsletter's rules."""

from sponsorship.checks.services.corpus import (
    index_some,
    index_text,
    put_editorial_links,
    put_text,
    withdraw_text,
)
from sponsorship.checks.services.findings import find_duplicates, waive_finding
from sponsorship.checks.services.links import ask_links, claim_link, record_probe
from sponsorship.checks.services.policy import set_policy

__all__ = [
    "ask_links",
    "claim_link",
    "find_duplicates",
    "index_some",
    "index_text",
    "put_editorial_links",
    "put_text",
    "record_probe",
    "set_policy",
    "waive_finding",
    "withdraw_text",
]
