"""Writes about people: accounts and teams, signing in, the audit trail."""

from sponsorship.accounts.services.audit import record_act, seal_audit
from sponsorship.accounts.services.people import (
    add_member,
    check_publisher,
    make_sure_of_user,
    remove_member,
)
from sponsorship.accounts.services.sign_in import (
    ask_sign_in_link,
    consume_code,
    consume_link,
    count_try,
    end_session,
    end_sessions,
    start_session,
)

__all__ = [
    "add_member",
    "ask_sign_in_link",
    "check_publisher",
    "consume_code",
    "consume_link",
    "count_try",
    "end_session",
    "end_sessions",
    "make_sure_of_user",
    "record_act",
    "remove_member",
    "seal_audit",
    "start_session",
]
