"""The form of a newsletter's rhythm, and of an extra issue."""

from datetime import date, time

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from sponsorship.inventory.rules import WEEKDAYS, WHICH, ZONES, Rhythm, RhythmKind, read_rule, write_rule


class RhythmForm(FlaskForm):
    """When issues come out: in words that people use, or as a rule."""

    kind = RadioField("How it repeats", choices=[SelectChoice(kind.value, kind.label) for kind in RhythmKind])
    every = IntegerField(
        "Every so many weeks or months", [Optional(), NumberRange(1, 52, "Between 1 and 52.")], default=1
    )
    weekdays = SelectMultipleField(
        "Weekdays", choices=[SelectChoice(*day) for day in WEEKDAYS.items()], option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )  # fmt: skip
    which = SelectField(
        "Which one of the month", coerce=int, choices=[SelectChoice(n, w.capitalize()) for n, w in WHICH.items()]
    )
    month_day = IntegerField(
        "Day of the month", [Optional(), NumberRange(-1, 31, "Between 1 and 31, or -1 for the last.")]
    )
    rule = StringField("Rule", [Length(max=200)], description="FREQ=WEEKLY;BYDAY=SU is every Sunday.")
    start = DateField("Counted from", [InputRequired("Give a day.")], description="Every second week counts from here.")
    publish_time = TimeField("Time", [InputRequired("Give the time at which it goes out.")])
    timezone = SelectField("Time zone", choices=[SelectChoice(zone, zone) for zone in ZONES])
    horizon_weeks = IntegerField(
        "Weeks planned ahead", [InputRequired("Give a number."), NumberRange(1, 104, "Between 1 and 104.")]
    )
    preview = StringField("Show the next dates")

    @classmethod
    def of(cls, rule: str, start: date, publish_time: time, timezone: str, horizon_weeks: int) -> "RhythmForm":
        """The form, filled with a newsletter's rhythm; what was sent goes before."""
        known = read_rule(rule)
        return cls(
            kind=known.kind.value, every=known.every, weekdays=list(known.weekdays), which=known.which or 1,
            month_day=known.month_day or 1, rule=rule, start=start, publish_time=publish_time, timezone=timezone,
            horizon_weeks=horizon_weeks,
        )  # fmt: skip

    def written_rule(self) -> str:
        """What was put together, as a rule of RFC 5545."""
        return write_rule(
            Rhythm(
                RhythmKind(self.kind.data), self.every.data or 1, tuple(self.weekdays.data or ()), self.which.data or 1,
                self.month_day.data or 1, self.rule.data or "",
            )
        )  # fmt: skip

    def validate_weekdays(self, field: SelectMultipleField) -> None:
        """A weekly rhythm needs a day at least, a monthly one by weekday exactly one."""
        if self.kind.data == RhythmKind.WEEKLY and not field.data:
            raise ValidationError("Tick at least one day.")
        if self.kind.data == RhythmKind.MONTHLY_WEEKDAY and len(field.data or ()) != 1:
            raise ValidationError("Tick one day.")


class ExtraIssueForm(FlaskForm):
    """An issue that the rhythm does not give."""

    day = DateField("Day", [InputRequired("Give the day.")])
    title = StringField("Title", [Length(max=120)])

    def new_day(self) -> date:
        """The day given; only after validation."""
        assert self.day.data is not None
        return self.day.data
