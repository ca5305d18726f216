"""The forms of checkout and of the receivables: shape and wording."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from babel import Locale
from flask_wtf import FlaskForm
from stdnum import exceptions as stdnum_errors
from stdnum.eu import vat as eu_vat
from stdnum.gb import vat as gb_vat
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from sponsorship.core.format import long_day
from sponsorship.core.money import to_minor
from sponsorship.core.text import clean_line
from sponsorship.payments.rules.dunning import read_schedule
from sponsorship.payments.rules.reversals import MoneyBack
from sponsorship.payments.rules.taxes import Buyer, TaxMode

CARD, INVOICE = "card", "invoice"
LONGEST_LINE = 200
NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
EU_PREFIX = {"GR": "EL"}
SHARE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
_OPTIONAL = Length(max=40)
AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,3})?")
HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")


def country_names() -> dict[str, str]:
    """Return the countries' English names by their two letters, in the order of their names."""
    names = Locale.parse("en_GB").territories.items()
    kept = [(code, name) for code, name in names if re.fullmatch("[A-Z]{2}", code) and code not in NOT_COUNTRIES]
    return dict(sorted(kept, key=lambda country: country[1].replace("Å", "A")))


COUNTRY_NAMES = country_names()
COUNTRIES = [SelectChoice("", "Choose a country"), *(SelectChoice(*country) for country in COUNTRY_NAMES.items())]


def _line(text: str | None) -> str:
    return clean_line(text or "")


def _address(text: str | None) -> str:
    """A website as it was typed, with https:// where no scheme was."""
    line = clean_line(text or "")
    return f"https://{line}" if line and "://" not in line else line


class CheckoutForm(FlaskForm):
    """Who advertises, who pays, and how."""

    company = StringField("Company", [DataRequired("Name the company."), Length(max=LONGEST_LINE)], [_line])
    contact_name = StringField("Your name", [DataRequired("Give your name."), Length(max=LONGEST_LINE)], [_line])
    contact_email = StringField(
        "E-mail for copy reminders and reports",
        [
            DataRequired("Give your e-mail address."),
            Email("That is not an e-mail address. Write it like you@company.com."),
        ],
        [_line],
    )
    website = StringField(
        "Website", [Optional(), Length(max=LONGEST_LINE)], [_address],
        description="Where your ads will lead, if it is your own domain.",
    )  # fmt: skip
    street = StringField("Street and number", [Length(max=LONGEST_LINE)], [_line])
    city = StringField("Postcode and city", [Length(max=LONGEST_LINE)], [_line])
    country = SelectField("Country", choices=COUNTRIES)
    vat_number = StringField("VAT number", [Length(max=40)], [_line])
    purchase_order_number = StringField(
        "Purchase order number", [Length(max=80)], [_line], description="Printed on the invoice."
    )
    pay = RadioField("How you pay", choices=[SelectChoice(CARD, "Card, now")], default=CARD)
    accepts_other_dates = BooleanField(
        "If the payment comes too late, take the nearest free dates instead of the money back"
    )
    accept_terms = BooleanField("Terms", [DataRequired("Tick this to say that you accept the terms.")])

    def __init__(self, *args: Any, invoice_days: int | None = None, **kwargs: Any) -> None:
        """Offer to pay by invoice where `invoice_days` is given."""
        super().__init__(*args, **kwargs)
        self.offers_invoice = invoice_days is not None
        if self.offers_invoice:
            self.pay.choices = [*self.pay.choices, SelectChoice(INVOICE, f"Invoice, {invoice_days} days")]

    def validate_website(self, field: Field) -> None:
        """Accept http and https addresses of a public host name."""
        try:
            parts = urlsplit(field.data)
            host = (parts.hostname or "").encode("idna").decode().lower()
        except ValueError:
            host, parts = "", urlsplit("")
        if parts.scheme not in ("http", "https") or not HOST.fullmatch(host) or parts.username is not None:
            raise ValidationError("That is not a website’s address. Write it like https://company.com.")

    def validate_street(self, field: Field) -> None:
        """An invoice needs an address."""
        self._needed_for_invoice(field, "An invoice needs the street.")

    def validate_city(self, field: Field) -> None:
        """An invoice needs an address."""
        self._needed_for_invoice(field, "An invoice needs the postcode and city.")

    def validate_country(self, field: Field) -> None:
        """An invoice needs a country, and so does a VAT number."""
        self._needed_for_invoice(field, "An invoice needs the country.")
        if self.vat_number.data and not field.data:
            raise ValidationError("Choose the country that the VAT number belongs to.")

    def validate_vat_number(self, field: Field) -> None:
        """Check a number where the country has a rule for it, and write it in its usual form."""
        if field.data and self.country.data:
            field.data = checked_vat_number(field.data, self.country.data)

    def details(self) -> dict[str, str]:
        """Return what was given about the company and its contact, for an order."""
        return {
            field.name: field.data or ""
            for field in (
                self.company, self.website, self.street, self.city, self.country, self.vat_number, self.contact_name,
                self.contact_email, self.purchase_order_number,
            )
        }  # fmt: skip

    def _needed_for_invoice(self, field: Field, message: str) -> None:
        if self.offers_invoice and self.pay.data == INVOICE and not field.data:
            raise ValidationError(message)


