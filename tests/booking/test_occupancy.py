"""One slot, one occupant: the database's index says so, and says so only of those who occupy."""

import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sponsorship.booking.errors import SlotTaken
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import get_order_by_id, occupants_of
from sponsorship.booking.rules import OCCUPYING, BookingKind, BookingState, OrderState, PaymentMethod
from sponsorship.booking.services import (
    block_slot,
    cancel_order,
    confirm_order,
    hold_courtesy,
    hold_slots,
    lapse_order,
    release_booking,
    unblock_slot,
)
from sponsorship.booking.services.limits import Buyer
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.inventory.models import Newsletter
from tests.factories.booking import confirmed_order, hold_order
from tests.factories.inventory import slot_on

DAY, OTHER_DAY = date(2026, 12, 13), date(2026, 12, 20)


def let_lapse(session: Session, newsletter: Newsletter, slot_id: int, now: datetime) -> None:
    order = hold_slots(session, newsletter=newsletter, slot_ids=[slot_id], now=now)
    lapse_order(session, order=order, now=now + timedelta(minutes=20))


def let_cancel_held(session: Session, newsletter: Newsletter, slot_id: int, now: datetime) -> None:
    order = hold_slots(session, newsletter=newsletter, slot_ids=[slot_id], now=now)
    cancel_order(session, order=order, reason="Changed our mind", actor="buyer", now=now)


def let_cancel_confirmed(session: Session, newsletter: Newsletter, slot_id: int, now: datetime) -> None:
    order = confirmed_order(session, newsletter, [slot_on(session, newsletter, DAY)], now=now)
    cancel_order(session, order=order, reason="Refunded", actor="imogen@sundayrunbook.example", now=now)


def let_unblock(session: Session, newsletter: Newsletter, slot_id: int, now: datetime) -> None:
    slot = slot_on(session, newsletter, DAY)
    block_slot(session, slot=slot, reason="Anniversary issue", actor="imogen", now=now)
    unblock_slot(session, slot=slot, actor="imogen", now=now)


def let_release_promise(session: Session, newsletter: Newsletter, slot_id: int, now: datetime) -> None:
    slot = slot_on(session, newsletter, DAY)
    promise = hold_courtesy(session, slot=slot, sponsor=None, until=now + timedelta(days=1), actor="imogen", now=now)
    release_booking(session, booking=promise, actor="imogen", now=now)


@pytest.mark.parametrize("free", [let_lapse, let_cancel_held, let_cancel_confirmed, let_unblock, let_release_promise])
def test_a_slot_that_is_free_again_can_be_sold_again_and_again(
    session: Session, newsletter: Newsletter, now: datetime, free: Callable[[Session, Newsletter, int, datetime], None]
) -> None:
    slot = slot_on(session, newsletter, DAY)
    for _ in range(3):
        with transaction() as writing:
            free(writing, newsletter, slot.id, now)
        assert occupants_of(session, [slot.id]) == {}
    with transaction() as writing:
        order = hold_order(writing, newsletter, [slot], now=now + timedelta(hours=1))
        confirm_order(writing, order=order, method=PaymentMethod.CARD, now=now + timedelta(hours=1))
    assert occupants_of(session, [slot.id])[slot.id].order_id == order.id


INSERT = text(
    "INSERT INTO booking (slot_id, order_id, kind, state, price_minor, net_minor, credited_minor, is_exclusive, reason,"
    " created_at) VALUES (:slot, :order, :kind, :state, 0, 0, 0, FALSE, '', '2026-11-19 09:40:00')"
)


