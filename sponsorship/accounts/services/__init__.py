"""Writes about people: accounts and teams, signing in, the audit trail."""

from sponsorship.accounts.services.people import add_member, make_sure_of_user, record_act
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
    "consume_code",
    "consume_link",
    "count_try",
    "end_session",
    "make_sure_of_user",
    "record_act",
    "start_session",
]
