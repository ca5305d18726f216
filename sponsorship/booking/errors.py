"""What can go wrong when slots are booked: facts with a sentence."""

from sponsorship.core.errors import DomainError


class SlotTaken(DomainError):
    """Somebody else has the slot; `slot_ids` are those that cannot be had."""

    def __init__(self, message: str, slot_ids: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.slot_ids = slot_ids


class NotForSale(DomainError):
    """The slot's sale is over, its issue is gone, or it belongs to another newsletter; `slot_ids` are those."""

    def __init__(self, message: str, slot_ids: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.slot_ids = slot_ids


class NothingPicked(DomainError):
    """An order without a single slot."""

    message = "Nothing is circled yet. Tick at least one price."


class HoldExpired(DomainError):
    """The hold's time ran out before the order was completed."""

    status = 409
    message = "Your hold ran out, and the dates are on sale again. You have not been charged."


class HoldExtended(DomainError):
    """The ten more minutes have been had already."""

    status = 409
    message = "You have had your ten more minutes. The dates stay yours until the time shown."


class HoldsTooMuch(DomainError):
    """One buyer cannot hold more without paying; the sentence says what to do."""

    status = 429


class TooManySlots(DomainError):
    """One order cannot take more slots."""


class NotYoursToRelease(DomainError):
    """The slot is sold or being paid for: its order is cancelled, not the slot taken from under it."""

    status = 409
    message = "This slot belongs to an order that is paid or being paid. Cancel the order instead."


class CannotMove(DomainError):
    """The booking cannot be moved, or not by this person; the sentence says why."""

    status = 409


class MoveOpen(DomainError):
    """The booking waits already to move to a dearer slot."""

    status = 409


class SlotIsOpen(DomainError):
    """Nobody need wait: what is wished for can be bought now; `slot_id` is the first such slot."""

    status = 409

    def __init__(self, message: str, slot_id: int) -> None:
        super().__init__(message)
        self.slot_id = slot_id


class TooManyWishes(DomainError):
    """One address cannot wait for more at a time."""

    status = 429


class PromiseOver(DomainError):
    """A promise, an offer or a proposal that was taken, let go, withdrawn, or whose time ran out."""

    status = 409
    message = "This offer is over, so it can no longer be taken. You have not been charged."


class NobodyToAsk(DomainError):
    """A hold whose holder has no address cannot be challenged."""

    message = "Nobody’s e-mail address is on this hold, so nobody can be asked. Release it instead."


class ApprovalNeeded(DomainError):
    """The publisher approves sponsors before they buy, and this one is not approved yet."""

    message = (
        "This newsletter approves sponsors before it sells, and this company is not approved yet. "
        "Go back to the dates and send a request, or sign in with the address you bought with before."
    )


class PromoRefused(DomainError):
    """The promo code does not hold for this order; the message says why."""


class CreditsRefused(DomainError):
    """The credits are not there any more, or belong to another sponsor."""


class PlacingRefused(SlotTaken):
    """The sponsor may not have the slot: not sold to, of a prohibited kind, a rival there, or too near its last run."""


class AgencyOnly(DomainError):
    """An agency holds the order for its client: nobody else goes on with it."""

    status = 403


class NowhereToSend(DomainError):
    """A deal that is paid by a link needs an address to send it to."""

    message = "Nobody’s e-mail address is known for this sponsor. Give one: the link to pay is sent there."
