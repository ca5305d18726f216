"""The form of a booking made in the publisher's name: shape and wording."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import Email, Length, Optional, ValidationError

from sponsorship.payments.forms.fields import LONGEST_LINE, one_line, read_amount
from sponsorship.payments.rules.manual import Way


class ManualBookingForm(FlaskForm):
    """Who gets which slots, how it is paid, at what price. Fields that the chosen way has no use for are not asked about."""

    way = RadioField("How it is paid", default=Way.CARD.value)
    slot = SelectMultipleField("Slots", coerce=int, validate_choice=False)
    company = StringField(
        "Sponsor", [Length(max=120, message="A shorter name, please.")], [one_line],
        description="One of yours, or a new name: then it joins your sponsors.",
    )  # fmt: skip
    contact_name = StringField("Contact", [Length(max=120, message="A shorter name, please.")], [one_line])
    contact_email = StringField(
        "E-mail",
        [Optional(), Email("That does not look like an e-mail address."), Length(max=254)],
        [one_line],
        description="Empty: the first contact that you have of them.",
    )
    total = StringField(
        "Agreed price for all, before tax", [Length(max=40)], [one_line], description="Empty: what the rate card says."
    )
    is_exclusive = BooleanField("No competitor in the same issue")
    purchase_order_number = StringField("Their purchase order number", [Length(max=80)], [one_line])
    valid_until = DateField("The link works until the end of", [Optional()], description="Empty: three days.")
    message = TextAreaField("A note to the sponsor", [Length(max=1000, message="Say it in 1,000 characters.")])
    approver = SelectField("Approved by", choices=[], validate_choice=False)
    reason = StringField("Why it is free", [Length(max=LONGEST_LINE)], [one_line])
    accept_terms = BooleanField("The sponsor has agreed to your terms")

    def __init__(
        self, *args: Any, currency: str, today: date, ways: Sequence[Way], approvers: Sequence[str], **kwargs: Any
    ) -> None:
        """Offer these ways and approvers; amounts are in this currency, days on the newsletter's calendar."""
        super().__init__(*args, **kwargs)
        self.currency, self.today = currency, today
        self.way.choices = [SelectChoice(way.value, way.label) for way in ways]
        self.approver.choices = [SelectChoice(address, address) for address in approvers]

    @property
    def chosen(self) -> Way:
        """The way that is chosen; a word that names none is refused by the field itself."""
        return next((way for way in Way if way.value == self.way.data), Way.CARD)

    @property
    def total_minor(self) -> int | None:
        """The agreed price in minor units, None where the rate card holds; raises ValueError where it cannot be read."""
        if not self.total.data or self.chosen in (Way.COMPED, Way.HOUSE):
            return None
        return read_amount(self.total.data, self.currency)

    def validate_slot(self, field: Field) -> None:
        """At least one slot, by numbers that slots can have."""
        if not field.data or not all(0 < slot_id < 2**31 for slot_id in field.data):
            raise ValidationError("Pick at least one slot.")

    def validate_approver(self, field: Field) -> None:
        """Somebody of the team whose role covers money approves what is given for nothing."""
        if self.chosen is Way.COMPED and field.data not in {choice.value for choice in field.choices}:
            raise ValidationError("Say who approved it.")

    def validate_company(self, field: Field) -> None:
        """Whoever buys has a name."""
        if self.chosen.is_sale and not field.data:
            raise ValidationError("Give the sponsor’s name.")

    def validate_total(self, field: Field) -> None:
        """An amount above nothing: what costs nothing is comped."""
        try:
            total = self.total_minor
        except ValueError as unreadable:
            raise ValidationError("Write the price like 1500 or 1500.50.") from unreadable
        if total == 0:
            raise ValidationError("What costs nothing is comped: choose that, and say why.")

    def validate_valid_until(self, field: Field) -> None:
        """A link that is over today already is none."""
        if self.chosen is Way.CARD and field.data and field.data < self.today:
            raise ValidationError("That day is over. Give today or a later one.")

    def validate_reason(self, field: Field) -> None:
        """What is given for nothing is given for a reason."""
        if self.chosen is Way.COMPED and not field.data:
            raise ValidationError("Say why it is free.")

    def validate_accept_terms(self, field: Field) -> None:
        """Nothing is sold without the terms; who pays by the link agrees there."""
        if self.chosen.needs_terms and not field.data:
            raise ValidationError("Tick it once the sponsor has agreed: nothing is booked without the terms.")
