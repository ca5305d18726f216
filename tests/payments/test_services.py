"""Invoices, bank payments, reminders and the ledger, without a provider."""

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.booking.errors import HoldExpired
from sponsorship.booking.models import Order
from sponsorship.booking.queries import get_order_by_id
from sponsorship.booking.rules import OrderState
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError, InvalidTransition
from sponsorship.core.mail import Mail
from sponsorship.core.outbox import deliver_due
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.services import mark_issue_sent
from sponsorship.payments.errors import (
    EntryUnbalanced,
    NothingOwed,
    NotOnInvoice,
    PaymentNotPositive,
    PaymentRecorded,
    ReminderSent,
)
from sponsorship.payments.models import Invoice, JournalEntry
from sponsorship.payments.queries import (
    list_ledger_faults,
    list_open_invoices,
    list_receivables,
    money_by_booking,
    sum_accounts,
    total_money,
)
from sponsorship.payments.rules import Account, EntryKind, InvoiceState, Posting
from sponsorship.payments.services import (
    confirm_on_card,
    confirm_on_invoice,
    post_entry,
    record_bank_payment,
    remind_debtor,
)
from tests.factories.booking import detailed_order
from tests.factories.inventory import issue_on, slot_on
from tests.payments.ledger_checks import check_books

DAYS = (date(2026, 12, 13), date(2026, 12, 20))
ACTOR = "imogen@sundayrunbook.example"


@pytest.fixture(autouse=True)
def books(app: Flask) -> Iterator[None]:
    """Whatever a test does, the books add up afterwards."""
    yield
    check_books(db.session())
    assert list_ledger_faults(db.session()) == []


def held(newsletter: Newsletter, now: datetime, *days: date, key: str = "primary") -> int:
    """A held order of a sponsor with credit; returns its id."""
    with transaction() as session:
        slots = [slot_on(session, newsletter, day, key) for day in days or DAYS]
        order = detailed_order(session, newsletter, slots, now=now - timedelta(minutes=2))
        assert order.sponsor is not None
        order.sponsor.may_pay_by_invoice = True
        return order.id


def invoiced(newsletter: Newsletter, now: datetime, *days: date, key: str = "primary") -> int:
    """An order on invoice; returns the invoice's id."""
    order_id = held(newsletter, now, *days, key=key)
    with transaction() as session:
        return confirm_on_invoice(session, order=get_order_by_id(session, order_id), now=now).id


def pay(invoice_id: int, amount_minor: int, reference: str, now: datetime) -> Invoice:
    """Record money from the bank."""
    with transaction() as session:
        invoice = session.get_one(Invoice, invoice_id)
        record_bank_payment(
            session, invoice=invoice, amount_minor=amount_minor, reference=reference, actor=ACTOR, now=now
        )
    return invoice


def test_an_order_on_invoice_is_confirmed_and_owed(session: Session, newsletter: Newsletter, now: datetime) -> None:
    invoice = session.get_one(Invoice, invoiced(newsletter, now))
    assert (invoice.number, invoice.state, invoice.total_minor) == ("2026-0001", InvoiceState.OPEN, 330_000)
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 19), date(2026, 12, 3))
    assert invoice.order.state is OrderState.CONFIRMED
    sums = sum_accounts(session, newsletter.id)
    assert {account.value: total for account, total in sums.items() if total} == {
        "ar": 330_000, "deferred": -330_000, "backlog": 330_000, "booked": -330_000,
    }  # fmt: skip
    assert [invoice.id for invoice in list_open_invoices(session, newsletter.id)] == [invoice.id]


def test_a_second_call_returns_the_same_invoice(session: Session, newsletter: Newsletter, now: datetime) -> None:
    invoice = session.get_one(Invoice, invoiced(newsletter, now))
    with transaction() as writing:
        again = confirm_on_invoice(writing, order=get_order_by_id(writing, invoice.order_id), now=now)
    assert again.id == invoice.id
    assert len(session.scalars(db.select(Mail)).all()) == 1


