"""What moving and cancelling cost, and until when they may be done."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sponsorship.core.money import percent_of, smallest_step

ALL = 10_000  # basis points
CLAIM = timedelta(days=3)  # how long a dearer slot waits for the difference when the publisher moves a booking
LEAST_NOTICE = timedelta(hours=2)  # a difference that is not paid so long before the old issue comes too late


@dataclass(frozen=True, slots=True)
class CancellationPolicy:
    """Free until `free_days` before the issue; then a share is kept; within `full_days` of it, all of the price."""

    free_days: int
    kept_basis_points: int
    full_days: int


@dataclass(frozen=True, slots=True)
class MovePrice:
    """What a booking costs where it moves to, minor units before tax; `difference_minor` is to pay, or (negative) left over."""

    list_minor: int
    net_minor: int
    difference_minor: int


def cancellation_share(policy: CancellationPolicy, days_before: int) -> int:
    """Return what the publisher keeps of the price, in basis points, so many calendar days before the issue."""
    if days_before >= policy.free_days:
        return 0
    return ALL if days_before < policy.full_days else policy.kept_basis_points


def kept_minor(net_minor: int, basis_points: int, currency: str) -> int:
    """Return that share of a price, in whole steps of the currency, never more than the price."""
    step = smallest_step(currency)
    return min(step * percent_of(net_minor // step, basis_points), net_minor)


def days_until(publish_on: date, moment: datetime, zone: str) -> int:
    """Return how many days of the newsletter's calendar lie between a moment and an issue; negative after it."""
    return (publish_on - moment.astimezone(ZoneInfo(zone)).date()).days


def move_deadline(publish_at: datetime, cutoff_days: int, zone: str) -> datetime:
    """Return until when a sponsor may move a booking: so many days before its issue, at the same time on the wall clock."""
    there = publish_at.astimezone(ZoneInfo(zone))
    return datetime.combine(there.date() - timedelta(days=cutoff_days), there.time(), there.tzinfo).astimezone(
        ZoneInfo("UTC")
    )


def price_move(currency: str, *, list_minor: int, net_minor: int, new_list_minor: int) -> MovePrice:
    """Price a move from one list price to another; the discount that the booking was sold with goes along.

    What was given for nothing stays so. The new price is in whole steps of the currency.
    """
    if list_minor == 0 or net_minor == 0 or new_list_minor == list_minor:
        return MovePrice(new_list_minor, net_minor, 0)
    step = smallest_step(currency)
    steps = (2 * new_list_minor * net_minor + list_minor * step) // (2 * list_minor * step)
    return MovePrice(new_list_minor, steps * step, steps * step - net_minor)
