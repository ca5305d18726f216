"""What a slot counts as in the figures, and a month of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.inventory.rules import IssueState


class SlotShare(StrEnum):
    """What a slot counts as in the figures; the first four are also the keys of the tally's squares."""

    SOLD = "sold"
    OWED = "owed"
    HELD = "held"
    OPEN = "open"
    UNSOLD = "unsold"
    HOUSE = "house"
    NOT_FOR_SALE = "not_for_sale"

    @property
    def label(self) -> str:
        """The word in lists."""
        return {"owed": "Sold, unpaid", "unsold": "Not sold", "house": "House ad", "not_for_sale": "Not for sale"}.get(
            self.value, self.value.capitalize()
        )


@dataclass(frozen=True, slots=True)
class SlotCount:
    """How many slots of a period are what; sold includes those whose money is still owed."""

    sellable: int
    sold: int
    owed: int
    held: int
    open: int
    unsold: int
    house: int

    @property
    def sell_through(self) -> float | None:
        """Sold of sellable slots, 0 to 1; None where nothing was for sale."""
        return self.sold / self.sellable if self.sellable else None


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of issues: net amounts in minor units, and the share of slots sold (0 to 1, None where none was for sale)."""

    month: date
    collected_minor: int
    outstanding_minor: int
    held_minor: int
    open_minor: int
    sell_through: float | None
    recognised_minor: int = 0

    @property
    def all_minor(self) -> int:
        """The height of the month's bar."""
        return self.collected_minor + self.outstanding_minor + self.held_minor + self.open_minor


def without_empty_start(months: Sequence[MonthRow], fewest: int = 6) -> list[MonthRow]:
    """Leave out the months before the newsletter had a slot to sell, as long as so many months remain."""
    first = next((index for index, row in enumerate(months) if row.all_minor or row.sell_through is not None), 0)
    return list(months[min(first, max(len(months) - fewest, 0)) :])


def share_of_slot(
    kind: BookingKind | None, state: BookingState | None, *, issue_state: IssueState, is_over: bool, owes: bool
) -> SlotShare:
    """Return what a slot counts as.

    A slot is sold once its booking is confirmed, or known from the archive; a hold is not. Blocked slots and those of a
    skipped issue were not for sale. A house ad was for sale and is not sold. `is_over`: its issue has come out.
    """
    if kind is None:
        if issue_state is IssueState.SKIPPED:
            return SlotShare.NOT_FOR_SALE
        return SlotShare.UNSOLD if is_over or issue_state is IssueState.SENT else SlotShare.OPEN
    if kind is BookingKind.BLOCK:
        return SlotShare.NOT_FOR_SALE
    if kind is BookingKind.HOUSE:
        return SlotShare.HOUSE
    if state is BookingState.HELD:
        return SlotShare.HELD
    return SlotShare.OWED if owes else SlotShare.SOLD


def count_slots(shares: Iterable[SlotShare]) -> SlotCount:
    """Count the slots of a period by what they are."""
    tally = dict.fromkeys(SlotShare, 0)
    for share in shares:
        tally[share] += 1
    return SlotCount(
        sellable=sum(tally.values()) - tally[SlotShare.NOT_FOR_SALE],
        sold=tally[SlotShare.SOLD] + tally[SlotShare.OWED],
        owed=tally[SlotShare.OWED],
        held=tally[SlotShare.HELD],
        open=tally[SlotShare.OPEN],
        unsold=tally[SlotShare.UNSOLD],
        house=tally[SlotShare.HOUSE],
    )