def test_without_credit_nothing_is_sold_on_invoice(session: Session, newsletter: Newsletter, now: datetime) -> None:
    order_id = held(newsletter, now)
    with transaction() as writing:
        order = get_order_by_id(writing, order_id)
        assert order.sponsor is not None
        order.sponsor.may_pay_by_invoice = False
    with pytest.raises(NotOnInvoice), transaction() as writing:
        confirm_on_invoice(writing, order=get_order_by_id(writing, order_id), now=now)
    assert get_order_by_id(session, order_id).state is OrderState.HELD


@pytest.mark.parametrize(
    ("state", "error"), [(OrderState.IN_CHECKOUT, InvalidTransition), (OrderState.HELD, HoldExpired)]
)
def test_only_what_is_held_is_sold_on_invoice(
    newsletter: Newsletter, now: datetime, state: OrderState, error: type[DomainError]
) -> None:
    order_id = held(newsletter, now)
    with transaction() as session:
        get_order_by_id(session, order_id).state = state
    with pytest.raises(error), transaction() as session:
        confirm_on_invoice(session, order=get_order_by_id(session, order_id), now=now + timedelta(minutes=30))


def test_a_bank_payment_in_full_settles_the_invoice(session: Session, newsletter: Newsletter, now: datetime) -> None:
    invoice = pay(invoiced(newsletter, now), 330_000, "Tidewatch 2026-0001", now)
    assert (invoice.state, invoice.open_minor) == (InvoiceState.PAID, 0)
    money = money_by_booking(session, [booking.id for booking in invoice.order.bookings])
    assert {(m.booked_minor, m.collected_minor, m.outstanding_minor) for m in money.values()} == {(165_000, 165_000, 0)}
    assert sum_accounts(session, newsletter.id)[Account.BANK] == 330_000
    entry = session.scalars(db.select(AuditEntry).where(AuditEntry.action == "payment_recorded")).one()
    assert (entry.actor, entry.after) == (
        ACTOR, {"amount_minor": 330_000, "reference": "Tidewatch 2026-0001", "state": "paid"},
    )  # fmt: skip
    with pytest.raises(NothingOwed):
        pay(invoice.id, 1, "one more", now)


def test_a_bank_payment_in_parts_leaves_the_rest_open(session: Session, newsletter: Newsletter, now: datetime) -> None:
    invoice_id = invoiced(newsletter, now)
    invoice = pay(invoice_id, 100_001, "first", now)
    assert (invoice.state, invoice.paid_minor, invoice.open_minor) == (InvoiceState.OPEN, 100_001, 229_999)
    money = money_by_booking(session, [booking.id for booking in invoice.order.bookings])
    assert [money[booking.id].collected_minor for booking in invoice.order.bookings] == [50_001, 50_000]
    assert all(m.booked_minor == m.collected_minor + m.outstanding_minor for m in money.values())
    totals = total_money(session, newsletter.id)
    assert (totals.booked_minor, totals.collected_minor, totals.outstanding_minor) == (330_000, 100_001, 229_999)
    assert (totals.deferred_minor, totals.deferred_gross_minor) == (100_001, 330_000)
    assert pay(invoice_id, 229_999, "second", now).state is InvoiceState.PAID


def test_money_over_what_is_owed_is_kept_as_nobodys(session: Session, newsletter: Newsletter, now: datetime) -> None:
    invoice = pay(invoiced(newsletter, now), 350_000, "too much", now)
    assert (invoice.state, invoice.paid_minor) == (InvoiceState.PAID, 330_000)
    totals = total_money(session, newsletter.id)
    assert (totals.collected_minor, totals.outstanding_minor, totals.unapplied_minor) == (330_000, 0, 20_000)


