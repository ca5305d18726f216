"""A creative's way from draft to print, the limits that it must meet, and the words for its deadline."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sponsorship.core.errors import InvalidTransition
from sponsorship.core.format import clock_time, count, count_word, day, local, long_day
from sponsorship.core.text import LimitUnit, clean_line, count_units
from sponsorship.core.urls import host_of, is_web_url


class CreativeState(StrEnum):
    """How far the copy of one booking has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    LOCKED = "locked"

    @property
    def label(self) -> str:
        """The words on screens."""
        return {"submitted": "In review", "changes_requested": "Changes asked"}.get(self.value, self.value.capitalize())


CREATIVE_STEPS: dict[CreativeState, frozenset[CreativeState]] = {
    CreativeState.DRAFT: frozenset({CreativeState.SUBMITTED}),
    CreativeState.SUBMITTED: frozenset({CreativeState.CHANGES_REQUESTED, CreativeState.APPROVED, CreativeState.DRAFT}),
    CreativeState.CHANGES_REQUESTED: frozenset({CreativeState.SUBMITTED}),
    CreativeState.APPROVED: frozenset({CreativeState.CHANGES_REQUESTED, CreativeState.LOCKED}),
    CreativeState.LOCKED: frozenset(),
}

LONGEST_FIELD = 20_000  # characters of anything that is kept at all, finished or not
LONGEST_LINK = 2_000
LONGEST_LINK_TEXT = 60

_LINE_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Control characters, marks that turn the direction of text round, zero-width blanks; joiners of scripts and emoji stay.
_INVISIBLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_PUBLIC_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?!local$|localhost$|internal$)(?:[a-z]{2,}|xn--[a-z0-9-]+)"
)

EDITABLE = (CreativeState.DRAFT, CreativeState.CHANGES_REQUESTED)


@dataclass(frozen=True, slots=True)
class Copy:
    """What a sponsor writes for one slot; body is a small Markdown."""

    heading: str
    body: str
    link_url: str
    link_text: str


@dataclass(frozen=True, slots=True)
class CopyLimits:
    """The ad spec of one placement."""

    heading: int
    body: int
    unit: LimitUnit


def check_creative_step(before: CreativeState, after: CreativeState) -> None:
    """Raise InvalidTransition unless the table has this step."""
    if after not in CREATIVE_STEPS[before]:
        raise InvalidTransition(f"Copy that is {before.label.lower()} cannot become {after.label.lower()}.")


def limit_sentence(name: str, text: str, limit: int, unit: LimitUnit) -> str | None:
    """Return what is wrong with a text's length, or None: "The body has 64 words: 4 over the limit of 60."."""
    used = count_units(text, unit)
    if used <= limit:
        return None
    return f"The {name} has {used} {unit.label}: {used - limit} over the limit of {limit}."


def clean_copy(copy: Copy) -> Copy:
    """Return copy as it is kept: single lines on one line, the body with plain line breaks, nothing invisible in either."""
    body = _LINE_BREAKS.sub("\n", copy.body)
    body = _INVISIBLE.sub("", body.replace("\t", " "))
    body = "\n".join(line.rstrip() for line in body.split("\n")).strip("\n")
    return Copy(clean_line(copy.heading), body, clean_line(copy.link_url), clean_line(copy.link_text))


def link_problem(url: str) -> str | None:
    """Return what is wrong with the ad's link, or None: it must be http or https, to a public host, without a user name."""
    if not url:
        return "Give the page that the ad leads to."
    if len(url) > LONGEST_LINK:
        return f"The address has {len(url)} characters; {LONGEST_LINK} is the most."
    if "@" in url.partition("//")[2].partition("/")[0]:
        return "The address must not carry a user name."
    if not is_web_url(url):
        return "The address must start with https:// or http:// and name a site, like https://example.com/page."
    if not _PUBLIC_HOST.fullmatch(host_of(url) or ""):
        return "The address must name a public site, like https://example.com/page."
    return None


def copy_problems(copy: Copy, limits: CopyLimits) -> dict[str, str]:
    """Return what keeps copy from being sent, by field, in sentences; empty where nothing does."""
    found = {
        "heading": limit_sentence("headline", copy.heading, limits.heading, limits.unit),
        "body": limit_sentence("body", copy.body, limits.body, limits.unit),
        "link_url": link_problem(copy.link_url),
        "link_text": limit_sentence("link text", copy.link_text, LONGEST_LINK_TEXT, LimitUnit.CHARACTERS),
    }
    if not copy.body.strip():
        found["body"] = "Write the body of the ad."
    return {field: problem for field, problem in found.items() if problem}


def due_words(due_at: datetime, now: datetime, zone: str) -> str:
    """Return a deadline as a sentence ends: "today at 18:00 GMT", "tomorrow at ...", "on Thu 26 Nov at 18:00 GMT"."""
    there = local(due_at, zone).date()
    days = (there - local(now, zone).date()).days
    when = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days) or f"on {day(there)}"
    return f"{when} at {clock_time(due_at, zone)}"


def tally_words(stops: int, looks: int, passed: int) -> str:
    """Return what the checks come to: "1 stops it, 1 to look at, 6 passed"."""
    parts = [f"{count(stops, 'stops it', 'stop it')}"] if stops else []
    parts += [f"{looks} to look at"] if looks else []
    parts += [f"{passed} passed"] if passed else []
    return ", ".join(parts) or "Nothing to check yet"


def copy_headline(
    state: CreativeState,
    *,
    has_run: bool,
    is_late: bool,
    due: str,
    publisher: str,
    publish_on: date,
    stops: int,
    looks: int,
    is_empty: bool,
) -> list[str | tuple[str, str]]:
    """Return the sentence of the sponsor's copy page by clauses; the one that costs the print is marked "owed"."""
    if has_run:
        return [f"The issue of {long_day(publish_on)} has gone out.", "Its copy stays as it was."]
    if state in (CreativeState.APPROVED, CreativeState.LOCKED):
        return ["Approved.", f"It runs {day(publish_on)}."]
    clauses: list[str | tuple[str, str]] = []
    if state is CreativeState.SUBMITTED:
        clauses = [f"{publisher} is reading your copy."]
    else:
        clauses += [f"{publisher} asks for changes."] if state is CreativeState.CHANGES_REQUESTED else []
        clauses += [(f"Copy was due {due}.", "owed")] if is_late else [f"Copy is due {due}."]
    if stops:
        clauses.append((f"{count_word(stops, 'thing stops', 'things stop')} it.", "owed"))
    elif looks:
        clauses.append(f"{count_word(looks, 'thing', 'things')} to look at.")
    elif not is_empty and state is CreativeState.DRAFT:
        clauses.append("It is ready to send.")
    return clauses


def queue_headline(waiting: int, due_today: int, late: int) -> list[str | tuple[str, str]]:
    """Return the sentence of the review page by clauses: how many wait, and which cannot wait."""
    if not waiting:
        return ["No ad waits to be read."]
    clauses: list[str | tuple[str, str]] = [f"{count_word(waiting, 'ad', 'ads')} to read."]
    if late:
        clauses.append((f"{count_word(late, 'is', 'are')} past the deadline.", "owed"))
    if due_today:
        clauses.append(f"{count_word(due_today, 'is', 'are')} due today.")
    return clauses
