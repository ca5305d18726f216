"""Holds lapse by themselves."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from sponsorship.booking.models import Order
from sponsorship.booking.queries import occupants_of
from sponsorship.booking.rules import BookingState, OrderState, PaymentMethod
from sponsorship.booking.services import (
    await_funds,
    confirm_order,
    enter_checkout,
    extend_hold,
    hold_courtesy,
    lapse_order_when_due,
)
from sponsorship.booking.tasks import TASKS, lapse_orders
from sponsorship.core.db import transaction
from sponsorship.core.worker import run_due
from sponsorship.inventory.models import Newsletter
from tests.factories.booking import hold_order
from tests.factories.inventory import slot_on

DAY = date(2026, 12, 13)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def order(session: Session, newsletter: Newsletter, now: datetime) -> Order:
    """One primary, held until 20 minutes from now."""
    with transaction() as writing:
        return hold_order(writing, newsletter, [slot_on(session, newsletter, DAY)], now=now)


@pytest.mark.parametrize(
    ("minutes", "state"), [(19.99, OrderState.HELD), (20, OrderState.LAPSED), (99, OrderState.LAPSED)]
)
def test_a_hold_lapses_when_its_time_has_run_out_and_not_before(
    session: Session, order: Order, now: datetime, minutes: float, state: OrderState
) -> None:
    run_due(TASKS, now + minutes * MINUTE)
    session.expire_all()
    assert order.state is state
    occupied = occupants_of(session, [order.bookings[0].slot_id])
    assert bool(occupied) is (state is OrderState.HELD)


def test_an_extended_hold_lapses_ten_minutes_later(session: Session, order: Order, now: datetime) -> None:
    with transaction() as writing:
        extend_hold(writing, order=order, now=now)
    assert lapse_orders(now + 29 * MINUTE) == 0
    assert lapse_orders(now + 30 * MINUTE) == 1


def test_an_order_with_a_payment_page_or_money_on_its_way_is_not_bookings_to_lapse(
    session: Session, order: Order, now: datetime
) -> None:
    with transaction() as writing:
        enter_checkout(writing, order=order, held_until=now + 46 * MINUTE, now=now)
    assert lapse_orders(now + timedelta(days=1)) == 0
    with transaction() as writing:
        await_funds(writing, order=order, now=now)
    assert lapse_orders(now + timedelta(days=1)) == 0
    assert order.state is OrderState.AWAITING_FUNDS


def test_an_order_paid_between_the_list_and_the_lock_is_left_alone(
    session: Session, order: Order, now: datetime
) -> None:
    with transaction() as writing:
        confirm_order(writing, order=order, method=PaymentMethod.INVOICE, now=now)
    with transaction() as writing:
        assert lapse_order_when_due(writing, order=order, now=now + 60 * MINUTE) is False
    assert order.state is OrderState.CONFIRMED


def test_a_promise_lapses_at_its_own_time(session: Session, newsletter: Newsletter, now: datetime) -> None:
    slot = slot_on(session, newsletter, DAY, "sponsored")
    with transaction() as writing:
        promise = hold_courtesy(
            writing, slot=slot, sponsor=None, until=now + timedelta(days=2), actor="imogen", now=now
        )
    assert lapse_orders(now + timedelta(days=1)) == 0
    assert lapse_orders(now + timedelta(days=2)) == 1
    session.expire_all()
    assert promise.state is BookingState.LAPSED
