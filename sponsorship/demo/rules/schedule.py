"""Who runs when, counted in issues from the next one (0); past issues are negative. How far each booking has come by now."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sponsorship.demo.rules.newsletter import issue_sunday

PAST_ISSUES = 26
SLOTS: tuple[tuple[str, int], ...] = (("primary", 1), ("sponsored", 1), ("classified", 1), ("classified", 2))


class Deal(StrEnum):
    """What has a slot."""

    SALE = "sale"
    HELD = "held"
    BLOCK = "survey"
    HOUSE = "house"


class CopyStep(StrEnum):
    """How far the copy of a coming issue has come; NONE leaves it to the calendar whether copy is missing yet."""

    NONE = "none"
    REVIEW = "review"
    CHANGES = "changes"
    APPROVED = "approved"


class MoneyStep(StrEnum):
    """How a sale is paid, where that is not simply in full."""

    PAID = "paid"
    AWAITED = "awaited"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Cell:
    """One slot of the plan. `due_in` counts days from today: an open invoice's due day, or the end of a promise."""

    step: int
    placement: str
    ordinal: int
    deal: Deal
    sponsor: str = ""
    copy: CopyStep = CopyStep.NONE
    money: MoneyStep = MoneyStep.PAID
    due_in: int = 0
    is_half_paid: bool = False
    says_the_same: bool = False
    took_two_tries: bool = False

    @property
    def place(self) -> tuple[int, str, int]:
        """Where it stands: issue, placement, ordinal."""
        return self.step, self.placement, self.ordinal

    @property
    def stands_alone(self) -> bool:
        """Whether its order has this slot only, because its money is told apart."""
        return self.deal is not Deal.SALE or self.money is not MoneyStep.PAID


# Issue | Primary | Sponsored | Classified A | Classified B. "-" is not sold; "?" is sold where the issue lies in the
# running quarter, so that the quarter is always well sold and the one after it begins to fill. After a sponsor's name: how
# far the copy is, "again" for copy that repeats, "twice" where it was sent back once; "due+10" or "due-11" for an invoice
# that is open (in ten days, eleven days late), "half" where a part of it is paid, "funds" for money on its way, "until+2"
# for a promise.
_PLAN = """
-26 | northgate      | mooring         | peat                | gangway
-25 | marrowstone    | pallet          | embergrove          | -
-24 | tidewatch      | farthing        | brightmoor          | dunlin
-23 | ropewalk       | -               | saltglass           | hedgerow
-22 | kestrel        | latchkey        | wrackline           | pager
-21 | hollowgrid     | tanglewire      | peat                | -
-20 | quorum         | quillback       | moorhen             | gangway
-19 | thistledown    | ferrywork       | afterword           | nightjar
-18 | brasswick      | cobblerun       | brightmoor          | house
-17 | tidewatch      | pinfold         | spindrift           | patchwell
-16 | lanternfish    | driftmark       | oncall              | -
-15 | northgate      | bramblekey      | fogsignal           | embergrove
-14 | -              | tallyhook       | survey              | survey
-13 | sluicegate     | oxbow           | gangway             | peat
-12 | kestrel        | mooring         | hedgerow            | -
-11 | marrowstone    | pallet          | brightmoor          | saltglass
-10 | cinderbox      | latchkey        | pager               | -
 -9 | tidewatch      | slackwater      | nightjar            | afterword
 -8 | hollowgrid     | quillback       | spindrift           | -
 -7 | thistledown    | ferrywork       | peat                | brightmoor
 -6 | northgate      | latchkey        | latchkey            | -
 -5 | kestrel        | farthing        | gangway             | peat
 -4 | lanternfish    | mooring         | brightmoor          | -
 -3 | cinderbox      | tallyhook due-11 | afterword          | nightjar
 -2 | quorum         | cinderbox       | fogsignal           | -
 -1 | northgate      | ferrywork due+5 | oncall due-3 half   | spindrift
  0 | cinderbox review again twice | mooring approved | brightmoor | peat approved due+0
  1 | kestrel review | pallet changes  | oncall approved     | -
  2 | tidewatch      | latchkey approved | spindrift review again | latchkey review again
  3 | -              | tallyhook due+10 | ferrywork until+2  | house
  4 | quorum         | farthing funds  | survey              | survey
  5 | northgate due+12 | ?slackwater   | ?dunlin             | -
  6 | ?marrowstone   | mooring         | ?gangway            | ?peat
  7 | tidewatch      | ?pallet         | brightmoor          | -
  8 | ?hollowgrid    | latchkey due+13 | ?saltglass          | ?hedgerow
  9 | ?thistledown   | ?quillback      | ?embergrove         | -
 10 | ?ropewalk      | ?driftmark      | ?wrackline          | ?nightjar
 11 | ?kestrel       | ?cobblerun      | ?afterword          | -
 12 | ?brasswick     | ?bramblekey     | ?pager              | ?patchwell
 13 | ?lanternfish   | ?oxbow          | ?moorhen            | -
"""

