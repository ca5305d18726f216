"""What a click is, and why one is not counted."""

from enum import StrEnum

RULES_VERSION = 1


class LinkPosition(StrEnum):
    """Where in the issue a link stands: the block itself, or its echo at the foot."""

    HEAD = "head"
    FOOT = "foot"


class ExclusionReason(StrEnum):
    """Why a hit is kept and not counted."""

    BOT = "bot"
    HEAD_REQUEST = "head_request"
    PREFETCH = "prefetch"
    BURST = "burst"
    REPEAT = "repeat"
    TEAM = "team"
    BEFORE_PUBLICATION = "before_publication"

    @property
    def label(self) -> str:
        """The words in reports."""
        return {
            "bot": "Known robots and libraries",
            "head_request": "Link checkers (HEAD)",
            "prefetch": "Fetched ahead by a mail app",
            "burst": "Mail scanners: many links within seconds",
            "repeat": "Repeated by the same reader",
            "team": "Your own team",
            "before_publication": "Before the issue went out",
        }[self.value]
