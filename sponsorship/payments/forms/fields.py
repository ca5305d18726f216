"""What the forms of payments share: lines, amounts, countries, VAT numbers."""

import re
from decimal import Decimal

from babel import Locale
from stdnum import exceptions as stdnum_errors
from stdnum.eu import vat as eu_vat
from stdnum.gb import vat as gb_vat
from wtforms.fields import SelectChoice
from wtforms.validators import Length, ValidationError

from sponsorship.core.money import to_minor
from sponsorship.core.text import clean_line

LONGEST_LINE = 200
NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
EU_PREFIX = {"GR": "EL"}
SHARE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
SHORT = Length(max=40)
AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,3})?")


def country_names() -> dict[str, str]:
    """Return the countries' English names by their two letters, in the order of their names."""
    names = Locale.parse("en_GB").territories.items()
    kept = [(code, name) for code, name in names if re.fullmatch("[A-Z]{2}", code) and code not in NOT_COUNTRIES]
    return dict(sorted(kept, key=lambda country: country[1].replace("Å", "A")))


COUNTRY_NAMES = country_names()
COUNTRIES = [SelectChoice("", "Choose a country"), *(SelectChoice(*country) for country in COUNTRY_NAMES.items())]


def one_line(text: str | None) -> str:
    """What was typed, on one line and without odd spaces."""
    return clean_line(text or "")


def read_amount(text: str | None, currency: str) -> int:
    """Return an amount that somebody typed in minor units; raises ValueError where it cannot be read."""
    plain = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", text or "")
    if not AMOUNT.fullmatch(plain):
        raise ValueError(plain)
    return to_minor(Decimal(plain), currency)


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
