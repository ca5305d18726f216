"""The two checkers of the books, the product's and the tests' own, see what a wrong posting breaks."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.rules import BookingState
from sponsorship.core.db import db, transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import Invoice, JournalEntry, JournalLine, Receipt, Refund
from sponsorship.payments.queries import list_ledger_faults
from sponsorship.payments.rules import Account, EntryKind, RefundState
from sponsorship.payments.services import confirm_on_card
from tests.factories.booking import detailed_order
from tests.factories.inventory import slot_on
from tests.payments.ledger_checks import broken_rules

DAYS = (date(2026, 12, 13), date(2026, 12, 20))


@pytest.fixture
def sold(session: Session, newsletter: Newsletter, now: datetime) -> Invoice:
    """One order of two slots, paid by card; the books are right."""
    with transaction() as writing:
        slots = [slot_on(writing, newsletter, day) for day in DAYS]
        order = detailed_order(writing, newsletter, slots, now=now - timedelta(minutes=2))
        invoice = confirm_on_card(
            writing, order=order, reference="pi_1", amount_minor=330_000, fee_minor=9_600, now=now
        )
    assert (list_ledger_faults(session), broken_rules(session)) == ([], {})
    return invoice


def post(
    session: Session, invoice: Invoice, key: str, kind: EntryKind, *lines: tuple[Account, int, int | None]
) -> None:
    """Write an entry past the service, as a fault would."""
    entry = JournalEntry(
        key=key, kind=kind, newsletter_id=invoice.newsletter_id, currency="USD", order_id=invoice.order_id,
        effective_on=date(2026, 11, 19), recorded_at=invoice.order.created_at,
    )  # fmt: skip
    for account, amount_minor, booking_id in lines:
        entry.lines.append(JournalLine(account=account, amount_minor=amount_minor, booking_id=booking_id))
    session.add(entry)
    session.flush()


def odd(session: Session, invoice: Invoice) -> None:
    post(session, invoice, "odd", EntryKind.BOOKED, (Account.BANK, 5, None))


def deferred_twice(session: Session, invoice: Invoice) -> None:
    booking_id = invoice.order.bookings[0].id
    lines = ((Account.REVENUE, 165_000, booking_id), (Account.DEFERRED, -165_000, booking_id))
    post(session, invoice, "twice", EntryKind.INVOICED, *lines)


def ran_and_not_earned(session: Session, invoice: Invoice) -> None:
    session.execute(update(Booking).where(Booking.id == invoice.order.bookings[0].id).values(state=BookingState.RAN))


def invoice_forgot_its_money(session: Session, invoice: Invoice) -> None:
    session.execute(update(Invoice).values(paid_minor=Invoice.paid_minor - 1))


def receipt_without_entry(session: Session, invoice: Invoice) -> None:
    lost = {"source": "bank", "reference": "lost", "amount_minor": 5, "currency": "USD"}
    session.add(Receipt(order_id=invoice.order_id, fee_minor=0, received_at=invoice.order.created_at, **lost))
    session.flush()


def refund_without_entry(session: Session, invoice: Invoice) -> None:
    receipt = session.scalars(db.select(Receipt)).one()
    moment = invoice.order.created_at
    wanted = {"state": RefundState.REQUESTED, "amount_minor": 5, "currency": "USD", "reason": "", "request": {}}
    row = Refund(receipt_id=receipt.id, idempotency_key="k", created_at=moment, next_attempt_at=moment, **wanted)
    row.order_id = invoice.order_id
    session.add(row)
    session.flush()


@pytest.mark.parametrize(
    ("fault", "said", "rule"),
    [
        (odd, "Entry odd does not balance", "I1"),
        (odd, "The accounts in USD are off by 5.", "I2"),
        (deferred_twice, "has 330000 deferred, at most 165000", "I3"),
        (ran_and_not_earned, "has 165000 deferred, at most 0", None),
        (invoice_forgot_its_money, "says 1 is open, the ledger says 0", "I6"),
        (receipt_without_entry, "is over 5, the ledger took in 0", "I12"),
        (refund_without_entry, "Refunds of 5 are owed, the ledger says 0", "I8"),
    ],
)
def test_a_planted_fault_is_found(
    session: Session, sold: Invoice, fault: Callable[[Session, Invoice], None], said: str, rule: str | None
) -> None:
    fault(session, sold)
    assert any(said in found for found in list_ledger_faults(session)), list_ledger_faults(session)
    assert rule is None or any(name.startswith(rule) for name in broken_rules(session)), broken_rules(session)
    session.rollback()
