"""The forms of terms: who sells, with which tax, and who may owe how much."""

from decimal import Decimal

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from sponsorship.payments.forms.fields import (
    COUNTRIES,
    LONGEST_LINE,
    SHARE,
    SHORT,
    checked_vat_number,
    one_line,
    read_amount,
)
from sponsorship.payments.rules.dunning import read_schedule
from sponsorship.payments.rules.taxes import Buyer, TaxMode


class MoneySettingsForm(FlaskForm):
    """Who sells, on what terms, with which tax, and when debtors are reminded."""

    name = StringField(
        "Who issues the invoices", [DataRequired("Name who sells."), Length(max=LONGEST_LINE)], [one_line]
    )
    street = StringField("Street and number", [Length(max=LONGEST_LINE)], [one_line])
    city = StringField("Postcode and city", [Length(max=LONGEST_LINE)], [one_line])
    country = SelectField("Country", choices=COUNTRIES)
    tax_number = StringField("Your tax number", [Length(max=40)], [one_line])
    bank_details = TextAreaField(
        "Bank details", [Length(max=600)], description="Printed on invoices that are paid by bank."
    )
    footer = TextAreaField("Last lines", [Length(max=600)], description="Printed small, such as a register entry.")
    invoice_days = IntegerField(
        "Days to pay an invoice", [InputRequired("Give the days."), NumberRange(1, 120, "Between 1 and 120 days.")]
    )
    reminder_days = StringField(
        "Reminders go out", [SHORT], [one_line],
        description="Days from the due day, such as -3, 1, 8. Nothing here: no reminders by themselves.",
    )  # fmt: skip
    tax_mode = RadioField("Tax", choices=[SelectChoice(mode.value, mode.label) for mode in TaxMode], default="none")
    sends_by_stripe = BooleanField(
        "Send invoices through Stripe as well", description="Each gets a page there, on which it is paid by card or transfer, "
        "and Stripe mails it too. Stripe charges for that.",
    )  # fmt: skip
    holds_disputed = BooleanField("What is disputed does not run until that is decided")

    def validate_reminder_days(self, field: Field) -> None:
        """Whole days within a season."""
        try:
            read_schedule(field.data or "")
        except ValueError as unreadable:
            raise ValidationError("Write up to eight whole days like -3, 1, 8; from -30 to 120.") from unreadable

    def validate_tax_number(self, field: Field) -> None:
        """Check a number where the country has a rule for it."""
        if field.data and self.country.data:
            field.data = checked_vat_number(field.data, self.country.data)


class TaxRateForm(FlaskForm):
    """One line of the tax table."""

    place = SelectField(
        "Where the buyer is", validate_choice=True,
        choices=[SelectChoice("", "Anywhere"), SelectChoice("EU", "European Union, other than yours"), *COUNTRIES[1:]],
    )  # fmt: skip
    buyer = SelectField("Buyer", choices=[SelectChoice(buyer.value, buyer.label) for buyer in Buyer])
    label = StringField("On the invoice", [DataRequired("Name the tax, such as VAT 20 %."), Length(max=60)], [one_line])
    percent = StringField("Percent", [SHORT], [one_line], default="0")
    is_reverse_charge = BooleanField("Reverse charge: nothing is added, the invoice says who accounts for the tax")
    note = StringField("Note on the invoice", [Length(max=200)], [one_line])

    def validate_percent(self, field: Field) -> None:
        """Accept 0 to 50, up to two decimals."""
        if not SHARE.fullmatch(field.data or "0") or self.basis_points > 5000:
            raise ValidationError("Write a rate between 0 and 50, like 20 or 8.1.")

    @property
    def basis_points(self) -> int:
        """The rate in hundredths of a percent."""
        return int(Decimal(self.percent.data or "0") * 100)


class CreditForm(FlaskForm):
    """Whether a sponsor may pay by invoice, and how much it may owe at a time."""

    may_pay_by_invoice = BooleanField("May pay by invoice")
    credit_limit = StringField(
        "Most it may owe at a time, with tax", [SHORT], [one_line],
        description="Counts what is open on its invoices. An order that would go beyond it is paid by card.",
    )  # fmt: skip

    def __init__(self, *args: object, currency: str, **kwargs: object) -> None:
        """Read amounts in this currency."""
        super().__init__(*args, **kwargs)
        self.currency = currency

    def validate_credit_limit(self, field: Field) -> None:
        """Accept nothing for no limit, or an amount."""
        try:
            _ = self.credit_limit_minor
        except ValueError as unreadable:
            raise ValidationError(
                "Write the amount like 5,000 or 1650.00, or leave it empty for no limit."
            ) from unreadable

    @property
    def credit_limit_minor(self) -> int | None:
        """The limit in minor units, None for none; raises ValueError where it cannot be read."""
        return read_amount(self.credit_limit.data, self.currency) if self.credit_limit.data else None
