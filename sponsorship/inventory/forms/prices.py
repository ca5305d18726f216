"""Forms of price rules and promo codes."""

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, Field, IntegerField, RadioField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from sponsorship.inventory.forms.fields import AmountField, ShareField
from sponsorship.inventory.rules import PriceRuleKind, normal_code

NUMBERED = (PriceRuleKind.FREQUENCY, PriceRuleKind.EARLY_BIRD, PriceRuleKind.LAST_MINUTE)


class _PricesForm(FlaskForm):
    """What both forms have: placements to choose from, a window, a currency."""

    starts_on = DateField("From", [Optional()])
    ends_on = DateField("Until", [Optional()])
    placements = SelectMultipleField(
        "Placements", coerce=int, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False),
        description="None ticked: all of them.",
    )  # fmt: skip

    def __init__(self, *args: Any, currency: str, choices: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        """Offer these placements, and read amounts in this currency."""
        super().__init__(*args, **kwargs)
        self.currency_code = currency
        self.placements.choices = [SelectChoice(*choice) for choice in choices]

    def validate_ends_on(self, field: Field) -> None:
        """A window ends after it begins."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError("It ends before it begins.")


class PriceRuleForm(_PricesForm):
    """A rule that changes prices: what it asks for, and what it does."""

    kind = RadioField(
        "Kind", choices=[SelectChoice(kind.value, kind.label) for kind in PriceRuleKind], default="frequency"
    )
    label = StringField(
        "What the buyer reads", [InputRequired("Say it in a few words: “Run of three, 10% off”."), Length(max=80)]
    )
    share = ShareField("Percent")
    goes_up = BooleanField("Dearer, not cheaper (a season only)")
    threshold = IntegerField("Slots, issues or days", [Optional(), NumberRange(1, 400, "Between 1 and 400.")])
    counts_issues = BooleanField("Count different issues, not slots (frequency only)")
    package_price = AmountField("Price of the package")

    def validate_kind(self, field: RadioField) -> None:
        """Frequency, early bird and last minute need their number, a season its dates: fields that others leave empty."""
        if field.data in NUMBERED and not self.threshold.data:
            raise ValidationError(
                "Give its number: slots or issues for a frequency, days before the issue for the others."
            )
        if field.data == PriceRuleKind.SEASON and not (self.starts_on.data or self.ends_on.data):
            raise ValidationError("A season needs its dates.")

    def validate_share(self, field: ShareField) -> None:
        """Every kind but a package takes a share off."""
        points = field.basis_points
        if self.kind.data != PriceRuleKind.PACKAGE and not points:
            raise ValidationError("Give the percentage.")

    def validate_goes_up(self, field: BooleanField) -> None:
        """Only a season makes dearer."""
        if field.data and self.kind.data != PriceRuleKind.SEASON:
            raise ValidationError("Only a season can make dearer.")

    def validate_placements(self, field: SelectMultipleField) -> None:
        """A package joins two placements or more."""
        if self.kind.data == PriceRuleKind.PACKAGE and len(field.data or ()) < 2:
            raise ValidationError("Tick the placements of the package, two at least.")

    def validate_package_price(self, field: AmountField) -> None:
        """A package has a price."""
        amount = field.minor(self.currency_code)
        if self.kind.data == PriceRuleKind.PACKAGE and amount is None:
            raise ValidationError("Give the price of the package.")


class PromoCodeForm(_PricesForm):
    """A code that buyers type in."""

    code = StringField(
        "Code", [InputRequired("Give the code."), Length(min=3, max=30, message="Between 3 and 30 letters.")]
    )
    label = StringField("What the buyer reads", [Length(max=80)], description="Left empty: the code.")
    share = ShareField("Percent off")
    amount = AmountField("or amount off the order")
    most_uses = IntegerField("Uses, at most", [Optional(), NumberRange(1, 100_000, "From 1.")])
    most_uses_per_sponsor = IntegerField(
        "Uses by one sponsor, at most", [Optional(), NumberRange(1, 100_000, "From 1.")]
    )
    minimum = AmountField("Orders of at least")

    def validate_code(self, field: StringField) -> None:
        """Letters and figures, whatever the case."""
        if not normal_code(field.data or "").replace("-", "").isalnum():
            raise ValidationError("Letters, figures and hyphens only.")

    def validate_share(self, field: ShareField) -> None:
        """A share, or an amount."""
        if bool(field.basis_points) == bool(self.amount.data and self.amount.data.strip()):
            raise ValidationError("Give a percentage or an amount, one of them.")

    def validate_amount(self, field: AmountField) -> None:
        """An amount that can be charged."""
        field.minor(self.currency_code)

    def validate_minimum(self, field: AmountField) -> None:
        """An amount that can be charged."""
        field.minor(self.currency_code)
