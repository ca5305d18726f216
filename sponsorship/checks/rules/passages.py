"""What is compared: one placement's text in one issue, and how two of them stand to each other."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import urlsplit

from sponsorship.checks.rules.policy import CheckRule, Nearness
from sponsorship.core.format import WORDS
from sponsorship.core.urls import normal_url, registrable_domain
from sponsorship.sponsors.rules import name_key

LONGEST_DESTINATION = 900  # bytes that an index entry can hold on both databases, with room to spare
FEWEST_WORDS = 6  # below that, a shared phrase is no evidence: only identical texts count

# Hosts where many companies live under one domain: to share it says nothing.
SHARED_HOSTS = frozenset(
    {
        "amazon.com", "apple.com", "bit.ly", "discord.gg", "eventbrite.com", "facebook.com", "github.com", "github.io",
        "gitlab.com", "google.com", "gumroad.com", "heroku.com", "herokuapp.com", "instagram.com", "kickstarter.com",
        "lever.co", "linkedin.com", "medium.com", "meetup.com", "netlify.app", "notion.site", "patreon.com",
        "producthunt.com", "reddit.com", "substack.com", "t.co", "tinyurl.com", "twitter.com", "typeform.com", "vercel.app",
        "workable.com", "x.com", "youtube.com", "zoom.us",
    }
)  # fmt: skip


class CopySource(StrEnum):
    """Where a text in the corpus comes from."""

    CREATIVE = "creative"
    ARCHIVE = "archive"
    EDITORIAL = "editorial"  # a link of the issue's own text: no placement, but a place where a sponsor may stand too


@dataclass(frozen=True, slots=True)
class Passage:
    """One placement's text in one issue, as it is compared; `destination` is core.urls.normal_url, or empty."""

    newsletter_id: int
    source: CopySource
    source_id: int
    issue_number: int
    publish_on: date
    placement_name: str
    sponsor_id: int | None
    sponsor_name: str
    heading: str
    body: str
    url: str
    destination: str

    @property
    def copy(self) -> str:
        """Heading and body: the words that are compared."""
        return f"{self.heading}\n{self.body}"


def destination_of(url: str) -> str:
    """Return a link as it is compared, empty for none; one too long for an index keeps its start and a hash of the whole."""
    normal = normal_url(url) or ""
    if len(normal.encode()) <= LONGEST_DESTINATION:
        return normal
    digest = hashlib.sha256(normal.encode()).hexdigest()
    return normal.encode()[: LONGEST_DESTINATION - len(digest)].decode(errors="ignore") + digest


def nearness(this: Passage, other: Passage, issues: int, days: int) -> Nearness:
    """Return where the other placement stands; near is what is at most so many issues or so many days away."""
    if this.publish_on == other.publish_on:
        return Nearness.SAME_ISSUE
    is_near = (
        abs(this.issue_number - other.issue_number) <= issues or abs((this.publish_on - other.publish_on).days) <= days
    )
    return Nearness.NEIGHBOUR if is_near else Nearness.FAR


def are_one_placement(this: Passage, other: Passage) -> bool:
    """Tell whether two texts are the same placement: itself, or what was sold beside what the archive read of that issue."""
    if (this.source, this.source_id) == (other.source, other.source_id):
        return True
    same_place = (this.publish_on, this.placement_name) == (other.publish_on, other.placement_name)
    return same_place and this.source is not other.source


def is_same_sponsor(this: Passage, other: Passage) -> bool:
    """Tell whether both are one company's: by its row where both have one, else by name (legal form and case aside)."""
    if this.sponsor_id is not None and other.sponsor_id is not None:
        return this.sponsor_id == other.sponsor_id
    return bool(name_key(this.sponsor_name)) and name_key(this.sponsor_name) == name_key(other.sponsor_name)


def is_same_house(this: Passage, other: Passage) -> bool:
    """Tell whether both are one company's or lead to one web domain that is nobody else's: not to a shared host."""
    if is_same_sponsor(this, other):
        return True
    ours, theirs = registrable_domain(this.url), registrable_domain(other.url)
    return ours is not None and ours == theirs and ours not in SHARED_HOSTS


def leads_deep(url: str) -> bool:
    """Tell whether a link names more than a site: a path, or a query such as a campaign's."""
    parts = urlsplit(url)
    return parts.path.strip("/") != "" or parts.query != ""


def may_show_text(this: Passage, other: Passage, today: date) -> bool:
    """Tell whether this placement's sponsor may read the other's text: it is their own, or was printed.

    "Printed" waits for the second day after the issue's, for `today` is UTC's and some newsletters are hours behind it.
    """
    return is_same_sponsor(this, other) or (today - other.publish_on).days > 1


def fingerprint(rule: CheckRule, this: Passage, other: Passage, compared: Sequence[str] = ()) -> str:
    """Return what tells one finding from a later one: the rule, the two placements in either order, what was compared."""
    pair = sorted(f"{one.source}:{one.source_id}" for one in (this, other))
    return hashlib.sha256("\n".join([rule, *pair, *sorted(compared)]).encode()).hexdigest()


def interval(this: Passage, other: Passage) -> str:
    """Return when the other runs, seen from this one: "in this issue", "two weeks earlier", "a day later"."""
    days = (other.publish_on - this.publish_on).days
    if not days:
        return "in this issue"
    number, noun = (abs(days) // 7, "week") if days % 7 == 0 else (abs(days), "day")
    figure = "a" if number == 1 else WORDS[number].lower() if number < len(WORDS) else str(number)
    return f"{figure} {noun}{'' if number == 1 else 's'} {'later' if days > 0 else 'earlier'}"
