"""What became of what was sold, once the issue was sent; and what a failure is called where it is made good."""

from collections.abc import Sequence
from enum import StrEnum

from sponsorship.assembly.rules.printed import BlockCheck, Trouble
from sponsorship.booking.rules import BookingKind, BookingState, MakeGoodCause
from sponsorship.core.format import count_word


class PrintPurpose(StrEnum):
    """Why the publisher gave us a whole issue."""

    CHECK = "check"
    PROOF = "proof"


class PrintOrigin(StrEnum):
    """How an issue came to us."""

    PASTED = "pasted"
    UPLOADED = "uploaded"
    FETCHED = "fetched"

    @property
    def label(self) -> str:
        """The word on screens."""
        return self.value.capitalize()


class ProofVerdict(StrEnum):
    """What is on record of one placement after sending."""

    AS_SOLD = "as_sold"
    DIFFERS = "differs"
    MISSING = "missing"

    @property
    def label(self) -> str:
        """The words on screens."""
        return {"as_sold": "Ran as sold", "differs": "Ran, but not as sold", "missing": "Did not run"}[self.value]


CAUSES = {
    Trouble.MISSING: MakeGoodCause.NOT_PRINTED,
    Trouble.TEXT: MakeGoodCause.WRONG_TEXT,
    Trouble.UNAPPROVED: MakeGoodCause.WRONG_TEXT,
    Trouble.LINK: MakeGoodCause.WRONG_LINK,
    Trouble.PLACE: MakeGoodCause.WRONG_PLACE,
}
"""What is owed for again; a missing disclosure or a second run is the publisher's trouble, not the sponsor's loss."""


def cause_of(checks: Sequence[BlockCheck]) -> MakeGoodCause | None:
    """Return what went wrong with a placement, its echo included, in the order of `CAUSES`; None where it ran as sold."""
    troubles = {fault.trouble for check in checks for fault in check.faults}
    return next((cause for trouble, cause in CAUSES.items() if trouble in troubles), None)


def verdict_of(checks: Sequence[BlockCheck]) -> ProofVerdict:
    """Return what is put on record: missing where no position was printed, else whether anything is owed for it."""
    if all(check.sighting is None for check in checks):
        return ProofVerdict.MISSING
    return ProofVerdict.AS_SOLD if cause_of(checks) is None else ProofVerdict.DIFFERS


def may_be_proved(kind: BookingKind, state: BookingState) -> bool:
    """Whether a booking was sold and ran: what came from the archive, or was the publisher's own, needs no proof."""
    return kind is BookingKind.SALE and state in (BookingState.CONFIRMED, BookingState.RAN)


def print_verdict(wrong: int, stops: int, looks: int) -> list[str | tuple[str, str]]:
    """Return the headline of a check: what is wrong in the issue as given, what else stops it, what to look at."""
    if wrong:
        return ["Not what was sold:", (count_word(wrong, "thing is wrong.", "things are wrong.").lower(), "owed")]
    if stops:
        return ["What is in it is right;", (count_word(stops, "thing stops it.", "things stop it.").lower(), "owed")]
    if looks:
        return ["All that was sold is in it,", count_word(looks, "thing to look at.", "things to look at.").lower()]
    return ["All that was sold is in it."]


def proof_verdict(verdicts: Sequence[ProofVerdict]) -> list[str | tuple[str, str]]:
    """Return the headline of a proof: how many placements ran as sold, and how many did not."""
    wrong = sum(1 for verdict in verdicts if verdict is not ProofVerdict.AS_SOLD)
    right = len(verdicts) - wrong
    if not verdicts:
        return ["Nothing was sold in this issue."]
    if not wrong:
        return ["Everything ran as sold."]
    clause = (f"{count_word(wrong, 'did not.', 'did not.').lower()}", "owed")
    return (
        [count_word(right, "placement ran as sold,", "placements ran as sold,"), clause]
        if right
        else [("Nothing ran as sold.", "owed")]
    )


def proof_sentence(verdicts: Sequence[ProofVerdict]) -> str:
    """Return in a sentence what is on record of an issue's placements."""
    if not verdicts:
        return "Give the issue as it was sent: what ran gets a tear sheet, what did not run as sold is made good."
    told = [(verdict, sum(1 for one in verdicts if one is verdict)) for verdict in ProofVerdict]
    return (
        "; ".join(f"{number} {verdict.label[:1].lower()}{verdict.label[1:]}" for verdict, number in told if number)
        + "."
    )
