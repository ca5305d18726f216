"""Money is whole minor units and a currency; Stripe's exponents decide what a minor unit is."""

from collections.abc import Sequence
from decimal import Decimal

# Source: docs.stripe.com/currencies. ISO 4217 differs for MGA (2), ISK (0) and UGX (0).
ZERO_DECIMAL = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
WHOLE_ONLY = frozenset(("ISK", "UGX"))


def exponent(currency: str) -> int:
    """Return how many decimal places separate the minor unit of a currency from its major unit (0, 2 or 3)."""
    code = currency.upper()
    if code in ZERO_DECIMAL:
        return 0
    return 3 if code in THREE_DECIMAL else 2


def smallest_step(currency: str) -> int:
    """Return the least amount in minor units that may be charged: 100 for ISK and UGX, 10 for three decimals, else 1."""
    code = currency.upper()
    if code in WHOLE_ONLY:
        return 100
    return 10 if code in THREE_DECIMAL else 1


def to_major(amount_minor: int, currency: str) -> Decimal:
    """Return the amount in major units, exact: 165000 USD is Decimal('1650.00')."""
    return Decimal(amount_minor).scaleb(-exponent(currency))


def to_minor(amount_major: Decimal, currency: str) -> int:
    """Return whole minor units; raises ValueError where the amount has more decimals than the currency."""
    minor = amount_major.scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount_major} has more decimals than {currency} knows")
    return int(minor)


def split_amount(total: int, weights: Sequence[int]) -> list[int]:
    """Split whole units by weights so that the parts sum to the total (largest remainder, ties to the earlier part)."""
    if not weights:
        return []
    if any(weight < 0 for weight in weights):
        raise ValueError("weights cannot be negative")
    sum_of_weights = sum(weights)
    if sum_of_weights == 0:
        weights, sum_of_weights = [1] * len(weights), len(weights)
    sign = -1 if total < 0 else 1
    parts = [abs(total) * weight // sum_of_weights for weight in weights]
    remainders = [abs(total) * weight % sum_of_weights for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))
    for i in by_remainder[: abs(total) - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


def percent_of(amount_minor: int, basis_points: int) -> int:
    """Return that share of an amount, rounded half up away from zero; 1000 basis points are 10 %."""
    product = abs(amount_minor) * basis_points
    share = (product + 5000) // 10000
    return share if amount_minor >= 0 else -share
