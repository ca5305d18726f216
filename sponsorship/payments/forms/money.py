"""The forms of money that came, and of money that goes back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from sponsorship.core.format import long_day
from sponsorship.payments.forms.fields import LONGEST_LINE, SHARE, SHORT, one_line, read_amount
from sponsorship.payments.rules.reversals import MoneyBack


class RecordPaymentForm(FlaskForm):
    """Money that came to the bank for an invoice."""

    amount = StringField("Amount received", [DataRequired("Give the amount.")], [one_line])
    reference = StringField(
        "Reference on the statement", [DataRequired("Give the reference."), Length(max=LONGEST_LINE)], [one_line],
        description="So that the same line is not recorded twice.",
    )  # fmt: skip

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """Read amounts in this currency."""
        super().__init__(*args, **kwargs)
        self.currency = currency

    def validate_amount(self, field: Field) -> None:
        """Accept an amount above nothing, written like 1650.00 or 1,650."""
        try:
            amount_minor = self.amount_minor
        except ValueError as unreadable:
            raise ValidationError("Write the amount like 1650.00.") from unreadable
        if amount_minor <= 0:
            raise ValidationError("The amount must be more than nothing.")

    @property
    def amount_minor(self) -> int:
        """The amount in minor units; raises ValueError where it cannot be read or has too many decimals."""
        return read_amount(self.amount.data, self.currency)


class MoneyBackForm(FlaskForm):
    """What of an order is given back: bookings that are cancelled, less a share that is kept; or an amount."""

    what = RadioField(
        "What", choices=[SelectChoice("cancel", "Cancel bookings"), SelectChoice("amount", "Take an amount off")],
        default="cancel",
    )  # fmt: skip
    bookings = SelectMultipleField(
        "Bookings", coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    keep_percent = StringField(
        "Kept by you, in percent of the price", [SHORT], [one_line], default="0",
        description="Filled in from your cancellation terms as of today. What is kept is earned at once.",
    )  # fmt: skip
    amount = StringField("Amount with tax", [SHORT], [one_line], description="The bookings stand.")
    reason = StringField(
        "Why", [DataRequired("Say why: it is printed on the credit note."), Length(max=LONGEST_LINE)], [one_line]
    )
    back = RadioField(
        "Where the money goes", choices=[SelectChoice(b.value, b.label) for b in MoneyBack], default="refund"
    )
    ticket = HiddenField()

    def __init__(
        self, *args: Any, bookings: Sequence[Any], currency: str, ticket: str, ticked: Sequence[int] = (), **kwargs: Any
    ) -> None:
        """Offer these bookings, with those of `ticked` chosen; amounts are in this currency.

        `ticket` stays with the form from look to deed.
        """
        super().__init__(*args, ticket=ticket, bookings=list(ticked), **kwargs)
        self.currency = currency
        self.bookings.choices = [
            SelectChoice(b.id, f"{b.slot.name}, {long_day(b.slot.issue.publish_on)}") for b in bookings
        ]
        if not bookings:
            self.what.choices = self.what.choices[1:]
            self.what.data = self.what.data if self.is_submitted() else "amount"

    def validate_bookings(self, field: Field) -> None:
        """Cancelling needs at least one booking."""
        if self.what.data == "cancel" and not field.data:
            raise ValidationError("Tick at least one booking.")

    def validate_keep_percent(self, field: Field) -> None:
        """Accept 0 to 100, up to two decimals."""
        try:
            share = self.keep_basis_points
        except ValueError as unreadable:
            raise ValidationError("Write a share like 50 or 33.33.") from unreadable
        if share > 10_000:
            raise ValidationError("No more than 100 percent can be kept.")

    def validate_amount(self, field: Field) -> None:
        """An amount above nothing, where an amount is taken off."""
        if self.what.data != "amount":
            return
        try:
            amount = self.amount_minor
        except ValueError as unreadable:
            raise ValidationError("Write the amount like 150.00.") from unreadable
        if not amount:
            raise ValidationError("The amount must be more than nothing.")

    @property
    def booking_ids(self) -> list[int]:
        """The bookings to cancel."""
        return list(self.bookings.data or []) if self.what.data == "cancel" else []

    @property
    def amount_minor(self) -> int | None:
        """The amount to take off in minor units, None where bookings are cancelled; raises ValueError where it cannot be read."""
        if self.what.data != "amount":
            return None
        return read_amount(self.amount.data, self.currency)

    @property
    def keep_basis_points(self) -> int:
        """The share that is kept; raises ValueError where it cannot be read."""
        text = self.keep_percent.data or "0"
        if self.what.data != "cancel":
            return 0
        if not SHARE.fullmatch(text):
            raise ValueError(text)
        return int(Decimal(text) * 100)


class ReasonForm(FlaskForm):
    """Why an invoice is voided or given up."""

    reason = StringField("Why", [DataRequired("Say why."), Length(max=LONGEST_LINE)], [one_line])
