"""What buyers and bookkeepers type, and what is said about it."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms.validators import ValidationError

from sponsorship.payments.forms import COUNTRY_NAMES, CheckoutForm, RecordPaymentForm, checked_vat_number

GIVEN = {
    "company": "Cinderbox B.V.", "contact_name": "Joost Hermans", "contact_email": "joost@cinderbox.example", "website": "",
    "street": "", "city": "", "country": "", "vat_number": "", "purchase_order_number": "", "pay": "card", "accept_terms": "y",
}  # fmt: skip
ADDRESS = {"street": "Kade 41", "city": "1011 LX Amsterdam", "country": "NL"}


def errors_of(app: Flask, given: dict[str, str], **options: Any) -> dict[str, list[str]]:
    with app.test_request_context(method="POST"):
        form = CheckoutForm(formdata=MultiDict(given), meta={"csrf": False}, **options)
        form.validate()
        return {name: [str(e) for e in errors] for name, errors in form.errors.items()}


def test_the_least_that_a_card_order_needs_is_accepted(migrated_app: Flask) -> None:
    assert errors_of(migrated_app, GIVEN) == {}


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("company", "", "Name the company."),
        ("company", " \t\x00 ", "Name the company."),
        ("company", "x" * 201, "Field cannot be longer than 200 characters."),
        ("contact_name", "", "Give your name."),
        ("contact_email", "", "Give your e-mail address."),
        ("contact_email", "joost at cinderbox", "That is not an e-mail address. Write it like you@company.com."),
        ("contact_email", "joost@cinderbox\n.example", "That is not an e-mail address. Write it like you@company.com."),
        ("website", "javascript:alert(1)", "That is not a website’s address. Write it like https://company.com."),
        ("website", "ftp://cinderbox.example", "That is not a website’s address. Write it like https://company.com."),
        ("website", "https://cinderbox", "That is not a website’s address. Write it like https://company.com."),
        ("website", "https://", "That is not a website’s address. Write it like https://company.com."),
        (
            "website",
            "https://me:secret@cinderbox.example",
            "That is not a website’s address. Write it like https://company.com.",
        ),
        ("website", "https://[half", "That is not a website’s address. Write it like https://company.com."),
        ("country", "XX", "Not a valid choice."),
        ("pay", "invoice", "Not a valid choice."),
        ("accept_terms", "", "Tick this to say that you accept the terms."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(migrated_app: Flask, field: str, text: str, said: str) -> None:
    assert errors_of(migrated_app, GIVEN | {field: text}) == {field: [said]}


@pytest.mark.parametrize(
    "text", ["cinderbox.example", "https://www.cinderbox.example/eu?x=1", "http://bücher.example:8080"]
)
def test_a_website_may_be_typed_as_people_type_it(migrated_app: Flask, text: str) -> None:
    assert errors_of(migrated_app, GIVEN | {"website": text}) == {}


def test_an_invoice_needs_an_address(migrated_app: Flask) -> None:
    found = errors_of(migrated_app, GIVEN | {"pay": "invoice"}, invoice_days=14)
    assert set(found) == {"street", "city", "country"}
    assert errors_of(migrated_app, GIVEN | ADDRESS | {"pay": "invoice"}, invoice_days=14) == {}


def test_a_vat_number_needs_its_country(migrated_app: Flask) -> None:
    found = errors_of(migrated_app, GIVEN | {"vat_number": "NL004495445B01"})
    assert found == {"country": ["Choose the country that the VAT number belongs to."]}


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("NL004495445B01", "NL", "NL004495445B01"),
        ("nl 0044.95.445-b01", "NL", "NL004495445B01"),
        ("004495445B01", "NL", "NL004495445B01"),
        ("980 780 684", "GB", "GB980780684"),
        ("XI 980 780 684", "GB", "XI980780684"),
        ("094259216", "GR", "EL094259216"),
        ("CHE-107.787.577 TVA", "CH", "CHE-107.787.577 TVA"),
        ("whatever they use", "US", "whatever they use"),
    ],
)
def test_vat_numbers_are_written_in_their_usual_form_where_there_is_one(typed: str, country: str, number: str) -> None:
    assert checked_vat_number(typed, country) == number


@pytest.mark.parametrize(
    ("typed", "country", "said"),
    [
        ("NL004495445B0123", "NL", r"too long or too short \(Netherlands\)"),
        ("NL004495446B01", "NL", "A figure of that VAT number is mistyped"),
        ("NL0044A5445B01", "NL", "does not look like a VAT number"),
        ("GB980780685", "GB", "A figure of that VAT number is mistyped"),
        ("DE12", "DE", r"too long or too short \(Germany\)"),
    ],
)
def test_a_vat_number_that_cannot_be_is_said_to_be_wrong(typed: str, country: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        checked_vat_number(typed, country)


def test_countries_are_countries() -> None:
    codes = set(COUNTRY_NAMES)
    assert len(codes) > 240
    assert {"NL", "GB", "US", "XK"} <= codes
    assert not {"EU", "UN", "ZZ", ""} & codes


@pytest.mark.parametrize(
    ("typed", "currency", "amount_minor"),
    [
        ("1650", "USD", 165_000),
        ("1650.00", "USD", 165_000),
        ("1,650.5", "USD", 165_050),
        ("1,234,567.89", "USD", 123_456_789),
        ("1650", "JPY", 1650),
        ("1.650", "KWD", 1650),
    ],
)
def test_amounts_are_read_in_the_invoices_currency(
    migrated_app: Flask, typed: str, currency: str, amount_minor: int
) -> None:
    with migrated_app.test_request_context(method="POST"):
        given = MultiDict({"amount": typed, "reference": "A1"})
        form = RecordPaymentForm(formdata=given, currency=currency, meta={"csrf": False})
        assert form.validate(), form.errors
        assert form.amount_minor == amount_minor


@pytest.mark.parametrize(
    ("typed", "currency"),
    [("", "USD"), ("0", "USD"), ("-5", "USD"), ("1.650,00", "USD"), ("16.505", "USD"), ("1.5", "JPY"), ("NaN", "USD"),
     ("1e9", "USD"), ("١٢٣", "USD"), ("9" * 30, "USD"), ("1,65", "USD")],
)  # fmt: skip
def test_amounts_that_cannot_be_are_refused(migrated_app: Flask, typed: str, currency: str) -> None:
    with migrated_app.test_request_context(method="POST"):
        given = MultiDict({"amount": typed, "reference": "A1"})
        form = RecordPaymentForm(formdata=given, currency=currency, meta={"csrf": False})
        assert not form.validate()
        assert set(form.errors) == {"amount"}
