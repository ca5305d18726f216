"""Amounts as Stripe counts them: whole minor units, with exponents that are Stripe's own and not ISO 4217's.

Source: docs.stripe.com/currencies (zero-decimal, three-decimal and special cases; minimum and maximum amounts).
"""

from sponsorship.standin.errors import ApiError

# fmt: off
ZERO_DECIMAL = frozenset((
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
))
# fmt: on
THREE_DECIMAL = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
WHOLE_UNITS_ONLY = frozenset(("isk", "ugx"))
LEAST = {"usd": 50, "eur": 50, "gbp": 30, "chf": 50, "sek": 300, "dkk": 250, "nok": 300, "jpy": 50}
MOST = 99_999_999
SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


def exponent(currency: str) -> int:
    """Return how many decimals an amount in minor units has."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def format_amount(amount_minor: int, currency: str) -> str:
    """Write an amount in minor units for a reader: $1,650.00, ¥1,650, CHF 1,650.00."""
    decimals = exponent(currency)
    units, rest = divmod(abs(amount_minor), 10**decimals)
    fraction = f".{rest:0{decimals}}" if decimals else ""
    sign = "−" if amount_minor < 0 else ""
    return f"{sign}{SYMBOLS.get(currency, currency.upper() + ' ')}{units:,}{fraction}"


def check_unit_amount(amount_minor: int, currency: str, name: str) -> None:
    """Refuse an amount that the currency does not have: fractions of a krona, a third decimal that is not 0."""
    if currency in WHOLE_UNITS_ONLY and amount_minor % 100:
        raise ApiError(
            f"{currency.upper()} has no fractions: the amount must be a multiple of 100.",
            code="invalid_charge_amount_no_decimal_compatible",
            param=name,
        )
    if currency in THREE_DECIMAL and amount_minor % 10:
        raise ApiError(
            f"The last digit of an amount in {currency.upper()} must be 0.",
            code="parameter_invalid_integer",
            param=name,
        )


def check_total(total_minor: int, currency: str) -> None:
    """Refuse a total that Stripe would not charge."""
    least = LEAST.get(currency, 1)
    if total_minor < least:
        raise ApiError(f"The total must add up to at least {format_amount(least, currency)}.", code="amount_too_small")
    if total_minor > MOST:
        raise ApiError(f"The total may be at most {format_amount(MOST, currency)}.", code="amount_too_large")


def fee(amount_minor: int, method: str) -> int:
    """Return what the processor keeps, in minor units: 2.9 % and 30 for a card, 0.8 % up to 500 for a bank debit."""
    if method == "card":
        return (amount_minor * 29 + 500) // 1000 + 30
    return min((amount_minor * 8 + 500) // 1000, 500)
