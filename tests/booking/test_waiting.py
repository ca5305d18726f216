"""The waiting list: first come, first asked; one timed offer for each freed unit; nobody buys past the line."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.booking.errors import HoldsTooMuch, PromiseOver, SlotIsOpen, SlotTaken, TooManyWishes
from sponsorship.booking.models import Booking, Order, Promise, Waiting
from sponsorship.booking.queries import find_offer_of, list_waiting, occupants_of, place_in_line, suggest_swap
from sponsorship.booking.rules import BookingKind, BookingState, OrderState, PromiseKind, WaitingState
from sponsorship.booking.services import (
    block_slot,
    cancel_order,
    decline_promise,
    hold_slots,
    lapse_booking_when_due,
    lapse_order,
    leave_waiting,
    move_up,
    release_booking,
    remove_waiting,
    take_promise,
    unblock_slot,
)
from sponsorship.booking.services.limits import Buyer
from sponsorship.booking.tasks import lapse_orders, sweep_waiting
from sponsorship.core.db import transaction
from sponsorship.core.errors import DomainError
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.services import add_slot
from tests.factories.booking import confirmed_order, hold_order
from tests.factories.demand import promise_slot, wait_between, wait_for
from tests.factories.inventory import slot_on

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SUNDAY = date(2026, 12, 13)


@pytest.fixture
def slot(session: Session, newsletter: Newsletter) -> Slot:
    """The primary of 13 December."""
    return slot_on(session, newsletter, SUNDAY)


@pytest.fixture
def sold(newsletter: Newsletter, slot: Slot, now: datetime) -> Order:
    """An order that has the slot for good."""
    with transaction() as writing:
        return confirmed_order(writing, newsletter, [slot], now=now - DAY)


def offer_to(session: Session, waiting: Waiting) -> Promise:
    session.expire_all()
    offer = find_offer_of(session, waiting)
    assert offer is not None, f"{waiting.company} has no offer"
    return offer


def test_a_cancelled_slot_is_offered_to_the_first_in_line_in_the_same_transaction(
    session: Session, slot: Slot, sold: Order, now: datetime
) -> None:
    with transaction() as writing:
        first, second = wait_for(writing, slot, who="ropewalk", now=now), wait_for(writing, slot, who="oxbow", now=now)
    assert (place_in_line(session, first), place_in_line(session, second)) == (1, 2)
    with transaction() as writing:
        cancel_order(writing, order=sold, reason="Budget", actor="Imogen", now=now)
        booking = occupants_of(writing, [slot.id])[slot.id]
        assert (booking.kind, booking.state, booking.held_until) == (
            BookingKind.OFFER, BookingState.HELD, now + DAY
        )  # fmt: skip
    assert (first.state, second.state) == (WaitingState.OFFERED, WaitingState.WAITING)
    assert offer_to(session, first).booking.net_minor == 165_000


def test_one_offer_for_each_freed_unit_and_one_at_a_time_for_each_who_waits(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slots = [slot_on(session, newsletter, SUNDAY, "classified", ordinal) for ordinal in (1, 2)]
    with transaction() as writing:
        order = confirmed_order(writing, newsletter, slots, now=now - DAY)
        line = [wait_for(writing, slots[0], who=who, now=now) for who in ("ropewalk", "oxbow", "moorhen")]
    with transaction() as writing:
        cancel_order(writing, order=order, reason="", actor="Imogen", now=now)
    assert [one.state for one in line] == [WaitingState.OFFERED, WaitingState.OFFERED, WaitingState.WAITING]
    assert len({offer_to(session, one).booking.slot_id for one in line[:2]}) == 2


def test_when_an_offer_lapses_the_next_is_asked_and_the_first_is_off_the_list(
    session: Session, slot: Slot, sold: Order, now: datetime
) -> None:
    with transaction() as writing:
        first, second = wait_for(writing, slot, who="ropewalk", now=now), wait_for(writing, slot, who="oxbow", now=now)
        cancel_order(writing, order=sold, reason="", actor="Imogen", now=now)
    assert lapse_orders(now + DAY - MINUTE) == 0
    assert lapse_orders(now + DAY) == 1
    offer = offer_to(session, second)
    assert (first.state, second.state, offer.booking.slot_id) == (WaitingState.LAPSED, WaitingState.OFFERED, slot.id)
    assert lapse_orders(now + 2 * DAY) == 1
    session.expire_all()
    assert not occupants_of(session, [slot.id]), "nobody is left in line, so the slot is open to all"


def test_an_offer_is_taken_at_the_price_shown_and_the_slot_is_never_free_in_between(
    session: Session, newsletter: Newsletter, slot: Slot, sold: Order, now: datetime
) -> None:
    with transaction() as writing:
        waiting = wait_for(writing, slot, now=now)
        cancel_order(writing, order=sold, reason="", actor="Imogen", now=now)
        newsletter.placements[0].price_minor = 999_900
    offer = offer_to(session, waiting)
    with transaction() as writing:
        order = take_promise(writing, promise=offer, now=now + HOUR)
    booking = order.bookings[0]
    assert (order.state, order.total_minor, order.held_until) == (OrderState.HELD, 165_000, now + DAY)
    assert (booking.id, booking.kind, booking.state) == (offer.booking_id, BookingKind.SALE, BookingState.HELD)
    assert (order.contact_email, waiting.state) == ("ada@ropewalk.example", WaitingState.TAKEN)
    with pytest.raises(PromiseOver), transaction() as writing:
        take_promise(writing, promise=offer, now=now + 2 * HOUR)
    with transaction() as writing:
        lapse_order(writing, order=order, now=now + DAY)
    assert not occupants_of(session, [slot.id])


def test_an_offer_past_its_time_cannot_be_taken_although_nobody_swept_it_yet(
    session: Session, slot: Slot, sold: Order, now: datetime
) -> None:
    with transaction() as writing:
        waiting = wait_for(writing, slot, now=now)
        cancel_order(writing, order=sold, reason="", actor="Imogen", now=now)
    offer = offer_to(session, waiting)
    for act in (take_promise, decline_promise):
        with pytest.raises(PromiseOver), transaction() as writing:
            act(writing, promise=offer, now=now + DAY)


def test_a_declined_offer_goes_on_and_whoever_waits_for_a_range_may_stay_but_is_not_asked_twice(
    session: Session, newsletter: Newsletter, slot: Slot, sold: Order, now: datetime
) -> None:
    with transaction() as writing:
        for week in range(1, 4):
            block_slot(
                writing, slot=slot_on(session, newsletter, SUNDAY + week * 7 * DAY), reason="", actor="I", now=now
            )
        primary = newsletter.placements[0]
        wide = wait_between(writing, newsletter, SUNDAY, SUNDAY + 21 * DAY, who="ropewalk", placement=primary, now=now)
        narrow = wait_for(writing, slot, who="oxbow", now=now)
        cancel_order(writing, order=sold, reason="", actor="Imogen", now=now)
    with transaction() as writing:
        decline_promise(writing, promise=offer_to(session, wide), stays_in_line=True, now=now + HOUR)
    assert (wide.state, narrow.state) == (WaitingState.WAITING, WaitingState.OFFERED)
    with transaction() as writing:
        decline_promise(writing, promise=offer_to(session, narrow), stays_in_line=True, now=now + HOUR)
    assert narrow.state is WaitingState.LEFT, "there is nothing else that could satisfy it"
    assert not occupants_of(session, [slot.id]), "who declined the slot is not asked about it again"
    with transaction() as writing:
        unblock_slot(writing, slot=slot_on(session, newsletter, SUNDAY + 7 * DAY), actor="I", now=now + HOUR)
    assert offer_to(session, wide).booking.slot.issue.publish_on == SUNDAY + 7 * DAY


def test_leaving_frees_the_offer_for_the_next_and_a_second_time_changes_nothing(
    session: Session, slot: Slot, sold: Order, now: datetime
) -> None:
    with transaction() as writing:
        first, second = wait_for(writing, slot, who="ropewalk", now=now), wait_for(writing, slot, who="oxbow", now=now)
        cancel_order(writing, order=sold, reason="", actor="Imogen", now=now)
    for _ in range(2):
        with transaction() as writing:
            leave_waiting(writing, waiting=first, now=now + HOUR)
    assert (first.state, second.state) == (WaitingState.LEFT, WaitingState.OFFERED)
    assert len(list_waiting(session, slot.issue.newsletter_id)) == 1


@pytest.mark.parametrize("way", ["unblock", "release", "lapse", "lapse promise"])
def test_each_way_of_freeing_a_slot_reaches_the_list(
    session: Session, newsletter: Newsletter, slot: Slot, way: str, now: datetime
) -> None:
    later = now + 21 * MINUTE
    with transaction() as writing:
        if way == "unblock":
            block_slot(writing, slot=slot, reason="", actor="I", now=now)
        elif way == "lapse":
            order = hold_order(writing, newsletter, [slot], now=now)
        else:
            booking = promise_slot(writing, slot, until=later, now=now).booking
        waiting = wait_for(writing, slot, now=now)
    with transaction() as writing:
        if way == "unblock":
            unblock_slot(writing, slot=slot, actor="I", now=later)
        elif way == "lapse":
            lapse_order(writing, order=order, now=later)
        elif way == "release":
            release_booking(writing, booking=booking, actor="I", now=later)
        else:
            assert lapse_booking_when_due(writing, booking=booking, now=later)
    assert offer_to(session, waiting).kind is PromiseKind.OFFER


def test_a_slot_added_later_is_found_by_the_sweep_and_no_walk_in_gets_it_before(
    session: Session, newsletter: Newsletter, slot: Slot, sold: Order, now: datetime
) -> None:
    with transaction() as writing:
        waiting = wait_for(writing, slot, now=now)
    with transaction() as writing:
        added = add_slot(writing, issue=slot.issue, placement=slot.placement, ordinal=2)
    with (
        pytest.raises(SlotTaken, match="came free for somebody on the waiting list") as refused,
        transaction() as writing,
    ):
        hold_slots(writing, newsletter=newsletter, slot_ids=[added.id], now=now)
    assert refused.value.slot_ids == (added.id,)
    assert [offer.why for offer in suggest_swap(session, newsletter, [added.id], now).offers] == [
        "Promised to the waiting list"
    ]
    assert sweep_waiting(now) == 1
    assert sweep_waiting(now) == 0
    assert offer_to(session, waiting).booking.slot_id == added.id


def test_a_slot_freed_shortly_before_its_sale_ends_is_not_offered_and_may_be_bought_by_anybody(
    session: Session, newsletter: Newsletter, slot: Slot, sold: Order, now: datetime
) -> None:
    late = slot.deadlines.bookable_until - 20 * MINUTE
    with transaction() as writing:
        wait_for(writing, slot, now=now)
        cancel_order(writing, order=sold, reason="", actor="Imogen", now=late)
    with transaction() as writing:
        assert hold_slots(writing, newsletter=newsletter, slot_ids=[slot.id], now=late).bookings


def test_what_is_open_is_not_waited_for_and_a_wish_that_stands_is_not_doubled(
    session: Session, newsletter: Newsletter, slot: Slot, now: datetime
) -> None:
    with pytest.raises(SlotIsOpen, match="Primary on Sun 13 Dec is open") as refused, transaction() as writing:
        wait_for(writing, slot, now=now)
    assert refused.value.slot_id == slot.id
    with transaction() as writing:
        hold_order(writing, newsletter, [slot], now=now)
        once, twice = wait_for(writing, slot, now=now), wait_for(writing, slot, now=now)
    assert once is twice
    with pytest.raises(DomainError, match="before the first"), transaction() as writing:
        wait_between(writing, newsletter, SUNDAY, SUNDAY - DAY, who="oxbow", now=now)
    with pytest.raises(DomainError, match="over"), transaction() as writing:
        wait_between(writing, newsletter, date(2026, 1, 1), date(2026, 1, 2), who="oxbow", now=now)


def test_one_address_waits_for_ten_things_at_most(
    session: Session, newsletter: Newsletter, slot: Slot, sold: Order, now: datetime
) -> None:
    primary, ranges = newsletter.placements[0], [(SUNDAY - a * DAY, SUNDAY + b * DAY) for a in (0, 1) for b in range(6)]
    with transaction() as writing:
        for first, last in ranges[:10]:
            wait_between(writing, newsletter, first, last, who="ropewalk", placement=primary, now=now)
    with pytest.raises(TooManyWishes), transaction() as writing:
        wait_between(writing, newsletter, *ranges[10], who="ropewalk", placement=primary, now=now)
    with transaction() as writing:
        wait_between(writing, newsletter, *ranges[10], who="oxbow", placement=primary, now=now)
    assert len(list_waiting(session, newsletter.id)) == 11


def test_moving_up_and_removing_are_the_publishers_and_audited(
    session: Session, slot: Slot, sold: Order, now: datetime
) -> None:
    with transaction() as writing:
        first, second = wait_for(writing, slot, who="ropewalk", now=now), wait_for(writing, slot, who="oxbow", now=now)
        move_up(writing, waiting=second, actor="imogen@x", now=now)
        move_up(writing, waiting=second, actor="imogen@x", now=now)
    assert list_waiting(session, slot.issue.newsletter_id) == [second, first]
    with transaction() as writing:
        remove_waiting(writing, waiting=second, reason="Asked by phone", actor="imogen@x", now=now)
    entries = session.query(AuditEntry).filter_by(object_type="waiting", object_id=second.id).order_by(AuditEntry.id)
    assert [(e.action, e.actor) for e in entries] == [
        ("joined", "ada@oxbow.example"), ("moved_up", "imogen@x"), ("removed", "imogen@x"),
    ]  # fmt: skip


def test_wishes_whose_dates_are_over_are_closed(session: Session, slot: Slot, sold: Order, now: datetime) -> None:
    with transaction() as writing:
        waiting = wait_for(writing, slot, now=now)
    sweep_waiting(slot.issue.publish_at + 2 * DAY)
    session.expire_all()
    assert waiting.state is WaitingState.OVER


def test_who_has_three_unpaid_orders_cannot_take_an_offer_too(
    session: Session, newsletter: Newsletter, slot: Slot, sold: Order, now: datetime
) -> None:
    with transaction() as writing:
        waiting = wait_for(writing, slot, now=now)
        cancel_order(writing, order=sold, reason="", actor="Imogen", now=now)
        for week in range(1, 4):
            free = slot_on(session, newsletter, SUNDAY + week * 7 * DAY)
            hold_order(writing, newsletter, [free], now=now, buyer=Buyer("address"))
    with pytest.raises(HoldsTooMuch), transaction() as writing:
        take_promise(writing, promise=offer_to(session, waiting), buyer=Buyer("address"), now=now)
    assert session.query(Booking).filter_by(kind=BookingKind.OFFER, state=BookingState.HELD).count() == 1
