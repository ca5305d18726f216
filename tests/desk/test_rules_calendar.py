"""What the calendar says and what a docket offers, as tables."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sponsorship.accounts.rules import Permission
from sponsorship.booking.rules import BookingKind, OrderState, SlotState
from sponsorship.core.errors import DomainError
from sponsorship.desk.rules.calendar import (
    CHIPS,
    NEXT_ACTS,
    Act,
    acts_of_slot,
    calendar_headline,
    empty_headline,
    parse_day,
    range_text,
    suggested_hold_end,
)
from sponsorship.desk.rules.revenue import Clause

SALE, CONFIRMED = BookingKind.SALE, OrderState.CONFIRMED
MONEY = [Act.REMIND, Act.RECORD_PAYMENT]


@pytest.mark.parametrize(
    ("state", "kind", "order_state", "has_invoice", "is_over", "acts"),
    [
        (SlotState.OPEN, None, None, False, False, [Act.BOOK, Act.HOLD, Act.BLOCK, Act.HOUSE]),
        (SlotState.UNSOLD, None, None, False, True, []),
        (SlotState.HELD, SALE, OrderState.HELD, False, False, [Act.OPEN_ORDER, Act.RELEASE]),
        (SlotState.HELD, SALE, OrderState.IN_CHECKOUT, False, False, [Act.OPEN_ORDER]),
        (SlotState.HELD, BookingKind.COURTESY, None, False, False, [Act.RELEASE]),
        (SlotState.AWAITING_FUNDS, SALE, OrderState.AWAITING_FUNDS, False, False, [Act.OPEN_ORDER]),
        (SlotState.UNPAID, SALE, CONFIRMED, True, False, [*MONEY, Act.OPEN_ORDER, Act.MOVE]),
        (SlotState.UNPAID, SALE, CONFIRMED, False, False, [Act.OPEN_ORDER, Act.MOVE]),
        (SlotState.PAID, SALE, CONFIRMED, False, False, [Act.OPEN_ORDER, Act.MOVE]),
        (SlotState.MISSING, SALE, CONFIRMED, False, False, [Act.ASK_COPY, Act.WRITE_COPY, Act.OPEN_ORDER, Act.MOVE]),
        (
            SlotState.MISSING,
            SALE,
            CONFIRMED,
            True,
            False,
            [Act.ASK_COPY, Act.WRITE_COPY, Act.OPEN_ORDER, *MONEY, Act.MOVE],
        ),
        (
            SlotState.CHANGES_ASKED,
            SALE,
            CONFIRMED,
            False,
            False,
            [Act.ASK_COPY, Act.WRITE_COPY, Act.OPEN_ORDER, Act.MOVE],
        ),
        (SlotState.REVIEW, SALE, CONFIRMED, False, False, [Act.READ_COPY, Act.OPEN_ORDER, Act.MOVE]),
        (SlotState.APPROVED, SALE, CONFIRMED, False, False, [Act.OPEN_ISSUE, Act.OPEN_ORDER, Act.MOVE]),
        (SlotState.APPROVED, SALE, CONFIRMED, True, False, [*MONEY, Act.OPEN_ISSUE, Act.OPEN_ORDER, Act.MOVE]),
        (SlotState.RAN, SALE, CONFIRMED, False, True, [Act.OPEN_REPORT, Act.OPEN_ORDER]),
        (SlotState.RAN, SALE, CONFIRMED, True, True, [*MONEY, Act.OPEN_REPORT, Act.OPEN_ORDER]),
        (SlotState.RAN, BookingKind.ARCHIVE, None, False, True, []),
        (SlotState.BLOCKED, BookingKind.BLOCK, None, False, False, [Act.UNBLOCK]),
        (SlotState.BLOCKED, BookingKind.BLOCK, None, False, True, []),
        (SlotState.BLOCKED, None, None, False, False, []),
        (SlotState.HOUSE, BookingKind.HOUSE, None, False, False, [Act.RELEASE, Act.MOVE]),
        (SlotState.HOUSE, BookingKind.HOUSE, None, False, True, []),
    ],
)
def test_a_docket_offers_what_can_be_done_and_the_next_thing_first(
    state: SlotState,
    kind: BookingKind | None,
    order_state: OrderState | None,
    has_invoice: bool,
    is_over: bool,
    acts: list[Act],
) -> None:
    assert acts_of_slot(state, kind, order_state=order_state, has_open_invoice=has_invoice, is_over=is_over) == acts


def test_every_state_has_its_acts_and_its_chip() -> None:
    assert set(NEXT_ACTS) == set(SlotState) == set(CHIPS)


def test_acts_on_money_and_on_slots_ask_for_the_role_that_covers_them() -> None:
    assert {act: act.permission for act in (Act.REMIND, Act.BLOCK, Act.OPEN_ORDER)} == {
        Act.REMIND: Permission.MONEY, Act.BLOCK: Permission.SELL, Act.OPEN_ORDER: Permission.READ,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("open_slots", "worth", "late", "due", "clauses"),
    [
        (5, 340_000, 0, 0, ["Five slots are open until 31 Jan,", "worth $3,400."]),
        (1, 30_000, 0, 0, ["One slot is open until 31 Jan,", "worth $300."]),
        (0, 0, 0, 0, ["Nothing is open until 31 Jan."]),
        (19, 1_400_000, 0, 1, [("Copy for one slot is due today.", "owed"), "19 slots are open until 31 Jan,", "worth $14,000."]),
        (0, 0, 2, 1, [("Copy for 2 slots is late.", "owed"), "Nothing is open until 31 Jan."]),
    ],
)  # fmt: skip
def test_the_headline_says_what_is_late_then_what_is_open(
    open_slots: int, worth: int, late: int, due: int, clauses: list[Clause]
) -> None:
    given = {"open_slots": open_slots, "worth_minor": worth, "late_copies": late, "copies_due": due}
    assert calendar_headline(currency="USD", until=date(2027, 1, 31), **given) == clauses


@pytest.mark.parametrize(
    ("days", "slots", "clauses"),
    [
        ([date(2026, 11, 22) + timedelta(weeks=n) for n in range(12)], 48,
         ["Twelve Sundays, 48 slots,", "nothing sold yet."]),
        ([date(2026, 11, 22)], 1, ["One Sunday, 1 slot,", "nothing sold yet."]),
        ([date(2026, 11, 23), date(2026, 11, 26)], 8, ["Two issues, 8 slots,", "nothing sold yet."]),
        ([], 0, ["No issue is planned yet."]),
    ],
)  # fmt: skip
def test_an_empty_calendar_says_what_there_is_to_sell(days: list[date], slots: int, clauses: list[Clause]) -> None:
    assert empty_headline(days, slots) == clauses


def test_dates_in_an_address_are_read_or_refused_with_the_way_to_write_them() -> None:
    assert parse_day("2026-11-22") == date(2026, 11, 22)
    for text in ("22.11.2026", "tomorrow", "2026-02-30", "x" * 500):
        with pytest.raises(DomainError, match="Write Sun 22 Nov 2026 as 2026-11-22"):
            parse_day(text)


def test_a_range_is_written_in_full() -> None:
    assert range_text(date(2026, 11, 8), date(2027, 1, 31)) == "8 November to 31 January"


def test_a_promise_is_suggested_for_two_days_and_ends_before_the_issue() -> None:
    now = datetime(2026, 11, 19, 9, 40, tzinfo=UTC)
    assert suggested_hold_end(now, now + timedelta(days=30)) == now + timedelta(days=2)
    assert suggested_hold_end(now, now + timedelta(days=2)) == now + timedelta(days=1)
    assert suggested_hold_end(now, now + timedelta(hours=5)) == now + timedelta(hours=1)
