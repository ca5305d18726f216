"""Writes about the issue that goes out: its draft, its check, that it was sent, and what ran in it."""

from sponsorship.assembly.services.issues import LONGEST_DRAFT, save_draft, send_issue, send_when_due
from sponsorship.assembly.services.prints import GivenIssue, forget_print, given_issue, save_print
from sponsorship.assembly.services.proofs import record_proof
from sponsorship.assembly.services.runsheets import mail_runsheets

__all__ = [
    "LONGEST_DRAFT", "GivenIssue", "forget_print", "given_issue", "mail_runsheets", "record_proof",
    "save_draft", "save_print", "send_issue", "send_when_due",
]  # fmt: skip