def checked_vat_number(number: str, country: str) -> str:
    """Return a VAT number in its usual form; raises ValidationError where its country's rule says that it is wrong.

    Numbers of countries outside the European Union and the United Kingdom are returned as they were typed.
    """
    prefix = EU_PREFIX.get(country, country)
    is_northern_irish = country == "GB" and number.upper().startswith("XI")
    try:
        if country == "GB" and not is_northern_irish:
            return "GB" + gb_vat.validate(number)
        if is_northern_irish or country.lower() in eu_vat.MEMBER_STATES:
            return str(eu_vat.validate(number if is_northern_irish else _prefixed(number, prefix)))
    except stdnum_errors.InvalidLength as wrong:
        raise ValidationError(f"That VAT number is too long or too short ({COUNTRY_NAMES[country]}).") from wrong
    except stdnum_errors.InvalidChecksum as wrong:
        raise ValidationError(f"A figure of that VAT number is mistyped ({COUNTRY_NAMES[country]}).") from wrong
    except stdnum_errors.ValidationError as wrong:
        raise ValidationError(f"That does not look like a VAT number ({COUNTRY_NAMES[country]}).") from wrong
    return number


def _prefixed(number: str, prefix: str) -> str:
    plain = re.sub(r"[\s.\-]", "", number.upper())
    return plain if plain.startswith(prefix) else prefix + plain


class RecordPaymentForm(FlaskForm):
    """Money that came to the bank for an invoice."""

    amount = StringField("Amount received", [DataRequired("Give the amount.")], [_line])
    reference = StringField(
        "Reference on the statement", [DataRequired("Give the reference."), Length(max=LONGEST_LINE)], [_line],
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


def read_amount(text: str | None, currency: str) -> int:
    """Return an amount that somebody typed in minor units; raises ValueError where it cannot be read."""
    plain = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", text or "")
    if not AMOUNT.fullmatch(plain):
        raise ValueError(plain)
    return to_minor(Decimal(plain), currency)


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
        "Kept by you, in percent of the price", [_OPTIONAL], [_line], default="0",
        description="Filled in from your cancellation terms as of today. What is kept is earned at once.",
    )  # fmt: skip
    amount = StringField("Amount with tax", [_OPTIONAL], [_line], description="The bookings stand.")
    reason = StringField(
        "Why", [DataRequired("Say why: it is printed on the credit note."), Length(max=LONGEST_LINE)], [_line]
    )
    back = RadioField(
        "Where the money goes", choices=[SelectChoice(b.value, b.label) for b in MoneyBack], default="refund"
    )
    ticket = HiddenField()

    def __init__(self, *args: Any, bookings: Sequence[Any], currency: str, ticket: str, **kwargs: Any) -> None:
        """Offer these bookings; amounts are in this currency. `ticket` stays with the form from look to deed."""
        super().__init__(*args, ticket=ticket, **kwargs)
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


class CompForm(FlaskForm):
    """Why an order is given for nothing."""

    reason = StringField("Why it is free", [DataRequired("Say why it is free."), Length(max=LONGEST_LINE)], [_line])


class ReasonForm(FlaskForm):
    """Why an invoice is voided or given up."""

    reason = StringField("Why", [DataRequired("Say why."), Length(max=LONGEST_LINE)], [_line])


class MoneySettingsForm(FlaskForm):
    """Who sells, on what terms, with which tax, and when debtors are reminded."""

    name = StringField("Who issues the invoices", [DataRequired("Name who sells."), Length(max=LONGEST_LINE)], [_line])
    street = StringField("Street and number", [Length(max=LONGEST_LINE)], [_line])
    city = StringField("Postcode and city", [Length(max=LONGEST_LINE)], [_line])
    country = SelectField("Country", choices=COUNTRIES)
    tax_number = StringField("Your tax number", [Length(max=40)], [_line])
    bank_details = TextAreaField(
        "Bank details", [Length(max=600)], description="Printed on invoices that are paid by bank."
    )
    footer = TextAreaField("Last lines", [Length(max=600)], description="Printed small, such as a register entry.")
    invoice_days = IntegerField(
        "Days to pay an invoice", [InputRequired("Give the days."), NumberRange(1, 120, "Between 1 and 120 days.")]
    )
    reminder_days = StringField(
        "Reminders go out", [_OPTIONAL], [_line],
        description="Days from the due day, such as -3, 1, 8. Nothing here: no reminders by themselves.",
    )  # fmt: skip
    tax_mode = RadioField("Tax", choices=[SelectChoice(mode.value, mode.label) for mode in TaxMode], default="none")
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
    label = StringField("On the invoice", [DataRequired("Name the tax, such as VAT 20 %."), Length(max=60)], [_line])
    percent = StringField("Percent", [_OPTIONAL], [_line], default="0")
    is_reverse_charge = BooleanField("Reverse charge: nothing is added, the invoice says who accounts for the tax")
    note = StringField("Note on the invoice", [Length(max=200)], [_line])

    def validate_percent(self, field: Field) -> None:
        """Accept 0 to 50, up to two decimals."""
        if not SHARE.fullmatch(field.data or "0") or self.basis_points > 5000:
            raise ValidationError("Write a rate between 0 and 50, like 20 or 8.1.")

    @property
    def basis_points(self) -> int:
        """The rate in hundredths of a percent."""
        return int(Decimal(self.percent.data or "0") * 100)
