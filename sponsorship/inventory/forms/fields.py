"""Fields of the settings: amounts of money and shares, written as people write them."""

import re
from decimal import Decimal

from wtforms import StringField
from wtforms.validators import ValidationError

from sponsorship.core.money import smallest_step, to_major, to_minor

AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")
SHARE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")


def amount_text(amount_minor: int | None, currency: str) -> str:
    """Write an amount for a field: "1650" or "49.50"; nothing for None."""
    if amount_minor is None:
        return ""
    major = to_major(amount_minor, currency)
    return str(int(major)) if major == major.to_integral_value() else str(major)


def read_amount(text: str, currency: str) -> int:
    """Return minor units; raises ValidationError for what cannot be read, or cannot be charged in the currency."""
    plain = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", text.strip())
    try:
        if not AMOUNT.fullmatch(plain):
            raise ValueError(plain)
        amount = to_minor(Decimal(plain), currency)
    except ValueError as unreadable:
        raise ValidationError("Write the amount like 1650 or 49.50.") from unreadable
    if amount % smallest_step(currency):
        raise ValidationError(f"{currency} is charged in whole units.")
    return amount


def read_share(text: str) -> int:
    """Return basis points of a share written in percent; raises ValidationError for what cannot be read."""
    plain = text.strip().removesuffix("%").strip()
    if not SHARE.fullmatch(plain) or Decimal(plain) > 100:
        raise ValidationError("Write the percentage like 10 or 12.5.")
    return int(Decimal(plain) * 100)


def share_text(basis_points: int) -> str:
    """Write a share for a field: "10" or "12.5"."""
    return (
        f"{Decimal(abs(basis_points)) / 100:f}".rstrip("0").rstrip(".")
        if basis_points % 100
        else str(abs(basis_points) // 100)
    )


class AmountField(StringField):
    """An amount of money; `minor` after validation. The form says the currency."""

    def minor(self, currency: str) -> int | None:
        """The amount in minor units; None where nothing was given."""
        return read_amount(self.data, currency) if self.data and self.data.strip() else None


class ShareField(StringField):
    """A share in percent."""

    @property
    def basis_points(self) -> int:
        """The share in basis points; 0 where nothing was given."""
        return read_share(self.data) if self.data and self.data.strip() else 0
