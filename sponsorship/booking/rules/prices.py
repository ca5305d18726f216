"""What an order costs, line by line: the one place where price rules are evaluated, in the order of PRICE_STEPS."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sponsorship.core.money import percent_of, smallest_step, split_amount
from sponsorship.inventory.rules import PriceRuleKind


class PriceStep(StrEnum):
    """What a line of an order's sum stands for."""

    CREDIT = "credit"
    SEASON = "season"
    PACKAGE = "package"
    FREQUENCY = "frequency"
    EARLY_BIRD = "early_bird"
    LAST_MINUTE = "last_minute"
    PROMO = "promo"
    EXCLUSIVE = "exclusive"


# In this order, and together with what: (steps, how they combine).
PRICE_STEPS: tuple[tuple[tuple[PriceStep, ...], str], ...] = (
    ((PriceStep.CREDIT,), "A slot paid with a credit costs nothing; no other rule looks at it or counts it."),
    ((PriceStep.SEASON,), "Every season that an issue falls into, each figured on the list price; they add up."),
    (
        (PriceStep.PACKAGE,),
        "The fixed price of a package for its slots in one issue, where the whole order is cheaper with it. "
        "Its slots take no discount of the next step.",
    ),
    (
        (PriceStep.FREQUENCY, PriceStep.EARLY_BIRD, PriceStep.LAST_MINUTE),
        "The best one of them for each slot, never two. Packaged slots count for the frequency.",
    ),
    ((PriceStep.PROMO,), "The promo code comes last, off what is left, together with all of the above."),
    (
        (PriceStep.EXCLUSIVE,),
        "Category exclusivity is put on what the slots cost then; a slot paid with a credit adds nothing.",
    ),
)


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of an order's sum: what it is for, and how much in minor units (negative: a discount)."""

    label: str
    amount_minor: int
    step: PriceStep = PriceStep.FREQUENCY


@dataclass(frozen=True, slots=True)
class Quote:
    """What an order costs: list prices, the rules' lines, and each slot's net share, which sum to the total exactly."""

    currency: str
    list_minor: int
    lines: tuple[PriceLine, ...]
    net_by_slot: tuple[int, ...]
    tax_minor: int = 0

    @property
    def net_minor(self) -> int:
        """Before tax."""
        return sum(self.net_by_slot)

    @property
    def total_minor(self) -> int:
        """What is to be paid."""
        return self.net_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class PricedSlot:
    """A slot to be priced: its list price in minor units, and what rules ask about; days ahead are from order to issue."""

    list_minor: int
    placement_id: int = 0
    issue_id: int = 0
    publish_on: date = date.max
    days_ahead: int = 0
    is_on_credit: bool = False


@dataclass(frozen=True, slots=True)
class PriceTerms:
    """A price rule as it is evaluated; see inventory.models.PriceRule for what each figure means."""

    kind: PriceRuleKind
    label: str
    basis_points: int = 0
    threshold: int = 0
    counts_issues: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    placements: frozenset[int] = frozenset()
    package_minor: int | None = None

    def fits(self, slot: PricedSlot) -> bool:
        """Whether the rule's dates and placements take the slot in."""
        begins, ends = self.starts_on or date.min, self.ends_on or date.max
        return begins <= slot.publish_on <= ends and (not self.placements or slot.placement_id in self.placements)


