"""Forms of signing in, and of ending it."""

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, IntegerField, StringField
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional, Regexp


class AskLinkForm(FlaskForm):
    """One field: where the link goes."""

    email = EmailField(
        "E-mail address",
        [
            InputRequired("Write your e-mail address."),
            Length(max=254, message="No address is that long."),
            Email("That does not look like an e-mail address. It should be like you@company.example."),
        ],
    )
    next = HiddenField()


class CodeForm(FlaskForm):
    """The six digits from the mail."""

    code = StringField(
        "Code from the mail",
        [
            InputRequired("Write the six digits from the mail."),
            Regexp(r"^\s*\d{6}\s*$", message="The code has six digits."),
        ],
    )


class UseLinkForm(FlaskForm):
    """The button that uses a link up; in another browser, the code comes with it."""

    code = StringField("Code from the mail")


class EndSessionForm(FlaskForm):
    """The button that ends a session; without an id, all but the one at hand."""

    session_id = IntegerField(validators=[Optional(), NumberRange(min=1, max=2**31 - 1)])
