"""Forms of copy: shape only; limits and links are judged by the rules when the copy is sent."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from sponsorship.creative.rules import LONGEST_FIELD, LONGEST_LINK, Copy

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
