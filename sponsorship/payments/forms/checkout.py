"""The form of checkout: who advertises, who pays, and how."""

import re
from typing import Any
from urllib.parse import urlsplit

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Email, Length, Optional, ValidationError

from sponsorship.core.text import clean_line
from sponsorship.payments.forms.fields import COUNTRIES, LONGEST_LINE, checked_vat_number, one_line

CARD, INVOICE = "card", "invoice"
HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")


def _address(text: str | None) -> str:
    """A website as it was typed, with https:// where no scheme was."""
    line = clean_line(text or "")
    return f"https://{line}" if line and "://" not in line else line


class CheckoutForm(FlaskForm):
    """Who advertises, who pays, and how."""

    company = StringField("Company", [DataRequired("Name the company."), Length(max=LONGEST_LINE)], [one_line])
    contact_name = StringField("Your name", [DataRequired("Give your name."), Length(max=LONGEST_LINE)], [one_line])
    contact_email = StringField(
        "E-mail for copy reminders and reports",
        [
            DataRequired("Give your e-mail address."),
            Email("That is not an e-mail address. Write it like you@company.com."),
        ],
        [one_line],
    )
    website = StringField(
        "Website", [Optional(), Length(max=LONGEST_LINE)], [_address],
        description="Where your ads will lead, if it is your own domain.",
    )  # fmt: skip
    street = StringField("Street and number", [Length(max=LONGEST_LINE)], [one_line])
    city = StringField("Postcode and city", [Length(max=LONGEST_LINE)], [one_line])
    country = SelectField("Country", choices=COUNTRIES)
    vat_number = StringField("VAT number", [Length(max=40)], [one_line])
    purchase_order_number = StringField(
        "Purchase order number", [Length(max=80)], [one_line], description="Printed on the invoice."
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
