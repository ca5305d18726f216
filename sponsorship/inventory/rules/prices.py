"""What there is to charge by: kinds of price rules, and which list price holds on a day."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from sponsorship.core.text import clean_line


class PriceRuleKind(StrEnum):
    """What changes a price."""

    FREQUENCY = "frequency"
    EARLY_BIRD = "early_bird"
    LAST_MINUTE = "last_minute"
    SEASON = "season"
    PACKAGE = "package"

    @property
    def label(self) -> str:
        """The word on screens."""
        return {
            "frequency": "Frequency discount",
            "early_bird": "Early bird",
            "last_minute": "Last minute",
            "season": "Season",
            "package": "Package",
        }[self.value]


def price_on(day: date, price_minor: int, changes: Iterable[tuple[date, int]]) -> int:
    """Return the list price of an issue of that day: the last change that has begun by then, else the first price."""
    begun = [change for change in changes if change[0] <= day]
    return max(begun)[1] if begun else price_minor


def normal_code(text: str) -> str:
    """Return a promo code as it is compared: upper case, no blanks; "spring 26" and "SPRING26" are one."""
    return clean_line(text).replace(" ", "").upper()
