"""An order's way after the hold."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.booking.errors import HoldExpired, SlotTaken
from sponsorship.booking.models import Order
from sponsorship.booking.rules import BookingState, OrderState, PaymentMethod
from sponsorship.booking.services import (
    await_funds,
    cancel_order,
    confirm_order,
    enter_checkout,
    lapse_order,
    leave_checkout,
    run_bookings,
)
from sponsorship.core.db import transaction
from sponsorship.core.errors import InvalidTransition
from sponsorship.core.outbox import OutboxEvent
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.rules import IssueState
from tests.factories.booking import confirmed_order, hold_order
from tests.factories.inventory import issue_on, slot_on

DAYS = (date(2026, 12, 13), date(2026, 12, 20))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def slots(session: Session, newsletter: Newsletter) -> list[Slot]:
    """Two primaries in December."""
    return [slot_on(session, newsletter, day) for day in DAYS]


@pytest.fixture
def order(newsletter: Newsletter, slots: list[Slot], now: datetime) -> Order:
    """An anonymous order of both, held."""
    with transaction() as session:
        return hold_order(session, newsletter, slots, now=now)


def states(order: Order) -> set[BookingState]:
    return {booking.state for booking in order.bookings}


def topics(session: Session) -> list[str]:
    return [event.topic for event in session.query(OutboxEvent).order_by(OutboxEvent.id)]


def check_out(session: Session, order: Order, now: datetime) -> None:
    enter_checkout(session, order=order, held_until=now + 46 * MINUTE, now=now)


def wait_for_funds(session: Session, order: Order, now: datetime) -> None:
    check_out(session, order, now)
    await_funds(session, order=order, now=now)


def nothing(session: Session, order: Order, now: datetime) -> None:
    assert order.state is OrderState.HELD


@pytest.mark.parametrize("before", [nothing, check_out, wait_for_funds])
def test_an_unpaid_order_is_confirmed_with_all_its_bookings_and_no_clock_runs_any_more(
    session: Session, order: Order, now: datetime, before: Callable[[Session, Order, datetime], None]
) -> None:
    with transaction() as writing:
        before(writing, order, now)
        confirm_order(writing, order=order, method=PaymentMethod.CARD, now=now + MINUTE)
    assert (order.state, order.payment_method) == (OrderState.CONFIRMED, PaymentMethod.CARD)
    assert (order.confirmed_at, order.held_until) == (now + MINUTE, None)
    assert states(order) == {BookingState.CONFIRMED}
    assert {booking.held_until for booking in order.bookings} == {None}


def test_confirming_twice_is_confirming_once(session: Session, order: Order, now: datetime) -> None:
    with transaction() as writing:
        confirm_order(writing, order=order, method=PaymentMethod.CARD, now=now)
    with transaction() as writing:
        confirm_order(writing, order=order, method=PaymentMethod.INVOICE, now=now + MINUTE)
    assert (order.payment_method, order.confirmed_at) == (PaymentMethod.CARD, now)
    assert topics(session) == ["order.held", "order.confirmed"]


def test_checkout_makes_the_hold_as_long_as_its_payment_page_but_never_longer_than_ninety_minutes_nor_shorter(
    session: Session, order: Order, now: datetime
) -> None:
    with transaction() as writing:
        enter_checkout(writing, order=order, held_until=now + 46 * MINUTE, now=now + 5 * MINUTE)
        assert order.held_until == now + 46 * MINUTE
        enter_checkout(writing, order=order, held_until=now + 6 * MINUTE, now=now + 6 * MINUTE)
        assert order.held_until == now + 46 * MINUTE
        leave_checkout(writing, order=order, now=now + 30 * MINUTE)
        assert (order.state, order.held_until) == (OrderState.HELD, now + 46 * MINUTE)
        enter_checkout(writing, order=order, held_until=now + 120 * MINUTE, now=now + 40 * MINUTE)
    assert order.held_until == now + 90 * MINUTE
    assert {booking.held_until for booking in order.bookings} == {now + 90 * MINUTE}


def test_checkout_is_refused_once_the_hold_ran_out(session: Session, order: Order, now: datetime) -> None:
    with pytest.raises(HoldExpired), transaction() as writing:
        enter_checkout(writing, order=order, held_until=now + 60 * MINUTE, now=now + 20 * MINUTE)
    with transaction() as writing:
        lapse_order(writing, order=order, now=now + 20 * MINUTE)
    with pytest.raises(HoldExpired), transaction() as writing:
        enter_checkout(writing, order=order, held_until=now + 60 * MINUTE, now=now + 20 * MINUTE)
    assert order.state is OrderState.LAPSED


def test_money_on_its_way_keeps_the_slots_without_a_clock(session: Session, order: Order, now: datetime) -> None:
    with transaction() as writing:
        wait_for_funds(writing, order, now)
    assert (order.state, order.held_until) == (OrderState.AWAITING_FUNDS, None)
    assert states(order) == {BookingState.HELD}


@pytest.mark.parametrize("before", [nothing, check_out, wait_for_funds])
def test_an_unpaid_order_lapses_and_frees_its_slots(
    session: Session, order: Order, now: datetime, before: Callable[[Session, Order, datetime], None]
) -> None:
    with transaction() as writing:
        before(writing, order, now)
        lapse_order(writing, order=order, now=now + 60 * MINUTE)
    assert (order.state, order.closed_at, order.held_until) == (OrderState.LAPSED, now + 60 * MINUTE, None)
    assert states(order) == {BookingState.LAPSED}
    assert topics(session)[-1] == "order.lapsed"


def test_a_confirmed_order_never_lapses(session: Session, order: Order, now: datetime) -> None:
    with transaction() as writing:
        confirm_order(writing, order=order, method=PaymentMethod.CARD, now=now)
    with pytest.raises(InvalidTransition), transaction() as writing:
        lapse_order(writing, order=order, now=now + 20 * MINUTE)
    assert (order.state, states(order)) == (OrderState.CONFIRMED, {BookingState.CONFIRMED})


def lapse(session: Session, order: Order, now: datetime) -> None:
    lapse_order(session, order=order, now=now + 20 * MINUTE)


def give_up(session: Session, order: Order, now: datetime) -> None:
    cancel_order(session, order=order, reason="Released by the buyer", actor="buyer", now=now)


@pytest.mark.parametrize("close", [lapse, give_up])
def test_late_money_takes_the_slots_again_where_all_are_free(
    session: Session, order: Order, now: datetime, close: Callable[[Session, Order, datetime], None]
) -> None:
    with transaction() as writing:
        close(writing, order, now)
    with transaction() as writing:
        confirm_order(writing, order=order, method=PaymentMethod.CARD, now=now + 60 * MINUTE)
    assert (order.state, order.closed_at) == (OrderState.CONFIRMED, None)
    assert states(order) == {BookingState.CONFIRMED}


def test_late_money_takes_nothing_where_one_slot_is_gone_and_the_transaction_can_go_on(
    session: Session, newsletter: Newsletter, order: Order, slots: list[Slot], now: datetime
) -> None:
    with transaction() as writing:
        lapse(writing, order, now)
        other = hold_order(writing, newsletter, slots[1:], now=now + 30 * MINUTE)
    with transaction() as writing:
        with pytest.raises(SlotTaken) as refusal:
            confirm_order(writing, order=order, method=PaymentMethod.CARD, now=now + 31 * MINUTE)
        order.move_to(OrderState.LATE_PAYMENT)
    assert refusal.value.slot_ids == (slots[1].id,)
    assert (order.state, order.confirmed_at, order.payment_method) == (OrderState.LATE_PAYMENT, None, None)
    assert states(order) == {BookingState.LAPSED}
    assert states(other) == {BookingState.HELD}


def test_late_money_for_an_issue_that_went_out_takes_nothing(
    session: Session, newsletter: Newsletter, order: Order, now: datetime
) -> None:
    with transaction() as writing:
        lapse(writing, order, now)
        issue_on(session, newsletter, DAYS[0]).move_to(IssueState.SENT)
    with pytest.raises(SlotTaken, match="went out"), transaction() as writing:
        confirm_order(writing, order=order, method=PaymentMethod.CARD, now=now + 31 * MINUTE)
    assert order.state is OrderState.LAPSED


def test_an_unpaid_order_that_is_cancelled_releases_its_slots_with_the_reason(
    session: Session, order: Order, now: datetime
) -> None:
    with transaction() as writing:
        cancel_order(writing, order=order, reason="Wrong month", actor="buyer", now=now + MINUTE)
    assert (order.state, order.closed_at) == (OrderState.CANCELLED, now + MINUTE)
    assert {(booking.state, booking.reason) for booking in order.bookings} == {(BookingState.RELEASED, "Wrong month")}


def test_a_confirmed_order_that_is_cancelled_cancels_its_bookings_for_good(
    session: Session, order: Order, now: datetime
) -> None:
    with transaction() as writing:
        confirm_order(writing, order=order, method=PaymentMethod.CARD, now=now)
        cancel_order(writing, order=order, reason="Refunded", actor="imogen", now=now + MINUTE)
    assert states(order) == {BookingState.CANCELLED}
    with pytest.raises(InvalidTransition), transaction() as writing:
        confirm_order(writing, order=order, method=PaymentMethod.CARD, now=now + 2 * MINUTE)


def test_an_order_of_which_a_slot_ran_is_not_cancelled(
    session: Session, newsletter: Newsletter, slots: list[Slot], now: datetime
) -> None:
    with transaction() as writing:
        order = confirmed_order(writing, newsletter, slots, now=now)
        run_bookings(writing, issue=slots[0].issue, now=slots[0].issue.publish_at)
    with pytest.raises(InvalidTransition, match="has run"), transaction() as writing:
        cancel_order(writing, order=order, reason="", actor="imogen", now=now)
    assert states(order) == {BookingState.RAN, BookingState.CONFIRMED}


def test_every_act_leaves_a_line_that_says_who_did_it_and_what_was_before_and_after(
    session: Session, order: Order, now: datetime
) -> None:
    with transaction() as writing:
        check_out(writing, order, now)
        leave_checkout(writing, order=order, now=now)
        wait_for_funds(writing, order, now)
        confirm_order(writing, order=order, method=PaymentMethod.CARD, now=now)
        cancel_order(writing, order=order, reason="Refunded", actor="imogen", now=now)
    entries = session.query(AuditEntry).order_by(AuditEntry.id)
    acts = [(e.action, (e.before or {}).get("state"), (e.after or {})["state"], e.actor) for e in entries]
    assert acts == [
        ("held", None, "held", "buyer"),
        ("in_checkout", "held", "in_checkout", "buyer"),
        ("left_checkout", "in_checkout", "held", "buyer"),
        ("in_checkout", "held", "in_checkout", "buyer"),
        ("awaiting_funds", "in_checkout", "awaiting_funds", "buyer"),
        ("confirmed", "awaiting_funds", "confirmed", "buyer"),
        ("cancelled", "confirmed", "cancelled", "imogen"),
    ]
    assert {e.newsletter_id for e in entries} == {order.newsletter_id}
