"""R70: publishing times and deadlines across every change of every zone's clock, right to the minute.

What a wall clock shows at a moment is asked of the C library, which reads the same zone files with code of its own; from that,
minute by minute, follows at which moment a wall clock shows a time, or that it never does. The product goes the other way,
with Python's zoneinfo. Times around each change are compared, in issues before, on and after its day. `--plant fixed` takes
the offset of the day before for the whole day.
"""

import importlib.resources
import os
import time
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from sponsorship.inventory.rules import calendar, deadlines, local_moment
from torture.harness.options import parser_of
from torture.verdict import Verdict, tell

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WIDEST = timedelta(
    hours=30
)  # beyond any difference between a wall clock and UTC; no zone changes its clock twice within that time
USUAL = (
    0,
    7 * 60,
    8 * 60 + 30,
    17 * 60,
    23 * 60 + 59,
)  # minutes of the day at which newsletters go out and copy is due
DAYS_BEFORE = (0, 1, 2, 3, 7, 14)


def main(arguments: list[str]) -> int:
    """Check zones as the options say."""
    parser = parser_of("dst", __doc__ or "", plants=("fixed",))
    parser.add_argument("--zones", nargs="*", help="all that are known, unless named")
    chosen = parser.parse_args(arguments)
    zones = chosen.zones or sorted(zoneinfo.available_timezones())
    return tell(run_zones(zones, plant=plant) for plant in dict.fromkeys(("", chosen.plant)))


def run_zones(zones: list[str], *, plant: str) -> Verdict:
    """Compare all times around all changes of these zones; the verdict counts what differs and names the first."""
    started, wrong, changes, compared = time.perf_counter(), [], 0, 0
    with planted(plant):
        for zone in zones:
            with wall_clock(zone):
                for change in changes_of_clock():
                    changes += 1
                    found = list(compare_around(zone, change))
                    compared += len(found)
                    wrong += [line for line in found if line]
    figure = {
        "wrong": len(wrong), "first": wrong[0] if wrong else "", "zones": len(zones), "changes": changes,
        "moments": compared, "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip
    size = f"{len(zones)} zones, {FIRST.year} to {LAST.year - 1}"
    return Verdict("R70", "dst", "none", size, 0, figure, {"wrong": 0}, not wrong and compared > 0, plant)


@contextmanager
def wall_clock(zone: str) -> Iterator[None]:
    """Set the C library's clock to a zone while the block runs: from the very file that the product reads."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = f":{zone_file(zone)}"
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


def zone_file(zone: str) -> Path:
    """The zone's file: the system's, or that of the tzdata package, in the order in which Python looks."""
    for folder in zoneinfo.TZPATH:
        if (Path(folder) / zone).is_file():
            return Path(folder) / zone
    return Path(str(importlib.resources.files("tzdata") / "zoneinfo" / zone))


def shown_at(moment: datetime) -> datetime:
    """What the wall clock shows at a moment, as a naive time; the C library's answer."""
    shown = time.localtime(int(moment.timestamp()))
    return datetime(shown.tm_year, shown.tm_mon, shown.tm_mday, shown.tm_hour, shown.tm_min, shown.tm_sec)


def difference_at(moment: datetime) -> timedelta:
    """How far the wall clock is ahead of UTC at a moment."""
    return shown_at(moment) - moment.replace(tzinfo=None)


def changes_of_clock() -> Iterator[datetime]:
    """The moments at which the wall clock is changed, to the second."""
    moment = FIRST
    while moment < LAST:
        early, late = moment, moment + DAY
        if difference_at(early) != difference_at(late):
            while late - early > timedelta(seconds=1):
                middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
                early, late = (middle, late) if difference_at(middle) == difference_at(early) else (early, middle)
            yield late
        moment += DAY


def moment_shown(wall: datetime) -> datetime:
    """The first moment at which the wall clock shows that time; for one that is left out, when it would have come."""
    about = wall.replace(tzinfo=UTC)
    before, after = difference_at(about - WIDEST), difference_at(about + WIDEST)
    shown = [moment for moment in sorted((about - before, about - after)) if shown_at(moment) == wall]
    return shown[0] if shown else about - before


def compare_around(zone: str, change: datetime) -> Iterator[str]:
    """Compare the product's moments with ours around a change; a line for each comparison, empty where they are the same."""
    around = (difference_at(change - MINUTE), difference_at(change + MINUTE))
    wall = (change + around[0]).replace(tzinfo=None)
    edges = [wall + k * (around[1] - around[0]) for k in (-1, 0, 1)]
    near = {edge + minutes * MINUTE for edge in edges for minutes in (-1, 0, 1, 29)}
    usual = {datetime.combine(wall.date() + DAY * days, datetime.min.time()) + minute * MINUTE
             for days in (-1, 0, 1) for minute in USUAL}  # fmt: skip
    for published in sorted(near | usual):
        expected = moment_shown(published)
        found = local_moment(published.date(), published.time(), zone)
        yield "" if found == expected else f"{zone} {published}: {found}, it is {expected}"
        yield from _compare_deadlines(zone, found, published)


def _compare_deadlines(zone: str, publish_at: datetime, published: datetime) -> Iterator[str]:
    """Deadlines so many days before, at the hour of publishing: on the wall clock, whatever the clock did in between."""
    day: date = shown_at(publish_at).date()
    for days in DAYS_BEFORE:
        wall = datetime.combine(day - DAY * days, published.time())
        expected = min(moment_shown(wall), publish_at)
        found = deadlines(
            publish_at, zone, copy_due_days=days, copy_due_time=published.time(), lead_days=days,
            lead_time=published.time(),
        )  # fmt: skip
        same = found.copy_due_at == found.bookable_until == expected
        yield "" if same else f"{zone} {days} days before {published}: {found.copy_due_at}, it is {expected}"


@contextmanager
def planted(name: str) -> Iterator[None]:
    """With "fixed", a day has one difference from UTC, that of the noon before: wrong on every day of a change."""
    if not name:
        yield
        return

    def fixed(day: date, at: object, zone: str) -> datetime:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=zoneinfo.ZoneInfo(zone)) - DAY
        wall = datetime.combine(day, at)  # type: ignore[arg-type]
        return wall.replace(tzinfo=UTC) - (noon.utcoffset() or timedelta(0))

    with patch.object(calendar, "local_moment", fixed), patch(f"{__name__}.local_moment", fixed):
        yield
