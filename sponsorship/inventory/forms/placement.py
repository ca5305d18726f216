"""The form of a placement, and of a dated change of its price."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, RadioField, StringField, TimeField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from sponsorship.core.text import LimitUnit
from sponsorship.inventory.forms.fields import AmountField
from sponsorship.inventory.rules import PlacementKind

NUMBER = InputRequired("Give a number.")


class PlacementForm(FlaskForm):
    """A named spot in an issue: price, limits, deadlines, what fills it when it is not sold."""

    name = StringField("Name", [InputRequired("Name it."), Length(max=60)])
    kind = RadioField(
        "What it is", choices=[SelectChoice(kind.value, kind.label) for kind in PlacementKind], default="secondary"
    )
    price = AmountField(
        "List price", [InputRequired("Give the price.")], description="Before tax, for one slot in one issue."
    )
    capacity = IntegerField("Slots in each issue", [NUMBER, NumberRange(1, 12, "Between 1 and 12.")], default=1)
    description = StringField("Where it stands", [Length(max=200)])
    printed_heading = StringField(
        "Printed above it",
        [InputRequired("Readers must see that it is paid: Sponsor, say."), Length(max=60)],
        default="Sponsor",
    )
    heading_limit = IntegerField("Heading, at most", [NUMBER, NumberRange(1, 500, "Between 1 and 500.")], default=8)
    body_limit = IntegerField("Body, at most", [NUMBER, NumberRange(1, 5000, "Between 1 and 5,000.")], default=60)
    limit_unit = RadioField(
        "Counted in", choices=[SelectChoice(unit.value, unit.label) for unit in LimitUnit], default="words"
    )
    lead_days = IntegerField("Sold until, days before", [NUMBER, NumberRange(0, 60, "Between 0 and 60.")], default=2)
    lead_time = TimeField("at", [InputRequired("Give the time.")])
    copy_due_days = IntegerField("Copy due, days before", [NUMBER, NumberRange(0, 60, "Between 0 and 60.")], default=3)
    copy_due_time = TimeField("at", [InputRequired("Give the time.")])
    horizon_weeks = IntegerField(
        "Sold from, weeks before",
        [Optional(), NumberRange(1, 104, "Between 1 and 104.")],
        description="Empty: as soon as the issue is planned.",
    )
    is_echoed = BooleanField("Printed a second time at the foot, as part of the deal (echo)")
    fills_with_house = BooleanField("Fill what stays unsold with the house ad, when its sale is over")
    house_ad = StringField(
        "House ad", [Length(max=200)], description="What it says, for the calendar and the issue page."
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """Read amounts in this currency."""
        super().__init__(*args, **kwargs)
        self.currency_code = currency

    def validate_price(self, field: AmountField) -> None:
        """An amount that can be charged."""
        field.minor(self.currency_code)

    def validate_house_ad(self, field: StringField) -> None:
        """A filled slot needs words."""
        if self.fills_with_house.data and not (field.data or "").strip():
            raise ValidationError("Say what the house ad is.")


class PriceChangeForm(FlaskForm):
    """A list price from a day on."""

    starts_on = DateField("For issues from", [InputRequired("Give the day.")])
    amount = AmountField("List price", [InputRequired("Give the price.")])

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """Read amounts in this currency."""
        super().__init__(*args, **kwargs)
        self.currency_code = currency

    def validate_amount(self, field: AmountField) -> None:
        """An amount that can be charged."""
        field.minor(self.currency_code)
