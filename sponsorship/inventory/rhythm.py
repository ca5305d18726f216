"""When issues come out: RFC 5545 rules expanded with dateutil, with one-off exceptions, on the newsletter's calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr

from sponsorship.core.errors import DomainError
from sponsorship.inventory.rules import RhythmChange


class RhythmInvalid(DomainError):
    """The rule is not one of RFC 5545, or repeats more often than daily."""


@dataclass(frozen=True, slots=True)
class OneOff:
    """A single exception: the day it concerns and, for a move, the day that takes its place."""

    on_day: date
    change: RhythmChange
    moved_to: date | None = None


def check_rule(rule: str) -> None:
    """Raise RhythmInvalid with a sentence unless the rule can be followed."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    if (
        parts.get("FREQ") not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
        or {"DTSTART", "BYHOUR", "BYMINUTE"} & parts.keys()
    ):
        raise RhythmInvalid(f"“{rule}” is not a publishing rhythm. For every Sunday write FREQ=WEEKLY;BYDAY=SU.")
    try:
        rrulestr(rule, dtstart=datetime.combine(date(2026, 1, 1), time()))
    except (ValueError, TypeError) as unreadable:
        raise RhythmInvalid(f"“{rule}” cannot be read as a rule of RFC 5545: {unreadable}.") from unreadable


def publishing_days(rule: str, start: date, first: date, last: date, one_offs: Iterable[OneOff] = ()) -> list[date]:
    """Return the days from `first` to `last`, both included, on which an issue comes out, in order.

    `start` anchors the rule (every other week counts from it). Skipped days are left out, moved days appear on their
    new day, extra days are added.
    """
    check_rule(rule)
    occurrences = rrulestr(rule, dtstart=datetime.combine(start, time()))
    low, high = datetime.combine(min(first, start), time()), datetime.combine(last, time())
    days = {moment.date() for moment in occurrences.between(low, high, inc=True)}
    for one_off in one_offs:
        if one_off.change is RhythmChange.EXTRA:
            days.add(one_off.on_day)
        else:
            days.discard(one_off.on_day)
            if one_off.moved_to is not None:
                days.add(one_off.moved_to)
    return sorted(day for day in days if first <= day <= last)


def anchor_before(rule: str, start: date, day: date) -> date:
    """Return `start`, moved back by whole periods of the rule until `day` is not before it: the same rhythm, begun earlier."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    unit = {"DAILY": "days", "WEEKLY": "weeks", "MONTHLY": "months", "YEARLY": "years"}[parts["FREQ"]]
    periods, anchor = 0, start
    while anchor > day:
        periods += int(parts.get("INTERVAL", "1"))
        anchor = start - relativedelta(**{unit: periods})  # type: ignore[arg-type]
    return anchor