@pytest.mark.parametrize("first", BookingKind)
@pytest.mark.parametrize("second", BookingKind)
def test_raw_sql_that_bypasses_the_services_is_refused_for_every_kind_and_state(
    session: Session, newsletter: Newsletter, now: datetime, first: BookingKind, second: BookingKind
) -> None:
    slot = slot_on(session, newsletter, DAY)
    with transaction() as writing:
        order_id = hold_order(writing, newsletter, [slot_on(session, newsletter, OTHER_DAY)], now=now).id
    row = {"slot": slot.id, "order": order_id}
    refusal = r"uq_booking_occupied_slot|booking\.slot_id"
    for before, after in product(BookingState, BookingState):
        both_occupy = before in OCCUPYING and after in OCCUPYING
        with pytest.raises(IntegrityError, match=refusal) if both_occupy else nullcontext(), transaction() as writing:
            writing.execute(text("DELETE FROM booking WHERE slot_id = :slot"), row)
            writing.execute(INSERT, row | {"kind": first.value, "state": before.value})
            writing.execute(INSERT, row | {"kind": second.value, "state": after.value})


def test_raw_sql_cannot_move_a_booking_onto_a_slot_that_somebody_has(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slot, other = slot_on(session, newsletter, DAY), slot_on(session, newsletter, OTHER_DAY)
    with transaction() as writing:
        hold_order(writing, newsletter, [slot], now=now)
        hold_order(writing, newsletter, [other], now=now)
    with pytest.raises(IntegrityError), transaction() as writing:
        writing.execute(text("UPDATE booking SET slot_id = :slot"), {"slot": slot.id})


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "gift"}, {"state": "sold"}, {"slot": 999_999}, {"order": 999_999}, {"kind": "sale", "order": None}],
    ids=str,
)
def test_raw_sql_cannot_write_a_booking_of_nothing_or_in_a_state_that_does_not_exist(
    session: Session, newsletter: Newsletter, wrong: dict[str, object]
) -> None:
    row = {"slot": slot_on(session, newsletter, DAY).id, "order": None, "kind": "house", "state": "confirmed"}
    with pytest.raises(IntegrityError), transaction() as writing:
        writing.execute(INSERT, row | wrong)


@pytest.mark.parametrize("state", [state for state in BookingState if state not in OCCUPYING])
def test_raw_sql_cannot_bring_a_freed_booking_back_once_the_slot_is_sold(
    session: Session, newsletter: Newsletter, now: datetime, state: BookingState
) -> None:
    slot = slot_on(session, newsletter, DAY)
    with transaction() as writing:
        let_lapse(writing, newsletter, slot.id, now)
        writing.execute(text("UPDATE booking SET state = :state"), {"state": state.value})
        hold_order(writing, newsletter, [slot], now=now)
    bring_back = text("UPDATE booking SET state = 'confirmed' WHERE state = :state")
    with pytest.raises(IntegrityError), transaction() as writing:
        writing.execute(bring_back, {"state": state.value})


