"""Money: parts sum to the whole, and Stripe's exponents decide."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sponsorship.core.money import exponent, percent_of, smallest_step, split_amount, to_major, to_minor


@pytest.mark.parametrize(
    ("currency", "places", "step"),
    [
        ("USD", 2, 1),
        ("JPY", 0, 1),
        ("MGA", 0, 1),
        ("ISK", 2, 100),
        ("UGX", 2, 100),
        ("KWD", 3, 10),
        ("HUF", 2, 1),
        ("eur", 2, 1),
    ],
)
def test_exponents_are_stripes_not_isos(currency: str, places: int, step: int) -> None:
    assert (exponent(currency), smallest_step(currency)) == (places, step)


@pytest.mark.parametrize(
    ("minor", "currency", "major"),
    [(165_000, "USD", "1650.00"), (500, "JPY", "500"), (1_230, "KWD", "1.230"), (-5, "USD", "-0.05")],
)
def test_minor_and_major_units_are_the_same_money(minor: int, currency: str, major: str) -> None:
    assert to_major(minor, currency) == Decimal(major)
    assert to_minor(Decimal(major), currency) == minor


def test_a_fraction_of_a_minor_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="more decimals"):
        to_minor(Decimal("0.005"), "USD")


@given(some.integers(-(10**12), 10**12), some.lists(some.integers(0, 10**9), min_size=1, max_size=30))
def test_parts_sum_to_the_whole_and_none_is_off_by_a_unit(total: int, weights: list[int]) -> None:
    parts = split_amount(total, weights)
    assert sum(parts) == total
    if sum(weights):
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part * sum(weights) - total * weight) < sum(weights)


@pytest.mark.parametrize(
    ("amount", "points", "share"),
    [(415_000, 1000, 41_500), (5, 1000, 1), (4, 1000, 0), (-5, 1000, -1), (333, 3333, 111)],
)
def test_a_share_is_rounded_half_up(amount: int, points: int, share: int) -> None:
    assert percent_of(amount, points) == share