SERIES = frozenset(("brightmoor", "dunlin", "gangway", "kestrel", "mooring", "nightjar", "tidewatch"))
"""Sponsors that buy three slots at a time."""


def plan_cells(day: date, next_issue: date) -> list[Cell]:
    """Return what is taken, in order of date, for a demo of that day whose next issue comes out on `next_issue`."""
    cells = []
    for row in _PLAN.strip().splitlines():
        number, *texts = (text.strip() for text in row.split("|"))
        in_quarter = _quarter(issue_sunday(next_issue, int(number))) == _quarter(day)
        for (placement, ordinal), text in zip(SLOTS, texts, strict=True):
            if text != "-" and (in_quarter or not text.startswith("?")):
                cells.append(_cell(int(number), placement, ordinal, text.removeprefix("?")))
    return cells


def _quarter(day: date) -> tuple[int, int]:
    return day.year, (day.month - 1) // 3


def _cell(step: int, placement: str, ordinal: int, text: str) -> Cell:
    name, *words = text.split()
    if name in (Deal.BLOCK, Deal.HOUSE):
        return Cell(step, placement, ordinal, Deal(name))
    dated = next((found for word in words if (found := re.fullmatch(r"(due|until)([+-]\d+)", word))), None)
    money = MoneyStep.AWAITED if "funds" in words else MoneyStep.OPEN if dated else MoneyStep.PAID
    return Cell(
        step,
        placement,
        ordinal,
        Deal.HELD if dated and dated[1] == "until" else Deal.SALE,
        name,
        copy=next((CopyStep(word) for word in words if word in tuple(CopyStep)), CopyStep.NONE),
        money=money,
        due_in=int(dated[2]) if dated else 0,
        is_half_paid="half" in words,
        says_the_same="again" in words,
        took_two_tries="twice" in words,
    )


def group_orders(cells: list[Cell]) -> list[list[Cell]]:
    """Return the sales as orders: who buys in series takes three slots at a time, the others one."""
    orders: list[list[Cell]] = []
    waiting: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.deal is not Deal.SALE:
            continue
        if cell.stands_alone or cell.sponsor not in SERIES:
            orders.append([cell])
            continue
        series = waiting.setdefault(cell.sponsor, [])
        if not series:
            orders.append(series)
        series.append(cell)
        if len(series) == 3:
            del waiting[cell.sponsor]
    return orders


def count_runs(cells: list[Cell]) -> Iterator[tuple[Cell, int]]:
    """Yield each sale with the number of times that its sponsor had this kind of slot before: ads take turns by it."""
    before: dict[tuple[str, str], int] = {}
    for cell in cells:
        if cell.deal is Deal.SALE:
            turn = before.get((cell.sponsor, cell.placement), 0)
            before[cell.sponsor, cell.placement] = turn + 1
            yield cell, turn
