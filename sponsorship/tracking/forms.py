"""What the mail provider counted, typed in."""

from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

MOST = 1_000_000_000


class StatisticsForm(FlaskForm):
    """Delivered and, where it is known, opened."""

    delivered = IntegerField(
        "Delivered",
        [
            InputRequired("Type how many mails were delivered, in figures."),
            NumberRange(1, MOST, "At least one mail must have been delivered."),
        ],
    )
    opens = IntegerField("Opened", [Optional(), NumberRange(0, MOST, "Opens cannot be negative.")])

    def validate_opens(self, field: IntegerField) -> None:
        """Readers who opened are some of those who got the mail."""
        if field.data is not None and self.delivered.data is not None and field.data > self.delivered.data:
            raise ValidationError("More than were delivered: type readers who opened it, not the sum of all opens.")


class DestinationForm(FlaskForm):
    """Where a booking's links lead from now on, and why."""

    destination = StringField(
        "New address", [InputRequired("Type the address that readers should reach."), Length(max=2048)]
    )
    note = StringField("Reason", [Optional(), Length(max=500, message="Say it in 500 characters.")])
