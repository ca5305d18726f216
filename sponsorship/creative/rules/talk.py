"""Who writes on copy beside the sponsor, and how a publisher's edit is consented to."""

from enum import StrEnum

from sponsorship.core.errors import InvalidTransition

LONGEST_COMMENT = 4000  # characters
MOST_WRITER_DAYS = 30
MOST_WRITERS = 10  # links to one ad that are open at once


class Side(StrEnum):
    """Who wrote a version or a comment."""

    SPONSOR = "sponsor"
    WRITER = "writer"  # whoever holds a copywriter's link
    PUBLISHER = "publisher"
    FLATPLAN = "flatplan"  # by a rule of the newsletter's, without a person

    @property
    def label(self) -> str:
        """The word beside a name."""
        return {"writer": "Copywriter", "flatplan": "By rule"}.get(self.value, self.value.capitalize())


class Consent(StrEnum):
    """What the sponsor says to an edit of the publisher's."""

    ASKED = "asked"
    GIVEN = "given"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # edited once more, or taken back, before it was answered

    @property
    def label(self) -> str:
        """The words beside a version."""
        return {
            "asked": "Consent asked",
            "given": "The sponsor agreed",
            "declined": "The sponsor declined",
            "withdrawn": "Replaced before it was answered",
        }[self.value]


CONSENT_STEPS: dict[Consent, frozenset[Consent]] = {
    Consent.ASKED: frozenset({Consent.GIVEN, Consent.DECLINED, Consent.WITHDRAWN}),
    Consent.GIVEN: frozenset(),
    Consent.DECLINED: frozenset(),
    Consent.WITHDRAWN: frozenset(),
}


def check_consent_step(before: Consent | None, after: Consent) -> None:
    """Raise InvalidTransition unless the table has this step; only what was asked is answered."""
    if before is None or after not in CONSENT_STEPS[before]:
        raise InvalidTransition("This edit is not waiting for an answer any more. Look at the copy as it is now.")
