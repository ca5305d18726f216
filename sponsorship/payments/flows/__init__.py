"""Acts that commit, call the provider, and commit again; every one may be taken up after a crash at any line."""

from sponsorship.payments.flows.check import check_books
from sponsorship.payments.flows.checkout import (
    begin_checkout,
    check_out,
    give_up,
    open_checkout,
    release_order,
    resume_session,
    settle_order,
    settle_session,
)
from sponsorship.payments.flows.displaced import refund_displaced
from sponsorship.payments.flows.invoices import pay_invoice, settle_invoice
from sponsorship.payments.flows.provider_invoices import sync_invoice, sync_invoices
from sponsorship.payments.flows.refunds import (
    send_due_refunds,
    send_refund,
    sync_dispute,
    sync_refund,
    sync_untold,
    sync_warning,
)
from sponsorship.payments.flows.reminders import send_reminders
from sponsorship.payments.flows.settle import Reconciled, reconcile, settle_inbox, settle_provider_session

__all__ = [
    "Reconciled",
    "begin_checkout",
    "check_books",
    "check_out",
    "give_up",
    "open_checkout",
    "pay_invoice",
    "reconcile",
    "refund_displaced",
    "release_order",
    "resume_session",
    "send_due_refunds",
    "send_refund",
    "send_reminders",
    "settle_inbox",
    "settle_invoice",
    "settle_order",
    "settle_provider_session",
    "settle_session",
    "sync_dispute",
    "sync_invoice",
    "sync_invoices",
    "sync_refund",
    "sync_untold",
    "sync_warning",
]
