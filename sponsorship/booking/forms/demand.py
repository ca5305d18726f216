"""Forms of demand: the waiting list, requests, proposals, challenges."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    EmailField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional, ValidationError

LONG = Length(max=120, message="A shorter name, please.")
MESSAGE = Length(max=1000, message="Say it in 1,000 characters.")
TERMS = "Tick it to go on: nothing is sold without the terms."


def _strip(text: str | None) -> str | None:
    return text.strip() if text else text


class _WhoForm(FlaskForm):
    """A company and the person who acts for it."""

    company = StringField("Company", [InputRequired("Give the company’s name."), LONG], filters=[_strip])
    contact_name = StringField("Your name", [InputRequired("Give your name."), LONG], filters=[_strip])
    contact_email = EmailField(
        "Your e-mail",
        [
            InputRequired("We write to this address."),
            Email("That does not look like an e-mail address."),
            Length(max=254),
        ],
        filters=[_strip],
    )


class JoinWaitingForm(_WhoForm):
    """What one waits for: an issue that is given, or any issue of a range of days."""

    placement = SelectField("Placement", choices=[])
    first_day = DateField("From", [Optional()])
    last_day = DateField("To", [Optional()])
    message = TextAreaField("A word to the publisher", [MESSAGE])
    issue = HiddenField()

    def __init__(self, placements: Sequence[tuple[str, str]], **values: object) -> None:
        super().__init__(**values)
        self.placement.choices = [*placements, ("", "Any placement")]

    def validate_last_day(self, field: DateField) -> None:
        """A wish for no single issue needs both days."""
        if not self.issue.data and not (self.first_day.data and field.data):
            raise ValidationError("Give the first and the last day.")


class ChallengeForm(_WhoForm):
    """The buyer who is ready."""


class RequestForm(_WhoForm):
    """Who asks to sponsor, and why it fits."""

    website = StringField("Website", [InputRequired("The publisher looks at it."), Length(max=200)], filters=[_strip])
    message = TextAreaField("What you want to advertise", [InputRequired("Say what it is about."), MESSAGE])
    accept_terms = BooleanField("I have read the terms", [InputRequired(TERMS)])

    def details(self) -> dict[str, str]:
        """What was typed, as give_details takes it."""
        names = ("company", "contact_name", "contact_email", "website")
        empty = dict.fromkeys(("street", "city", "country", "vat_number", "purchase_order_number"), "")
        return empty | {name: self[name].data or "" for name in names}


class AnswerRequestForm(FlaskForm):
    """Yes, no with a reason, or other dates."""

    answer = HiddenField()
    reason = StringField("Reason", [Length(max=200, message="Say it in 200 characters.")])
    message = TextAreaField("A word to the sponsor", [MESSAGE])
    slot = SelectMultipleField("Dates", coerce=int, validate_choice=False)


class AcceptProposalForm(FlaskForm):
    """The sponsor's yes."""

    accept_terms = BooleanField("I have read the terms", [InputRequired(TERMS)])


class DeclineForm(FlaskForm):
    """A no, with a word."""

    reason = StringField("Why", [Length(max=180, message="Say it in 180 characters.")])
    stay = BooleanField("Keep me on the list for other dates")


class ProposalForm(FlaskForm):
    """A proposal: for whom, which slots, at what price, until when."""

    company = StringField("Sponsor", [InputRequired("Give the sponsor’s name."), LONG], filters=[_strip])
    contact_name = StringField("Contact", [LONG], filters=[_strip])
    contact_email = EmailField(
        "E-mail",
        [
            InputRequired("The link is sent to it."),
            Email("That does not look like an e-mail address."),
            Length(max=254),
        ],
        filters=[_strip],
    )
    valid_until = DateField("Valid until the end of", [InputRequired("Give the last day.")])
    total = DecimalField("One price for all", [Optional(), NumberRange(min=0, message="A price is nothing or more.")])
    message = TextAreaField("A note to the sponsor", [MESSAGE])
    is_first_refusal = BooleanField("First refusal: the storefront says so to others")
    slot = SelectMultipleField("Slots", coerce=int, validate_choice=False)


class ApprovalForm(FlaskForm):
    """Who is approved before buying."""

    approval = RadioField("Who is approved first")

    def __init__(self, choices: Sequence[tuple[str, str]], **values: object) -> None:
        super().__init__(**values)
        self.approval.choices = list(choices)
