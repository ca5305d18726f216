"""Where a booking moves to."""

from collections.abc import Mapping, Sequence

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import Length


class MoveForm(FlaskForm):
    """The free slot picked; `targets` are the choices by placement: id and wording."""

    slot = SelectField("Where to", coerce=int, validate_choice=False)
    waive = BooleanField("Leave the price as it is")
    reason = StringField("Reason", [Length(max=200, message="Say it in 200 characters.")])
    next = HiddenField()

    def __init__(self, targets: Mapping[str, Sequence[tuple[int, str]]]) -> None:
        super().__init__()
        self.slot.choices = {group: list(choices) for group, choices in targets.items()}
