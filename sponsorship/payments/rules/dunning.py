"""What is owed and for how long: ageing, reminders, the credit that a sponsor has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sponsorship.payments.rules import days_late

AGES: tuple[tuple[str, int, int], ...] = (
    ("Not due yet", -100_000, 0), ("1 to 30 days late", 1, 30), ("31 to 60", 31, 60), ("61 to 90", 61, 90),
    ("Over 90", 91, 100_000),
)  # fmt: skip
LONGEST_SCHEDULE = 8
EARLIEST, LATEST = -30, 120  # days from the due day within which a reminder may be set


@dataclass(frozen=True, slots=True)
class Age:
    """One column of the ageing: how many invoices, and what is open on them, minor units."""

    label: str
    invoices: int
    open_minor: int
    is_late: bool


def ageing(invoices: Iterable[tuple[date, int]], today: date) -> tuple[Age, ...]:
    """Sort open invoices (due day, open amount) into not due, 1-30, 31-60, 61-90 and over 90 days late."""
    found = [(days_late(due_on, today), amount) for due_on, amount in invoices]
    ages = []
    for label, first, last in AGES:
        amounts = [amount for late, amount in found if max(first, 0) <= late <= last]
        ages.append(Age(label, len(amounts), sum(amounts), first > 0))
    return tuple(ages)


def reminder_due(due_on: date, today: date, offsets: Sequence[int], reminded_on: date | None, issued_on: date) -> bool:
    """Whether an open invoice is to be reminded of today: a day of the schedule has come since the last reminder.

    Offsets count days from the due day, negative before it. Days that passed unseen count once, not each.
    """
    days = [due_on + timedelta(days=offset) for offset in offsets]
    return any(issued_on < day <= today and (reminded_on is None or reminded_on < day) for day in days)


def read_schedule(text: str) -> tuple[int, ...]:
    """Return a schedule typed like "-3, 1, 8": days from the due day, sorted; raises ValueError where it is none."""
    days = sorted({int(word) for word in text.replace(";", ",").split(",") if word.strip()})
    if len(days) > LONGEST_SCHEDULE or any(not EARLIEST <= day <= LATEST for day in days):
        raise ValueError(text)
    return tuple(days)


def exceeds_credit(limit_minor: int | None, owed_minor: int, wanted_minor: int) -> bool:
    """Whether an order of that total would bring a sponsor over its limit; no limit, no excess."""
    return limit_minor is not None and owed_minor + wanted_minor > limit_minor
