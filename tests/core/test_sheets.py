"""Tables for spreadsheets: what somebody typed never runs, numbers stay numbers."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from sponsorship.core.sheets import make_csv, make_xlsx, safe_text

TYPED = [
    "=1+1",
    "+441234",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "a;=cmd|' /C calc'!A0",
    'x,"=1"',
    "a\n=1",
]


@pytest.mark.parametrize("text", TYPED)
def test_no_text_begins_a_formula_in_any_cell_that_a_spreadsheet_could_make_of_it(text: str) -> None:
    written = make_csv(("A",), [(text,)]).decode()
    for separator in (",", ";", "\t"):
        cells = [cell for row in csv.reader(io.StringIO(written.lstrip("\ufeff")), delimiter=separator) for cell in row]
        assert not [cell for cell in cells if cell[:1] in "=+-@＝＋－＠" and cell], (separator, cells)


@pytest.mark.parametrize("text", ["Tidewatch Ltd", "a = b", "50 % off - today", "me@example.com", "", "'quoted'"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert safe_text(text) == text


def test_numbers_days_and_moments_are_written_as_such() -> None:
    moment = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
    row = (Decimal("-12.50"), 3, 0.25, date(2026, 11, 24), moment, True, None, "No. 1")
    lines = make_csv(tuple("ABCDEFGH"), [row]).decode().splitlines()
    assert lines[1] == "-12.50,3,0.25,2026-11-24,2026-11-24T09:05:00Z,True,,No. 1"


def test_a_workbook_has_no_formula_and_no_link_whatever_was_typed() -> None:
    texts = [*TYPED, "https://evil.example/=1", "internal:Sheet1!A1", "x" * 40_000]
    book = make_xlsx("Orders: [all]", ("Text", "Sum"), [(text, Decimal("1650.00")) for text in texts])
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        page = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in page and "hyperlink" not in page and "<v>1650" in page
        assert not [name for name in parts.namelist() if "externalLink" in name]
