"""Reads about conversions: what sponsors' shops reported, by booking."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from sponsorship.tracking.models import Conversion, TrackedLink


@dataclass(frozen=True, slots=True)
class ConversionCount:
    """How often one event was reported, and what it was worth in one currency (minor units), where that was said."""

    event: str
    number: int
    value_minor: int | None
    currency: str | None


def conversions_of(session: Session, booking_ids: Collection[int]) -> dict[int, list[ConversionCount]]:
    """Return what was reported for bookings, the most frequent event first; a booking without any is not in it."""
    number = func.count(Conversion.id)
    query = (
        select(
            TrackedLink.booking_id,
            Conversion.event,
            number,
            cast(func.sum(Conversion.value_minor), Integer),
            Conversion.currency,
        )
        .join(TrackedLink, TrackedLink.id == Conversion.link_id)
        .where(TrackedLink.booking_id.in_(booking_ids))
        .group_by(TrackedLink.booking_id, Conversion.event, Conversion.currency)
        .order_by(number.desc(), Conversion.event, Conversion.currency)
    )
    found: dict[int, list[ConversionCount]] = {}
    for booking_id, event, times, value_minor, currency in session.execute(query):
        found.setdefault(booking_id or 0, []).append(ConversionCount(event, times, value_minor, currency))
    return found
