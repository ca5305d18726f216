"""What an order costs, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass

from sponsorship.core.money import percent_of, smallest_step, split_amount


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of an order's sum: what it is for, and how much (negative: a discount)."""

    label: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What an order costs: list prices, discount lines, and each slot's net share, which sum to the total exactly."""

    currency: str
    list_minor: int
    discounts: tuple[PriceLine, ...]
    net_by_slot: tuple[int, ...]
    tax_minor: int = 0

    @property
    def net_minor(self) -> int:
        """Before tax."""
        return sum(self.net_by_slot)

    @property
    def total_minor(self) -> int:
        """What is to be paid."""
        return self.net_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class FrequencyDiscount:
    """From so many slots in one order, so many basis points off."""

    label: str
    threshold: int
    basis_points: int


def quote(currency: str, prices: Sequence[int], discounts: Sequence[FrequencyDiscount]) -> Quote:
    """Price an order of slots at list prices (minor units): the best frequency discount that its size has reached.

    The discount, and each slot's share of it, is a whole number of the least amounts that the currency can be charged in.
    """
    list_total, step = sum(prices), smallest_step(currency)
    reached = [rule for rule in discounts if len(prices) >= rule.threshold]
    best = max(reached, key=lambda rule: rule.basis_points, default=None)
    steps_off = percent_of(list_total // step, best.basis_points) if best else 0
    shares = [step * part for part in split_amount(steps_off, list(prices))] if steps_off else [0] * len(prices)
    off = step * steps_off
    lines = (PriceLine(best.label, -off),) if best and off else ()
    return Quote(currency, list_total, lines, tuple(price - share for price, share in zip(prices, shares, strict=True)))
