"""A mail provider's table of what was sent: which column is what, what a row says, and whose issue it is.

Two kinds of table are read: one row an issue, or one row a link of one issue. How the providers head their columns is told by
names; whatever else there is, somebody chooses the column.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from io import StringIO
from zoneinfo import ZoneInfo

from sponsorship.core.errors import DomainError

LARGEST_TEXT = 400_000  # characters: a form carries the table from the preview to the import
MOST_ROWS = 600


class MailingColumn(StrEnum):
    """What a column of a provider's table can say."""

    SUBJECT = "subject"
    SENT = "sent"
    DELIVERED = "delivered"
    RECIPIENTS = "recipients"
    BOUNCES = "bounces"
    OPENS = "opens"
    OPEN_RATE = "open_rate"
    CLICKS = "clicks"
    UNIQUE_CLICKS = "unique_clicks"
    LINK = "link"

    @property
    def label(self) -> str:
        """The words on the page."""
        return {
            "subject": "Subject or title",
            "sent": "When it was sent",
            "delivered": "Delivered",
            "recipients": "Recipients",
            "bounces": "Bounces",
            "opens": "Readers who opened",
            "open_rate": "Open rate",
            "clicks": "All clicks",
            "unique_clicks": "Readers who clicked",
            "link": "Link",
        }[self.value]


# How Mailchimp, Buttondown, beehiiv, Kit, Campaign Monitor and Sendy head these columns; compared without case and punctuation.
KNOWN: dict[MailingColumn, tuple[str, ...]] = {
    MailingColumn.SUBJECT: (
        "subject", "subjectline", "emailsubject", "title", "campaignname", "campaigntitle", "name", "campaign", "posttitle",
        "broadcast", "emailname",
    ),
    MailingColumn.SENT: (
        "senddate", "sent", "sentat", "sentdate", "datesent", "sendat", "publishdate", "publishedat", "senttime", "sentdatetime",
        "sendtime", "delivereddate", "date", "deliveredat", "timesent",
    ),
    MailingColumn.DELIVERED: (
        "successfuldeliveries", "delivered", "deliveries", "totaldelivered", "emailsdelivered", "deliveredcount",
    ),
    MailingColumn.RECIPIENTS: (
        "totalrecipients", "recipients", "recipientcount", "sends", "totalsent", "emailssent", "sentto", "subscribers",
        "totalsends", "numberofrecipients",
    ),
    MailingColumn.BOUNCES: ("totalbounces", "bounces", "bounced", "bouncecount", "totalbounced"),
    MailingColumn.OPENS: (
        "uniqueopens", "uniqueopened", "uniqueopen", "opensunique", "recipientswhoopened", "totaluniqueopens", "opened", "opens",
        "opencount",
    ),
    MailingColumn.OPEN_RATE: ("openrate", "uniqueopenrate", "openedrate", "openspercent", "opened%"),
    MailingColumn.CLICKS: ("totalclicks", "clickstotal", "totalclicked", "totallinkclicks", "clicks", "clickcount"),
    MailingColumn.UNIQUE_CLICKS: (
        "uniqueclicks", "clicksunique", "uniqueclick", "uniqueclicked", "uniquelinkclicks", "recipientswhoclicked",
        "totaluniqueclicks", "clicked", "clickers", "subscriberclicks",
    ),
    MailingColumn.LINK: ("url", "link", "linkurl", "links", "clickedlink", "destination"),
}  # fmt: skip


class TableUnreadable(DomainError):
    """A file in which no table with a heading can be found."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file's heading and rows; `lines` has each row's line in the file."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """What a provider counted for one issue; `opens` and `unique_clicks` are readers, `clicks` are all clicks."""

    delivered: int
    opens: int | None = None
    clicks: int | None = None
    unique_clicks: int | None = None


@dataclass(frozen=True, slots=True)
class MailingRow:
    """A row about an issue: how it names it, on what days it may have been sent, and its counts or why there are none."""

    line: int
    subject: str
    sent: str
    days: tuple[date, ...]
    counts: Counts | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A row about a link of one issue: all clicks, and readers where the table has them, or why it says nothing."""

    line: int
    url: str
    clicks: int
    readers: int | None
    fault: str = ""


