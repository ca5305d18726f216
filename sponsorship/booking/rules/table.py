"""What happens to a booking, and to a wish on the waiting list, in each state on each event: the README's tables.

`python -m sponsorship.booking.rules.table` prints them.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from sponsorship.booking.rules.demand import WAITING_STEPS, WaitingState
from sponsorship.booking.rules.orders import BOOKING_STEPS, OCCUPYING, BookingState

State = TypeVar("State", bound=StrEnum)

BOOKING_EVENTS: dict[str, BookingState] = {
    "paid, or booked on account": BookingState.CONFIRMED,
    "time runs out": BookingState.LAPSED,
    "released": BookingState.RELEASED,
    "cancelled": BookingState.CANCELLED,
    "issue goes out": BookingState.RAN,
    "move completed": BookingState.MOVED,
}
WAITING_EVENTS: dict[str, WaitingState] = {
    "a slot comes free": WaitingState.OFFERED,
    "takes it": WaitingState.TAKEN,
    "does not answer": WaitingState.LAPSED,
    "stays for others": WaitingState.WAITING,
    "leaves": WaitingState.LEFT,
    "is removed": WaitingState.REMOVED,
    "date passes": WaitingState.OVER,
}


def booking_table() -> str:
    """Return the bookings' table in Markdown; a state in bold takes its slot, a dash is an event that is refused."""
    return _table("booking is", BOOKING_STEPS, BOOKING_EVENTS, {state: state in OCCUPYING for state in BookingState})


def waiting_table() -> str:
    """Return the waiting list's table in Markdown; a state in bold still stands in line."""
    return _table(
        "wish is", WAITING_STEPS, WAITING_EVENTS, {state: bool(WAITING_STEPS[state]) for state in WaitingState}
    )


def _table(
    head: str, steps: Mapping[State, frozenset[State]], events: Mapping[str, State], bold: Mapping[State, bool]
) -> str:
    def word(state: State) -> str:
        return f"**{state.value}**" if bold[state] else state.value

    lines = [f"| {head} | " + " | ".join(events) + " |", "|" + " --- |" * (len(events) + 1)]
    for state, after in steps.items():
        cells = [word(to) if to in after else "–" for to in events.values()]
        lines.append(f"| {word(state)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(f"{booking_table()}\n\n{waiting_table()}")
