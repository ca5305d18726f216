"""Reads that bring together what the packages before know: slots as shown, an issue's blocks, its preflight, its page."""

from sponsorship.assembly.queries.blocks import IssueBlock, issue_blocks
from sponsorship.assembly.queries.issue import PreparedIssue, find_draft, list_due_issues, preflight, prepare_issue
from sponsorship.assembly.queries.page import FilledDraft, IssuePage, fill, get_issue_page
from sponsorship.assembly.queries.print_page import PrintPage, ProvedSlot, get_check_page, get_proof_page
from sponsorship.assembly.queries.prints import (
    CheckedBlock,
    PrintCheck,
    check_issue,
    find_print,
    find_proof,
    get_print_check,
    get_proof,
    list_proofs,
    list_proofs_of_issue,
)
from sponsorship.assembly.queries.runsheet import Runsheet, RunsheetRow, get_runsheet
from sponsorship.assembly.queries.slots import SlotView, get_slot_view, list_issue_views, list_slot_views, list_views

__all__ = [
    "CheckedBlock",
    "FilledDraft",
    "IssueBlock",
    "IssuePage",
    "PreparedIssue",
    "PrintCheck",
    "PrintPage",
    "ProvedSlot",
    "Runsheet",
    "RunsheetRow",
    "SlotView",
    "check_issue",
    "fill",
    "find_draft",
    "find_print",
    "find_proof",
    "get_check_page",
    "get_issue_page",
    "get_print_check",
    "get_proof",
    "get_proof_page",
    "get_runsheet",
    "get_slot_view",
    "issue_blocks",
    "list_due_issues",
    "list_issue_views",
    "list_proofs",
    "list_proofs_of_issue",
    "list_slot_views",
    "list_views",
    "preflight",
    "prepare_issue",
]
