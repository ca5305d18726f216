"""Forms of a newsletter and its team."""

from typing import Any

from babel import Locale
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    EmailField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from sponsorship.accounts.rules import TeamRole
from sponsorship.core.text import slugify
from sponsorship.inventory.rules import WEEKDAYS, ZONES

CURRENCIES = (
    "USD", "EUR", "GBP", "CAD", "AUD", "NZD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "INR", "SGD", "JPY", "BRL", "MXN",
    "ZAR",
)  # fmt: skip


class NewsletterForm(FlaskForm):
    """What a newsletter is called, who publishes it, and what its storefront says."""

    name = StringField("Name", [InputRequired("Name the newsletter."), Length(max=120)])
    tagline = StringField("Tagline", [Length(max=200)])
    introduction = TextAreaField(
        "Introduction", [Length(max=2000)], description="The first paragraph of the rate card."
    )
    publisher_name = StringField("Publisher", [Length(max=120)])
    contact_email = EmailField(
        "Address for sponsors", [Optional(), Email("That is not an e-mail address."), Length(max=254)]
    )
    readers = IntegerField("Readers", [Optional(), NumberRange(0, 1_000_000_000, "Not below nothing.")])
    readers_on = DateField("Counted on", [Optional()])
    audience_note = StringField("About the readers", [Length(max=200)])
    terms = TextAreaField(
        "Terms",
        [Length(max=20_000)],
        description="Paragraphs; a first line that ends in a question mark is a question.",
    )
    invoice_days = IntegerField(
        "Invoices are due after, days",
        [InputRequired("Give a number."), NumberRange(0, 120, "Between 0 and 120.")],
        default=14,
    )


class NewNewsletterForm(NewsletterForm):
    """A newsletter to be opened: also its address, zone, currency and first rhythm."""

    slug = StringField(
        "Address",
        [Length(max=60)],
        description="The last part of its rate card’s address. Left empty: made from the name.",
    )
    timezone = SelectField("Time zone", choices=[SelectChoice(zone, zone) for zone in ZONES], default="Europe/London")
    currency = SelectField("Currency", description="It stays: all prices and invoices are in it.")
    weekdays = SelectMultipleField(
        "Comes out every", choices=[SelectChoice(*day) for day in WEEKDAYS.items()], option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False), default=["SU"],
    )  # fmt: skip
    publish_time = TimeField("Time", [InputRequired("Give the time at which it goes out.")])
    first_issue_number = IntegerField(
        "Number of the first issue", [InputRequired("Give a number."), NumberRange(1, 1_000_000, "From 1.")], default=1
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the currencies by their English names."""
        super().__init__(*args, **kwargs)
        names = Locale.parse("en").currencies
        self.currency.choices = [SelectChoice(code, f"{code}, {names[code]}") for code in CURRENCIES]

    def validate_weekdays(self, field: SelectMultipleField) -> None:
        """One day at least; other rhythms are set once it is open."""
        if not field.data:
            raise ValidationError("Tick at least one day. Other rhythms can be set afterwards.")

    def address(self) -> str:
        """The slug: what was typed, else the name's."""
        return slugify(self.slug.data or self.name.data or "")


class MemberForm(FlaskForm):
    """Somebody of the team."""

    email = EmailField(
        "E-mail address", [InputRequired("Give the address."), Email("That is not an e-mail address."), Length(max=254)]
    )
    name = StringField("Name", [Length(max=120)])
    role = RadioField(
        "Role", choices=[SelectChoice(role.value, role.label) for role in TeamRole], default=TeamRole.EDITOR.value
    )
