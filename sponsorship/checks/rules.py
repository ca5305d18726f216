"""The rules for duplicate placements: what is compared with what, how much it weighs, and the words for it.

What a rule makes of two placements, by where the other one stands (SEVERITIES below):

| rule             | in the same issue | in a neighbouring issue |
|------------------|-------------------|-------------------------|
| same sponsor     | look at this      | nothing: running every week is what sponsors buy |
| same destination | stops it          | look at this |
| same copy        | stops it          | look at this |
| near copy        | stops it          | look at this |

What stops the copy may be sent for review all the same: the publisher can waive it with a reason. Approval waits for that.
A neighbouring issue is at most 28 days or three issues away, on either side. An echo is one placement printed twice: it
has one text, so it is compared with nothing of its own.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sponsorship.core.format import WORDS, short_day
from sponsorship.core.urls import normal_url
from sponsorship.sponsors.rules import name_key

NEIGHBOUR_DAYS = timedelta(days=28)
NEIGHBOUR_ISSUES = 3

# Share of words in common from which two texts count as nearly the same. Measured on the placements of 27 published
# issues: two companies' ads reach 0.27, different ads of one company 0.56 (it repeats what it is), repeats start at 0.99.
NEAR_COPY_FROM = 0.6
LONGEST_DESTINATION = 900  # bytes that an index entry can hold on both databases, with room to spare
FEWEST_WORDS = 6  # below that, a shared phrase is no evidence: only identical texts count


class Severity(StrEnum):
    """What a finding does to the copy."""

    STOPS = "stops"
    LOOK = "look"

    @property
    def label(self) -> str:
        """The words before the finding."""
        return {"stops": "Stops it", "look": "Look at this"}[self.value]


class CheckRule(StrEnum):
    """The rules that look for duplicate placements."""

    SAME_SPONSOR = "same_sponsor"
    SAME_DESTINATION = "same_destination"
    SAME_COPY = "same_copy"
    NEAR_COPY = "near_copy"


COPY_RULES = (CheckRule.SAME_COPY, CheckRule.NEAR_COPY)


class Nearness(StrEnum):
    """Where the other placement stands, seen from this one."""

    SAME_ISSUE = "same_issue"
    NEIGHBOUR = "neighbour"


SEVERITIES: dict[tuple[CheckRule, Nearness], Severity | None] = {
    (CheckRule.SAME_SPONSOR, Nearness.SAME_ISSUE): Severity.LOOK,
    (CheckRule.SAME_SPONSOR, Nearness.NEIGHBOUR): None,
    (CheckRule.SAME_DESTINATION, Nearness.SAME_ISSUE): Severity.STOPS,
    (CheckRule.SAME_DESTINATION, Nearness.NEIGHBOUR): Severity.LOOK,
    (CheckRule.SAME_COPY, Nearness.SAME_ISSUE): Severity.STOPS,
    (CheckRule.SAME_COPY, Nearness.NEIGHBOUR): Severity.LOOK,
    (CheckRule.NEAR_COPY, Nearness.SAME_ISSUE): Severity.STOPS,
    (CheckRule.NEAR_COPY, Nearness.NEIGHBOUR): Severity.LOOK,
}


class CopySource(StrEnum):
    """Where a text in the corpus comes from."""

    CREATIVE = "creative"
    ARCHIVE = "archive"


class FindingState(StrEnum):
    """Whether a finding still stands."""

    OPEN = "open"
    WAIVED = "waived"
    GONE = "gone"


class Reader(StrEnum):
    """Who a finding is told to: the sponsor whose copy it is, or the newsletter's team."""

    SPONSOR = "sponsor"
    PUBLISHER = "publisher"


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


@dataclass(frozen=True, slots=True)
class Telling:
    """A finding in words: a title, and a sentence that says what and where."""

    title: str
    sentence: str


def destination_of(url: str) -> str:
    """Return a link as it is compared, empty for none; one too long for an index keeps its start and a hash of the whole."""
    normal = normal_url(url) or ""
    if len(normal.encode()) <= LONGEST_DESTINATION:
        return normal
    digest = hashlib.sha256(normal.encode()).hexdigest()
    return normal.encode()[: LONGEST_DESTINATION - len(digest)].decode(errors="ignore") + digest


def nearness(this: Passage, other: Passage) -> Nearness:
    """Return where the other placement stands."""
    return Nearness.SAME_ISSUE if this.publish_on == other.publish_on else Nearness.NEIGHBOUR


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


def tell(
    rule: CheckRule, this: Passage, other: Passage, likeness: float, *, today: date, reader: Reader = Reader.SPONSOR
) -> Telling:
    """Return a finding in words for a reader; a sponsor never learns another sponsor's name.

    `likeness` is the share of words in common, 0 to 1; `today` decides between what ran and what is going to run.
    """
    share = f"{int(likeness * 100 + 1e-9)}%" if likeness < 1 else "All"
    if rule is CheckRule.SAME_SPONSOR:
        return _tell_same_sponsor(this, other, reader)
    start = {
        CheckRule.SAME_DESTINATION: "Same link as",
        CheckRule.SAME_COPY: "Same copy as",
        CheckRule.NEAR_COPY: "Nearly the same copy as",
    }[rule]
    title = f"{start} {_whose_slot(this, other, reader)} {interval(this, other)}"
    place = f"No. {other.issue_number} on {short_day(other.publish_on)}"
    if nearness(this, other) is Nearness.SAME_ISSUE:
        return Telling(title, _same_issue_sentence(rule, other, share, place))
    has_run = other.publish_on < today
    if rule is CheckRule.SAME_DESTINATION:
        sentence = (
            f"{place} {'sent' if has_run else 'sends'} readers to {other.destination}, in its {other.placement_name} slot."
            f" It may run as it is: we point it out within {NEIGHBOUR_DAYS.days} days or three issues."
        )
    else:
        verb = "ran" if has_run else "run"
        sentence = f"{share} of these words {verb} in {place} too, as {other.placement_name}. It may run as it is."
    return Telling(title, sentence)


def _tell_same_sponsor(this: Passage, other: Passage, reader: Reader) -> Telling:
    who, whose = ("You have", "yours") if reader is Reader.SPONSOR else (f"{this.sponsor_name} has", "theirs")
    sentence = (
        f"The {other.placement_name} slot of No. {other.issue_number} on {short_day(other.publish_on)} is {whose} too."
        " Both may run; see that they do not say the same."
    )
    return Telling(f"{who} another ad in this issue", sentence)


def _same_issue_sentence(rule: CheckRule, other: Passage, share: str, place: str) -> str:
    slot = f"{other.placement_name} slot of {place}"
    if rule is CheckRule.SAME_DESTINATION:
        what = f"The {slot} leads to {other.destination} too. Two ads in one issue need two pages"
    else:
        what = f"{share} of these words are in the {slot} too. One issue does not print an ad twice"
    return f"{what}, unless the publisher allows it."


def _whose_slot(this: Passage, other: Passage, reader: Reader) -> str:
    if reader is Reader.SPONSOR:
        owner = "your" if is_same_sponsor(this, other) else "another sponsor’s"
        return f"{owner} {other.placement_name} slot"
    owner = f" of {other.sponsor_name}" if other.sponsor_name else ""
    return f"the {other.placement_name} slot{owner}"
