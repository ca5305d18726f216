"""What a spreadsheet says: headings, days, amounts, placements, rows, and the sentence for what says nothing."""

from datetime import date
from typing import Any

import pytest

from sponsorship.payments.rules.imports import (
    MOST_ROWS,
    Column,
    DayOrder,
    Place,
    RawRow,
    Unreadable,
    guess_columns,
    guess_order,
    read_day,
    read_money,
    read_place,
    read_row,
    read_table,
)

PLACES = (Place(1, "Primary", "primary", 1), Place(2, "Classified", "classified", 2))
ROW = {Column.DAY: "2026-12-13", Column.PLACEMENT: "Primary", Column.SPONSOR: "Tidewatch", Column.PRICE: "1650"}


@pytest.mark.parametrize(
    ("headings", "found"),
    [
        ("Date;Ad slot;Advertiser;Net price", {Column.DAY: 0, Column.PLACEMENT: 1, Column.SPONSOR: 2, Column.PRICE: 3}),
        ("Ad position;Run date;Client", {Column.PLACEMENT: 0, Column.DAY: 1, Column.SPONSOR: 2}),
        ("Invoice #;Invoice date;Due date;Paid?", {Column.INVOICE: 0, Column.INVOICED: 1, Column.DUE: 2, Column.PAID: 3}),
        ("PO;VAT;Contact;Contact e-mail", {Column.ORDER_NUMBER: 0, Column.TAX: 1, Column.CONTACT: 2, Column.EMAIL: 3}),
        ("Colour;Mood", {}),
    ],
)  # fmt: skip
def test_headings_are_known_by_the_words_that_people_use(headings: str, found: dict[Column, int]) -> None:
    assert guess_columns(headings.split(";")) == found


def test_our_own_headings_are_all_known() -> None:
    assert guess_columns([column.label for column in Column]) == {column: n for n, column in enumerate(Column)}


@pytest.mark.parametrize(
    ("written", "order"),
    [
        ("2026-12-13", DayOrder.DAY_FIRST), ("13.12.2026", DayOrder.DAY_FIRST), ("13/12/26", DayOrder.DAY_FIRST),
        ("12/13/2026", DayOrder.MONTH_FIRST), ("13 Dec 2026", DayOrder.DAY_FIRST), ("Dec 13, 2026", DayOrder.DAY_FIRST),
        ("Sunday, 13 December 2026", DayOrder.DAY_FIRST), ("2026-12-13T00:00:00", DayOrder.MONTH_FIRST),
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(written: str, order: DayOrder) -> None:
    assert read_day(written, order) == date(2026, 12, 13)


@pytest.mark.parametrize("written", ["31.2.2026", "soon", "500", "", "13 Dec"])
def test_what_is_no_day_is_said(written: str) -> None:
    with pytest.raises(Unreadable, match="is not a day"):
        read_day(written, DayOrder.DAY_FIRST)


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["12/13/2026", "1/3/2027"], DayOrder.MONTH_FIRST), (["13/12/2026", "3/1/2027"], DayOrder.DAY_FIRST),
        (["1/3/2027"], DayOrder.DAY_FIRST), (["2026-12-13"], DayOrder.DAY_FIRST), ([], DayOrder.DAY_FIRST),
    ],
)  # fmt: skip
def test_the_order_of_day_and_month_is_seen_from_all_rows(cells: list[str], order: DayOrder) -> None:
    assert guess_order(cells) is order


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("1650", "USD", 165_000), ("1,650.00", "USD", 165_000), ("1.650,00", "EUR", 165_000), ("$1,650", "USD", 165_000),
        ("1650 EUR", "EUR", 165_000), ("1'650.50", "CHF", 165_050), ("12.5", "USD", 1_250), ("1.650", "EUR", 165_000),
        ("1.650", "KWD", 1_650), ("165000", "JPY", 165_000), ("0", "USD", 0),
    ],
)  # fmt: skip
def test_an_amount_is_read_however_it_is_written(written: str, currency: str, minor: int) -> None:
    assert read_money(written, currency) == minor


@pytest.mark.parametrize(
    ("written", "currency"), [("-5", "USD"), ("free", "USD"), ("1.2.3", "USD"), ("1.005,5", "JPY")]
)
def test_what_is_no_amount_is_said(written: str, currency: str) -> None:
    with pytest.raises(Unreadable, match="is not an amount"):
        read_money(written, currency)


@pytest.mark.parametrize(
    ("written", "place", "ordinal"),
    [
        ("primary", 1, None),
        ("Classified", 2, None),
        ("Classified B", 2, 2),
        ("classified 1", 2, 1),
        ("PRIMARY A", 1, 1),
    ],
)
def test_a_placement_is_found_by_its_name_and_letter(written: str, place: int, ordinal: int | None) -> None:
    found, at = read_place(written, PLACES)
    assert (found.placement_id, at) == (place, ordinal)


@pytest.mark.parametrize("written", ["Banner", "Classified C", "Primary banner", "Classified 0"])
def test_a_placement_that_there_is_not_is_said_with_those_that_there_are(written: str) -> None:
    with pytest.raises(Unreadable, match="There is Primary, Classified"):
        read_place(written, PLACES)


def read(**more: str) -> Any:
    cells = ROW | {Column(name): value for name, value in more.items()}
    return read_row(RawRow(2, cells), order=DayOrder.DAY_FIRST, currency="USD", today=date(2026, 11, 19))


@pytest.mark.parametrize(
    ("paid", "minor", "on"),
    [
        ("yes", 166_000, None), ("", 0, None), ("No", 0, None), ("500", 50_000, None),
        ("2026-11-02", 166_000, date(2026, 11, 2)), ("2 Nov 2026", 166_000, date(2026, 11, 2)),
    ],
)  # fmt: skip
def test_paid_is_yes_no_an_amount_or_a_day(paid: str, minor: int, on: date | None) -> None:
    row = read(paid=paid, tax="10")
    assert (row.paid_minor, row.paid_on) == (minor, on)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"sponsor": ""}, "Sponsor is empty."), ({"price": ""}, "Write 0 for what was given for nothing."),
        ({"email": "noor"}, "is not an e-mail address"), ({"paid": "perhaps"}, "does not say what was paid"),
        ({"paid": "2000"}, "More was paid"), ({"paid": "2026-12-01"}, "has not come yet"),
        ({"invoiced": "2026-12-01"}, "has not come yet"),
        ({"invoiced": "2026-11-10", "due": "2026-11-01"}, "before it was invoiced"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_row_is_a_sentence(more: dict[str, str], said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read(**more)


def test_a_table_is_read_whatever_parts_its_cells() -> None:
    for mark in ",;\t":
        headings, rows = read_table(f"\ufeffDate{mark}Sponsor\r\n\r\n2026-12-13{mark}Tidewatch\r\n{mark}\r\n")
        assert headings == ["Date", "Sponsor"] and rows == [(3, ["2026-12-13", "Tidewatch"])]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" \n ", "Choose a file"), ("Date,Sponsor\n", "There is one line only"), ("PK\x00\x03", "not a CSV file"),
        ("Date\n" + "x\n" * (MOST_ROWS + 1), "301 rows"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_table_is_said(text: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_table(text)
