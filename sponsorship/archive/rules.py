"""What is known of a published issue: its placements, their duplicates, and how a newsletter marks them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

ASK_BELOW = 0.65
"""A placement found with less confidence than this is put to the publisher as a question."""

FIRST_WORDS = 10
"""How many words of the copy are quoted to recognise it by."""


MOST_PLACEMENTS = 60
"""More than these are not read from one file."""


class FoundKind(StrEnum):
    """Where in an issue a piece of sponsored copy stood."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    PARTNER = "partner"
    CLASSIFIED = "classified"
    FOOTER_REPEAT = "footer-repeat"
    HOUSE = "house"

    @property
    def label(self) -> str:
        """The words that a page shows."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    FoundKind.PRIMARY: "Primary",
    FoundKind.SECONDARY: "Secondary",
    FoundKind.PARTNER: "Partner",
    FoundKind.CLASSIFIED: "Classified",
    FoundKind.FOOTER_REPEAT: "Repeated at the foot",
    FoundKind.HOUSE: "House ad",
}


class DuplicateKind(StrEnum):
    """What two placements of one issue have in common, in the order in which the facts are told."""

    FOOTER_REPEAT = "footer-repeat"
    SAME_COPY = "same-copy"
    NEAR_COPY = "near-copy"
    SAME_DESTINATION = "same-destination"
    SAME_SPONSOR = "same-sponsor"

    @property
    def label(self) -> str:
        """The words that a page shows."""
        return _DUPLICATE_LABELS[self]


_DUPLICATE_LABELS = {
    DuplicateKind.FOOTER_REPEAT: "Repeated at the foot",
    DuplicateKind.SAME_COPY: "Same copy",
    DuplicateKind.NEAR_COPY: "Nearly the same copy",
    DuplicateKind.SAME_DESTINATION: "Same destination",
    DuplicateKind.SAME_SPONSOR: "Same sponsor",
}


class Medium(StrEnum):
    """What an issue is written in."""

    MARKDOWN = "markdown"
    HTML = "html"


@dataclass(frozen=True)
class FormatDescription:
    """How a newsletter shows that something was paid for: words and habits, no code.

    `signs` are regular expressions; a description is meant for an issue whose source has a match for each of them.
    The `*_terms` are words or short phrases in lower case. A heading, a line of its own or words set off are a label
    when they have such a term and otherwise nothing but `filler_words` and the name of a company. `disclosures` and
    `house_phrases` are regular expressions over a sentence; a disclosure names the company in its group "name".
    """

    name: str
    summary: str
    medium: Medium | None = None
    signs: tuple[str, ...] = ()
    sponsor_terms: tuple[str, ...] = ()
    weak_terms: tuple[str, ...] = ()
    partner_terms: tuple[str, ...] = ()
    classified_terms: tuple[str, ...] = ()
    filler_words: tuple[str, ...] = ()
    disclosures: tuple[str, ...] = ()
    house_phrases: tuple[str, ...] = ()
    job_headings: tuple[str, ...] = ()
    editorial_headings: tuple[str, ...] = ()
    promotional_phrases: tuple[str, ...] = ()
    closing_phrases: tuple[str, ...] = ()
    front_matter_keys: tuple[str, ...] = ()
    container_words: tuple[str, ...] = ()
    tag_kind: FoundKind | None = None
    """The kind of an item that a small tag marks among editorial items; None counts it with the others."""
    tag_spans_paragraphs: bool = True
    """A tag on the last of several paragraphs marks them all."""
    company_headings: bool = True
    """A section under the name of a company, with nothing but offers in it, is a partner's."""
    echo_at_foot: bool = True
    """The copy of a placement may be printed again lower down, without a label."""


@dataclass(frozen=True)
class FoundPlacement:
    """A placement as it was found in an issue.

    Lines count from 1, the last is included, and cover the copy without the heading. `heading` is the label above
    the copy, empty where there is none. `body` is the copy as plain text, `body_source` the same as Markdown. `urls`
    are all web links in the order of print, `url` the first. `confidence` runs from 0 to 1.
    """

    slot: FoundKind
    sponsor: str | None
    heading: str
    first_words: str
    url: str | None
    line_start: int
    line_end: int
    house: bool
    confidence: float
    body: str
    body_source: str
    urls: tuple[str, ...]

    @property
    def is_question(self) -> bool:
        """Whether the publisher should be asked before anything is built on this."""
        return self.confidence < ASK_BELOW


@dataclass(frozen=True)
class DuplicatePair:
    """Two placements of one issue, by their places in its list, and what they have in common."""

    first: int
    second: int
    kinds: tuple[DuplicateKind, ...]

    @property
    def words(self) -> str:
        """The kinds in one string, joined by plus signs."""
        return "+".join(self.kinds)


@dataclass(frozen=True)
class ReadIssue:
    """A published issue as it was read from a file; `notices` are sentences about what was odd in it."""

    path_name: str
    medium: Medium
    format_name: str
    title: str | None
    newsletter: str | None
    issue_no: int | None
    published_on: date | None
    placements: tuple[FoundPlacement, ...]
    duplicates: tuple[DuplicatePair, ...]
    notices: tuple[str, ...] = ()
