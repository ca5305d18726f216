"""Writes about money. Nothing here calls the provider, and nothing commits: flows do."""

from sponsorship.payments.services.books import (
    Found,
    close_month,
    forget_wrong_mode,
    keep_findings,
    note_wrong_mode,
    reopen_month,
)
from sponsorship.payments.services.cancelling import cancel_order
from sponsorship.payments.services.comps import comp_order
from sponsorship.payments.services.credit_notes import Return, refund_amount
from sponsorship.payments.services.debts import void_invoice, write_off_invoice
from sponsorship.payments.services.disputes import note_dispute, note_warning
from sponsorship.payments.services.external import import_refund
from sponsorship.payments.services.imports import Judged, import_rows, judge_rows
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
from sponsorship.payments.services.kept import spend_kept_money
from sponsorship.payments.services.ledger import post_entry, post_fee, post_sale, recognise_booking
from sponsorship.payments.services.makegoods import place_make_good
from sponsorship.payments.services.manual import Deal, book_by_hand
from sponsorship.payments.services.refunds import (
    keep_unapplied,
    note_refund,
    note_refund_trouble,
    pay_back_by_bank,
    request_refund,
)
from sponsorship.payments.services.sessions import (
    APP,
    apply_session,
    begin_invoice_session,
    begin_session,
    describe_invoice_session,
    describe_session,
    drop_session,
    note_failure,
    note_session,
)
from sponsorship.payments.services.tasks import ask_person, close_task
from sponsorship.payments.services.taxes import accept_other_dates, decide_tax

__all__ = [
    "APP",
    "Deal",
    "Found",
    "Judged",
    "Return",
    "accept_other_dates",
    "apply_session",
    "ask_person",
    "begin_invoice_session",
    "begin_session",
    "book_by_hand",
    "cancel_order",
    "check_credit",
    "claim_event",
    "close_event",
    "close_month",
    "close_task",
    "comp_order",
    "confirm_free",
    "confirm_on_card",
    "confirm_on_invoice",
    "decide_tax",
    "describe_invoice_session",
    "describe_session",
    "drop_session",
    "forget_wrong_mode",
    "import_refund",
    "import_rows",
    "invoice_order",
    "judge_rows",
    "keep_findings",
    "keep_unapplied",
    "note_dispute",
    "note_failure",
    "note_refund",
    "note_refund_trouble",
    "note_session",
    "note_warning",
    "note_wrong_mode",
    "pay_back_by_bank",
    "place_make_good",
    "post_entry",
    "post_fee",
    "post_sale",
    "recognise_booking",
    "record_bank_payment",
    "refund_amount",
    "remind_debtor",
    "reopen_month",
    "request_refund",
    "spend_kept_money",
    "store_event",
    "take_money",
    "void_invoice",
    "write_off_invoice",
]
