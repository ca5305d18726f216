"""A booking that is sold, written, approved and tracked moves, and nothing of it is lost; it is earned where it ran."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.booking.queries import get_booking, price_of_move
from sponsorship.booking.rules import PaymentMethod
from sponsorship.booking.services import confirm_order, move_booking, run_bookings
from sponsorship.checks.queries import find_text
from sponsorship.checks.rules import CopySource
from sponsorship.core.db import transaction
from sponsorship.core.outbox import deliver_due
from sponsorship.creative.queries import creatives_by_booking
from sponsorship.creative.rules import CreativeState
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.services import mark_issue_sent
from sponsorship.payments.models import CreditNote, JournalEntry, KeptMoney
from sponsorship.payments.queries import money_by_booking
from sponsorship.payments.services import invoice_order, record_bank_payment
from sponsorship.tracking.models import TrackedLink
from sponsorship.tracking.queries import clicks_by_booking
from tests.factories.assembly import copy_about, ready_slot
from tests.factories.desk import click
from tests.factories.inventory import issue_on, slot_on
from tests.payments.ledger_checks import check_books

OLD, NEW = date(2026, 12, 13), date(2026, 12, 20)


def test_copy_clicks_and_money_move_along_and_the_money_is_earned_at_the_new_date_only(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        booking = ready_slot(
            writing, slot_on(writing, newsletter, OLD), now=now, sponsor_name="Mooring", copy=copy_about(1)
        )
        own = select(TrackedLink).where(TrackedLink.booking_id == booking.id)
        tokens = {link.token for link in writing.scalars(own)}
        click(writing, writing.scalars(own).first(), people=3, start=now)  # type: ignore[arg-type]
    deliver_due(now)
    with transaction() as writing:
        move_booking(
            writing,
            booking=get_booking(writing, booking.id),
            slot=slot_on(writing, newsletter, NEW),
            actor="I",
            now=now,
        )
    deliver_due(now)

    creative = creatives_by_booking(session, [booking.id])[booking.id]
    assert creative.state is CreativeState.APPROVED
    text = find_text(session, CopySource.CREATIVE, creative.id)
    assert text is not None and text.publish_on == NEW
    links = session.scalars(own).all()
    assert {link.token for link in links} == tokens and {link.issue_id for link in links} == {
        issue_on(session, newsletter, NEW).id
    }
    assert clicks_by_booking(session, [booking.id])[booking.id].hits == 3
    assert money_by_booking(session, [booking.id])[booking.id].collected_minor == 165_000

    for day, earned in ((OLD, []), (NEW, [NEW])):
        with transaction() as writing:
            issue = issue_on(writing, newsletter, day)
            mark_issue_sent(writing, issue=issue, now=issue.publish_at)
            run_bookings(writing, issue=issue, now=issue.publish_at)
        deliver_due(issue.publish_at + timedelta(minutes=1))
        runs = session.scalars(select(JournalEntry).where(JournalEntry.key.startswith("run:")))
        assert [entry.effective_on for entry in runs] == earned
    check_books(session)


def test_copy_that_is_too_long_for_its_new_placement_is_given_back_with_the_reason(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    long = copy_about(1)
    long = type(long)(long.heading, " ".join(["Word"] * 50), long.link_url, long.link_text)
    with transaction() as writing:
        booking = ready_slot(writing, slot_on(writing, newsletter, OLD), now=now, sponsor_name="Mooring", copy=long)
        sponsored = slot_on(writing, newsletter, NEW, "sponsored")
        move_booking(writing, booking=booking, slot=sponsored, actor="I", now=now, waive=True)
    deliver_due(now)
    creative = creatives_by_booking(session, [booking.id])[booking.id]
    assert creative.state is CreativeState.CHANGES_REQUESTED
    assert "It runs as Sponsored now. The body has 50 words: 10 over the limit of 40." in creative.notes[-1].body


def test_a_difference_that_is_paid_is_the_moved_bookings_money(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        old = slot_on(writing, newsletter, OLD, "sponsored")
        booking = ready_slot(writing, old, now=now, sponsor_name="Mooring", copy=copy_about(1))
        primary = slot_on(writing, newsletter, NEW)
        claim = move_booking(writing, booking=booking, slot=primary, actor="I", now=now).claim
        assert claim is not None
        confirm_order(writing, order=claim, method=PaymentMethod.INVOICE, now=now)
        invoice = invoice_order(writing, order=claim, now=now, due_on=NEW)
        record_bank_payment(writing, invoice=invoice, amount_minor=80_000, reference="Statement 12", actor="I", now=now)
    deliver_due(now)
    money = money_by_booking(session, [booking.id])[booking.id]
    assert (money.booked_minor, money.collected_minor, money.outstanding_minor) == (165_000, 165_000, 0)
    with transaction() as writing:
        issue = issue_on(writing, newsletter, NEW)
        mark_issue_sent(writing, issue=issue, now=issue.publish_at)
        run_bookings(writing, issue=issue, now=issue.publish_at)
    deliver_due(issue.publish_at)
    check_books(session)


def test_a_cheaper_place_leaves_a_credit_and_moving_back_asks_for_it_again(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        booking = ready_slot(
            writing, slot_on(writing, newsletter, OLD), now=now, sponsor_name="Mooring", copy=copy_about(1)
        )
        cheaper = slot_on(writing, newsletter, NEW, "sponsored")
        move_booking(writing, booking=booking, slot=cheaper, actor="Imogen", now=now)
    deliver_due(now)
    deliver_due(now)
    note = session.scalars(select(CreditNote)).one()
    assert (note.net_minor, note.reason) == (80_000, "Moved from Primary on Sun 13 Dec to Sponsored on Sun 20 Dec")
    kept = session.scalars(select(KeptMoney)).one()
    assert (kept.left_minor, kept.sponsor_id) == (80_000, booking.sponsor_id)
    assert money_by_booking(session, [booking.id])[booking.id].booked_minor == 85_000
    check_books(session)
    back = price_of_move(get_booking(session, booking.id), slot_on(session, newsletter, OLD))
    assert (back.net_minor, back.difference_minor) == (165_000, 80_000)
