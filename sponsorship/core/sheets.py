"""The one door to spreadsheets: CSV and XLSX that a stranger's words cannot turn into formulas."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter

Cell = str | int | float | bool | Decimal | date | datetime | None
# What spreadsheets take for a formula when it begins a cell, full-width signs included: at the start of a text, or behind a
# character at which a spreadsheet of another country splits a line.
FORMULA = re.compile(r"(^ *|[;,\t\r\n\"])(?=[=+\-@\t\r\n＝＋－＠])")
MOST_CHARACTERS = 32_767  # in a cell of Excel
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTHS = {date: 11, datetime: 17, Decimal: 13, int: 10}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its title, the names of its columns, and its rows; amounts in major units, moments in UTC."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def safe_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe before what would begin one.

    Source: owasp.org/www-community/attacks/CSV_Injection.
    """
    return FORMULA.sub(r"\1'", text)


def make_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV file: UTF-8 with a byte order mark, for Excel; amounts with a point, days as 2026-11-24."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def make_xlsx(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return an XLSX file of one sheet: a bold head that stays, numbers and days as such, texts never as formulas."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    head, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd"})
    amount, moment = book.add_format({"num_format": "#,##0.00#"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    formats = {date: day, datetime: moment, Decimal: amount}
    sheet.freeze_panes(1, 0)
    widths = [len(column) + 2 for column in columns]
    for number, column in enumerate(columns):
        sheet.write_string(0, number, column, head)
    for line, row in enumerate(rows, start=1):
        for number, cell in enumerate(row):
            widths[number] = max(widths[number], WIDTHS.get(type(cell), min(len(str(cell or "")), 48)) + 1)
            if cell is None:
                continue
            if isinstance(cell, str):
                sheet.write_string(line, number, safe_text(cell)[:MOST_CHARACTERS])
            elif isinstance(cell, bool):
                sheet.write_boolean(line, number, cell)
            elif isinstance(cell, date):
                plain = cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell
                sheet.write_datetime(line, number, plain, formats[type(cell)])
            else:
                sheet.write_number(line, number, cell, formats.get(type(cell)))
    for number, width in enumerate(widths):
        sheet.set_column(number, number, width)
    book.close()
    return file.getvalue()


def _plain(cell: Cell) -> str:
    """A number as it is, a moment to the second in UTC, a text that is no formula."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe_text(cell)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(cell)
