"""Reminders that go out by themselves: each debtor in a transaction of its own, so that one who cannot be mailed stops none."""

from datetime import datetime

from sponsorship.core.db import transaction
from sponsorship.payments.errors import NothingOwed, ReminderSent
from sponsorship.payments.flows.facts import reading
from sponsorship.payments.queries import get_invoice
from sponsorship.payments.queries.terms import list_due_reminders
from sponsorship.payments.services import remind_debtor

SCHEDULE = "schedule"  # in the audit trail: the newsletter's days of reminding


def send_reminders(now: datetime) -> int:
    """Remind the debtors whose day of their newsletter's schedule has come; returns how many."""
    with reading() as session:
        due = list_due_reminders(session, now)
    for invoice_id in due:
        try:
            with transaction() as session:
                remind_debtor(session, invoice=get_invoice(session, invoice_id), actor=SCHEDULE, now=now)
        except (NothingOwed, ReminderSent):
            continue  # paid, or reminded of by a person, since the list was made
    return len(due)
