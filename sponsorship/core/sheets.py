"""Tables for spreadsheets: CSV and Excel, in which no text that somebody typed can run as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from xlsxwriter import Workbook

Cell = str | int | float | Decimal | date | datetime | bool | None

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_CHARACTERS: Final = 32_767  # in one cell of Excel
MOST_LINES: Final = 1_048_576

# What spreadsheets take for a formula when it begins a cell, full-width signs included, at the start of a text or behind a
# separator that a spreadsheet of another country splits at. Source: OWASP, "CSV Injection".
FORMULA = re.compile(r"(^|[;,\t\r\n\"])(?=[=+\-@\t\r\n＝＋－＠])")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with a title, the names of its columns, and its rows; amounts are decimals in major units, moments are UTC."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe stands before what would begin one."""
    return FORMULA.sub(r"\1'", text)


def csv_lines(sheet: Sheet) -> Iterable[str]:
    """Yield a sheet as lines of CSV (UTF-8 with a byte order mark, so that Excel reads names right); texts are guarded."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC)
    yield "\ufeff"
    for row in _with_head(sheet):
        writer.writerow([_for_csv(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def xlsx_file(sheet: Sheet) -> bytes:
    """Return a sheet as a workbook of Excel: texts are texts, numbers numbers, days days; the head stays in sight."""
    file = io.BytesIO()
    options = {
        "in_memory": True, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "remove_timezone": True,
    }  # fmt: skip
    with Workbook(file, options) as book:
        page = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", sheet.title)[:31])
        head = book.add_format({"bold": True, "bottom": 1})
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        page.freeze_panes(1, 0)
        page.set_column(0, max(len(sheet.columns) - 1, 0), 16)
        for line, row in enumerate(_with_head(sheet)):
            if line >= MOST_LINES:
                break
            for column, cell in enumerate(row):
                if line == 0:
                    page.write_string(line, column, str(cell), head)
                elif isinstance(cell, datetime):
                    page.write_datetime(line, column, cell, moments)
                elif isinstance(cell, date):
                    page.write_datetime(line, column, cell, days)
                elif isinstance(cell, str):
                    page.write_string(line, column, cell[:MOST_CHARACTERS])
                elif cell is not None:
                    page.write(line, column, cell)
    return file.getvalue()


def _with_head(sheet: Sheet) -> Iterable[Sequence[Cell]]:
    yield sheet.columns
    yield from sheet.rows


def _for_csv(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return guarded(cell)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return cell.isoformat() if isinstance(cell, date) else cell