def test_a_statements_line_is_recorded_once_for_an_invoice(newsletter: Newsletter, now: datetime) -> None:
    first = invoiced(newsletter, now)
    second = invoiced(newsletter, now, DAYS[0], key="sponsored")
    pay(first, 1_000, "both of them", now)
    with pytest.raises(PaymentRecorded):
        pay(first, 1_000, " both  of them ", now)
    assert pay(second, 85_000, "both of them", now).state is InvoiceState.PAID
    for amount in (0, -1):
        with pytest.raises(PaymentNotPositive):
            pay(first, amount, "nothing", now)


def test_a_reminder_goes_out_once_a_day_of_the_newsletters(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    invoice_id = invoiced(newsletter, now)

    def remind(at: datetime) -> None:
        with transaction() as writing:
            remind_debtor(writing, invoice=writing.get_one(Invoice, invoice_id), actor=ACTOR, now=at)

    late = datetime.fromisoformat("2026-12-14T23:30+00:00")
    remind(late)
    for again in (late, late + timedelta(minutes=29)):
        with pytest.raises(ReminderSent):
            remind(again)
    remind(late + timedelta(minutes=31))
    subjects = [mail.subject for mail in session.scalars(db.select(Mail).order_by(Mail.id))]
    assert subjects == ["Invoice 2026-0001, due 3 December", *["Invoice 2026-0001 was due 3 December"] * 2]
    mail = session.scalars(db.select(Mail).where(Mail.key.startswith("reminder"))).first()
    assert mail is not None and mail.to_address == "noor@tidewatch.example"
    assert "Thu 3 Dec 2026, 11 days ago" in mail.text
    assert "$3,300.00 is still open" in mail.text
    pay(invoice_id, 330_000, "paid", late)
    with pytest.raises(NothingOwed):
        remind(late + timedelta(days=2))


def test_receivables_stand_oldest_first_with_their_delay(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    second = invoiced(newsletter, now, DAYS[0])
    first = invoiced(newsletter, now - timedelta(days=20), DAYS[1])
    rows = list_receivables(session, newsletter, date(2026, 12, 3))
    assert [(r.invoice.id, r.days_late, r.is_due_today, r.slots) for r in rows] == [
        (first, 20, False, 1), (second, 0, True, 1),
    ]  # fmt: skip
    assert {row.debtor for row in rows} == {"Tidewatch Ltd"}


def test_what_ran_is_earned_on_its_issues_day_and_once(session: Session, newsletter: Newsletter, now: datetime) -> None:
    invoice_id = invoiced(newsletter, now)
    with transaction() as writing:
        issue = issue_on(writing, newsletter, DAYS[0])
        mark_issue_sent(writing, issue=issue, now=issue.publish_at)
    for _ in range(3):
        deliver_due(issue.publish_at + timedelta(minutes=1))
    totals = total_money(session, newsletter.id)
    assert (totals.recognised_minor, totals.deferred_gross_minor, totals.deferred_minor) == (165_000, 165_000, 0)
    entry = session.scalars(db.select(JournalEntry).where(JournalEntry.kind == EntryKind.RAN)).one()
    assert entry.effective_on == DAYS[0]
    pay(invoice_id, 330_000, "late, but here", now)
    totals = total_money(session, newsletter.id)
    assert (totals.recognised_minor, totals.deferred_minor, totals.outstanding_minor) == (165_000, 165_000, 0)


def test_invoice_numbers_have_no_gaps_and_begin_anew_each_year(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    first = held(newsletter, now, DAYS[0])
    with pytest.raises(RuntimeError, match="power cut"), transaction() as writing:
        confirm_on_invoice(writing, order=get_order_by_id(writing, first), now=now)
        raise RuntimeError("power cut")
    invoiced(newsletter, now, DAYS[1])
    with transaction() as writing:
        confirm_on_invoice(writing, order=get_order_by_id(writing, first), now=now)
    invoiced(newsletter, datetime.fromisoformat("2027-01-01T00:10+00:00"), date(2027, 1, 17))
    numbers = [invoice.number for invoice in session.scalars(db.select(Invoice).order_by(Invoice.id))]
    assert numbers == ["2026-0001", "2026-0002", "2027-0001"]


def test_orders_confirmed_at_the_same_moment_get_different_numbers(
    app: Flask, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    orders = [held(newsletter, now, day) for day in (*DAYS, date(2027, 1, 17))]
    ready = threading.Barrier(len(orders))

    def confirm(order_id: int) -> None:
        with app.app_context():
            ready.wait(10)
            with transaction() as writing:
                confirm_on_invoice(writing, order=get_order_by_id(writing, order_id), now=now)

    session.rollback()
    threads = [threading.Thread(target=confirm, args=(order_id,)) for order_id in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(invoice.number for invoice in session.scalars(db.select(Invoice)))
    assert numbers == ["2026-0001", "2026-0002", "2026-0003"]


def test_tax_is_owed_and_paid_beside_the_net_amounts(session: Session, newsletter: Newsletter, now: datetime) -> None:
    order_id = held(newsletter, now)
    with transaction() as writing:
        get_order_by_id(writing, order_id).tax_minor = 62_700
        order = get_order_by_id(writing, order_id)
        confirm_on_card(writing, order=order, reference="pi_1", amount_minor=392_700, fee_minor=11_418, now=now)
    totals = total_money(session, newsletter.id)
    assert (totals.booked_minor, totals.collected_minor, totals.outstanding_minor) == (330_000, 330_000, 0)
    sums = sum_accounts(session, newsletter.id)
    assert (sums[Account.TAX], sums[Account.STRIPE], sums[Account.FEES]) == (-62_700, 392_700 - 11_418, 11_418)
    assert sums[Account.RECEIVABLE] == 0


def test_an_entry_that_does_not_balance_is_refused(newsletter: Newsletter, now: datetime) -> None:
    order_id = held(newsletter, now)
    with pytest.raises(EntryUnbalanced), transaction() as session:
        post_entry(
            session, key="odd", kind=EntryKind.BOOKED, order=get_order_by_id(session, order_id), now=now,
            effective_on=now.date(), lines=[Posting(Account.BACKLOG, 5), Posting(Account.BOOKED, -4)],
        )  # fmt: skip


def test_an_event_is_posted_once_and_nothing_is_posted_of_nothing(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order_id = held(newsletter, now)
    memo = [Posting(Account.BACKLOG, 5), Posting(Account.BOOKED, -5)]
    taken_back = [Posting(Account.BACKLOG, -5), Posting(Account.BOOKED, 5)]
    nothing = [Posting(Account.BANK, 0), Posting(Account.UNAPPLIED, 0)]

    def post(key: str, lines: list[Posting]) -> JournalEntry | None:
        with transaction() as writing:
            order = get_order_by_id(writing, order_id)
            return post_entry(
                writing, key=key, kind=EntryKind.BOOKED, order=order, lines=lines, effective_on=now.date(), now=now
            )

    assert post("a", nothing) is None
    assert post("a", memo) is not None
    assert post("a", taken_back) is None
    assert post("b", taken_back) is not None
    assert [entry.key for entry in session.scalars(db.select(JournalEntry).order_by(JournalEntry.id))] == ["a", "b"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_line SET amount_minor = 1",
        "DELETE FROM journal_line",
        "UPDATE journal_entry SET memo = 'x'",
        "DELETE FROM journal_entry",
    ],
)
def test_the_database_refuses_to_change_what_was_posted(newsletter: Newsletter, now: datetime, statement: str) -> None:
    invoiced(newsletter, now)
    with pytest.raises(DatabaseError, match="the ledger cannot be changed"), transaction() as session:
        session.execute(text(statement))


def test_another_newsletters_money_is_not_counted(session: Session, newsletter: Newsletter, now: datetime) -> None:
    invoiced(newsletter, now)
    assert total_money(session, newsletter.id + 1).booked_minor == 0
    assert set(sum_accounts(session, newsletter.id + 1).values()) == {0}
    assert session.scalar(db.select(db.func.count(Order.id))) == 1