def test_a_second_hold_is_refused_names_the_slot_and_leaves_no_trace(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    free, wanted = slot_on(session, newsletter, OTHER_DAY), slot_on(session, newsletter, DAY)
    with transaction() as writing:
        first = hold_order(writing, newsletter, [wanted], now=now)
    with transaction() as writing:
        with pytest.raises(SlotTaken) as refusal:
            hold_order(writing, newsletter, [free, wanted], now=now)
        assert writing.is_active, "the savepoint keeps the caller's transaction usable"
    assert refusal.value.slot_ids == (wanted.id,)
    assert refusal.value.message == "Primary on Sun 13 Dec went to somebody else."
    assert [order.id for order in session.query(Order)] == [first.id]
    assert set(occupants_of(session, [free.id, wanted.id])) == {wanted.id}


def race(app: Flask, buyers: list[Callable[[Session], object]]) -> list[object]:
    """Let each buyer run in a thread and a session of its own, all starting together; returns results or errors."""
    start = threading.Barrier(len(buyers))
    results: list[object] = [None] * len(buyers)

    def run(position: int) -> None:
        with app.app_context():
            try:
                start.wait(10)
                with transaction() as writing:
                    results[position] = buyers[position](writing)
            except Exception as error:  # noqa: BLE001 - the test looks at whatever came
                results[position] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(position,)) for position in range(len(buyers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def buy(newsletter_id: int, slot_ids: list[int], now: datetime) -> Callable[[Session], object]:
    def hold(writing: Session) -> object:
        newsletter = writing.get_one(Newsletter, newsletter_id)
        return hold_slots(writing, newsletter=newsletter, slot_ids=slot_ids, now=now).id

    return hold


@pytest.mark.parametrize("day", range(4))
def test_of_eight_buyers_at_once_exactly_one_gets_the_slot_and_the_others_are_told(
    app: Flask, session: Session, newsletter: Newsletter, now: datetime, day: int
) -> None:
    slot_id, newsletter_id = slot_on(session, newsletter, DAY + timedelta(weeks=day + 1)).id, newsletter.id
    db.session.remove()
    results = race(app, [buy(newsletter_id, [slot_id], now)] * 8)
    won = [result for result in results if isinstance(result, int)]
    assert len(won) == 1, results
    assert all(isinstance(result, SlotTaken) for result in results if result not in won), results
    assert occupants_of(db.session(), [slot_id])[slot_id].order_id == won[0]


def test_carts_that_overlap_in_opposite_order_never_deadlock_and_never_split(
    app: Flask, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slot_ids = [slot_on(session, newsletter, DAY + timedelta(weeks=week)).id for week in range(1, 5)]
    newsletter_id = newsletter.id
    db.session.remove()
    buyers = [buy(newsletter_id, slot_ids if turn % 2 else slot_ids[::-1], now) for turn in range(8)]
    results = race(app, buyers)
    won = [result for result in results if isinstance(result, int)]
    assert len(won) == 1, results
    assert all(isinstance(result, SlotTaken) for result in results if result not in won), results
    bookings = db.session.query(Booking).all()
    assert sorted(booking.slot_id for booking in bookings) == sorted(slot_ids)


def test_money_for_a_lapsed_hold_and_a_new_buyer_at_once_leave_one_occupant(
    app: Flask, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slots = [slot_on(session, newsletter, DAY), slot_on(session, newsletter, OTHER_DAY)]
    with transaction() as writing:
        late = hold_order(writing, newsletter, slots, now=now)
        lapse_order(writing, order=late, now=now + timedelta(minutes=20))
    late_id, slot_id, newsletter_id, later = late.id, slots[1].id, newsletter.id, now + timedelta(minutes=21)
    db.session.remove()

    def settle(writing: Session) -> object:
        order = get_order_by_id(writing, late_id)
        return confirm_order(writing, order=order, method=PaymentMethod.CARD, now=later).id

    results = race(app, [settle, buy(newsletter_id, [slot_id], later)])
    assert sum(isinstance(result, int) for result in results) == 1, results
    assert sum(isinstance(result, SlotTaken) for result in results) == 1, results
    late_state = db.session.get_one(Order, late_id).state
    assert late_state is (OrderState.CONFIRMED if isinstance(results[0], int) else OrderState.LAPSED)


def test_of_two_clicks_on_the_last_open_order_one_is_refused(
    app: Flask, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slot_ids = [slot_on(session, newsletter, DAY + timedelta(weeks=week)).id for week in range(1, 5)]
    newsletter_id = newsletter.id
    with transaction() as writing:
        for slot_id in slot_ids[:2]:
            hold_slots(writing, newsletter=newsletter, slot_ids=[slot_id], buyer=Buyer("one address"), now=now)
    db.session.remove()

    def hold(slot_id: int) -> Callable[[Session], object]:
        def hold_one(writing: Session) -> object:
            newsletter = writing.get_one(Newsletter, newsletter_id)
            return hold_slots(
                writing, newsletter=newsletter, slot_ids=[slot_id], buyer=Buyer("one address"), now=now
            ).number

        return hold_one

    results = race(app, [hold(slot_id) for slot_id in slot_ids[2:]])
    assert sum(result == "IO-2026-0003" for result in results) == 1, results
    assert sum(isinstance(result, DomainError) for result in results) == 1, results
