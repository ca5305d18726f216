"""Dates as people write them."""

from datetime import date

import pytest

from sponsorship.archive.reader.dates import find_date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023-05-14T09:30:00+01:00", date(2023, 5, 14)),
        ("2023-12-31T23:59:00-08:00", date(2023, 12, 31)),
        ("2014-07-06-183", date(2014, 7, 6)),
        ("2014/7/6", date(2014, 7, 6)),
        ("18-08-2017", date(2017, 8, 18)),
        ("08-01-2017", date(2017, 1, 8)),
        ("08/13/2017", date(2017, 8, 13)),
        ("20170813-letter", date(2017, 8, 13)),
        ("ISSUE #346 - 13th August 2017", date(2017, 8, 13)),
        ("1st of May, 2020", date(2020, 5, 1)),
        ("September 25, 2023", date(2023, 9, 25)),
        ("Sept. 3rd 2023", date(2023, 9, 3)),
        ("12 October 2019, No. 33", date(2019, 10, 12)),
    ],
)
def test_a_date_is_found(text: str, day: date) -> None:
    assert find_date(text) == day


@pytest.mark.parametrize(
    "text", ["", "Issue 7", "2023", "2023-13-45", "31 February 2020", "120170813", "May the fourth"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert find_date(text) is None
