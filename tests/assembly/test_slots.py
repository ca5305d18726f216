"""Which fact about a slot speaks first, and the words beside it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from sponsorship.assembly.rules.slots import SlotFacts, is_due_today, is_late, owes_besides, slot_note, slot_state
from sponsorship.booking.rules import BookingKind as Kind
from sponsorship.booking.rules import BookingState as Booked
from sponsorship.booking.rules import OrderState as Order
from sponsorship.booking.rules import SlotState as Shown
from sponsorship.creative.rules import CreativeState as Written
from sponsorship.inventory.rules import IssueState

NOW = datetime(2026, 11, 19, 9, 40, tzinfo=UTC)  # a Thursday
FAR = SlotFacts(
    issue_state=IssueState.PLANNED, publish_at=datetime(2027, 1, 10, 8, tzinfo=UTC),
    copy_due_at=datetime(2027, 1, 7, 18, tzinfo=UTC), bookable_until=datetime(2027, 1, 8, 18, tzinfo=UTC),
    zone="Europe/London",
)  # fmt: skip
NEAR = replace(
    FAR, publish_at=datetime(2026, 11, 22, 8, tzinfo=UTC), copy_due_at=datetime(2026, 11, 19, 18, tzinfo=UTC),
    bookable_until=datetime(2026, 11, 20, 18, tzinfo=UTC),
)  # fmt: skip
SOLD = {"kind": Kind.SALE, "booking_state": Booked.CONFIRMED, "order_state": Order.CONFIRMED}
OWED = {"owed_minor": 30_000, "invoice_due_on": date(2026, 11, 29)}
AWAITED = {**SOLD, **OWED, "order_state": Order.AWAITING_FUNDS}
PAST = replace(NEAR, publish_at=datetime(2026, 11, 15, 8, tzinfo=UTC), issue_state=IssueState.SENT)

STATES: list[tuple[str, SlotFacts, dict[str, object], Shown]] = [
    ("nobody has it", FAR, {}, Shown.OPEN),
    ("sale is over, not yet published", replace(NEAR, bookable_until=NOW), {}, Shown.OPEN),
    ("nobody had it and the issue went out", PAST, {}, Shown.UNSOLD),
    ("nobody had it and its moment has come", replace(NEAR, publish_at=NOW), {}, Shown.UNSOLD),
    ("the issue is skipped", replace(FAR, issue_state=IssueState.SKIPPED), {}, Shown.BLOCKED),
    ("in a cart", FAR, {**SOLD, "booking_state": Booked.HELD, "order_state": Order.HELD}, Shown.HELD),
    ("in checkout", FAR, {**SOLD, "booking_state": Booked.HELD, "order_state": Order.IN_CHECKOUT}, Shown.HELD),
    ("held for money on its way", FAR, {**AWAITED, "booking_state": Booked.HELD}, Shown.AWAITING_FUNDS),
    ("promised", FAR, {"kind": Kind.COURTESY, "booking_state": Booked.HELD}, Shown.HELD),
    ("offered", FAR, {"kind": Kind.OFFER, "booking_state": Booked.HELD}, Shown.OFFERED),
    ("blocked", FAR, {"kind": Kind.BLOCK, "booking_state": Booked.CONFIRMED}, Shown.BLOCKED),
    ("house ad", FAR, {"kind": Kind.HOUSE, "booking_state": Booked.CONFIRMED}, Shown.HOUSE),
    ("house ad that ran", PAST, {"kind": Kind.HOUSE, "booking_state": Booked.RAN}, Shown.HOUSE),
    ("promised for nothing, and kept", FAR, {"kind": Kind.COURTESY, "booking_state": Booked.CONFIRMED}, Shown.PAID),
    ("held still when the issue went out", PAST, {**SOLD, "booking_state": Booked.HELD, "order_state": Order.HELD}, Shown.HELD),
    ("from the archive", PAST, {"kind": Kind.ARCHIVE, "booking_state": Booked.RAN}, Shown.RAN),
    ("paid, copy far off", FAR, SOLD, Shown.PAID),
    ("owed, copy far off", FAR, {**SOLD, **OWED}, Shown.UNPAID),
    ("on its way, copy far off", FAR, AWAITED, Shown.AWAITING_FUNDS),
    ("a draft far off is not copy", FAR, {**SOLD, "creative_state": Written.DRAFT}, Shown.PAID),
    ("copy due in more than seven days", replace(FAR, copy_due_at=datetime(2026, 11, 26, 9, 41, tzinfo=UTC)), SOLD, Shown.PAID),
    ("copy due in seven days", replace(FAR, copy_due_at=datetime(2026, 11, 26, 9, 40, tzinfo=UTC)), SOLD, Shown.MISSING),
    ("missing before unpaid", NEAR, {**SOLD, **OWED}, Shown.MISSING),
    ("missing before awaiting funds", NEAR, AWAITED, Shown.MISSING),
    ("a draft near is missing", NEAR, {**SOLD, "creative_state": Written.DRAFT}, Shown.MISSING),
    ("changes asked before unpaid", NEAR, {**SOLD, **OWED, "creative_state": Written.CHANGES_REQUESTED}, Shown.CHANGES_ASKED),
    ("in review before unpaid", FAR, {**SOLD, **OWED, "creative_state": Written.SUBMITTED}, Shown.REVIEW),
    ("approved before awaiting funds", FAR, {**AWAITED, "creative_state": Written.APPROVED}, Shown.APPROVED),
    ("locked is approved", NEAR, {**SOLD, "creative_state": Written.LOCKED}, Shown.APPROVED),
    ("ran before copy missing", PAST, {**SOLD, **OWED, "booking_state": Booked.RAN}, Shown.RAN),
    ("ran before in review", PAST, {**SOLD, "creative_state": Written.SUBMITTED}, Shown.RAN),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "more", "state"), [row[1:] for row in STATES], ids=[row[0] for row in STATES])
def test_the_first_state_that_holds_is_shown(facts: SlotFacts, more: dict[str, object], state: Shown) -> None:
    assert slot_state(replace(facts, **more), NOW) is state


@pytest.mark.parametrize(
    ("facts", "more", "besides"),
    [
        (NEAR, {**SOLD, **OWED, "creative_state": Written.APPROVED}, True),
        (NEAR, {**SOLD, **OWED}, True),
        (PAST, {**SOLD, **OWED, "booking_state": Booked.RAN}, True),
        (FAR, {**SOLD, **OWED}, False),  # unpaid is the state itself
        (FAR, AWAITED, False),
        (NEAR, {**SOLD, "creative_state": Written.APPROVED}, False),
        (FAR, {**SOLD, **OWED, "booking_state": Booked.HELD, "order_state": Order.HELD}, False),
    ],
)
def test_money_open_on_a_later_state_is_a_second_mark(facts: SlotFacts, more: dict[str, object], besides: bool) -> None:
    facts = replace(facts, **more)
    assert owes_besides(facts, slot_state(facts, NOW)) is besides


AT_1605 = datetime(2026, 11, 18, 16, 5, tzinfo=UTC)
PROMISED = {"kind": Kind.COURTESY, "booking_state": Booked.HELD, "held_until": datetime(2026, 11, 20, 12, tzinfo=UTC)}
OFFERED = {"kind": Kind.OFFER, "booking_state": Booked.HELD, "held_until": datetime(2026, 11, 19, 21, 40, tzinfo=UTC)}
NOTES: list[tuple[SlotFacts, dict[str, object], str]] = [
    (NEAR, SOLD, "Due today 18:00"),
    (replace(NEAR, copy_due_at=datetime(2026, 11, 26, 9, tzinfo=UTC)), SOLD, "Due Thu 26 Nov"),
    (replace(NEAR, copy_due_at=datetime(2026, 11, 18, 18, tzinfo=UTC)), SOLD, "Was due Wed 18:00"),
    (replace(NEAR, copy_due_at=datetime(2026, 11, 19, 9, tzinfo=UTC)), SOLD, "Was due today 09:00"),
    (NEAR, {**SOLD, "creative_state": Written.CHANGES_REQUESTED}, "Due today 18:00"),
    (NEAR, {**SOLD, "creative_state": Written.SUBMITTED, "submitted_at": AT_1605}, "Sent Wed 16:05"),
    (NEAR, {**SOLD, "creative_state": Written.SUBMITTED, "submitted_at": datetime(2026, 11, 4, 9, tzinfo=UTC)}, "Sent 4 Nov"),
    (FAR, SOLD, "Copy due 7 Jan"),
    (FAR, {**SOLD, **OWED}, "Invoice due 29 Nov"),
    (FAR, {**SOLD, **OWED, "invoice_due_on": date(2026, 11, 19)}, "Invoice due today"),
    (FAR, {**SOLD, **OWED, "invoice_due_on": date(2026, 11, 8)}, "Invoice 11 days late"),
    (FAR, {**SOLD, "owed_minor": 5}, ""),
    (NEAR, {**SOLD, **OWED, "creative_state": Written.APPROVED}, "Invoice due 29 Nov"),
    (NEAR, {**SOLD, "creative_state": Written.APPROVED}, ""),
    (PAST, {**SOLD, "clicks": 301}, "301 clicks"),
    (PAST, {**SOLD, "clicks": 1}, "1 click"),
    (PAST, SOLD, ""),
    (NEAR, {**SOLD, "is_disputed": True}, "Disputed"),
    (PAST, {**SOLD, "is_disputed": True, "clicks": 301}, "301 clicks"),
    (FAR, PROMISED, "Until Fri 20 Nov 12:00"),
    (FAR, OFFERED, "Until today 21:40"),
    (FAR, {"kind": Kind.BLOCK, "reason": "Reader survey"}, "Reader survey"),
    (replace(FAR, issue_state=IssueState.SKIPPED), {}, "Issue skipped"),
    (replace(NEAR, bookable_until=NOW), {}, "Sale closed"),
    (FAR, {}, ""),
    (PAST, {}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "more", "note"), NOTES)
def test_the_note_says_what_comes_next_on_the_newsletters_clock(
    facts: SlotFacts, more: dict[str, object], note: str
) -> None:
    facts = replace(facts, **more)
    assert slot_note(facts, slot_state(facts, NOW), NOW) == note


def test_due_today_follows_the_newsletters_calendar_and_ends_when_it_is_late() -> None:
    facts = replace(NEAR, **SOLD, zone="Pacific/Auckland")  # 18:00 UTC is tomorrow there
    assert not is_due_today(facts, Shown.MISSING, NOW)
    facts = replace(facts, zone="Europe/London")
    assert is_due_today(facts, Shown.MISSING, NOW)
    assert is_due_today(facts, Shown.CHANGES_ASKED, NOW)
    assert not is_due_today(facts, Shown.APPROVED, NOW)
    late = replace(facts, copy_due_at=NOW)
    assert not is_due_today(late, Shown.MISSING, NOW)
    assert is_late(late, Shown.MISSING, NOW)
    assert not is_late(late, Shown.REVIEW, NOW)
