"""Writes about copy. Whoever writes locks the booking, then its issue."""

from sponsorship.creative.services.comparing import check_copy, withdraw_copy
from sponsorship.creative.services.drafts import save_draft, send_copy, submit_copy, take_back_copy
from sponsorship.creative.services.review import approve_copy, request_changes

__all__ = [
    "approve_copy",
    "check_copy",
    "request_changes",
    "save_draft",
    "send_copy",
    "submit_copy",
    "take_back_copy",
    "withdraw_copy",
]