@dataclass(frozen=True, slots=True)
class PromoTerms:
    """A promo code as it is evaluated, once it is known to hold: a share, or an amount in minor units."""

    label: str
    basis_points: int = 0
    amount_minor: int = 0
    placements: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Sum:
    """The sum while it is worked out: what each slot costs by now, and the lines that led there."""

    step_minor: int
    net: list[int]
    lines: list[PriceLine] = field(default_factory=list)

    def copy(self) -> "_Sum":
        """The same sum, to go on with in another way."""
        return _Sum(self.step_minor, list(self.net), list(self.lines))

    def share(self, indexes: Sequence[int], basis_points: int, of: Callable[[int], int]) -> int:
        """So many basis points of what these slots cost, in whole steps of the currency."""
        return self.step_minor * percent_of(sum(of(i) for i in indexes) // self.step_minor, basis_points)

    def take(self, step: PriceStep, label: str, indexes: Sequence[int], off: int) -> None:
        """Take an amount off these slots (negative: put on), each its share, never more than they cost."""
        off = min(off, sum(self.net[i] for i in indexes)) // self.step_minor
        if not off:
            return
        shares = split_amount(off, [self.net[i] for i in indexes])
        for index, share in zip(indexes, shares, strict=True):
            self.net[index] -= share * self.step_minor
        self.lines.append(PriceLine(label, -off * self.step_minor, step))


def quote(
    currency: str,
    slots: Sequence[PricedSlot],
    rules: Iterable[PriceTerms],
    promo: PromoTerms | None = None,
    exclusive_basis_points: int = 0,
) -> Quote:
    """Price an order: list prices, then each of PRICE_STEPS in turn; exclusivity where basis points for it are given.

    Each amount, and each slot's share of it, is a whole number of the least amounts that the currency can be charged in, so
    that shares sum to lines and lines to the total.
    """
    rules = list(rules)
    sum_ = _Sum(smallest_step(currency), [slot.list_minor for slot in slots])
    on_credit = [i for i, slot in enumerate(slots) if slot.is_on_credit]
    sum_.take(PriceStep.CREDIT, _credit_label(len(on_credit)), on_credit, sum(sum_.net[i] for i in on_credit))
    paid = [i for i, slot in enumerate(slots) if not slot.is_on_credit]
    _add_seasons(sum_, slots, paid, rules)
    without = sum_.copy()
    packed = _add_packages(sum_, slots, paid, rules)
    _add_best(sum_, slots, [i for i in paid if i not in packed], rules, paid)
    if packed:
        _add_best(without, slots, paid, rules, paid)
        sum_ = without if sum(without.net) < sum(sum_.net) else sum_
    if promo is not None:
        wanted = [i for i in paid if not promo.placements or slots[i].placement_id in promo.placements]
        off = promo.amount_minor or sum_.share(wanted, promo.basis_points, lambda i: sum_.net[i])
        sum_.take(PriceStep.PROMO, promo.label, wanted, off)
    if exclusive_basis_points:
        more = sum_.share(paid, exclusive_basis_points, lambda i: sum_.net[i])
        sum_.take(PriceStep.EXCLUSIVE, exclusive_label(exclusive_basis_points), paid, -more)
    return Quote(currency, sum(slot.list_minor for slot in slots), tuple(sum_.lines), tuple(sum_.net))


def exclusive_label(basis_points: int) -> str:
    """Name the option and its price: "No competitor in the issue, +25%"."""
    return f"No competitor in the issue, +{basis_points / 100:g}%"


def _credit_label(slots: int) -> str:
    return "Paid with a credit" if slots == 1 else f"Paid with {slots} credits"


def _add_seasons(sum_: _Sum, slots: Sequence[PricedSlot], paid: Sequence[int], rules: Sequence[PriceTerms]) -> None:
    for rule in rules:
        if rule.kind is PriceRuleKind.SEASON:
            inside = [i for i in paid if rule.fits(slots[i])]
            off = sum_.share(inside, rule.basis_points, lambda i: slots[i].list_minor)
            sum_.take(PriceStep.SEASON, rule.label, inside, off)


def _add_packages(
    sum_: _Sum, slots: Sequence[PricedSlot], paid: Sequence[int], rules: Sequence[PriceTerms]
) -> set[int]:
    """Sell what can be sold as packages, the larger ones first; returns the slots that are in one."""
    packed: set[int] = set()
    packages = [rule for rule in rules if rule.kind is PriceRuleKind.PACKAGE and rule.placements]
    for rule in sorted(packages, key=lambda rule: -len(rule.placements)):
        chosen: list[int] = []
        saved = 0
        while found := _one_package(rule, slots, [i for i in paid if i not in packed]):
            off = sum(sum_.net[i] for i in found) - (rule.package_minor or 0)
            if off <= 0:
                break
            packed.update(found)
            chosen += found
            saved += off
        sum_.take(PriceStep.PACKAGE, rule.label, chosen, saved)
    return packed


def _one_package(rule: PriceTerms, slots: Sequence[PricedSlot], free: Sequence[int]) -> list[int]:
    """One slot of each of the package's placements, all in one issue; empty where there is none."""
    by_issue: dict[int, dict[int, int]] = {}
    for index in free:
        if rule.fits(slots[index]):
            by_issue.setdefault(slots[index].issue_id, {}).setdefault(slots[index].placement_id, index)
    return next((sorted(own.values()) for own in by_issue.values() if len(own) == len(rule.placements)), [])


def _add_best(
    sum_: _Sum, slots: Sequence[PricedSlot], wanted: Sequence[int], rules: Sequence[PriceTerms], paid: Sequence[int]
) -> None:
    """Give each slot the one discount that is best for it; all slots with the same one make one line."""
    reached = [rule for rule in rules if rule.kind is not PriceRuleKind.FREQUENCY or _has_reached(rule, slots, paid)]
    chosen: dict[int, list[int]] = {}
    for index in wanted:
        fitting = [n for n, rule in enumerate(reached) if _discounts(rule, slots[index]) and rule.basis_points > 0]
        if fitting:
            best = max(fitting, key=lambda n: reached[n].basis_points)
            chosen.setdefault(best, []).append(index)
    for number, indexes in sorted(chosen.items()):
        rule = reached[number]
        off = sum_.share(indexes, rule.basis_points, lambda i: sum_.net[i])
        sum_.take(PriceStep(rule.kind.value), rule.label, indexes, off)


def _has_reached(rule: PriceTerms, slots: Sequence[PricedSlot], paid: Sequence[int]) -> bool:
    counted = [slots[i] for i in paid if rule.fits(slots[i])]
    many = len({slot.issue_id for slot in counted}) if rule.counts_issues else len(counted)
    return many >= rule.threshold


def _discounts(rule: PriceTerms, slot: PricedSlot) -> bool:
    if rule.kind is PriceRuleKind.EARLY_BIRD:
        return rule.fits(slot) and slot.days_ahead >= rule.threshold
    if rule.kind is PriceRuleKind.LAST_MINUTE:
        return rule.fits(slot) and slot.days_ahead <= rule.threshold
    return rule.kind is PriceRuleKind.FREQUENCY and rule.fits(slot)
