"""A mail provider's click export: which column is what, and what a row says."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b

NAMES_TOLD = 20


class ExportColumn(StrEnum):
    """What an export can say of a click."""

    TIME = "time"
    URL = "url"
    SUBSCRIBER = "subscriber"
    ID = "id"


# How Mailchimp, Buttondown, beehiiv, Kit and Campaign Monitor head these columns; compared without case and punctuation.
KNOWN: dict[ExportColumn, tuple[str, ...]] = {
    ExportColumn.TIME: (
        "timestamp", "clickedat", "clicktime", "clickdate", "datetime", "date", "time", "createdat", "occurredat", "eventtime",
        "dateclicked",
    ),
    ExportColumn.URL: ("url", "link", "linkurl", "clickedurl", "clickedlink", "destination", "linktoken", "linkclicked"),
    ExportColumn.SUBSCRIBER: (
        "emailaddress", "email", "subscriber", "subscriberid", "subscriberhash", "subscriberemail", "recipient", "uniqueid",
        "leid", "euid", "contact",
    ),
    ExportColumn.ID: ("eventid", "clickid", "id"),
}  # fmt: skip
NEEDED = (ExportColumn.TIME, ExportColumn.URL, ExportColumn.SUBSCRIBER)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read: its line in the file, and why."""

    line: int
    reason: str


def guess_columns(header: Sequence[str]) -> dict[ExportColumn, str]:
    """Return which column of an export is what, as far as its heading tells; the better known name goes first."""
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in reversed(header)}
    return {
        column: plain[next(name for name in names if name in plain)]
        for column, names in KNOWN.items()
        if any(name in plain for name in names)
    }


def missing_columns(chosen: Mapping[ExportColumn, str]) -> list[ExportColumn]:
    """Return what no column was found for and an import needs."""
    return [column for column in NEEDED if column not in chosen]


Row = tuple[str, int, int, int]  # url, hash of the row, seconds since 1970, hash of the subscriber


def row_reader(
    header: Sequence[str], chosen: Mapping[ExportColumn, str], secret: bytes
) -> Callable[[Sequence[str]], Row]:
    """Return a function that reads one row, as fast as Python can; it raises ValueError or IndexError for a bad one.

    Subscribers are hashed with the installation's secret, and not kept.
    """
    at, url, who = (header.index(chosen[column]) for column in NEEDED)
    number = header.index(chosen[ExportColumn.ID]) if ExportColumn.ID in chosen else None
    days: dict[str, int] = {}
    key = secret[:64]

    def read(row: Sequence[str]) -> Row:
        time, link, subscriber = row[at], row[url], row[who]
        day = days.get(time[:10])
        if day is None:
            day = days[time[:10]] = _day(time)
        if len(time) < 19 or time[13] != ":" or time[16] != ":" or day < 0:
            seconds = _seconds(time)
        else:
            seconds = day + int(time[11:13]) * 3600 + int(time[14:16]) * 60 + int(time[17:19])
            if len(time) > 20 or (len(time) == 20 and time[19] != "Z"):
                seconds = _seconds(time)
        if not link or not subscriber:
            raise ValueError("no link" if not link else "no subscriber")
        said = row[number] if number is not None else f"{seconds}\n{link}\n{subscriber}"
        both = blake2b(subscriber.encode(), key=key, digest_size=8).digest()
        return (
            link, int.from_bytes(blake2b(said.encode(), digest_size=8).digest(), "big", signed=True), seconds,
            int.from_bytes(both, "big", signed=True),
        )  # fmt: skip

    return read


def _day(time: str) -> int:
    """The day's first second where a moment is written as ISO 8601 does; -1 where it is not."""
    try:
        return int(datetime.fromisoformat(time[:10]).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return -1


OTHER_FORMATS = ("%b %d, %Y %I:%M %p", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M %p", "%d %b %Y %H:%M:%S", "%d/%m/%Y %H:%M:%S")


def _seconds(time: str) -> int:
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        for form in OTHER_FORMATS:
            try:
                moment = datetime.strptime(time, form)
                break
            except ValueError:
                continue
        else:
            raise ValueError(f"{time!r} is no time") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
