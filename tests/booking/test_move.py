"""Moving a booking: the new slot first, the same row, the difference paid before a dearer slot is had."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.booking.errors import CannotMove, MoveOpen, NotForSale, SlotTaken
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import get_booking, get_order_by_id, list_move_targets, occupants_of, own_move_deadline
from sponsorship.booking.rules import BookingState, OrderState, PaymentMethod
from sponsorship.booking.services import (
    block_slot,
    cancel_bookings,
    cancel_order,
    confirm_order,
    lapse_order,
    move_booking,
    move_own_booking,
    run_bookings,
)
from sponsorship.core.db import transaction
from sponsorship.core.mail import Mail
from sponsorship.core.outbox import deliver_due
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.services import mark_issue_sent
from tests.factories.booking import confirmed_order, hold_order
from tests.factories.inventory import slot_on

OLD, NEW = date(2026, 12, 13), date(2026, 12, 20)
ACTOR = "imogen@sundayrunbook.example"


@pytest.fixture
def sold(session: Session, newsletter: Newsletter, now: datetime) -> Booking:
    """Tidewatch's Primary of 13 December, confirmed."""
    with transaction() as writing:
        return confirmed_order(writing, newsletter, [slot_on(writing, newsletter, OLD)], now=now).bookings[0]


def move(booking: Booking, newsletter: Newsletter, day: date, key: str, now: datetime, **more: Any) -> int | None:
    """Move as the publisher; returns the id of the order over the difference, or None."""
    with transaction() as session:
        booking, slot = get_booking(session, booking.id), slot_on(session, newsletter, day, key)
        claim = move_booking(session, booking=booking, slot=slot, actor=ACTOR, now=now, **more).claim
        return claim.id if claim else None


def occupant(session: Session, newsletter: Newsletter, day: date, key: str = "primary") -> Booking | None:
    session.expire_all()
    slot = slot_on(session, newsletter, day, key)
    return occupants_of(session, [slot.id]).get(slot.id)


def test_at_the_same_price_it_moves_at_once_and_frees_the_old_slot(
    session: Session, newsletter: Newsletter, sold: Booking, now: datetime
) -> None:
    assert move(sold, newsletter, NEW, "primary", now) is None
    assert occupant(session, newsletter, OLD) is None
    moved = occupant(session, newsletter, NEW)
    assert moved is not None and (moved.id, moved.state, moved.net_minor) == (sold.id, BookingState.CONFIRMED, 165_000)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "moved")).one()
    assert (entry.actor, entry.before["place"], entry.after["place"]) == (  # type: ignore[index]
        ACTOR, "Primary on Sun 13 Dec", "Primary on Sun 20 Dec",
    )  # fmt: skip


def test_a_slot_that_somebody_has_is_refused_and_nothing_moves(
    session: Session, newsletter: Newsletter, sold: Booking, now: datetime
) -> None:
    with transaction() as writing:
        hold_order(writing, newsletter, [slot_on(writing, newsletter, NEW)], now=now)
    with pytest.raises(SlotTaken, match="Primary on Sun 20 Dec went to somebody else"):
        move(sold, newsletter, NEW, "primary", now)
    still = occupant(session, newsletter, OLD)
    assert still is not None and still.id == sold.id


