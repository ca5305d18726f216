"""How much one buyer may hold without paying: nobody can freeze a newsletter's dates for nothing."""

from dataclasses import dataclass
from datetime import timedelta

LIMIT_WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class HoldLimits:
    """What a newsletter allows one network address, one browser and one sponsor: unpaid orders and slots at a time, and
    orders that ended unpaid within LIMIT_WINDOW.
    """

    open_orders: int = 3
    held_slots: int = 26
    unpaid_a_day: int = 12


@dataclass(frozen=True, slots=True)
class Holdings:
    """What somebody holds unpaid now, and how many of his orders ended unpaid lately."""

    open_orders: int = 0
    held_slots: int = 0
    ended_unpaid: int = 0


def hold_refusal(limits: HoldLimits, holdings: Holdings, wanted: int) -> str | None:
    """Return why so many more slots may not be held in one more order, as a sentence; None where they may."""
    if holdings.open_orders >= limits.open_orders:
        orders = "1 unpaid order" if holdings.open_orders == 1 else f"{holdings.open_orders} unpaid orders"
        return f"You have {orders} open. Pay or release one of them first, or wait until it lapses."
    if holdings.held_slots + wanted > limits.held_slots:
        slots = "1 date" if wanted == 1 else f"{wanted} dates"
        return (
            f"You hold {holdings.held_slots} unpaid of the {limits.held_slots} dates that one buyer may hold at a time, "
            f"and want {slots} more. Pay or release what you hold, or take fewer."
        )
    if holdings.ended_unpaid >= limits.unpaid_a_day:
        return (
            f"{holdings.ended_unpaid} orders from here ended unpaid in the last 24 hours, so no more can be held just now. "
            "Write to the publisher, who can book for you."
        )
    return None
