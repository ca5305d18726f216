"""What the next issues need, as tables."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sponsorship.booking.rules import SlotState
from sponsorship.desk.rules.issues import (
    PRESSING,
    SlotNeed,
    days_until,
    issue_line,
    needs_of_issue,
    possessive,
    quiet_sentence,
    time_left,
)

TODAY = date(2026, 11, 19)
QUIET = (SlotState.PAID, SlotState.APPROVED, SlotState.RAN, SlotState.UNSOLD, SlotState.BLOCKED, SlotState.HOUSE)


def slot(state: SlotState, **more: object) -> SlotNeed:
    given = {
        "sponsor": "Pallet", "placement": "Primary", "price_minor": 165_000, "copy_due_on": date(2026, 11, 26),
        "is_copy_late": False, "owes": False, "invoice_due_on": None, "note": "",
    }  # fmt: skip
    return SlotNeed(state=state, **(given | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        (slot(SlotState.MISSING), ["Pallet’s copy, due Thu 26 Nov"]),
        (slot(SlotState.MISSING, copy_due_on=TODAY), ["No copy from Pallet, due today"]),
        (slot(SlotState.MISSING, copy_due_on=TODAY, is_copy_late=True), ["No copy from Pallet, due earlier today"]),
        (slot(SlotState.MISSING, copy_due_on=date(2026, 11, 18), is_copy_late=True), ["No copy from Pallet, 1 day late"]),
        (slot(SlotState.MISSING, copy_due_on=date(2026, 11, 17), is_copy_late=True), ["No copy from Pallet, 2 days late"]),
        (slot(SlotState.CHANGES_ASKED), ["Pallet’s changes, due Thu 26 Nov"]),
        (slot(SlotState.CHANGES_ASKED, copy_due_on=TODAY), ["No changes yet from Pallet, due today"]),
        (slot(SlotState.REVIEW), ["Read Pallet’s copy"]),
        (slot(SlotState.UNPAID, owes=True), ["Pallet has not paid"]),
        (slot(SlotState.UNPAID, owes=True, invoice_due_on=TODAY), ["Pallet, due today"]),
        (slot(SlotState.UNPAID, owes=True, invoice_due_on=date(2026, 11, 29)), ["Pallet pays by 29 Nov"]),
        (slot(SlotState.UNPAID, owes=True, invoice_due_on=date(2026, 11, 8)), ["Pallet has not paid, 11 days late"]),
        (slot(SlotState.UNPAID, owes=True, invoice_due_on=date(2026, 11, 18)), ["Pallet has not paid, 1 day late"]),
        (slot(SlotState.APPROVED, owes=True, invoice_due_on=TODAY), ["Pallet, due today"]),
        (slot(SlotState.REVIEW, owes=True), ["Read Pallet’s copy", "Pallet has not paid"]),
        (slot(SlotState.AWAITING_FUNDS), ["Pallet’s money is on its way"]),
        (slot(SlotState.HELD, note="Until today 21:40"), ["Primary held for Pallet, until today 21:40"]),
        (slot(SlotState.HELD, sponsor=""), ["Primary held for a buyer"]),
        (slot(SlotState.OFFERED), ["Primary offered to Pallet"]),
        (slot(SlotState.OPEN, sponsor=""), ["Primary open, $1,650"]),
        *[(slot(state), []) for state in QUIET],
    ],
)  # fmt: skip
def test_a_slot_needs_what_its_state_and_its_money_say(given: SlotNeed, texts: list[str]) -> None:
    assert [need.text for need in needs_of_issue([given], TODAY, "USD")] == texts


def test_every_state_is_either_quiet_or_has_its_place_in_the_order() -> None:
    assert set(PRESSING) | set(QUIET) == set(SlotState)
    assert not set(PRESSING) & set(QUIET)


def test_the_most_pressing_comes_first_and_open_slots_are_counted_by_placement() -> None:
    classified = {"sponsor": "", "placement": "Classified", "price_minor": 30_000}
    needs = needs_of_issue(
        [
            slot(SlotState.OPEN, **classified),
            slot(SlotState.REVIEW),
            slot(SlotState.OPEN, **classified),
            slot(SlotState.APPROVED, sponsor="Peat Systems", owes=True),
            slot(SlotState.MISSING, sponsor="Brightmoor"),
        ],
        TODAY,
        "USD",
    )
    assert [(need.state, need.text) for need in needs] == [
        (SlotState.MISSING, "Brightmoor’s copy, due Thu 26 Nov"),
        (SlotState.REVIEW, "Read Pallet’s copy"),
        (SlotState.UNPAID, "Peat Systems has not paid"),
        (SlotState.OPEN, "2 Classified open, $300 each"),
    ]


def test_whose_it_is() -> None:
    assert possessive("Pallet") == "Pallet’s"
    assert possessive("Peat Systems") == "Peat Systems’"


@pytest.mark.parametrize(
    ("days", "text"), [(0, "Today"), (1, "Tomorrow"), (2, "In 2 days"), (24, "In 24 days"), (-1, "1 day ago"), (-3, "3 days ago")]
)  # fmt: skip
def test_how_far_off_an_issue_is(days: int, text: str) -> None:
    assert days_until(TODAY + timedelta(days=days), TODAY) == text


@pytest.mark.parametrize(
    ("sold", "sellable", "booked", "line"),
    [
        (4, 4, 310_000, "In 3 days. 4 of 4 sold, $3,100"),
        (0, 4, 0, "In 3 days. 0 of 4 sold"),
        (0, 0, 0, "In 3 days. Nothing for sale"),
    ],
)
def test_an_issue_is_summed_up_in_a_line(sold: int, sellable: int, booked: int, line: str) -> None:
    args = {"sold": sold, "sellable": sellable, "booked_minor": booked, "currency": "USD"}
    assert issue_line(date(2026, 11, 22), TODAY, **args) == line  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(days=2, hours=22, minutes=20), "2 d 22 h"),
        (timedelta(days=1), "1 d 0 h"),
        (timedelta(hours=23, minutes=59), "23 h 59 min"),
        (timedelta(minutes=12, seconds=40), "12 min"),
        (timedelta(minutes=-5), "0 min"),
    ],
)
def test_time_left_is_said_in_its_two_largest_units(left: timedelta, text: str) -> None:
    now = datetime(2026, 11, 19, 9, 40, tzinfo=UTC)
    assert time_left(now, now + left) == text


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ([], ""),
        ([814], "No. 814 needs nothing today."),
        ([814, 816], "No. 814 and 816 need nothing today."),
        ([814, 816, 817], "No. 814, 816 and 817 need nothing today."),
    ],
)
def test_quiet_issues_are_named(numbers: list[int], sentence: str) -> None:
    assert quiet_sentence(numbers) == sentence
