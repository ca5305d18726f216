"""Writes about people: accounts and teams, signing in, the audit trail."""

from sponsorship.accounts.services.people import (
    add_member,
    check_publisher,
    make_sure_of_user,
    record_act,
    remove_member,
)
from sponsorship.accounts.services.sign_in import (
    ask_sign_in_link,
    consume_code,
    consume_link,
    count_try,
    end_session,
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
    "make_sure_of_user",
    "record_act",
    "remove_member",
    "start_session",
]
