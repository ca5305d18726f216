"""Writes about money. Nothing here calls the provider, and nothing commits: flows do."""

from sponsorship.payments.services.books import Found, close_month, keep_findings, reopen_month
from sponsorship.payments.services.inbox import claim_event, close_event, store_event
from sponsorship.payments.services.invoices import (
    check_credit,
    confirm_free,
    confirm_on_card,
    confirm_on_invoice,
    invoice_order,
    record_bank_payment,
    remind_debtor,
    take_money,
)
from sponsorship.payments.services.ledger import post_entry, post_fee, post_sale, recognise_booking
from sponsorship.payments.services.refunds import keep_unapplied, note_refund, note_refund_trouble, request_refund
from sponsorship.payments.services.sessions import (
    APP,
    apply_session,
    begin_session,
    describe_session,
    drop_session,
    note_failure,
    note_session,
)

__all__ = [
    "APP",
    "Found",
    "apply_session",
    "begin_session",
    "check_credit",
    "claim_event",
    "close_event",
    "close_month",
    "confirm_free",
    "confirm_on_card",
    "confirm_on_invoice",
    "describe_session",
    "drop_session",
    "invoice_order",
    "keep_findings",
    "keep_unapplied",
    "note_failure",
    "note_refund",
    "note_refund_trouble",
    "note_session",
    "post_entry",
    "post_fee",
    "post_sale",
    "recognise_booking",
    "record_bank_payment",
    "remind_debtor",
    "reopen_month",
    "request_refund",
    "store_event",
    "take_money",
]
