"""The rules of booking: what may follow what, how long a hold lasts, what an order costs."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sponsorship.booking.rules import (
    BOOKING_STEPS,
    OCCUPYING,
    OPEN_ORDERS,
    ORDER_STEPS,
    SLOT_WORDS,
    BookingState,
    OrderState,
    PricedSlot,
    PriceTerms,
    SlotState,
    check_booking_step,
    check_order_step,
    hold_for_session,
    next_order_number,
    quote,
)
from sponsorship.core.errors import InvalidTransition
from sponsorship.core.money import smallest_step, split_amount
from sponsorship.inventory.rules import PriceRuleKind

THREE = PriceTerms(PriceRuleKind.FREQUENCY, "Run of three, 10% off", 1000, 3)
SIX = PriceTerms(PriceRuleKind.FREQUENCY, "Run of six, 15% off", 1500, 6)
START = datetime(2026, 11, 19, 9, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("prices", "rules", "off", "net"),
    [
        ([], [THREE], 0, 0),
        ([165_000], [THREE], 0, 165_000),
        ([165_000, 85_000], [THREE], 0, 250_000),
        ([165_000, 85_000, 165_000], [THREE], 41_500, 373_500),
        ([165_000, 85_000, 165_000], [], 0, 415_000),
        ([30_000] * 6, [THREE, SIX], 27_000, 153_000),
        ([30_000] * 6, [SIX, THREE], 27_000, 153_000),
        ([30_000] * 5, [THREE, SIX], 15_000, 135_000),
        ([1, 1, 1], [THREE], 0, 3),  # a tenth of three cents is nothing
        ([5, 5, 5], [THREE], 2, 13),  # 1.5 is rounded away from zero
        ([0, 0, 0], [THREE], 0, 0),
    ],
)
def test_an_order_costs_its_list_prices_less_the_best_discount_that_it_reached(
    prices: list[int], rules: list[PriceTerms], off: int, net: int
) -> None:
    priced = quote("USD", [PricedSlot(price) for price in prices], rules)
    assert (priced.list_minor, priced.net_minor, priced.total_minor) == (sum(prices), net, net)
    assert -sum(line.amount_minor for line in priced.lines) == off
    assert len(priced.net_by_slot) == len(prices)


@given(
    st.lists(st.integers(0, 5_000_000), max_size=26),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 26)), max_size=4),
)
def test_the_shares_of_the_slots_sum_to_the_order_and_none_costs_less_than_nothing(
    prices: list[int], rules: list[tuple[int, int]]
) -> None:
    priced = quote(
        "USD", [PricedSlot(p) for p in prices], [PriceTerms(PriceRuleKind.FREQUENCY, "Off", *r) for r in rules]
    )
    assert sum(priced.net_by_slot) == priced.list_minor + sum(line.amount_minor for line in priced.lines)
    assert all(0 <= net <= price for net, price in zip(priced.net_by_slot, prices, strict=True))


@given(
    st.sampled_from(["USD", "JPY", "ISK", "UGX", "KWD"]),
    st.lists(st.integers(1, 10_000), min_size=3, max_size=26),
    st.integers(1, 9_999),
)
def test_every_share_of_a_discount_can_be_charged_in_its_currency(currency: str, units: list[int], points: int) -> None:
    step = smallest_step(currency)
    slots = [PricedSlot(unit * step) for unit in units]
    result = quote(currency, slots, [PriceTerms(PriceRuleKind.FREQUENCY, "Run of three", points, 3)])
    assert all(net % step == 0 and net >= 0 for net in result.net_by_slot)
    assert result.net_minor == result.list_minor + sum(line.amount_minor for line in result.lines)


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=30))
def test_a_split_amount_sums_to_the_whole_and_no_part_is_a_unit_off_its_share(total: int, weights: list[int]) -> None:
    parts = split_amount(total, weights)
    assert sum(parts) == total
    fair = weights if sum(weights) else [1] * len(weights)
    for part, weight in zip(parts, fair, strict=True):
        assert abs(part * sum(fair) - total * weight) < sum(fair)


@pytest.mark.parametrize("before", BookingState)
@pytest.mark.parametrize("after", BookingState)
def test_a_booking_takes_only_the_steps_of_the_table(before: BookingState, after: BookingState) -> None:
    if after in BOOKING_STEPS[before]:
        check_booking_step(before, after)
    else:
        with pytest.raises(InvalidTransition):
            check_booking_step(before, after)


@pytest.mark.parametrize("before", OrderState)
@pytest.mark.parametrize("after", OrderState)
def test_an_order_takes_only_the_steps_of_the_table(before: OrderState, after: OrderState) -> None:
    if after in ORDER_STEPS[before]:
        check_order_step(before, after)
    else:
        with pytest.raises(InvalidTransition):
            check_order_step(before, after)


def test_every_state_has_its_row_and_what_ran_or_was_cancelled_stays_so() -> None:
    assert set(BOOKING_STEPS) == set(BookingState)
    assert set(ORDER_STEPS) == set(OrderState)
    assert set(SLOT_WORDS) == set(SlotState)
    assert not BOOKING_STEPS[BookingState.RAN] | BOOKING_STEPS[BookingState.CANCELLED]
    assert all(OrderState.CONFIRMED in ORDER_STEPS[state] for state in OPEN_ORDERS)
    assert OrderState.LAPSED not in ORDER_STEPS[OrderState.CONFIRMED], "paid orders never lapse"
    assert BookingState.RAN in OCCUPYING, "what ran keeps its slot"


@pytest.mark.parametrize(
    ("session_minutes", "hold_minutes"),
    [(31, 46), (0, 15), (74, 89), (75, 90), (76, 90), (600, 90)],
)
def test_a_hold_outlasts_its_payment_page_by_a_quarter_of_an_hour_and_ends_after_ninety_minutes(
    session_minutes: int, hold_minutes: int
) -> None:
    ends = hold_for_session(START, START + timedelta(minutes=session_minutes))
    assert ends == START + timedelta(minutes=hold_minutes)


@pytest.mark.parametrize(
    ("last", "following"),
    [
        (None, "IO-2026-0001"),
        ("IO-2026-0009", "IO-2026-0010"),
        ("IO-2026-9999", "IO-2026-10000"),
        ("IO-2026-10000", "IO-2026-10001"),
    ],
)
def test_order_numbers_count_up_within_the_year(last: str | None, following: str) -> None:
    assert next_order_number(2026, last) == following
