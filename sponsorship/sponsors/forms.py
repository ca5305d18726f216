"""How a newsletter deals with sponsors, and with one of them: shape and wording only."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import BooleanField, DecimalField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from sponsorship.sponsors.rules import RivalRule

Choices = Sequence[tuple[int, str]]
DAYS = NumberRange(0, 365, "From 0 to 365 days.")
SHARE = NumberRange(0, 100, "From 0 to 100 percent.")
ISSUES = NumberRange(0, 52, "From 0 to 52 issues.")
HOLDS = NumberRange(1, 1000, "From 1 to 1,000.")


class SalesPolicyForm(FlaskForm):
    """Moving, cancelling, rivals, cadence and unpaid holds of a newsletter."""

    sponsors_may_move = BooleanField("Sponsors may move their bookings themselves")
    move_cutoff_days = IntegerField("Until so many days before the issue", [InputRequired("Give a number."), DAYS])
    cancel_free_days = IntegerField(
        "Cancelling is free until so many days before", [InputRequired("Give a number."), DAYS]
    )
    cancel_kept_percent = DecimalField("Then this share is kept, in %", [InputRequired("Give a number."), SHARE])
    cancel_full_days = IntegerField("Within so many days, all of it is kept", [InputRequired("Give a number."), DAYS])
    rivals = RadioField("Rivals", choices=[(rule.value, rule.label) for rule in RivalRule])
    exclusive_percent = DecimalField(
        "Price of keeping competitors out of an issue, in %",
        [Optional(), NumberRange(0, 300, "From 0 to 300 percent.")],
        default=0, description="On top of what the slots cost; 0: not sold. It needs categories.",
    )  # fmt: skip
    cadence_issues = IntegerField("Issues between two runs of one sponsor", [InputRequired("Give a number."), ISSUES])

    open_orders = IntegerField("Unpaid orders of one buyer at a time", [InputRequired("Give a number."), HOLDS])
    held_slots = IntegerField("Dates in them, all together", [InputRequired("Give a number."), HOLDS])
    unpaid_a_day = IntegerField(
        "Orders that end unpaid in 24 hours, before no more are held", [InputRequired("Give a number."), HOLDS],
        description="A buyer is a company, a browser or a network address. You and your team are not limited.",
    )  # fmt: skip

    def validate_cancel_full_days(self, field: IntegerField) -> None:
        """All is kept only where cancelling is no longer free."""
        if (
            field.data is not None
            and self.cancel_free_days.data is not None
            and field.data > self.cancel_free_days.data
        ):
            raise ValidationError("This cannot be earlier than the day until which cancelling is free.")


class CategoryForm(FlaskForm):
    """A category, under another one or at the top."""

    name = StringField("Name", [InputRequired("Give the category a name."), Length(max=80, message="A shorter name.")])
    parent = SelectField("Belongs under", coerce=int)
    is_prohibited = BooleanField("Not sold to")
    refusal_words = StringField("What such a sponsor is told", [Length(max=300, message="Say it in 300 characters.")])

    def __init__(self, categories: Choices) -> None:
        super().__init__(prefix="category-")
        self.parent.choices = [(0, "Nothing: at the top"), *categories]


class SponsorTermsForm(FlaskForm):
    """What holds for one sponsor."""

    category = SelectField("Category", coerce=int)
    agency = SelectField("Agency that books for it", coerce=int)
    parent = SelectField("Parent company", coerce=int)
    cadence_issues = IntegerField("Issues between two of its runs", [Optional(), ISSUES])
    is_refused = BooleanField("Do not sell to this sponsor")
    refusal_words = StringField("What it is told", [Length(max=300, message="Say it in 300 characters.")])
    notes = TextAreaField("Notes, for the team only", [Length(max=4000, message="Say it in 4,000 characters.")])

    def offer(self, categories: Choices, sponsors: Choices) -> None:
        """Give the choices."""
        self.category.choices = [(0, "None"), *categories]
        self.agency.choices = self.parent.choices = [(0, "None"), *sponsors]
