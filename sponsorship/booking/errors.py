"""What can go wrong when slots are booked: facts with a sentence."""

from sponsorship.core.errors import DomainError


class SlotTaken(DomainError):
    """Somebody else has the slot; `slot_ids` are those that cannot be had."""

    def __init__(self, message: str, slot_ids: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.slot_ids = slot_ids


class NotForSale(DomainError):
    """The slot's sale is over, its issue is gone, or it belongs to another newsletter."""


class HoldExpired(DomainError):
    """The hold's time ran out before the order was completed."""

    status = 409


class TooManyOpenOrders(DomainError):
    """One buyer cannot hold more unpaid orders at a time."""

    status = 429


class TooManySlots(DomainError):
    """One order cannot take more slots."""
