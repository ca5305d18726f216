"""The sentences of the revenue page, singular and plural written out."""

from datetime import date

import pytest

from sponsorship.desk.rules.revenue import (
    Clause,
    booked_note,
    bought_text,
    collected_note,
    due_text,
    outstanding_note,
    revenue_headline,
    slots_note,
    tally_label,
)
from sponsorship.reporting.rules import Period, SlotCount

TODAY = date(2026, 11, 19)


def slots(sellable: int, sold: int, *, owed: int = 0, held: int = 0, unsold: int = 0, house: int = 0) -> SlotCount:
    return SlotCount(sellable, sold, owed, held, sellable - sold - held - unsold - house, unsold, house)


@pytest.mark.parametrize(
    ("period", "count", "outstanding", "late", "clauses"),
    [
        (Period.QUARTER, slots(46, 38), 285_000, 85_000,
         ["The quarter is 83% sold.", ("$2,850 is still owed,", "owed"), "$850 of it late."]),
        (Period.QUARTER, slots(46, 38), 285_000, 0, ["The quarter is 83% sold.", "$2,850 is still owed, none of it late."]),
        (Period.QUARTER, slots(46, 38), 85_000, 85_000,
         ["The quarter is 83% sold.", ("$850 is still owed,", "owed"), "all of it late."]),
        (Period.NEXT, slots(46, 1), 0, 0, ["Next quarter is 2% sold.", "All of it is paid."]),
        (Period.YEAR, slots(46, 0), 0, 0, ["The year has nothing sold yet."]),
        (Period.YEAR, slots(46, 46), 0, 0, ["The year is sold out.", "All of it is paid."]),
        (Period.YEAR, slots(1000, 999), 0, 0, ["The year is 99% sold.", "All of it is paid."]),
        (Period.NEXT, slots(0, 0), 0, 0, ["Next quarter has no slot to sell."]),
        (Period.NEXT, slots(0, 0), 30_000, 0, ["Next quarter has no slot to sell.", "$300 is still owed, none of it late."]),
    ],
)  # fmt: skip
def test_the_headline_says_what_is_sold_what_is_owed_and_what_is_late(
    period: Period, count: SlotCount, outstanding: int, late: int, clauses: list[Clause]
) -> None:
    assert revenue_headline(period, count, outstanding_minor=outstanding, late_minor=late, currency="USD") == clauses


@pytest.mark.parametrize(
    ("booked", "before", "note"),
    [
        (3_230_000, 2_710_000, "$5,200 up on last quarter"),
        (2_710_000, 3_230_000, "$5,200 down on last quarter"),
        (2_710_000, 2_710_000, "As much as last quarter"),
        (2_710_000, 0, "Nothing was booked last quarter"),
        (0, 0, ""),
    ],
)
def test_what_is_booked_is_compared_with_the_period_before(booked: int, before: int, note: str) -> None:
    assert booked_note(booked, before, Period.QUARTER, "USD") == note


@pytest.mark.parametrize(
    ("collected", "booked", "note"),
    [
        (2_945_000, 3_230_000, "91% of what is booked"),
        (3_230_000, 3_230_000, "All of what is booked"),
        (0, 3_230_000, "Nothing has come in yet"),
        (0, 0, ""),
        (3_229_999, 3_230_000, "99% of what is booked"),
        (1, 3_230_000, "1% of what is booked"),
    ],
)
def test_the_collected_share_is_all_or_nothing_only_when_it_is_so(collected: int, booked: int, note: str) -> None:
    assert collected_note(collected, booked) == note


@pytest.mark.parametrize(
    ("invoices", "late", "note"),
    [(0, 0, "No open invoice"), (1, 0, "1 invoice, none late"), (1, 1, "1 invoice, 1 late"), (4, 2, "4 invoices, 2 late")],
)  # fmt: skip
def test_open_invoices_are_counted(invoices: int, late: int, note: str) -> None:
    assert outstanding_note(invoices, late) == note


@pytest.mark.parametrize(
    ("count", "note", "label"),
    [
        (slots(46, 38, owed=4, held=1, unsold=2), "1 held, 5 open, 2 went unsold",
         "34 paid, 4 unpaid, 1 held, 7 open or not sold"),
        (slots(4, 2, house=1), "1 open, 1 house ad", "2 paid, 0 unpaid, 0 held, 2 open or not sold"),
        (slots(4, 0, house=2), "2 open, 2 house ads", "0 paid, 0 unpaid, 0 held, 4 open or not sold"),
        (slots(4, 4), "", "4 paid, 0 unpaid, 0 held, 0 open or not sold"),
    ],
)  # fmt: skip
def test_what_is_not_sold_is_said_in_words(count: SlotCount, note: str, label: str) -> None:
    assert slots_note(count) == note
    assert tally_label(count) == label


@pytest.mark.parametrize(
    ("due_on", "text"),
    [
        (date(2026, 11, 8), ("11 days late", True)),
        (date(2026, 11, 18), ("1 day late", True)),
        (date(2026, 11, 19), ("Today", False)),
        (date(2026, 11, 29), ("29 Nov", False)),
    ],
)
def test_an_invoice_is_late_from_the_day_after_it_is_due(due_on: date, text: tuple[str, bool]) -> None:
    assert due_text(due_on, TODAY) == text


@pytest.mark.parametrize(
    ("places", "text"),
    [
        ([], ""),
        ([("Sponsored", 808)], "Sponsored, No. 808"),
        ([("Classified A", 812), ("Classified B", 812)], "2 slots, No. 812"),
        ([("Primary", 818), ("Primary", 812), ("Primary", 814)], "3 slots, No. 812 to 818"),
    ],
)
def test_an_invoice_says_what_it_is_for(places: list[tuple[str, int]], text: str) -> None:
    assert bought_text(places) == text
