"""Forms about slots that fall away: the publisher's acts, the sponsor's choice."""

from collections.abc import Sequence
from datetime import date

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from sponsorship.booking.rules import Remedy

REASON = [Length(max=200, message="Say it in 200 characters.")]


class SkipIssueForm(FlaskForm):
    """Why an issue does not come out."""

    reason = StringField("Reason", REASON, description="Sponsors read it in the mail that we send them.")


class MoveIssueForm(FlaskForm):
    """The day on which an issue comes out instead, and why."""

    day = DateField("New day", [InputRequired("Give the new day.")])
    reason = StringField("Reason", REASON, description="Sponsors read it in the mail that we send them.")

    def new_day(self) -> date:
        """The day given; only after validation."""
        assert self.day.data is not None
        return self.day.data


class CapacityForm(FlaskForm):
    """How many slots a placement has in each issue."""

    capacity = IntegerField(
        "Slots in each issue", [InputRequired("Give a number."), NumberRange(1, 12, "Between 1 and 12.")]
    )


class RetirePlacementForm(FlaskForm):
    """What becomes of what is sold when a placement is sold no longer."""

    sold = RadioField(
        "What is sold already",
        choices=[SelectChoice("run", "Runs as booked"), SelectChoice("displace", "Falls away")],
        default="run",
    )
    reason = StringField("Reason", REASON)


class ChooseRemedyForm(FlaskForm):
    """A sponsor's choice, and the date to move to; `slot` names a slot's id."""

    remedy = RadioField("What shall we do?")
    slot = RadioField("Another date", coerce=int, validate_choice=False)

    def __init__(self, offers: Sequence[Remedy], slots: Sequence[tuple[int, str]]) -> None:
        """Offer these remedies, and these slots to move to."""
        super().__init__()
        self.remedy.choices = [SelectChoice(offer.value, offer.label) for offer in offers]
        self.slot.choices = [SelectChoice(*choice) for choice in slots]

    def validate_remedy(self, field: RadioField) -> None:
        """A move needs a date."""
        if field.data == Remedy.MOVE and self.slot.data not in [choice.value for choice in self.slot.choices]:
            raise ValidationError("Choose the date to move to.")
