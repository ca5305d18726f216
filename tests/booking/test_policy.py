"""What moving and cancelling cost, as tables."""

from datetime import UTC, date, datetime

import pytest

from sponsorship.booking.rules import (
    CancellationPolicy,
    MovePrice,
    cancellation_share,
    days_until,
    kept_minor,
    move_deadline,
    price_move,
)

POLICY = CancellationPolicy(free_days=21, kept_basis_points=5000, full_days=7)


@pytest.mark.parametrize(
    ("days", "kept"), [(365, 0), (21, 0), (20, 5000), (7, 5000), (6, 10_000), (0, 10_000), (-1, 10_000)]
)
def test_cancelling_is_free_then_a_share_then_all(days: int, kept: int) -> None:
    assert cancellation_share(POLICY, days) == kept


@pytest.mark.parametrize(
    ("net", "share", "currency", "kept"),
    [(165_000, 5000, "USD", 82_500), (3333, 5000, "USD", 1667), (165_000, 0, "USD", 0), (99, 10_000, "USD", 99),
     (1500, 5000, "ISK", 800), (1500, 10_000, "ISK", 1500)],
)  # fmt: skip
def test_a_kept_share_is_in_whole_steps_and_never_more_than_the_price(
    net: int, share: int, currency: str, kept: int
) -> None:
    assert kept_minor(net, share, currency) == kept


@pytest.mark.parametrize(
    ("listed", "net", "new", "expected"),
    [
        (165_000, 165_000, 165_000, MovePrice(165_000, 165_000, 0)),
        (85_000, 85_000, 165_000, MovePrice(165_000, 165_000, 80_000)),
        (165_000, 148_500, 85_000, MovePrice(85_000, 76_500, -72_000)),  # the 10 % that it was sold with go along
        (165_000, 148_500, 165_000, MovePrice(165_000, 148_500, 0)),
        (165_000, 0, 85_000, MovePrice(85_000, 0, 0)),  # given for nothing
        (0, 0, 85_000, MovePrice(85_000, 0, 0)),
        (30_000, 26_667, 30_001, MovePrice(30_001, 26_668, 1)),
    ],
)
def test_a_move_costs_the_difference_of_the_discounted_prices(
    listed: int, net: int, new: int, expected: MovePrice
) -> None:
    assert price_move("USD", list_minor=listed, net_minor=net, new_list_minor=new) == expected


@pytest.mark.parametrize(
    ("publish_at", "days", "deadline"),
    [
        (datetime(2026, 12, 13, 8, tzinfo=UTC), 7, datetime(2026, 12, 6, 8, tzinfo=UTC)),
        (
            datetime(2026, 10, 25, 8, tzinfo=UTC),
            1,
            datetime(2026, 10, 24, 7, tzinfo=UTC),
        ),  # the clock went back that night
        (datetime(2027, 3, 28, 7, tzinfo=UTC), 1, datetime(2027, 3, 27, 8, tzinfo=UTC)),  # and forward
        (datetime(2026, 12, 13, 8, tzinfo=UTC), 0, datetime(2026, 12, 13, 8, tzinfo=UTC)),
    ],
)
def test_the_cut_off_keeps_the_wall_clock_across_a_change_of_time(
    publish_at: datetime, days: int, deadline: datetime
) -> None:
    assert move_deadline(publish_at, days, "Europe/London") == deadline


def test_days_are_counted_on_the_newsletters_calendar() -> None:
    late_evening = datetime(2026, 12, 12, 23, 30, tzinfo=UTC)
    assert days_until(date(2026, 12, 13), late_evening, "Europe/London") == 1
    assert days_until(date(2026, 12, 13), late_evening, "Europe/Amsterdam") == 0
