"""Whether a promo code holds for an order, and if not, why, in the words that the buyer reads."""

from dataclasses import dataclass
from datetime import date

from sponsorship.core.format import count, long_day, money


@dataclass(frozen=True, slots=True)
class PromoFacts:
    """All that decides about a code: its window and limits, how often it was used, and the order it is typed into.

    `uses_by_sponsor` is None as long as it is not known who buys; amounts are minor units, `fitting` the order's slots that
    the code is for.
    """

    code: str
    currency: str
    ordered_on: date
    is_retired: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    most_uses: int | None = None
    uses: int = 0
    most_uses_per_sponsor: int | None = None
    uses_by_sponsor: int | None = None
    minimum_minor: int = 0
    list_minor: int = 0
    placements: tuple[str, ...] = ()
    fitting: int = 1


def refuse_promo(facts: PromoFacts) -> str:
    """Return why a code does not hold, or an empty text."""
    if facts.is_retired:
        return f"The code {facts.code} is no longer valid."
    if facts.starts_on is not None and facts.ordered_on < facts.starts_on:
        return f"The code {facts.code} holds from {long_day(facts.starts_on)}."
    if facts.ends_on is not None and facts.ordered_on > facts.ends_on:
        return f"The code {facts.code} held until {long_day(facts.ends_on)}."
    if facts.most_uses is not None and facts.uses >= facts.most_uses:
        return f"The code {facts.code} has been used up."
    if facts.most_uses_per_sponsor is not None and (facts.uses_by_sponsor or 0) >= facts.most_uses_per_sponsor:
        times = "once" if facts.most_uses_per_sponsor == 1 else count(facts.most_uses_per_sponsor, "time")
        return f"You have used the code {facts.code} already: it holds {times} for each sponsor."
    if not facts.fitting:
        return f"The code {facts.code} is for {' and '.join(facts.placements)} only, and you picked none."
    if facts.list_minor < facts.minimum_minor:
        least, yours = money(facts.minimum_minor, facts.currency), money(facts.list_minor, facts.currency)
        return f"The code {facts.code} needs an order of {least} or more; yours comes to {yours}."
    return ""


def unknown_promo(code: str) -> str:
    """Say that there is no such code."""
    return f"There is no code {code[:40]}. Check how it is written."
