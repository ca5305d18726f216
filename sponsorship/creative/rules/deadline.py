"""Reminders before the copy deadline, and what happens where no copy came: each newsletter's own rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

REMINDER_HOUR = 9  # on the newsletter's clock: nobody is reminded at night
MOST_REMINDER_DAYS = 30
MOST_LATE_HOURS = 168


class LatePolicy(StrEnum):
    """What happens to a booking whose copy is not in when the grace after the deadline is over."""

    REMIND = "remind"
    LAST_APPROVED = "last_approved"
    RELEASE = "release"
    HOUSE = "house"

    @property
    def label(self) -> str:
        """The choice on the settings page."""
        return {
            "remind": "Remind once a day until the issue",
            "last_approved": "Run the sponsor’s last approved copy",
            "release": "Release the slot",
            "house": "Print the house ad",
        }[self.value]

    @property
    def about(self) -> str:
        """What it does, in a sentence."""
        return {
            "remind": "Nothing is printed until somebody writes it.",
            "last_approved": "What fits this placement and was approved last; without any, they are reminded.",
            "release": "It goes back on sale; what was paid becomes a credit for another date. What is unpaid waits for you.",
            "house": "The slot is yours; what was paid becomes a credit for another date. What is unpaid waits for you.",
        }[self.value]


class ChaseKind(StrEnum):
    """Why a sponsor was written to about copy that is not in, or what was done without them."""

    REMINDER = "reminder"
    OVERDUE = "overdue"
    REUSED = "reused"
    RELEASED = "released"
    HOUSE = "house"


DONE_WITHOUT = (ChaseKind.REUSED, ChaseKind.RELEASED, ChaseKind.HOUSE)


@dataclass(frozen=True, slots=True)
class CopyPolicy:
    """How a newsletter deals with copy; a newsletter that says nothing has these."""

    reminder_days: tuple[int, ...] = (7, 3, 1)
    late_policy: LatePolicy = LatePolicy.REMIND
    late_hours: int = 12
    adds_utm: bool = False
    utm_source: str = "{newsletter}"
    utm_medium: str = "newsletter"
    utm_campaign: str = "no-{number}"


def reminder_due(
    due_on: date, today: date, days: Sequence[int], *, last_on: date | None, booked_on: date
) -> int | None:
    """Return the step of the schedule (days before the deadline) that is due today, or None.

    A step that was missed is made up for until the next one; one that had passed when the slot was booked is not, for its
    buyer has just been told. At most one a day.
    """
    left = (due_on - today).days
    passed = [step for step in days if 0 <= left <= step]
    if not passed:
        return None
    step = min(passed)
    began = due_on - timedelta(days=step)
    if booked_on >= began or (last_on is not None and last_on >= began):
        return None
    return step


def overdue_due(last_on: date | None, today: date) -> bool:
    """Tell whether copy that is late is asked for today: once a day."""
    return last_on is None or last_on < today


def late_from(due_at: datetime, late_hours: int) -> datetime:
    """Return from when a newsletter's rule for late copy holds."""
    return due_at + timedelta(hours=late_hours)


def parse_days(text: str) -> tuple[int, ...]:
    """Return days before the deadline as typed, "7, 3, 1", greatest first, each once; raises ValueError with a sentence."""
    try:
        days = {int(part) for part in text.replace(";", ",").split(",") if part.strip()}
    except ValueError:
        raise ValueError("Give days as numbers with commas between, like 7, 3, 1.") from None
    if any(not 0 <= day <= MOST_REMINDER_DAYS for day in days):
        raise ValueError(f"Each from 0 (the day itself) to {MOST_REMINDER_DAYS} days.")
    return tuple(sorted(days, reverse=True))
