"""What the mail provider counted, typed in; where links lead."""

from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

MOST = 1_000_000_000


class StatisticsForm(FlaskForm):
    """Delivered and, where it is known, opened and clicked."""

    delivered = IntegerField(
        "Delivered",
        [
            InputRequired("Type how many mails were delivered, in figures."),
            NumberRange(1, MOST, "At least one mail must have been delivered."),
        ],
    )
    opens = IntegerField("Opened", [Optional(), NumberRange(0, MOST, "Opens cannot be negative.")])
    clicks = IntegerField("All clicks", [Optional(), NumberRange(0, MOST, "Clicks cannot be negative.")])
    unique_clicks = IntegerField(
        "Readers who clicked", [Optional(), NumberRange(0, MOST, "Readers cannot be negative.")]
    )

    def validate_unique_clicks(self, field: IntegerField) -> None:
        """Readers who clicked are some of those who got the mail, and each clicked at least once."""
        if field.data is None:
            return
        if self.delivered.data is not None and field.data > self.delivered.data:
            raise ValidationError("More than were delivered: type readers who clicked, each counted once.")
        if self.clicks.data is not None and field.data > self.clicks.data:
            raise ValidationError("More readers than clicks: one of the two figures is wrong.")

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
