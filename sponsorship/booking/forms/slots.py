"""Forms of booking: shape and wording only."""

from collections.abc import Iterator
from datetime import date

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FieldList,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import Email, InputRequired, Length, Optional, ValidationError

from sponsorship.core.text import clean_line


class HoldSlotsForm(FlaskForm):
    """The prices ticked on the rate card, and what takes the place of dates that were gone; each a slot's id."""

    slot = SelectMultipleField("Dates", coerce=str, validate_choice=False)
    swap = FieldList(StringField("Another date"), "Other dates")  # empty: leave it out
    remove = StringField("Take off")
    code = StringField("Promo code", [Length(max=40)])
    credits = StringField("Use credits")
    exclusive = StringField("No competitor")  # the category's id, where exclusivity is bought
    client = StringField("You book for")  # a client's id, where an agency buys
    apply = StringField("Apply the code")
    again = HiddenField()  # the token of an order that lapsed: its details are kept

    @property
    def slot_ids(self) -> list[int]:
        """What is to be held, in order and each once; words that are no number name no slot, which is said as 0."""
        picked = [*(self.slot.data or []), *(entry.data for entry in self.swap if entry.data)]
        return list(dict.fromkeys(_numbers(picked)))

    @property
    def client_id(self) -> int:
        """The client that an agency buys for; 0 for nobody's."""
        return next(_numbers([self.client.data or "0"]))

    @property
    def category_id(self) -> int:
        """The category in which no competitor may run; 0 where exclusivity is not bought."""
        return next(_numbers([self.exclusive.data or "0"]))

    @property
    def without_removed(self) -> list[int]:
        """The picks that stay when one is taken off the slip."""
        return [slot_id for slot_id in self.slot_ids if str(slot_id) != self.remove.data]


class ChangePriceForm(FlaskForm):
    """A promo code, or none, and whether credits are used, for an order that is held."""

    code = StringField("Promo code", [Length(max=40, message="No code is that long.")])
    credits = StringField("Use credits")


class SlotActForm(FlaskForm):
    """A button of the publisher's, with the reason and where to go next."""

    reason = StringField("Reason", [Length(max=200, message="Say it in 200 characters.")])
    next = HiddenField()


class HoldCourtesyForm(FlaskForm):
    """Whom a slot is kept for, and until which day."""

    sponsor = StringField("Sponsor", [Length(max=120, message="A shorter name, please.")])
    contact_email = EmailField(
        "E-mail for the link",
        [Optional(), Email("That does not look like an e-mail address."), Length(max=254)],
        filters=[lambda text: text and text.strip()],
    )
    until = DateField("Until the end of", [InputRequired("Give the day until which it is kept.")])
    message = StringField("Note", [Length(max=200, message="Say it in 200 characters.")])
    is_first_refusal = BooleanField("First refusal")
    next = HiddenField()

    def last_day(self) -> date:
        """The day given; only after validation."""
        assert self.until.data is not None
        return self.until.data


class BookSlotForm(FlaskForm):
    """Who gets a slot from the publisher's hand: a sponsor, to be sent the payment link, or the house."""

    kind = RadioField("Book it for", choices=[("sale", "A sponsor"), ("house", "A house ad")], default="sale")
    sponsor = StringField("Sponsor", [Length(max=120, message="A shorter name, please.")])
    contact_name = StringField("Contact", [Length(max=120, message="A shorter name, please.")])
    contact_email = EmailField(
        "E-mail for the payment link",
        [Optional(), Email("That does not look like an e-mail address."), Length(max=254)],
        filters=[lambda text: text and text.strip()],
    )
    next = HiddenField()

    def validate_sponsor(self, field: StringField) -> None:
        """A sale needs a sponsor."""
        if self.kind.data == "sale" and not clean_line(field.data or ""):
            raise ValidationError("Give the sponsor’s name.")


def _numbers(words: list[str]) -> Iterator[int]:
    for word in words:
        yield int(word) if word.isascii() and word.isdigit() and len(word) < 11 else 0
