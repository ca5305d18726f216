"""Money that goes the other way, without a provider: cancelling, crediting, voiding, giving up, keeping, comping."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import get_order_by_id
from sponsorship.booking.rules import BookingState, OrderState
from sponsorship.core.db import db, transaction
from sponsorship.core.mail import Mail
from sponsorship.core.outbox import deliver_due
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.services import mark_issue_sent
from sponsorship.payments.errors import (
    CreditExceeded,
    HasRun,
    InvoicePartlyPaid,
    NothingKept,
    NothingToCredit,
    NotPayableByBank,
    TooMuchToCredit,
)
from sponsorship.payments.models import CreditNote, Invoice, KeptMoney, MoneyTask, Refund
from sponsorship.payments.queries import list_ledger_faults, sum_accounts, total_money
from sponsorship.payments.queries.reversals import list_open_tasks, read_order_money
from sponsorship.payments.rules import Account, InvoiceState, RefundState
from sponsorship.payments.rules.reversals import MoneyBack
from sponsorship.payments.services import (
    Return,
    cancel_order,
    comp_order,
    confirm_on_card,
    confirm_on_invoice,
    pay_back_by_bank,
    record_bank_payment,
    refund_amount,
    spend_kept_money,
    void_invoice,
    write_off_invoice,
)
from tests.factories.booking import detailed_order
from tests.factories.inventory import issue_on, slot_on
from tests.payments.ledger_checks import check_books

DAYS = (date(2026, 12, 13), date(2026, 12, 20))
ACTOR = "imogen@sundayrunbook.example"


def prepare(payment_id: str, amount_minor: int, metadata: Mapping[str, str]) -> dict[str, Any]:
    """What a provider would be asked."""
    return {"payment_intent": payment_id, "amount": amount_minor, "metadata": dict(metadata)}


Result = TypeVar("Result")
BACK = Return(prepare, "dep")
KEEP = Return(prepare, "dep", MoneyBack.KEEP)


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
    """An order on invoice; returns the order's id."""
    order_id = held(newsletter, now, *days, key=key)
    with transaction() as session:
        confirm_on_invoice(session, order=get_order_by_id(session, order_id), now=now)
    return order_id


def carded(newsletter: Newsletter, now: datetime, *days: date, key: str = "primary") -> int:
    """An order paid by card; returns the order's id."""
    order_id = held(newsletter, now, *days, key=key)
    with transaction() as session:
        order = get_order_by_id(session, order_id)
        confirm_on_card(
            session, order=order, reference=f"pi_{order_id}", amount_minor=order.total_minor, fee_minor=100, now=now
        )
    return order_id


def act(what: Callable[[Session], Result]) -> Result:
    """Do something in a transaction of its own."""
    with transaction() as session:
        return what(session)


def cancel(order_id: int, now: datetime, *, key: str = "form-1", by: Return = BACK, **more: Any) -> CreditNote | None:
    """Cancel an order, or some of it."""
    return act(
        lambda s: cancel_order(
            s, order=get_order_by_id(s, order_id), reason="Budget cut", key=key, actor=ACTOR, by=by, now=now, **more
        )
    )


def refund(order_id: int, amount_minor: int, now: datetime, key: str = "form-1", by: Return = BACK) -> CreditNote:
    """Take an amount off an order."""
    return act(
        lambda s: refund_amount(
            s, order=get_order_by_id(s, order_id), amount_minor=amount_minor, reason="Goodwill", key=key, actor=ACTOR,
            by=by, now=now,
        )
    )  # fmt: skip


def run(newsletter: Newsletter, day: date) -> None:
    """Let an issue go out, and what listens to it act."""
    moment = datetime.fromisoformat(f"{day.isoformat()}T09:00+00:00")
    act(lambda s: mark_issue_sent(s, issue=issue_on(s, newsletter, day), now=moment))
    while deliver_due(moment):
        pass


def invoice_of(session: Session, order_id: int) -> Invoice:
    """An order's invoice as it stands."""
    session.rollback()
    return session.scalars(db.select(Invoice).where(Invoice.order_id == order_id)).one()


def bank(order_id: int, amount_minor: int, reference: str, now: datetime) -> None:
    """Record money from the bank."""
    act(lambda s: _bank(s, order_id, amount_minor, reference, now))


def _bank(session: Session, order_id: int, amount_minor: int, reference: str, now: datetime) -> None:
    invoice = session.scalars(db.select(Invoice).where(Invoice.order_id == order_id)).one()
    record_bank_payment(session, invoice=invoice, amount_minor=amount_minor, reference=reference, actor=ACTOR, now=now)


