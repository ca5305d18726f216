"""Forms for a mail provider's table: the file, then what its columns are and whose issue each row is about."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, IntegerField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import NumberRange, Optional

from sponsorship.tracking.rules.mailings import LinkRow, MailingColumn, MailingRow

HIGHEST_NUMBER = 999_999


class TableForm(FlaskForm):
    """The provider's file."""

    file = FileField("File")


class MappingForm(FlaskForm):
    """What each column is; the table itself travels along, so that nothing has to be uploaded or chosen twice."""

    content = HiddenField()
    file_name = HiddenField()
    issue_number = IntegerField(
        "Number of the issue", [Optional(), NumberRange(1, HIGHEST_NUMBER, "Type the number of an issue.")]
    )

    def columns(self) -> dict[MailingColumn, str]:
        """The columns that were chosen."""
        return {column: self[column.value].data for column in MailingColumn if self[column.value].data}

    def numbers(self, rows: Sequence[MailingRow]) -> dict[int, int]:
        """The number of the issue that each line was given; a line without one is left out."""
        fields = {row.line: self[f"row_{row.line}"] for row in rows}
        return {line: field.data for line, field in fields.items() if field.data is not None}

    def refuse(self, row: MailingRow, sentence: str) -> None:
        """Say what is wrong with the number that a row was given."""
        self[f"row_{row.line}"].errors = [sentence]


def mapping_form(header: Sequence[str], rows: Sequence[MailingRow | LinkRow]) -> type[MappingForm]:
    """Return the form for a table: a choice for each kind of column, a number for each row."""
    choices = [SelectChoice("", "Not in this file"), *(SelectChoice(name, name) for name in header)]
    fields: dict[str, object] = {column.value: SelectField(column.label, choices=choices) for column in MailingColumn}
    for row in rows:
        fields[f"row_{row.line}"] = IntegerField(
            f"Issue of line {row.line}",
            [
                Optional(),
                NumberRange(1, HIGHEST_NUMBER, "Type the number of an issue, or nothing to leave the line out."),
            ],
        )
    return type("TableMappingForm", (MappingForm,), fields)
