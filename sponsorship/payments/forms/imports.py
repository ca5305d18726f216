"""The form of an import: a file or pasted rows, which column is which, and cells that were mended."""

import re
from collections.abc import Mapping, Sequence

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from sponsorship.payments.rules.imports import (
    LONGEST_CELL,
    Column,
    DayOrder,
    RawRow,
    guess_columns,
    guess_order,
    read_table,
)

CELL = re.compile(r"cell-([0-9]{1,6})-([a-z_]+)")
LARGEST = 400_000  # bytes
ABSENT = -1


class ImportForm(FlaskForm):
    """The spreadsheet as text, however it came, and how it is to be read."""

    file = FileField("CSV file")
    text = TextAreaField(
        "Or paste the rows", description="With the line of headings, as they are copied from a spreadsheet."
    )
    days = SelectField(
        "Days in figures are",
        choices=[SelectChoice(order.value, order.label) for order in DayOrder],
        validate_choice=False,
    )
    shown = StringField()

    headings: Sequence[str] = ()
    rows: Sequence[RawRow] = ()

    @property
    def order(self) -> DayOrder:
        """How days are written."""
        return DayOrder.MONTH_FIRST if self.days.data == DayOrder.MONTH_FIRST.value else DayOrder.DAY_FIRST

    @property
    def shown_lines(self) -> frozenset[int]:
        """The lines that whoever imports was told would be imported."""
        return frozenset(int(word) for word in (self.shown.data or "").split(",") if word.isdigit())

    @property
    def columns(self) -> list[tuple[Column, SelectField]]:
        """Each column with the field that says where it is."""
        return [(column, self[f"column_{column}"]) for column in Column]

    def read(self, typed: Mapping[str, str]) -> None:
        """Read what was sent: the file, else the text; then the columns, as chosen or as guessed; then the mended cells.

        Raises Unreadable, with a sentence.
        """
        upload = self.file.data
        if upload and upload.filename:
            self.text.data = decode(upload.read(LARGEST + 1)[:LARGEST])
        self.headings, table = read_table(self.text.data or "")
        guessed = guess_columns(self.headings)
        is_first = "column_day" not in typed or bool(upload and upload.filename)
        for column, field in self.columns:
            field.choices = self._choices()
            if is_first:
                field.data = guessed.get(column, ABSENT)
        if is_first:
            at = guessed.get(Column.DAY, ABSENT)
            self.days.data = guess_order([row[at] for _, row in table if 0 <= at < len(row)]).value
        mended = (
            {}
            if is_first
            else {name: value.strip()[:LONGEST_CELL] for name, value in typed.items() if CELL.fullmatch(name)}
        )
        self.rows = [self._row(line, cells, mended) for line, cells in table]

    def keep(self, rows: Sequence[RawRow], text: str) -> None:
        """Go on with these rows only, under our own headings."""
        self.text.data, self.rows, self.headings = text, rows, [column.label for column in Column]
        for number, (_, field) in enumerate(self.columns):
            field.choices = self._choices()
            field.data = number

    def _choices(self) -> list[SelectChoice]:
        named = [SelectChoice(n, name or f"Column {n + 1}") for n, name in enumerate(self.headings)]
        return [SelectChoice(ABSENT, "Not in the file"), *named]

    def _row(self, line: int, cells: Sequence[str], mended: Mapping[str, str]) -> RawRow:
        found = {}
        for column, field in self.columns:
            at = field.data if isinstance(field.data, int) else ABSENT
            found[column] = mended.get(f"cell-{line}-{column}", cells[at] if 0 <= at < len(cells) else "")
        return RawRow(line, found)


for _column in Column:
    setattr(ImportForm, f"column_{_column}", SelectField(_column.label, coerce=int, validate_choice=False))


def decode(content: bytes) -> str:
    """Return a file's text: UTF-8, with or without its mark, UTF-16 with it, else as Windows writes western languages."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