def test_a_dearer_slot_is_held_until_the_difference_is_paid_and_then_the_booking_moves_in(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        order = confirmed_order(writing, newsletter, [slot_on(writing, newsletter, OLD, "sponsored")], now=now)
        sold = order.bookings[0]
    claim_id = move(sold, newsletter, NEW, "primary", now)
    assert claim_id is not None
    claim = get_order_by_id(session, claim_id)
    assert (claim.net_minor, claim.moves_order_id, claim.held_until) == (80_000, sold.order_id, now + timedelta(days=3))
    old, held = occupant(session, newsletter, OLD, "sponsored"), occupant(session, newsletter, NEW)
    assert old is not None and old.id == sold.id
    assert held is not None and (held.state, held.moves_id) == (BookingState.HELD, sold.id)

    with transaction() as writing:
        confirm_order(writing, order=get_order_by_id(writing, claim_id), method=PaymentMethod.CARD, now=now)
    moved = occupant(session, newsletter, NEW)
    assert moved is not None and (moved.id, moved.net_minor, moved.price_minor) == (sold.id, 165_000, 165_000)
    assert occupant(session, newsletter, OLD, "sponsored") is None
    assert [b.state for b in get_order_by_id(session, claim_id).bookings] == [BookingState.MOVED]


def test_a_difference_that_is_not_paid_lets_the_dearer_slot_go(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    sold = sell(newsletter, OLD, "sponsored", now)
    claim_id = move(sold, newsletter, NEW, "primary", now)
    with pytest.raises(MoveOpen, match="waits to move to Primary on Sun 20 Dec"):
        move(sold, newsletter, date(2027, 1, 3), "sponsored", now)
    with transaction() as writing:
        lapse_order(writing, order=get_order_by_id(writing, claim_id or 0), now=now + timedelta(days=3))
    assert occupant(session, newsletter, NEW) is None
    still = occupant(session, newsletter, OLD, "sponsored")
    assert still is not None and still.id == sold.id


def test_the_publisher_can_waive_the_difference(session: Session, newsletter: Newsletter, now: datetime) -> None:
    sold = sell(newsletter, OLD, "sponsored", now)
    assert move(sold, newsletter, NEW, "primary", now, waive=True, reason="Our mistake") is None
    moved = occupant(session, newsletter, NEW)
    assert moved is not None and (moved.id, moved.net_minor) == (sold.id, 85_000)


@pytest.mark.parametrize("what", ["ran", "cancelled"])
def test_a_claim_is_let_go_when_its_booking_runs_or_is_cancelled(
    session: Session, newsletter: Newsletter, now: datetime, what: str
) -> None:
    sold = sell(newsletter, date(2026, 11, 22), "sponsored", now)
    claim_id = move(sold, newsletter, NEW, "primary", now)
    with transaction() as writing:
        booking = get_booking(writing, sold.id)
        if what == "ran":
            mark_issue_sent(writing, issue=booking.slot.issue, now=now)
            run_bookings(writing, issue=booking.slot.issue, now=now)
        else:
            assert booking.order is not None
            cancel_order(writing, order=booking.order, reason="Changed plans", actor=ACTOR, now=now)
    deliver_due(now)
    assert get_order_by_id(session, claim_id or 0).state is OrderState.CANCELLED
    assert occupant(session, newsletter, NEW) is None


def test_what_is_not_sold_or_is_too_late_is_not_moved(newsletter: Newsletter, sold: Booking, now: datetime) -> None:
    with pytest.raises(CannotMove, match="already"):
        move(sold, newsletter, OLD, "primary", now)
    with transaction() as session:
        held = hold_order(session, newsletter, [slot_on(session, newsletter, OLD, "sponsored")], now=now).bookings[0]
        block = block_slot(session, slot=slot_on(session, newsletter, OLD, "classified"), reason="", actor="", now=now)
    for booking in (held, block):
        with pytest.raises(CannotMove, match="not booked for good"):
            move(booking, newsletter, NEW, "primary", now)
    with pytest.raises(NotForSale, match="went out"):
        move(sold, newsletter, date(2026, 11, 15), "primary", now)


def test_a_sponsor_moves_until_the_cut_off_and_only_to_what_is_on_sale(
    session: Session, newsletter: Newsletter, sold: Booking, now: datetime
) -> None:
    deadline = own_move_deadline(session, sold)
    assert deadline == datetime(2026, 12, 6, 8, tzinfo=now.tzinfo)
    late = deadline - timedelta(minutes=1)

    def own(day: date, moment: datetime) -> None:
        with transaction() as writing:
            booking, slot = get_booking(writing, sold.id), slot_on(writing, newsletter, day)
            move_own_booking(writing, booking=booking, slot=slot, deadline=deadline, now=moment)

    with pytest.raises(CannotMove, match="too near its issue"):
        own(NEW, deadline)
    with pytest.raises(NotForSale, match="too near"):
        own(date(2026, 12, 6), late)
    own(NEW, late)
    assert [day for day in (OLD, NEW) if occupant(session, newsletter, day)] == [NEW]


def test_targets_are_free_slots_with_their_prices_own_placement_first(
    session: Session, newsletter: Newsletter, sold: Booking, now: datetime
) -> None:
    targets = list_move_targets(session, sold, now, as_sponsor=True)
    assert [t.slot.placement.key for t in targets][:1] == ["primary"] and OLD not in {
        t.slot.issue.publish_on for t in targets if t.slot.placement.key == "primary"
    }
    assert {(t.slot.placement.key, t.price.difference_minor) for t in targets} == {
        ("primary", 0), ("sponsored", -80_000), ("classified", -135_000),
    }  # fmt: skip


def test_a_part_of_an_order_is_cancelled_and_the_order_with_the_last(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        slots = [slot_on(writing, newsletter, day) for day in (OLD, NEW)]
        order = confirmed_order(writing, newsletter, slots, now=now)
    first, second = order.bookings

    def cancel(booking: Booking) -> list[BookingState]:
        with transaction() as writing:
            again = get_order_by_id(writing, order.id)
            cancel_bookings(writing, order=again, bookings=[get_booking(writing, booking.id)], reason="Plans changed",
                            actor=ACTOR, now=now)  # fmt: skip
            return [b.state for b in again.bookings]

    assert cancel(first) == [BookingState.CANCELLED, BookingState.CONFIRMED]
    assert (occupant(session, newsletter, OLD), get_order_by_id(session, order.id).state) == (
        None,
        OrderState.CONFIRMED,
    )
    assert cancel(second) == [BookingState.CANCELLED] * 2
    assert get_order_by_id(session, order.id).state is OrderState.CANCELLED


def test_the_buyer_is_told_where_it_runs_now(
    session: Session, newsletter: Newsletter, sold: Booking, now: datetime
) -> None:
    move(sold, newsletter, NEW, "primary", now)
    deliver_due(now)
    mail = session.scalars(select(Mail).where(Mail.subject.startswith("Moved to"))).one()
    assert mail.to_address == "noor@tidewatch.example" and "Primary on Sun 13 Dec" in mail.text


def sell(newsletter: Newsletter, day: date, key: str, now: datetime) -> Booking:
    with transaction() as session:
        slot: Slot = slot_on(session, newsletter, day, key)
        order: Order = confirmed_order(session, newsletter, [slot], now=now)
        return order.bookings[0]
