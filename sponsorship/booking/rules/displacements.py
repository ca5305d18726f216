"""Bookings whose slot falls away: why, what is offered to the sponsor, and how it ends. Nothing is dropped silently."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sponsorship.booking.rules.orders import BookingKind, BookingState, OrderState
from sponsorship.core.errors import InvalidTransition
from sponsorship.core.format import long_day


class DisplacementCause(StrEnum):
    """Why a booking cannot stay as it is."""

    ISSUE_SKIPPED = "issue_skipped"
    ISSUE_MOVED = "issue_moved"
    CAPACITY_LOWERED = "capacity_lowered"
    PLACEMENT_RETIRED = "placement_retired"

    @property
    def label(self) -> str:
        """The words on the publisher's pages."""
        return self.value.replace("_", " ").capitalize()


class Remedy(StrEnum):
    """What a sponsor can choose."""

    KEEP = "keep"
    MOVE = "move"
    CREDIT = "credit"
    REFUND = "refund"

    @property
    def label(self) -> str:
        """The words of the choice."""
        return {
            "keep": "Keep the slot on its new date",
            "move": "Take another date",
            "credit": "Keep a credit for later",
            "refund": "Have the money back",
        }[self.value]


class DisplacementState(StrEnum):
    """How far a displacement is: waiting for the sponsor, chosen and not carried out, or done with."""

    OPEN = "open"
    CHOSEN = "chosen"
    RESOLVED = "resolved"

    @property
    def label(self) -> str:
        """The words on screens."""
        return {"open": "Waits for the sponsor", "chosen": "Chosen, to be carried out", "resolved": "Resolved"}[
            self.value
        ]


DISPLACEMENT_STEPS: dict[DisplacementState, frozenset[DisplacementState]] = {
    DisplacementState.OPEN: frozenset({DisplacementState.CHOSEN, DisplacementState.RESOLVED}),
    DisplacementState.CHOSEN: frozenset({DisplacementState.OPEN, DisplacementState.RESOLVED}),  # it could not be done
    DisplacementState.RESOLVED: frozenset(),
}


class Outcome(StrEnum):
    """What an occupant of a slot that falls away meets."""

    OFFER = "offer"  # a named displacement, and the sponsor chooses
    WAIT = "wait"  # the same, once it is paid: money may be on its way
    RELEASE = "release"  # a named displacement, resolved at once: nothing was paid
    CLEAR = "clear"  # the publisher's own: nobody has to be told


@dataclass(frozen=True, slots=True)
class OccupantFacts:
    """What decides about an occupant."""

    kind: BookingKind
    state: BookingState
    order_state: OrderState | None = None


def outcome_of(facts: OccupantFacts) -> Outcome:
    """Return what happens to whoever has a slot that falls away."""
    if facts.kind in (BookingKind.BLOCK, BookingKind.HOUSE):
        return Outcome.CLEAR
    if facts.state is BookingState.CONFIRMED:
        return Outcome.OFFER
    being_paid = (OrderState.IN_CHECKOUT, OrderState.AWAITING_FUNDS)
    return Outcome.WAIT if facts.order_state in being_paid else Outcome.RELEASE


def remedies(cause: DisplacementCause, *, has_price: bool) -> tuple[Remedy, ...]:
    """Return what is offered, in the order shown: a moved issue can be kept; what cost nothing is not refunded."""
    kept = (Remedy.KEEP,) if cause is DisplacementCause.ISSUE_MOVED else ()
    return (*kept, Remedy.MOVE, Remedy.CREDIT, *((Remedy.REFUND,) if has_price else ()))


@dataclass(frozen=True, slots=True)
class DisplacedWords:
    """What the mail about a slot that fell away says."""

    subject: str
    said: str
    offer: str
    label: str


def displaced_words(
    cause: DisplacementCause, place: str, newsletter: str, publish_on: date, *, is_settled: bool
) -> DisplacedWords:
    """Return the words of the mail to whoever had the slot; `place` is "Primary, Sun 13 Dec"."""
    said = {
        DisplacementCause.ISSUE_SKIPPED: f"The issue of your slot does not come out: {place}.",
        DisplacementCause.ISSUE_MOVED: f"The issue of your slot comes out on {long_day(publish_on)}: {place}.",
        DisplacementCause.CAPACITY_LOWERED: f"Your slot falls away: {place}.",
        DisplacementCause.PLACEMENT_RETIRED: f"Your slot is not printed any more: {place}.",
    }[cause]
    if is_settled:
        offer = "You had not paid for it, so nothing was charged. Other dates are open."
        return DisplacedWords(f"{newsletter}: {place}", said, offer, "See the open dates")
    kept = "You may keep it on the new day, take" if cause is DisplacementCause.ISSUE_MOVED else "You may take"
    offer = f"{kept} another date at the price you paid, keep a credit for later, or have the money back."
    return DisplacedWords(f"Please choose: {place} in {newsletter}", said, offer, "Choose what we shall do")


def check_displacement_step(before: DisplacementState, after: DisplacementState) -> None:
    """Raise InvalidTransition unless the table has this step."""
    if after not in DISPLACEMENT_STEPS[before]:
        raise InvalidTransition("This has been chosen already. What was chosen stands on the page.")
