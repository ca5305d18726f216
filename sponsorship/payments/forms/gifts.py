"""The forms of what is given for nothing: comps and make-goods."""

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from sponsorship.booking.rules import MakeGoodCause
from sponsorship.payments.forms.fields import LONGEST_LINE, one_line


class CompForm(FlaskForm):
    """Why an order is given for nothing."""

    reason = StringField("Why it is free", [DataRequired("Say why it is free."), Length(max=LONGEST_LINE)], [one_line])


class MakeGoodForm(FlaskForm):
    """What went wrong with a run, and what is owed for it."""

    cause = SelectField("What went wrong", choices=[SelectChoice(one.value, one.label) for one in MakeGoodCause])
    placement = SelectField("Owed", coerce=int)
    expires_on = DateField("Last day to use it", [Optional()])
    note = StringField("To the sponsor", [Length(max=LONGEST_LINE)], [one_line])

    def __init__(self, *, placements: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        """Offer one slot of these placements, or of any."""
        super().__init__(**kwargs)
        self.placement.choices = [
            *(SelectChoice(*one) for one in placements),
            SelectChoice(0, "A slot of any placement"),
        ]


class PlaceMakeGoodForm(FlaskForm):
    """The free slot in which a make-good runs, by its id."""

    slot = IntegerField("Free slot", [InputRequired("Choose the slot.")])
