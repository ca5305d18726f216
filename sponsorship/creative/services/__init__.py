"""Writes about copy. Whoever writes locks the booking, then its issue."""

from sponsorship.creative.services.comparing import check_copy, withdraw_copy
from sponsorship.creative.services.deadline import find_last_fitting, remind_when_due, set_copy_policy
from sponsorship.creative.services.drafts import save_draft, send_copy, submit_copy, take_back_copy
from sponsorship.creative.services.editing import answer_edit, edit_copy, vouch_for_consent
from sponsorship.creative.services.review import approve_copy, close_when_due, request_changes, unlock_copy
from sponsorship.creative.services.talking import add_comment
from sponsorship.creative.services.writers import make_writer_link, revoke_writer_link

__all__ = [
    "add_comment",
    "answer_edit",
    "approve_copy",
    "check_copy",
    "close_when_due",
    "edit_copy",
    "find_last_fitting",
    "make_writer_link",
    "remind_when_due",
    "request_changes",
    "revoke_writer_link",
    "save_draft",
    "send_copy",
    "set_copy_policy",
    "submit_copy",
    "take_back_copy",
    "unlock_copy",
    "vouch_for_consent",
    "withdraw_copy",
]
