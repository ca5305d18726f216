"""How dates, times, money and shares are written: Babel's locale data, the newsletter's zone, the design's patterns."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from sponsorship.core.money import exponent, to_major

DEFAULT_LOCALE = "en_US"
MINUS = "−"
KEPT = 4096  # texts of each sort that are kept: a page writes the same sums and days again and again


@lru_cache(KEPT)
def money(amount_minor: int, currency: str, *, cents: bool = False, locale: str = DEFAULT_LOCALE) -> str:
    """Write an amount: "$1,650", or with `cents` "$1,650.00"; a true minus stands before the sign of the currency."""
    amount = to_major(abs(amount_minor), currency)
    whole = amount == amount.to_integral_value() and not cents
    digits = 0 if whole else exponent(currency)
    pattern = Locale.parse(locale).currency_formats["standard"].pattern.split(";")[0]
    pattern = pattern.replace("0.00", "0." + "0" * digits if digits else "0")
    text = format_currency(amount, currency, format=pattern, locale=locale, currency_digits=False)
    return (MINUS if amount_minor < 0 else "") + text


@lru_cache(KEPT)
def number(value: int, *, locale: str = DEFAULT_LOCALE) -> str:
    """Write a count with the locale's separators: 30,412."""
    return format_decimal(value, locale=locale)


def percent(share: float, digits: int = 0) -> str:
    """Write a share between 0 and 1: "83%", or "1.37%" with two digits."""
    return f"{share * 100:.{digits}f}%"


@lru_cache(KEPT)
def day(value: date) -> str:
    """Write a day without its year: "Sun 22 Nov"."""
    return format_date(value, "EEE d MMM", locale="en_GB").replace("Sept", "Sep")


@lru_cache(KEPT)
def long_day(value: date) -> str:
    """Write a day in full: "Sun 22 Nov 2026"."""
    return format_date(value, "EEE d MMM y", locale="en_GB").replace("Sept", "Sep")


@lru_cache(KEPT)
def short_day(value: date) -> str:
    """Write a day by number and month: "22 Nov"."""
    return format_date(value, "d MMM", locale="en_GB").replace("Sept", "Sep")


@lru_cache(KEPT)
def month(value: date) -> str:
    """Write a month: "November 2026"."""
    return format_date(value, "MMMM y", locale="en_GB")


def local(moment: datetime, zone: str) -> datetime:
    """Return the same moment on the newsletter's clock."""
    return moment.astimezone(ZoneInfo(zone))


def clock_time(moment: datetime, zone: str) -> str:
    """Write the time of day with its zone: "18:00 GMT"."""
    there = local(moment, zone)
    return f"{there:%H:%M} {there.tzname()}"


def moment(value: datetime, zone: str) -> str:
    """Write a moment on the newsletter's clock: "Thu 10 Dec, 18:00 GMT"."""
    return f"{day(local(value, zone).date())}, {clock_time(value, zone)}"


def count(n: int, singular: str, plural: str | None = None) -> str:
    """Write a number with its noun, singular and plural written out: "1 slot", "3 slots"."""
    return f"{number(n)} {singular if n == 1 else plural or singular + 's'}"


WORDS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


def count_word(n: int, singular: str, plural: str | None = None) -> str:
    """Write a small number as a word at the start of a sentence: "Five slots", "13 slots"."""
    figure = WORDS[n] if 0 <= n < len(WORDS) else number(n)
    return f"{figure} {singular if n == 1 else plural or singular + 's'}"
