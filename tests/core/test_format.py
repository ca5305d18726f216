"""How figures and dates are written."""

from datetime import UTC, date, datetime

import pytest

from sponsorship.core import format as wording


@pytest.mark.parametrize(
    ("minor", "currency", "cents", "text"),
    [
        (165_000, "USD", False, "$1,650"),
        (165_000, "USD", True, "$1,650.00"),
        (-41_500, "USD", False, "−$415"),
        (165_050, "USD", False, "$1,650.50"),
        (5_000, "JPY", True, "¥5,000"),
        (0, "EUR", False, "€0"),
    ],
)
def test_money_is_written_as_the_design_says(minor: int, currency: str, cents: bool, text: str) -> None:
    assert wording.money(minor, currency, cents=cents) == text


def test_dates_and_moments_are_written_on_the_newsletters_clock() -> None:
    assert wording.day(date(2026, 11, 22)) == "Sun 22 Nov"
    assert wording.long_day(date(2026, 9, 6)) == "Sun 6 Sep 2026"
    assert wording.month(date(2026, 11, 1)) == "November 2026"
    assert wording.moment(datetime(2026, 12, 10, 18, tzinfo=UTC), "Europe/London") == "Thu 10 Dec, 18:00 GMT"
    assert wording.moment(datetime(2027, 6, 10, 17, tzinfo=UTC), "Europe/London") == "Thu 10 Jun, 18:00 BST"


@pytest.mark.parametrize(("n", "text"), [(0, "No slots"), (1, "One slot"), (5, "Five slots"), (13, "13 slots")])
def test_small_numbers_are_words_at_the_start_of_a_sentence(n: int, text: str) -> None:
    assert wording.count_word(n, "slot") == text
