"""The forms of checkout, of money and of its terms: shape and wording."""

from sponsorship.payments.forms.checkout import CARD, INVOICE, CheckoutForm
from sponsorship.payments.forms.fields import COUNTRY_NAMES, LONGEST_LINE, checked_vat_number, read_amount
from sponsorship.payments.forms.gifts import CompForm, MakeGoodForm, PlaceMakeGoodForm
from sponsorship.payments.forms.money import MoneyBackForm, ReasonForm, RecordPaymentForm
from sponsorship.payments.forms.terms import CreditForm, MoneySettingsForm, TaxRateForm

__all__ = [
    "CARD",
    "COUNTRY_NAMES",
    "INVOICE",
    "LONGEST_LINE",
    "CheckoutForm",
    "CompForm",
    "CreditForm",
    "MakeGoodForm",
    "MoneyBackForm",
    "MoneySettingsForm",
    "PlaceMakeGoodForm",
    "ReasonForm",
    "RecordPaymentForm",
    "TaxRateForm",
    "checked_vat_number",
    "read_amount",
]