def decode(raw: bytes) -> str:
    """Return the text of an uploaded file: UTF-8 or UTF-16 as they announce themselves, else what Windows writes."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def read_table(text: str) -> Table:
    """Return the table of a CSV file, whatever stands between its cells; raises TableUnreadable with the reason."""
    text = text.lstrip("\ufeff")
    if not text.strip():
        raise TableUnreadable("The file is empty.")
    if len(text) > LARGEST_TEXT:
        raise TableUnreadable(f"The file is larger than {LARGEST_TEXT // 1000} kB. Export a shorter period.")
    if "\x00" in text:
        raise TableUnreadable("This is no text. Export the figures as CSV.")
    heading = next(line for line in text.splitlines() if line.strip())
    between = max(",;\t", key=heading.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=between)
    try:
        found = [(tuple(cell.strip() for cell in row), reader.line_num) for row in reader]
    except csv.Error as error:
        raise TableUnreadable(f"Line {reader.line_num} cannot be read: {error}.") from None
    filled = [(row, line) for row, line in found if any(row)]
    if len(filled) < 2 or len(filled[0][0]) < 2:
        raise TableUnreadable("There is no table in the file: a heading with at least two columns, and rows below it.")
    if len(filled) - 1 > MOST_ROWS:
        raise TableUnreadable(f"The file has more than {MOST_ROWS} rows. Export a shorter period.")
    return Table(_distinct(filled[0][0]), tuple(row for row, _ in filled[1:]), tuple(line for _, line in filled[1:]))


def _distinct(header: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    names = []
    for number, name in enumerate(header, start=1):
        name = name or f"Column {number}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def guess_mailing_columns(header: Sequence[str]) -> dict[MailingColumn, str]:
    """Return which column is what, as far as the heading tells; the better known name goes first.

    A column called Clicks beside one of all clicks counts readers.
    """
    plain = {re.sub(r"[^a-z0-9%]", "", name.lower()): name for name in reversed(header)}
    found = {
        column: plain[next(name for name in names if name in plain)]
        for column, names in KNOWN.items()
        if any(name in plain for name in names)
    }
    if not any(name in plain for name in KNOWN[MailingColumn.UNIQUE_CLICKS]):
        all_clicks = next((plain[name] for name in KNOWN[MailingColumn.CLICKS][:4] if name in plain), None)
        if all_clicks and "clicks" in plain:
            found[MailingColumn.UNIQUE_CLICKS] = plain["clicks"]
    return found


def missing_mailing_columns(chosen: Mapping[MailingColumn, str]) -> list[str]:
    """Return what must be found and was not, in words: an issue needs its mails, a link its clicks."""
    if MailingColumn.LINK in chosen:
        wanted = (MailingColumn.CLICKS, MailingColumn.UNIQUE_CLICKS)
        return [] if any(one in chosen for one in wanted) else [MailingColumn.CLICKS.label]
    wanted = (MailingColumn.DELIVERED, MailingColumn.RECIPIENTS)
    return [] if any(one in chosen for one in wanted) else [MailingColumn.DELIVERED.label]


def mailing_rows(table: Table, chosen: Mapping[MailingColumn, str], zone: str) -> list[MailingRow]:
    """Return what each row says of an issue; a row that cannot be read has its reason instead of counts."""
    return [
        _mailing_row(line, _cells(table, chosen, row), ZoneInfo(zone))
        for line, row in zip(table.lines, table.rows, strict=True)
    ]


def link_rows(table: Table, chosen: Mapping[MailingColumn, str]) -> list[LinkRow]:
    """Return what each row says of a link."""
    return [_link_row(line, _cells(table, chosen, row)) for line, row in zip(table.lines, table.rows, strict=True)]


def issue_of(row: MailingRow, numbers: Mapping[date, int]) -> int | None:
    """Return the number of the issue a row is about: named in its subject, or sent on that day, or on the day before or after.

    `numbers` has the issues by their day. None where nothing fits, or more than one issue would.
    """
    known = set(numbers.values())
    named = {int(number) for number in NUMBERED.findall(row.subject) if int(number) in known}
    if len(named) == 1:
        return named.pop()
    for reach in (0, 1):
        near = {
            numbers[day]
            for said in row.days
            for day in (said - timedelta(days=reach), said + timedelta(days=reach))
            if day in numbers
        }
        if near:
            return near.pop() if len(near) == 1 else None
    return None


NUMBERED = re.compile(r"(?:#|№|\b(?:no|nr|issue|number|edition|vol|volume)\b\.?)\s*#?(\d{1,6})\b", re.IGNORECASE)


def _cells(table: Table, chosen: Mapping[MailingColumn, str], row: Sequence[str]) -> dict[MailingColumn, str]:
    places = {column: table.header.index(name) for column, name in chosen.items()}
    return {column: row[place] if place < len(row) else "" for column, place in places.items()}


def _mailing_row(line: int, cells: dict[MailingColumn, str], zone: ZoneInfo) -> MailingRow:
    subject, sent = cells.get(MailingColumn.SUBJECT, ""), cells.get(MailingColumn.SENT, "")
    days = days_of(sent, zone)
    try:
        counts = _counts(cells)
    except ValueError as error:
        return MailingRow(line, subject, sent, days, None, str(error))
    return MailingRow(line, subject, sent, days, counts)


def _counts(cells: dict[MailingColumn, str]) -> Counts:
    delivered = _number(cells, MailingColumn.DELIVERED)
    if delivered is None:
        recipients = _number(cells, MailingColumn.RECIPIENTS)
        if recipients is None:
            raise ValueError("how many were delivered is missing")
        delivered = recipients - (_number(cells, MailingColumn.BOUNCES) or 0)
    if delivered < 1:
        raise ValueError("nothing was delivered")
    opens = _number(cells, MailingColumn.OPENS)
    if opens is None and cells.get(MailingColumn.OPEN_RATE):
        opens = round(delivered * _share(cells[MailingColumn.OPEN_RATE]))
    if opens is not None and opens > delivered:
        raise ValueError("more readers opened it than got it: choose the column that counts each reader once")
    unique = _number(cells, MailingColumn.UNIQUE_CLICKS)
    clicks = _number(cells, MailingColumn.CLICKS)
    if unique is not None and unique > delivered:
        raise ValueError("more readers clicked than got it: choose the column that counts each reader once")
    if unique is not None and clicks is not None and unique > clicks:
        raise ValueError("more readers clicked than there are clicks")
    return Counts(delivered, opens, clicks, unique)


def _link_row(line: int, cells: dict[MailingColumn, str]) -> LinkRow:
    url = cells[MailingColumn.LINK]
    try:
        if not url:
            raise ValueError("no link")
        readers, clicks = _number(cells, MailingColumn.UNIQUE_CLICKS), _number(cells, MailingColumn.CLICKS)
        if clicks is None and readers is None:
            raise ValueError("no clicks")
        if clicks is not None and readers is not None and readers > clicks:
            raise ValueError("more readers clicked than there are clicks")
    except ValueError as error:
        return LinkRow(line, url, 0, None, str(error))
    return LinkRow(line, url, clicks if clicks is not None else readers or 0, readers)


def _number(cells: Mapping[MailingColumn, str], column: MailingColumn) -> int | None:
    """A whole number as providers write it: 12,345 or 12 345 or 12.345 or 12345.0; None for an empty cell."""
    text = cells.get(column, "")
    if text in ("", "-", "–", "n/a", "N/A"):
        return None
    plain = re.sub(r"(?<=\d)[,.'’\s\u202f\u00a0](?=\d{3}(?!\d))", "", text)
    if not re.fullmatch(r"\d{1,9}(?:[.,]0+)?", plain):
        raise ValueError(f"{column.label.lower()}: “{text[:40]}” is no whole number")
    return int(re.split(r"[.,]", plain)[0])


def _share(text: str) -> float:
    """A rate as 41.2%, 41.2 or 0.412; anything up to 1 without the sign is a share."""
    plain = text.replace("%", "").replace(",", ".").strip()
    if not re.fullmatch(r"\d{1,3}(?:\.\d+)?", plain) or float(plain) > 100:
        raise ValueError(f"open rate: “{text[:40]}” is no rate")
    return float(plain) / 100 if "%" in text or float(plain) > 1 else float(plain)


DAY_FORMATS = (
    "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%a %d %b %Y", "%a, %d %b %Y", "%b %d %Y", "%m/%d/%Y", "%d/%m/%Y",
    "%m/%d/%y", "%d/%m/%y", "%d.%m.%Y", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y",
)  # fmt: skip
CLOCK = re.compile(r"[,\s]+(?:at\s+)?\d{1,2}:\d{2}.*$", re.IGNORECASE)


def days_of(text: str, zone: ZoneInfo) -> tuple[date, ...]:
    """Return the days that a moment as a provider writes it may mean: two where day and month could change places."""
    try:
        moment = datetime.fromisoformat(text.removesuffix(" UTC") + ("+00:00" if text.endswith(" UTC") else ""))
        return ((moment.astimezone(zone) if moment.tzinfo else moment).date(),)
    except ValueError:
        plain = CLOCK.sub("", text).strip()
    found: list[date] = []
    for form in DAY_FORMATS:
        try:
            day = datetime.strptime(plain, form).date()
        except ValueError:
            continue
        if day not in found:
            found.append(day)
    return tuple(found)
