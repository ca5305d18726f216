"""Placements, issue states and deadlines: when a slot can be bought and when its copy is due."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

from sponsorship.core.errors import InvalidTransition

ZONES = tuple(sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC"))


class PlacementKind(StrEnum):
    """What sort of spot a placement is; decides how it is drawn and printed."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    PARTNER = "partner"
    CLASSIFIED = "classified"

    @property
    def label(self) -> str:
        """The word on the rate card."""
        return {"primary": "Primary", "secondary": "Sponsored", "partner": "Partner", "classified": "Classified"}[
            self.value
        ]


class IssueState(StrEnum):
    """An issue's way: planned, then sent, or skipped."""

    PLANNED = "planned"
    SENT = "sent"
    SKIPPED = "skipped"


ISSUE_STEPS: dict[IssueState, frozenset[IssueState]] = {
    IssueState.PLANNED: frozenset({IssueState.SENT, IssueState.SKIPPED}),
    IssueState.SENT: frozenset(),
    IssueState.SKIPPED: frozenset({IssueState.PLANNED}),
}


class RhythmChange(StrEnum):
    """A one-off exception to the publishing rhythm."""

    SKIPPED = "skipped"
    MOVED = "moved"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The moments of one placement in one issue, UTC."""

    publish_at: datetime
    copy_due_at: datetime
    bookable_until: datetime


def check_issue_step(before: IssueState, after: IssueState) -> None:
    """Raise InvalidTransition unless the table has this step."""
    if after not in ISSUE_STEPS[before]:
        raise InvalidTransition(f"An issue that is {before} cannot become {after}.")


def local_moment(day: date, at: time, zone: str) -> datetime:
    """Return the moment of a wall-clock time in a zone; a time that DST skips is taken as the moment it would have been."""
    from_wall = datetime.combine(day, at, ZoneInfo(zone))
    return from_wall.astimezone(ZoneInfo("UTC"))


def deadlines(
    publish_at: datetime, zone: str, *, copy_due_days: int, copy_due_time: time, lead_days: int, lead_time: time
) -> Deadlines:
    """Return the deadlines: so many calendar days before publishing, at a wall-clock time, in the newsletter's zone.

    Days are counted on the newsletter's calendar, so a change of DST in between moves nothing on the wall clock.
    A deadline never lies after publishing.
    """
    publish_day = publish_at.astimezone(ZoneInfo(zone)).date()
    copy_due = local_moment(publish_day - timedelta(days=copy_due_days), copy_due_time, zone)
    lead = local_moment(publish_day - timedelta(days=lead_days), lead_time, zone)
    return Deadlines(publish_at, min(copy_due, publish_at), min(lead, publish_at))
