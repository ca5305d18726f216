"""Defects of the services that the histories must find."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from sponsorship.booking.rules import BookingState
from sponsorship.booking.services import hold, order
from torture.harness.product import drop_occupancy_index


def _no_index() -> Any:
    """The index is gone: late money takes a slot that somebody else has."""
    drop_occupancy_index()
    return patch.object(order, "lock_issues", order.lock_issues)


def _forgetful() -> Any:
    """Cancelling closes the order and forgets its slots: nobody can ever buy them."""

    def close(closed: Any, state: Any, released: Any, now: Any) -> None:
        closed.move_to(state)
        closed.closed_at, closed.held_until = now, None

    return patch.object(order, "_close", close)


def _generous() -> Any:
    """A hold lasts a minute longer than was said."""
    return patch.object(hold, "HOLD", timedelta(minutes=21))


def _reviving() -> Any:
    """Money that comes after a cancellation brings a cancelled booking back."""
    steps = {BookingState.CANCELLED: frozenset({BookingState.CONFIRMED})}
    return patch.dict("sponsorship.booking.rules.orders.BOOKING_STEPS", steps)


PLANTS: dict[str, Callable[[], Any]] = {
    "noindex": _no_index, "forgetful": _forgetful, "generous": _generous, "reviving": _reviving,
}  # fmt: skip


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Break the services in the way named while the block runs; nothing for an empty name."""
    if not name:
        yield
        return
    with PLANTS[name]():
        yield