def test_an_unpaid_order_that_is_cancelled_leaves_a_void_invoice(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order_id = invoiced(newsletter, now)
    assert cancel(order_id, now) is None
    invoice = invoice_of(session, order_id)
    assert (invoice.state, invoice.open_minor, invoice.close_reason) == (InvoiceState.VOID, 0, "Budget cut")
    assert {b.state for b in invoice.order.bookings} == {BookingState.CANCELLED}
    totals = total_money(session, newsletter.id)
    assert (totals.booked_minor, totals.outstanding_minor, totals.deferred_gross_minor) == (0, 0, 0)
    with pytest.raises(NothingToCredit):
        cancel(order_id, now, key="again")


def test_a_paid_order_that_is_cancelled_is_credited_and_its_money_wanted_back_once(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order_id = carded(newsletter, now)
    note = cancel(order_id, now)
    again = cancel(order_id, now)
    assert note is not None and again is not None
    assert (note.number, note.total_minor, again.id) == ("CN-2026-0001", 330_000, note.id)
    wanted = session.scalars(db.select(Refund)).one()
    assert (wanted.amount_minor, wanted.state, wanted.request["amount"]) == (330_000, RefundState.REQUESTED, 330_000)
    assert wanted.credit_note_id == note.id
    totals = total_money(session, newsletter.id)
    assert (totals.booked_minor, totals.collected_minor, totals.refund_due_minor) == (0, 0, 330_000)
    subjects = [mail.subject for mail in session.scalars(db.select(Mail).order_by(Mail.id))]
    assert "Credit note CN-2026-0001 to invoice 2026-0001" in subjects


def test_what_the_policy_keeps_is_earned_when_a_booking_is_cancelled(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order_id = carded(newsletter, now)
    first = get_order_by_id(session, order_id).bookings[0].id
    note = cancel(order_id, now, booking_ids=[first], keep_basis_points=5_000)
    assert note is not None and note.total_minor == 82_500
    order = get_order_by_id(session, order_id)
    session.rollback()
    assert [b.state for b in order.bookings] == [BookingState.CANCELLED, BookingState.CONFIRMED]
    assert order.state is OrderState.CONFIRMED
    totals = total_money(session, newsletter.id)
    assert (totals.booked_minor, totals.collected_minor, totals.recognised_minor) == (247_500, 247_500, 82_500)


def test_half_paid_and_cancelled_strikes_off_the_rest_and_returns_what_came(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order_id = invoiced(newsletter, now)
    bank(order_id, 130_001, "first part", now)
    note = cancel(order_id, now)
    assert note is not None and note.total_minor == 330_000
    invoice = invoice_of(session, order_id)
    assert (invoice.state, invoice.paid_minor, invoice.credited_minor) == (InvoiceState.PAID, 130_001, 199_999)
    wanted = session.scalars(db.select(Refund)).one()
    assert wanted.amount_minor == 130_001
    task = list_open_tasks(session, newsletter.id)[0]
    assert "goes back by bank" in task.sentence
    act(lambda s: pay_back_by_bank(s, refund=s.get_one(Refund, wanted.id), actor=ACTOR, now=now))
    session.rollback()
    assert list_open_tasks(session, newsletter.id) == []
    sums = sum_accounts(session, newsletter.id)
    assert (sums[Account.BANK], sums[Account.REFUND_DUE], sums[Account.RECEIVABLE]) == (0, 0, 0)
    with pytest.raises(NotPayableByBank):
        act(lambda s: pay_back_by_bank(s, refund=s.get_one(Refund, wanted.id), actor=ACTOR, now=now))


def test_goodwill_leaves_the_bookings_and_never_exceeds_what_is_left(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order_id = carded(newsletter, now)
    refund(order_id, 100_001, now)
    assert refund(order_id, 5, now).total_minor == 100_001  # the same form once more
    with pytest.raises(TooMuchToCredit, match=r"\$2,299.99"):
        refund(order_id, 230_000, now, key="form-2")
    refund(order_id, 229_999, now, key="form-3")
    with pytest.raises(NothingToCredit):
        refund(order_id, 1, now, key="form-4")
    assert {b.state for b in get_order_by_id(session, order_id).bookings} == {BookingState.CONFIRMED}
    run(newsletter, DAYS[0])
    assert total_money(session, newsletter.id).recognised_minor == 0


def test_what_ran_is_credited_as_an_allowance_and_not_cancelled(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order_id = carded(newsletter, now)
    run(newsletter, DAYS[0])
    first = get_order_by_id(session, order_id).bookings[0].id
    with pytest.raises(HasRun):
        cancel(order_id, now, booking_ids=[first])
    refund(order_id, 66_000, now)
    sums = sum_accounts(session, newsletter.id)
    assert (sums[Account.ALLOWANCES], sums[Account.REVENUE], sums[Account.DEFERRED]) == (33_000, -165_000, -132_000)


def test_money_kept_after_a_cancellation_pays_the_next_invoice(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    cancel(carded(newsletter, now), now, by=KEEP)
    kept = session.scalars(db.select(KeptMoney)).one()
    assert (kept.left_minor, session.scalars(db.select(Refund)).all()) == (330_000, [])
    next_id = invoiced(newsletter, now, DAYS[0], key="sponsored")
    assert act(lambda s: spend_kept_money(s, invoice=_locked(s, next_id), actor=ACTOR, now=now)) == 85_000
    invoice = invoice_of(session, next_id)
    assert (invoice.state, invoice.paid_minor) == (InvoiceState.PAID, 85_000)
    totals = total_money(session, newsletter.id)
    assert (totals.unapplied_minor, totals.booked_minor, totals.collected_minor) == (245_000, 85_000, 85_000)
    cancel(next_id, now, key="form-2")  # what was paid with it goes back to the card it came from
    assert [r.amount_minor for r in session.scalars(db.select(Refund))] == [85_000]


def _locked(session: Session, order_id: int) -> Invoice:
    return session.scalars(db.select(Invoice).where(Invoice.order_id == order_id)).one()


def test_nothing_kept_pays_nothing(newsletter: Newsletter, now: datetime) -> None:
    order_id = invoiced(newsletter, now)
    with pytest.raises(NothingKept):
        act(lambda s: spend_kept_money(s, invoice=_locked(s, order_id), actor=ACTOR, now=now))


def test_a_debt_given_up_is_bad_debt_until_money_comes_after_all(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order_id = invoiced(newsletter, now)
    bank(order_id, 100_000, "a part", now)
    act(
        lambda s: write_off_invoice(
            s, invoice=_locked(s, order_id), reason="Gone out of business", actor=ACTOR, now=now
        )
    )
    totals = total_money(session, newsletter.id)
    assert (totals.booked_minor, totals.collected_minor, totals.outstanding_minor, totals.written_off_minor) == (
        330_000, 100_000, 0, 230_000,
    )  # fmt: skip
    bank(order_id, 230_000, "after all", now)
    invoice = invoice_of(session, order_id)
    assert (invoice.state, invoice.paid_minor) == (InvoiceState.PAID, 330_000)
    assert total_money(session, newsletter.id).written_off_minor == 0


def test_only_an_invoice_without_money_is_voided(newsletter: Newsletter, now: datetime) -> None:
    order_id = invoiced(newsletter, now)
    bank(order_id, 1, "one cent", now)
    with pytest.raises(InvoicePartlyPaid):
        act(lambda s: void_invoice(s, invoice=_locked(s, order_id), reason="x", actor=ACTOR, now=now))


def test_a_sponsor_owes_no_more_than_its_limit(session: Session, newsletter: Newsletter, now: datetime) -> None:
    invoiced(newsletter, now)
    order_id = held(newsletter, now, DAYS[0], key="sponsored")

    def confirm(limit_minor: int) -> None:
        with transaction() as writing:
            order = get_order_by_id(writing, order_id)
            assert order.sponsor is not None
            order.sponsor.credit_limit_minor = limit_minor
            confirm_on_invoice(writing, order=order, now=now)

    with pytest.raises(CreditExceeded, match=r"may owe \$4,149.99 at a time and owes \$3,300 already"):
        confirm(414_999)
    assert session.get_one(Order, order_id).state is OrderState.HELD
    session.rollback()
    confirm(415_000)
    session.rollback()
    assert session.get_one(Order, order_id).state is OrderState.CONFIRMED


def test_a_comp_books_nothing_and_says_who_approved_it(session: Session, newsletter: Newsletter, now: datetime) -> None:
    order_id = held(newsletter, now)
    act(lambda s: comp_order(s, order=get_order_by_id(s, order_id), approver=ACTOR, reason="Charity", now=now))
    order = get_order_by_id(session, order_id)
    assert (order.state, order.net_minor, order.list_minor) == (OrderState.CONFIRMED, 0, 330_000)
    assert {b.price_minor for b in order.bookings} == {165_000}
    run(newsletter, DAYS[0])
    assert total_money(session, newsletter.id).booked_minor == 0
    assert session.scalars(db.select(MoneyTask)).all() == []
    assert session.get_one(Booking, order.bookings[0].id).state is BookingState.RAN


def test_what_is_left_of_an_order_is_read_from_the_ledger(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order_id = carded(newsletter, now)
    refund(order_id, 30_000, now)
    left = read_order_money(session, order_id)
    assert (left.net_minor, left.tax_minor, left.paid_minor) == (300_000, 0, 300_000)
