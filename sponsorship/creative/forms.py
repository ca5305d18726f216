"""Forms of copy: shape only; limits and links are judged by the rules when the copy is sent."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from sponsorship.creative.rules import (
    LONGEST_COMMENT,
    LONGEST_FIELD,
    LONGEST_LINK,
    MOST_LATE_HOURS,
    MOST_WRITER_DAYS,
    Copy,
    CopyPolicy,
    LatePolicy,
    parse_days,
)

TOO_LONG = Length(max=LONGEST_FIELD, message="That is far too long to keep.")


class CopyForm(FlaskForm):
    """The four fields of an ad; what is unfinished may be kept."""

    heading = TextAreaField("Headline", [TOO_LONG])
    body = TextAreaField("Body", [TOO_LONG])
    link_text = StringField("Link text", [TOO_LONG])
    link_url = StringField("Link address", [Length(max=LONGEST_LINK, message="That address is too long to keep.")])

    @property
    def copy(self) -> Copy:
        """What was typed, as a value."""
        typed = (self.heading, self.body, self.link_url, self.link_text)
        return Copy(*(field.data or "" for field in typed))


class DecisionForm(FlaskForm):
    """The version that was read when it was decided on."""

    version = IntegerField("Version", [InputRequired("Load the page again.")], widget=HiddenField.widget)


class ChangesForm(DecisionForm):
    """What the sponsor should change."""

    note = TextAreaField(
        "What should they change?",
        [DataRequired("Say what they should change."), Length(max=4000, message="4,000 characters are the most.")],
    )


class WaiveForm(FlaskForm):
    """Why a finding may pass."""

    reason = StringField(
        "Why it may run",
        [DataRequired("Say why it may run."), Length(max=500, message="500 characters are the most.")],
    )


class EditForm(CopyForm):
    """The publisher's edit of a sponsor's copy: the fields, why, and how the sponsor agreed where they did already."""

    version = IntegerField("Version", [InputRequired("Load the page again.")], widget=HiddenField.widget)
    why = StringField(
        "What you change, and why",
        [
            DataRequired("Say what you change and why: the sponsor reads it."),
            Length(max=500, message="500 characters are the most."),
        ],
    )
    agreed_how = StringField("How they agreed already", [Length(max=500, message="500 characters are the most.")])


class AnswerForm(DecisionForm):
    """The sponsor's words to an edit."""

    note = TextAreaField(
        "A word to the publisher", [Length(max=LONGEST_COMMENT, message="4,000 characters are the most.")]
    )


class CommentForm(FlaskForm):
    """A word beside the copy."""

    comment = TextAreaField(
        "Comment",
        [DataRequired("Write a comment first."), Length(max=LONGEST_COMMENT, message="4,000 characters are the most.")],
    )


class ReasonForm(FlaskForm):
    """Why the lock is opened, or how a sponsor agreed."""

    reason = StringField(
        "Why it must change now",
        [DataRequired("Say why: the reason is kept."), Length(max=500, message="500 characters are the most.")],
    )


class CopyPolicyForm(FlaskForm):
    """A newsletter's rules for copy."""

    reminder_days = StringField("Days before the deadline")
    late_policy = RadioField("Where no copy came", choices=[(one.value, one.label) for one in LatePolicy])
    late_hours = IntegerField(
        "Hours after the deadline",
        [
            InputRequired("Give a number of hours."),
            NumberRange(0, MOST_LATE_HOURS, f"From 0 to {MOST_LATE_HOURS} hours, which are a week."),
        ],
    )
    adds_utm = BooleanField("Add campaign parameters to sponsors’ links")
    utm_source = StringField("utm_source", [Length(max=80, message="80 characters are the most.")])
    utm_medium = StringField("utm_medium", [Length(max=80, message="80 characters are the most.")])
    utm_campaign = StringField("utm_campaign", [Length(max=80, message="80 characters are the most.")])

    def validate_reminder_days(self, field: StringField) -> None:
        """Days are numbers between commas."""
        try:
            parse_days(field.data or "")
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from wrong

    @property
    def policy(self) -> CopyPolicy:
        """What was filled in, as a value."""
        return CopyPolicy(
            reminder_days=parse_days(self.reminder_days.data or ""), late_policy=LatePolicy(self.late_policy.data),
            late_hours=self.late_hours.data or 0, adds_utm=bool(self.adds_utm.data),
            utm_source=(self.utm_source.data or "").strip(), utm_medium=(self.utm_medium.data or "").strip(),
            utm_campaign=(self.utm_campaign.data or "").strip(),
        )  # fmt: skip


class WriterForm(FlaskForm):
    """Who gets a link to write this one ad, and for how long."""

    name = StringField(
        "Who writes for you",
        [DataRequired("Say whose link it is."), Length(max=80, message="80 characters are the most.")],
    )
    days = IntegerField(
        "Days until it ends",
        [
            InputRequired("Give a number of days."),
            NumberRange(1, MOST_WRITER_DAYS, f"From 1 to {MOST_WRITER_DAYS} days."),
        ],
        default=14,
    )
