"""Which tax a sale bears: none, a rate of the newsletter's own table, or what the provider works out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sponsorship.core.money import smallest_step

REVERSE_CHARGE = "Reverse charge: the customer accounts for the tax (Article 196, Directive 2006/112/EC)."
ANYWHERE = ""
# fmt: off
EU = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT",
    "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))
# fmt: on


class TaxMode(StrEnum):
    """Who says what tax is due."""

    NONE = "none"
    MANUAL = "manual"
    STRIPE_TAX = "stripe_tax"

    @property
    def label(self) -> str:
        """The words on screens."""
        return {"none": "No tax", "manual": "Rates of my own", "stripe_tax": "Stripe Tax"}[self.value]


class Buyer(StrEnum):
    """Whom a rate is for; who gives a tax number that stands the check buys as a business."""

    ANYBODY = "anybody"
    BUSINESS = "business"
    CONSUMER = "consumer"

    @property
    def label(self) -> str:
        """The word on screens."""
        return {"anybody": "Anybody", "business": "With a tax number", "consumer": "Without one"}[self.value]


@dataclass(frozen=True, slots=True)
class TaxRule:
    """One line of a newsletter's table: a country's buyers of a kind bear so many basis points; `note` is printed."""

    country: str  # two letters; "EU" for the Union's other countries; nothing for everywhere
    buyer: Buyer
    label: str  # "VAT 20 %"
    basis_points: int
    is_reverse_charge: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tax:
    """The tax of one sale, line by line: half-up per line, whole steps of the currency; the sum is exact."""

    rule: TaxRule | None
    by_line: tuple[int, ...]

    @property
    def total_minor(self) -> int:
        """What all lines bear."""
        return sum(self.by_line)


def choose_rule(rules: Iterable[TaxRule], *, seller_country: str, country: str, has_tax_number: bool) -> TaxRule | None:
    """Return the rule that fits a buyer most closely, or None: a country before the Union before everywhere.

    Of two for the same place the one for this kind of buyer goes before the one for anybody. "EU" means the Union's
    countries but the seller's own.
    """
    kind = Buyer.BUSINESS if has_tax_number else Buyer.CONSUMER
    places = [country, *(["EU"] if country in EU and country != seller_country else []), ANYWHERE]
    fitting = [rule for rule in rules if rule.country in places and rule.buyer in (kind, Buyer.ANYBODY)]
    if not country:
        fitting = [rule for rule in fitting if rule.country == ANYWHERE]
    return min(fitting, key=lambda rule: (places.index(rule.country), rule.buyer is Buyer.ANYBODY), default=None)


def tax_lines(rule: TaxRule | None, nets: Sequence[int], currency: str) -> Tax:
    """Return what each line (net, minor units) bears: the rate, rounded half up to what the currency can be charged in."""
    if rule is None or rule.is_reverse_charge:
        return Tax(rule, (0,) * len(nets))
    step = smallest_step(currency)
    unit = 10_000 * step
    return Tax(rule, tuple(step * ((net * rule.basis_points + unit // 2) // unit) for net in nets))


def implied_rate(nets: Sequence[int], tax_minor: int) -> int:
    """Return the rate in basis points by which these lines bear that tax, each rounded half up; 0 where no one rate does."""
    total = sum(nets)
    rate = (tax_minor * 10_000 + total // 2) // total if total else 0
    return rate if sum((net * rate + 5_000) // 10_000 for net in nets) == tax_minor else 0


def percent_text(basis_points: int) -> str:
    """Return a rate as papers write it: "20 %", "8.1 %"; nothing for none."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}{f'.{rest:02d}'.rstrip('0') if rest else ''} %" if basis_points else ""


def rate_text(rule: TaxRule) -> str:
    """Return the rule as an invoice says it: "VAT 20 %" or "VAT, reverse charge"."""
    return f"{rule.label}, reverse charge" if rule.is_reverse_charge else rule.label
