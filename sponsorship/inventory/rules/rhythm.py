"""Publishing rhythms as people say them, and as RFC 5545 writes them; there and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

WEEKDAYS: dict[str, str] = {
    "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday", "SU": "Sunday",
}  # fmt: skip
WHICH: dict[int, str] = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
ORDINALS = {1: "1st", 2: "2nd", 3: "3rd", 21: "21st", 22: "22nd", 23: "23rd", 31: "31st"}


class RhythmKind(StrEnum):
    """How a rhythm is put: in weeks, in months by weekday or by day, or as a rule of RFC 5545."""

    WEEKLY = "weekly"
    MONTHLY_WEEKDAY = "monthly_weekday"
    MONTHLY_DAY = "monthly_day"
    RULE = "rule"

    @property
    def label(self) -> str:
        """The words on the form."""
        return {
            "weekly": "By week",
            "monthly_weekday": "By month, on a weekday",
            "monthly_day": "By month, on a day of the month",
            "rule": "A rule of RFC 5545",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A rhythm in parts: every so many weeks or months, on these weekdays; which one of the month, or which day of it."""

    kind: RhythmKind
    every: int = 1
    weekdays: tuple[str, ...] = ()
    which: int = 1
    month_day: int = 1
    rule: str = ""


def write_rule(rhythm: Rhythm) -> str:
    """Return the rule of RFC 5545 that says the same."""
    interval = f";INTERVAL={rhythm.every}" if rhythm.every > 1 else ""
    if rhythm.kind is RhythmKind.WEEKLY:
        return f"FREQ=WEEKLY{interval};BYDAY={','.join(day for day in WEEKDAYS if day in rhythm.weekdays)}"
    if rhythm.kind is RhythmKind.MONTHLY_WEEKDAY:
        return f"FREQ=MONTHLY{interval};BYDAY={rhythm.which}{(*rhythm.weekdays, 'SU')[0]}"
    if rhythm.kind is RhythmKind.MONTHLY_DAY:
        return f"FREQ=MONTHLY{interval};BYMONTHDAY={rhythm.month_day}"
    return rhythm.rule.strip().upper().removeprefix("RRULE:")


def read_rule(rule: str) -> Rhythm:
    """Return a rule in parts where it is one that write_rule writes, else as the rule that it is."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    every = int(parts["INTERVAL"]) if parts.get("INTERVAL", "1").isdigit() and "INTERVAL" in parts else 1
    days = tuple(parts.get("BYDAY", "").split(","))
    which = parts.get("BYDAY", "")[:-2]
    guesses = [
        Rhythm(RhythmKind.WEEKLY, every, days),
        Rhythm(RhythmKind.MONTHLY_WEEKDAY, every, (parts.get("BYDAY", "")[-2:],), _whole(which)),
        Rhythm(RhythmKind.MONTHLY_DAY, every, month_day=_whole(parts.get("BYMONTHDAY", ""))),
    ]
    return next((one for one in guesses if write_rule(one) == rule.upper()), Rhythm(RhythmKind.RULE, rule=rule))


def describe_rule(rule: str) -> str:
    """Say a rule in words: "Every 2 weeks on Tuesday and Friday"; one that is not of the usual kinds as it is written."""
    rhythm = read_rule(rule)
    if rhythm.kind is RhythmKind.RULE:
        return rule
    unit = "week" if rhythm.kind is RhythmKind.WEEKLY else "month"
    start = f"Every {unit}" if rhythm.every == 1 else f"Every {rhythm.every} {unit}s"
    if rhythm.kind is RhythmKind.WEEKLY:
        return f"{start} on {_and([WEEKDAYS.get(day, day) for day in rhythm.weekdays])}"
    if rhythm.kind is RhythmKind.MONTHLY_WEEKDAY:
        return f"{start} on the {WHICH.get(rhythm.which, rhythm.which)} {WEEKDAYS.get(rhythm.weekdays[0], '')}"
    day = ORDINALS.get(rhythm.month_day, f"{rhythm.month_day}th")
    return f"{start} on the {'last day' if rhythm.month_day == -1 else day}"


def _whole(text: str) -> int:
    return int(text) if text.removeprefix("-").isdigit() and text.isascii() else 0


def _and(words: Sequence[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)
