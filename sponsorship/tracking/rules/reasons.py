"""What a hit is, and the reasons why one is kept and not counted."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag, StrEnum

from sponsorship.core.errors import DomainError
from sponsorship.core.urls import is_web_url

LONGEST_DESTINATION = 2048


class LinkPosition(StrEnum):
    """Where in the issue a link stands: the block itself, its echo at the foot, or a trap that no person sees."""

    HEAD = "head"
    FOOT = "foot"
    TRAP = "trap"


class Mark(IntFlag):
    """What was known of a hit when it came, beside its user-agent string; kept, so that rules can be applied again."""

    NONE = 0
    HEAD = 1
    FETCHED_AHEAD = 2
    TEAM = 4


class ExclusionReason(StrEnum):
    """Why a hit is kept and not counted, in the order in which reasons are looked for: the first that holds is given."""

    HONEYPOT = "honeypot"
    BOT = "bot"
    HEAD_REQUEST = "head_request"
    PREFETCH = "prefetch"
    TEAM = "team"
    BEFORE_PUBLICATION = "before_publication"
    TOO_SOON = "too_soon"
    AFTER_END = "after_end"
    BURST = "burst"
    REPEAT = "repeat"
    RATE = "rate"

    @property
    def label(self) -> str:
        """The words in reports."""
        return {
            "honeypot": "Followed a link that no person sees",
            "bot": "Known robots and libraries",
            "head_request": "Link checkers (HEAD)",
            "prefetch": "Fetched ahead by a mail app",
            "team": "Your own team",
            "before_publication": "Before the issue went out",
            "too_soon": "Within seconds of sending",
            "after_end": "After the end date",
            "burst": "Mail scanners: many links within seconds",
            "repeat": "Repeated by the same reader",
            "rate": "More from one address than people click",
        }[self.value]


class DestinationInvalid(DomainError):
    """A link that no reader may be sent to: another scheme than http(s), no host, or characters an address cannot have."""

    message = "A link must start with http:// or https:// and name a host."


@dataclass(frozen=True, slots=True)
class Hit:
    """One request for a tracked link, as it arrived; `purposes` is what the client said it fetches the page for."""

    link_id: int
    at: datetime
    address: str
    user_agent: str = ""
    method: str = "GET"
    purposes: tuple[str, ...] = ()
    is_team: bool = False

    @property
    def marks(self) -> Mark:
        """What the request said of itself."""
        marks = Mark.HEAD if self.method == "HEAD" else Mark.NONE
        if is_fetched_ahead(self.purposes):
            marks |= Mark.FETCHED_AHEAD
        return marks | (Mark.TEAM if self.is_team else Mark.NONE)


def is_fetched_ahead(purposes: tuple[str, ...]) -> bool:
    """Whether a client said that nobody has clicked yet (Sec-Purpose, Purpose, X-Purpose, X-Moz)."""
    return any(word in value.lower() for value in purposes for word in ("prefetch", "prerender", "preview"))


def checked_destination(url: str) -> str:
    """Return a destination that readers may be sent to, or raise DestinationInvalid."""
    url = url.strip()
    if len(url) > LONGEST_DESTINATION or not is_web_url(url):
        raise DestinationInvalid
    return url
