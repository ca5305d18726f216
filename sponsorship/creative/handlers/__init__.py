"""What creative does when something happened: sponsor and publisher are told; copy follows its booking."""

from collections.abc import Sequence

from sponsorship.core.outbox import Handler
from sponsorship.creative.handlers.following import copy_make_good, follow_move, let_copy_go
from sponsorship.creative.handlers.letters import (
    mail_approved,
    mail_changes_requested,
    mail_chased,
    mail_commented,
    mail_edit_agreed,
    mail_edit_declined,
    mail_edited,
    mail_link_turned,
    mail_submitted,
)

HANDLERS: dict[str, Sequence[Handler]] = {
    "creative.submitted": [mail_submitted],
    "creative.changes_requested": [mail_changes_requested],
    "creative.approved": [mail_approved],
    "creative.commented": [mail_commented],
    "creative.edited": [mail_edited],
    "creative.edit_agreed": [mail_edit_agreed],
    "creative.edit_declined": [mail_edit_declined],
    "copy.chased": [mail_chased],
    "link.turned": [mail_link_turned],
    "order.confirmed": [copy_make_good],
    "order.cancelled": [let_copy_go],
    "booking.moved": [follow_move],
}
