"""A slot as it is shown: the words for its states."""

from enum import StrEnum


class SlotState(StrEnum):
    """A slot as it is shown: worked out by a query, never stored. The value is also the style's key."""

    OPEN = "open"
    HELD = "held"
    OFFERED = "offered"
    UNPAID = "unpaid"
    AWAITING_FUNDS = "awaiting_funds"
    PAID = "paid"
    MISSING = "missing"
    CHANGES_ASKED = "changes_asked"
    REVIEW = "review"
    APPROVED = "approved"
    RAN = "ran"
    UNSOLD = "unsold"
    BLOCKED = "blocked"
    HOUSE = "house"

    @property
    def label(self) -> str:
        """The word that stands beside the icon."""
        return SLOT_WORDS[self][0]

    @property
    def icon(self) -> str:
        """The name of the icon (Tabler's)."""
        return SLOT_WORDS[self][1]


SLOT_WORDS: dict[SlotState, tuple[str, str]] = {
    SlotState.OPEN: ("Open", "circle-dashed"),
    SlotState.HELD: ("Held", "hourglass"),
    SlotState.OFFERED: ("Offered", "send"),
    SlotState.UNPAID: ("Unpaid", "receipt"),
    SlotState.AWAITING_FUNDS: ("Awaiting funds", "coin"),
    SlotState.PAID: ("Paid", "coin"),
    SlotState.MISSING: ("Copy missing", "pencil-exclamation"),
    SlotState.CHANGES_ASKED: ("Changes asked", "pencil"),
    SlotState.REVIEW: ("In review", "eye"),
    SlotState.APPROVED: ("Approved", "circle-check"),
    SlotState.RAN: ("Ran", "news"),
    SlotState.UNSOLD: ("Not sold", "circle-minus"),
    SlotState.BLOCKED: ("Blocked", "ban"),
    SlotState.HOUSE: ("House ad", "home"),
}
