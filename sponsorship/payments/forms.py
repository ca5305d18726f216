"""The forms of checkout and of the receivables: shape and wording."""

import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from babel import Locale
from flask_wtf import FlaskForm
from stdnum import exceptions as stdnum_errors
from stdnum.eu import vat as eu_vat
from stdnum.gb import vat as gb_vat
from wtforms import BooleanField, Field, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Email, Length, Optional, ValidationError

from sponsorship.core.money import to_minor
from sponsorship.core.text import clean_line

CARD, INVOICE = "card", "invoice"
LONGEST_LINE = 200
NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
EU_PREFIX = {"GR": "EL"}
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
        plain = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", self.amount.data or "")
        if not AMOUNT.fullmatch(plain):
            raise ValueError(plain)
        return to_minor(Decimal(plain), self.currency)
