"""Prepaid credits: undated slots that a sponsor has, and which of them pay for which slots of an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sponsorship.core.money import split_amount


class CreditOrigin(StrEnum):
    """How a sponsor came by credits."""

    BOUGHT = "bought"
    GIVEN = "given"
    DISPLACED = "displaced"
    MADE_GOOD = "made_good"

    @property
    def label(self) -> str:
        """The words on screens."""
        return {
            "bought": "Bought in advance",
            "given": "Given by the publisher",
            "displaced": "For a slot that fell away",
            "made_good": "Make-good",
        }[self.value]


class MakeGoodCause(StrEnum):
    """What went wrong with a run that is made good by another."""

    WRONG_TEXT = "wrong_text"
    WRONG_LINK = "wrong_link"
    BROKEN_LINK = "broken_link"
    NOT_PRINTED = "not_printed"
    WRONG_PLACE = "wrong_place"
    LATE = "late"
    TOO_FEW_READERS = "too_few_readers"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The words on screens."""
        return {
            "wrong_text": "The wrong text ran",
            "wrong_link": "A link led to the wrong page",
            "broken_link": "A link did not work",
            "not_printed": "It was not printed",
            "wrong_place": "It ran in the wrong place",
            "late": "The issue went out late",
            "too_few_readers": "It reached fewer readers than agreed",
            "other": "Something else",
        }[self.value]


class CreditChange(StrEnum):
    """What happened to credits of a grant."""

    GRANTED = "granted"
    USED = "used"
    RETURNED = "returned"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The word on screens."""
        return self.value.capitalize()


@dataclass(frozen=True, slots=True)
class CreditLot:
    """What is left of one grant: so many slots, of one placement or (None) of any, until a day, included."""

    grant_id: int
    placement_id: int | None
    left: int
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class CreditWish:
    """A slot that a credit could pay for; its price in minor units."""

    placement_id: int
    price_minor: int


def match_credits(slots: Sequence[CreditWish], lots: Sequence[CreditLot], today: date) -> dict[int, int]:
    """Return which grant pays for which slot, by the slot's index.

    Credits of one placement go before those of any, the soonest to expire first, each to the dearest slot that it fits.
    """
    paid: dict[int, int] = {}
    live = [lot for lot in lots if lot.left > 0 and (lot.expires_on is None or lot.expires_on >= today)]
    live.sort(key=lambda lot: (lot.placement_id is None, lot.expires_on or date.max, lot.grant_id))
    for lot in live:
        fitting = [i for i, s in enumerate(slots) if i not in paid and lot.placement_id in (None, s.placement_id)]
        fitting.sort(key=lambda i: (-slots[i].price_minor, i))
        paid |= dict.fromkeys(fitting[: lot.left], lot.grant_id)
    return paid


def next_credit_value(remaining_minor: int, left: int) -> int:
    """Return what the next credit of a grant is worth, minor units, so that the worth of all of them sums to the whole."""
    return split_amount(remaining_minor, [1] * left)[0] if left else 0
