"""The rates that papers say."""

import pytest

from sponsorship.payments.rules.taxes import implied_rate, percent_text


@pytest.mark.parametrize(("nets", "tax", "rate"), [
    ([165_000], 33_000, 2000), ([33_333, 1], 6_333, 1900), ([100, 100], 0, 0), ([1, 1], 1, 0), ([], 0, 0),
])  # fmt: skip
def test_the_rate_that_a_told_tax_implies_is_said_only_where_one_rate_makes_it(
    nets: list[int], tax: int, rate: int
) -> None:
    assert implied_rate(nets, tax) == rate


@pytest.mark.parametrize(("basis_points", "said"), [(0, ""), (2000, "20 %"), (810, "8.1 %"), (1925, "19.25 %")])
def test_a_rate_is_written_as_short_as_it_can_be(basis_points: int, said: str) -> None:
    assert percent_text(basis_points) == said
