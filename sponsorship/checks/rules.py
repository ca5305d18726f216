"""The rules for duplicate placements: what a finding is and how much it weighs."""

from enum import StrEnum


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


class CopySource(StrEnum):
    """Where a text in the corpus comes from."""

    CREATIVE = "creative"
    ARCHIVE = "archive"


class FindingState(StrEnum):
    """Whether a finding still stands."""

    OPEN = "open"
    WAIVED = "waived"
    GONE = "gone"
