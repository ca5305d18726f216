"""Slots taken without an order, and what ran."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from sponsorship.booking.errors import NotForSale, NotYoursToRelease, SlotTaken
from sponsorship.booking.models import Booking
from sponsorship.booking.queries import occupants_of
from sponsorship.booking.rules import BookingKind, BookingState, OrderState, PaymentMethod
from sponsorship.booking.services import (
    block_slot,
    book_archived,
    book_house,
    confirm_order,
    enter_checkout,
    hold_courtesy,
    release_booking,
    run_bookings,
    unblock_slot,
)
from sponsorship.core.db import transaction
from sponsorship.core.errors import DomainError, InvalidTransition
from sponsorship.core.outbox import OutboxEvent
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.services import mark_issue_sent
from tests.factories.booking import confirmed_order, hold_order, make_sponsor
from tests.factories.inventory import issue_on, slot_on

DAY = date(2026, 12, 13)


@pytest.fixture
def slot(session: Session, newsletter: Newsletter) -> Slot:
    """The primary of 13 December."""
    return slot_on(session, newsletter, DAY)


def test_a_blocked_slot_is_off_sale_with_its_reason_until_it_is_unblocked(
    session: Session, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    with transaction() as writing:
        block = block_slot(writing, slot=slot, reason="Anniversary issue", actor="imogen", now=now)
        with pytest.raises(SlotTaken):
            hold_order(writing, newsletter, [slot], now=now)
    assert (block.kind, block.state, block.reason) == (BookingKind.BLOCK, BookingState.CONFIRMED, "Anniversary issue")
    with transaction() as writing:
        unblock_slot(writing, slot=slot, actor="imogen", now=now)
        hold_order(writing, newsletter, [slot], now=now)
    assert [e.topic for e in session.query(OutboxEvent)] == ["slot.blocked", "slot.unblocked", "order.held"]


def test_what_somebody_has_is_not_blocked_and_what_is_not_blocked_is_not_unblocked(
    session: Session, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    with pytest.raises(InvalidTransition), transaction() as writing:
        unblock_slot(writing, slot=slot, actor="imogen", now=now)
    with transaction() as writing:
        hold_order(writing, newsletter, [slot], now=now)
    for act in (block_slot, book_house):
        with pytest.raises(SlotTaken), transaction() as writing:
            act(writing, slot=slot, reason="", actor="imogen", now=now)
    with pytest.raises(InvalidTransition), transaction() as writing:
        unblock_slot(writing, slot=slot, actor="imogen", now=now)


def test_nothing_is_taken_in_an_issue_that_went_out(session: Session, slot: Slot, now: datetime) -> None:
    with transaction() as writing:
        mark_issue_sent(writing, issue=slot.issue, now=now)
    for act in (block_slot, book_house):
        with pytest.raises(NotForSale), transaction() as writing:
            act(writing, slot=slot, reason="", actor="imogen", now=now)


@pytest.mark.parametrize("days", [-1, 0, 25])
def test_a_promise_ends_after_now_and_before_the_issue(session: Session, slot: Slot, now: datetime, days: int) -> None:
    until = now + timedelta(days=days)
    with pytest.raises(DomainError, match="promise ends"), transaction() as writing:
        hold_courtesy(writing, slot=slot, sponsor=None, until=until, actor="imogen", now=now)
    assert session.query(Booking).count() == 0


def test_a_promised_slot_is_kept_for_its_sponsor_and_can_be_released(
    session: Session, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    with transaction() as writing:
        sponsor = make_sponsor(writing, newsletter, now=now)
        promise = hold_courtesy(
            writing, slot=slot, sponsor=sponsor, until=now + timedelta(days=2), actor="imogen", now=now
        )
        with pytest.raises(SlotTaken):
            hold_order(writing, newsletter, [slot], now=now)
    assert occupants_of(session, [slot.id])[slot.id].sponsor == sponsor
    with transaction() as writing:
        release_booking(writing, booking=promise, actor="imogen", now=now, reason="They called it off")
    assert (promise.state, promise.reason) == (BookingState.RELEASED, "They called it off")
    with pytest.raises(InvalidTransition), transaction() as writing:
        release_booking(writing, booking=promise, actor="imogen", now=now)


def test_releasing_a_held_sale_cancels_its_whole_order(
    session: Session, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    with transaction() as writing:
        order = hold_order(writing, newsletter, [slot, slot_on(session, newsletter, DAY, "sponsored")], now=now)
        release_booking(writing, booking=order.bookings[0], actor="imogen", now=now)
    assert order.state is OrderState.CANCELLED
    assert {booking.state for booking in order.bookings} == {BookingState.RELEASED}


@pytest.mark.parametrize("is_paid", [True, False])
def test_what_is_paid_or_being_paid_is_not_released(
    session: Session, newsletter: Newsletter, slot: Slot, now: datetime, is_paid: bool
) -> None:
    with transaction() as writing:
        order = hold_order(writing, newsletter, [slot], now=now)
        if is_paid:
            confirm_order(writing, order=order, method=PaymentMethod.CARD, now=now)
        else:
            enter_checkout(writing, order=order, held_until=now + timedelta(minutes=46), now=now)
    with pytest.raises(NotYoursToRelease), transaction() as writing:
        release_booking(writing, booking=order.bookings[0], actor="imogen", now=now)
    assert slot.id in occupants_of(session, [slot.id])


def test_what_was_confirmed_ran_with_its_issue_and_nothing_else_did(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    issue = issue_on(session, newsletter, DAY)
    with transaction() as writing:
        paid = confirmed_order(writing, newsletter, [slot_on(session, newsletter, DAY)], now=now)
        held = hold_order(writing, newsletter, [slot_on(session, newsletter, DAY, "sponsored")], now=now)
        block = block_slot(
            writing, slot=slot_on(session, newsletter, DAY, "classified"), reason="", actor="imogen", now=now
        )
        house = book_house(writing, slot=slot_on(session, newsletter, DAY, "classified", 2), actor="imogen", now=now)
        later = confirmed_order(writing, newsletter, [slot_on(session, newsletter, DAY + timedelta(weeks=1))], now=now)
    with transaction() as writing:
        ran = run_bookings(writing, issue=issue, now=issue.publish_at)
    assert {booking.id for booking in ran} == {paid.bookings[0].id, house.id}
    assert [b.state for b in (paid.bookings[0], house)] == [BookingState.RAN] * 2
    assert (held.bookings[0].state, block.state) == (BookingState.HELD, BookingState.CONFIRMED)
    assert later.bookings[0].state is BookingState.CONFIRMED
    with transaction() as writing:
        assert run_bookings(writing, issue=issue, now=issue.publish_at) == []
    ids = [e.payload["booking_id"] for e in session.query(OutboxEvent).filter_by(topic="booking.ran")]
    assert sorted(ids) == sorted(booking.id for booking in ran)


def test_an_archived_booking_ran_costs_nothing_and_occupies_its_slot(
    session: Session, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    with transaction() as writing:
        mark_issue_sent(writing, issue=slot.issue, now=now)
        sponsor = make_sponsor(writing, newsletter, now=now)
        booking = book_archived(writing, slot=slot, sponsor=sponsor, now=now)
        with pytest.raises(SlotTaken):
            book_archived(writing, slot=slot, sponsor=sponsor, now=now)
    assert (booking.kind, booking.state) == (BookingKind.ARCHIVE, BookingState.RAN)
    assert (booking.price_minor, booking.net_minor, booking.order_id) == (0, 0, None)
