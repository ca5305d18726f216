"""The form by which a publisher gives credits."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from sponsorship.core.money import to_minor

AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")


class GrantCreditsForm(FlaskForm):
    """So many undated slots for a sponsor, of one placement or of any, with what was paid for them."""

    sponsor = StringField("Sponsor", [DataRequired("Give the sponsor’s name."), Length(max=120)])
    slots = IntegerField("Credits", [InputRequired("Give a number."), NumberRange(1, 100, "Between 1 and 100.")])
    placement = SelectField("For", coerce=int)
    value = StringField("Paid for them", description="Net, all together. Empty: they are a present.")
    expires_on = DateField("Last day to use them", [Optional()])
    note = StringField("Note", [Length(max=200)])

    def __init__(self, *args: Any, currency: str, choices: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        """Offer these placements, and read amounts in this currency."""
        super().__init__(*args, **kwargs)
        self.currency_code = currency
        self.placement.choices = [SelectChoice(0, "Any placement"), *(SelectChoice(*choice) for choice in choices)]

    def validate_value(self, field: StringField) -> None:
        """An amount, or nothing."""
        try:
            self.value_minor()
        except ValueError as unreadable:
            raise ValidationError("Write the amount like 1650 or 49.50.") from unreadable

    def value_minor(self) -> int:
        """What was paid, minor units; raises ValueError for what cannot be read."""
        plain = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", (self.value.data or "").strip())
        if not plain:
            return 0
        if not AMOUNT.fullmatch(plain):
            raise ValueError(plain)
        return to_minor(Decimal(plain), self.currency_code)
