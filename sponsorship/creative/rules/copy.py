"""Copy: what it consists of, how far it has come, and the limits that it must meet."""

import re
from dataclasses import dataclass
from enum import StrEnum

from sponsorship.core.errors import InvalidTransition
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
    CreativeState.APPROVED: frozenset({CreativeState.CHANGES_REQUESTED, CreativeState.SUBMITTED, CreativeState.LOCKED}),
    CreativeState.LOCKED: frozenset({CreativeState.APPROVED}),
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


NO_COPY = Copy("", "", "", "")


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
