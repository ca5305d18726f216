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


class TooManyOpenOrders(DomainError):
    """One buyer cannot hold more unpaid orders at a time."""

    status = 429


class TooManySlots(DomainError):
    """One order cannot take more slots."""


class NotYoursToRelease(DomainError):
    """The slot is sold or being paid for: its order is cancelled, not the slot taken from under it."""

    status = 409
    message = "This slot belongs to an order that is paid or being paid. Cancel the order instead."


class PromoRefused(DomainError):
    """The promo code does not hold for this order; the message says why."""


class CreditsRefused(DomainError):
    """The credits are not there any more, or belong to another sponsor."""
