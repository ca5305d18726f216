"""How price rules combine: the table of PRICE_STEPS, and that parts always sum to the whole."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sponsorship.booking.rules import (
    PRICE_STEPS,
    CreditLot,
    CreditWish,
    PricedSlot,
    PriceStep,
    PriceTerms,
    PromoFacts,
    PromoTerms,
    match_credits,
    next_credit_value,
    quote,
    refuse_promo,
)
from sponsorship.core.money import smallest_step
from sponsorship.inventory.rules import PriceRuleKind, normal_code, price_on

KIND = PriceRuleKind
DAY = date(2026, 12, 13)
PRIMARY, SPONSORED, CLASSIFIED = 1, 2, 3
THREE = PriceTerms(KIND.FREQUENCY, "Three", 1000, 3)
THREE_ISSUES = PriceTerms(KIND.FREQUENCY, "Three issues", 1000, 3, counts_issues=True)
EARLY = PriceTerms(KIND.EARLY_BIRD, "Early", 1500, 60)
LAST = PriceTerms(KIND.LAST_MINUTE, "Last", 2000, 7)
CHRISTMAS = PriceTerms(KIND.SEASON, "Christmas", -2000, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 31))
QUIET = PriceTerms(KIND.SEASON, "Quiet", 1000, starts_on=date(2027, 1, 1))
BOTH = PriceTerms(KIND.PACKAGE, "Both", placements=frozenset({PRIMARY, SPONSORED}), package_minor=200_000)


def slot(
    price: int = 100_000, place: int = PRIMARY, week: int = 0, ahead: int = 30, credit: bool = False
) -> PricedSlot:
    return PricedSlot(price, place, week, DAY + timedelta(weeks=week), ahead + 7 * week, credit)


@pytest.mark.parametrize(
    ("slots", "rules", "lines", "net"),
    [
        ([slot()], [THREE, EARLY, LAST], [], 100_000),
        ([slot(), slot(week=1), slot(week=2)], [THREE], [("Three", -30_000)], 270_000),
        ([slot(), slot(place=SPONSORED), slot(place=CLASSIFIED)], [THREE_ISSUES], [], 300_000),
        ([slot(), slot(week=1), slot(week=2)], [THREE_ISSUES], [("Three issues", -30_000)], 270_000),
        ([slot(ahead=60)], [EARLY], [("Early", -15_000)], 85_000),
        ([slot(ahead=59)], [EARLY], [], 100_000),
        ([slot(ahead=7)], [LAST], [("Last", -20_000)], 80_000),
        ([slot(ahead=8)], [LAST], [], 100_000),
        # never two of frequency, early bird and last minute on one slot: the best for each
        (
            [slot(ahead=5), slot(week=1), slot(week=8)], [THREE, EARLY, LAST],
            [("Three", -10_000), ("Early", -15_000), ("Last", -20_000)], 255_000,
        ),
        # a season is figured on the list price, and what comes after on what is left
        ([slot()], [CHRISTMAS], [("Christmas", 20_000)], 120_000),
        ([slot(ahead=60)], [EARLY, CHRISTMAS], [("Christmas", 20_000), ("Early", -18_000)], 102_000),
        ([slot(week=4)], [CHRISTMAS, QUIET], [("Quiet", -10_000)], 90_000),
        # a package is one slot of each in one issue
        ([slot(165_000), slot(85_000, SPONSORED)], [BOTH], [("Both", -50_000)], 200_000),
        ([slot(165_000), slot(85_000, SPONSORED, week=1)], [BOTH], [], 250_000),
        ([slot(110_000), slot(85_000, SPONSORED)], [BOTH], [], 195_000),
        # packaged slots take no other discount, and count for the frequency
        (
            [slot(165_000), slot(85_000, SPONSORED), slot(30_000, CLASSIFIED)], [BOTH, THREE],
            [("Both", -50_000), ("Three", -3_000)], 227_000,
        ),
        # where the order is cheaper without the package, there is none
        ([slot(105_000), slot(100_000, SPONSORED), slot(100_000, CLASSIFIED)], [BOTH, THREE], [("Three", -30_500)], 274_500),
        # credits: no rule looks at what they pay for
        (
            [slot(credit=True), slot(week=1), slot(week=2)], [THREE, CHRISTMAS],
            [("Paid with a credit", -100_000), ("Christmas", 40_000)], 240_000,
        ),
    ],
)  # fmt: skip
def test_rules_combine_as_the_table_says(
    slots: list[PricedSlot], rules: list[PriceTerms], lines: list[tuple[str, int]], net: int
) -> None:
    priced = quote("USD", slots, rules)
    assert [(line.label, line.amount_minor) for line in priced.lines] == lines
    assert priced.net_minor == net


@pytest.mark.parametrize(
    ("promo", "off"),
    [
        (PromoTerms("Half", 5000), 125_000),
        (PromoTerms("All", 10_000), 250_000),
        (PromoTerms("Fifty", amount_minor=5_000), 5_000),
        (PromoTerms("Much", amount_minor=900_000), 250_000),
        (PromoTerms("Primary only", 1000, placements=frozenset({PRIMARY})), 16_500),
        (PromoTerms("None here", 1000, placements=frozenset({9})), 0),
    ],
)
def test_a_code_takes_off_what_is_left_and_never_more(promo: PromoTerms, off: int) -> None:
    priced = quote("USD", [slot(165_000), slot(85_000, SPONSORED)], [], promo)
    assert (250_000 - priced.net_minor, min(priced.net_by_slot) >= 0) == (off, True)


def test_a_code_comes_after_every_rule() -> None:
    priced = quote("USD", [slot(), slot(week=1), slot(week=2)], [THREE, CHRISTMAS], PromoTerms("Ten", 1000))
    assert [line.step for line in priced.lines] == [PriceStep.SEASON, PriceStep.FREQUENCY, PriceStep.PROMO]
    assert priced.lines[-1].amount_minor == -(priced.net_minor // 9)


def test_the_table_names_every_step_once() -> None:
    assert sorted(step for steps, _ in PRICE_STEPS for step in steps) == sorted(PriceStep)


TERMS = st.builds(
    PriceTerms,
    kind=st.sampled_from(KIND),
    label=st.just("Rule"),
    basis_points=st.integers(-10_000, 10_000),
    threshold=st.integers(0, 40),
    counts_issues=st.booleans(),
    placements=st.frozensets(st.integers(1, 3), max_size=3),
    package_minor=st.integers(0, 300).map(lambda units: units * 1000),
)
UNITS = st.tuples(st.integers(0, 2000), st.integers(1, 3), st.integers(0, 5), st.integers(0, 60), st.booleans())


@given(
    st.sampled_from(["USD", "JPY", "ISK", "KWD"]),
    st.lists(UNITS, max_size=12),
    st.lists(TERMS, max_size=5),
    st.one_of(st.none(), st.builds(PromoTerms, st.just("Code"), st.integers(0, 10_000), st.sampled_from([0, 100, 50_000]))),
)  # fmt: skip
def test_parts_always_sum_to_the_whole_and_can_be_charged(
    currency: str, units: list[tuple[int, int, int, int, bool]], rules: list[PriceTerms], promo: PromoTerms | None
) -> None:
    step = smallest_step(currency)
    slots = [slot(price * step, place, week, ahead, credit) for price, place, week, ahead, credit in units]
    priced = quote(currency, slots, rules, promo)
    assert sum(priced.net_by_slot) == priced.net_minor == priced.list_minor + sum(x.amount_minor for x in priced.lines)
    assert all(net >= 0 and net % step == 0 for net in priced.net_by_slot)
    assert all(not net for net, one in zip(priced.net_by_slot, slots, strict=True) if one.is_on_credit)


@pytest.mark.parametrize(
    ("day", "price"),
    [(date(2026, 12, 31), 100), (date(2027, 1, 1), 120), (date(2027, 6, 30), 120), (date(2027, 7, 1), 90)],
)
def test_a_list_price_holds_from_its_day_until_the_next(day: date, price: int) -> None:
    assert price_on(day, 100, [(date(2027, 7, 1), 90), (date(2027, 1, 1), 120)]) == price


@pytest.mark.parametrize("text", ["spring26", " SPRING 26 ", "Spring\u00a026"])
def test_a_code_is_one_however_it_is_typed(text: str) -> None:
    assert normal_code(text) == "SPRING26"


def facts(**more: object) -> PromoFacts:
    return PromoFacts(**({"code": "SPRING", "currency": "USD", "ordered_on": DAY, "list_minor": 100_000} | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, ""),
        ({"is_retired": True}, "no longer valid"),
        ({"starts_on": DAY}, ""),
        ({"starts_on": DAY + timedelta(days=1)}, "holds from Mon 14 Dec 2026"),
        ({"ends_on": DAY}, ""),
        ({"ends_on": DAY - timedelta(days=1)}, "held until Sat 12 Dec 2026"),
        ({"most_uses": 2, "uses": 1}, ""),
        ({"most_uses": 2, "uses": 2}, "used up"),
        ({"most_uses_per_sponsor": 1, "uses": 5}, ""),
        ({"most_uses_per_sponsor": 1, "uses_by_sponsor": 1}, "You have used"),
        ({"minimum_minor": 100_000}, ""),
        ({"minimum_minor": 100_001}, "yours comes to $1,000"),
        ({"placements": ("Primary",), "fitting": 0}, "for Primary only"),
    ],
)
def test_a_code_is_refused_with_the_reason(more: dict[str, object], words: str) -> None:
    said = refuse_promo(facts(**more))
    assert words in said and bool(said) == bool(words)


def test_credits_of_one_placement_go_first_then_the_soonest_to_expire_each_to_the_dearest_slot() -> None:
    slots = [CreditWish(PRIMARY, 165_000), CreditWish(SPONSORED, 85_000), CreditWish(CLASSIFIED, 30_000)]
    lots = [CreditLot(1, None, 1, None), CreditLot(2, None, 1, DAY), CreditLot(3, CLASSIFIED, 5, None)]
    lots.append(CreditLot(4, PRIMARY, 1, DAY - timedelta(days=1)))  # expired
    assert match_credits(slots, lots, DAY) == {2: 3, 0: 2, 1: 1}
    assert match_credits(slots, [], DAY) == {}


@given(st.integers(0, 10**7), st.integers(1, 100))
def test_what_credits_are_worth_sums_to_what_was_paid(value: int, slots: int) -> None:
    left, worth = value, []
    for remaining in range(slots, 0, -1):
        worth.append(next_credit_value(left, remaining))
        left -= worth[-1]
    assert sum(worth) == value and max(worth) - min(worth) <= 1
