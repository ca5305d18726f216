"""The rate card by day: what a placement costs in an issue of some day, in one query for all of them."""

from collections.abc import Callable
from datetime import date
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.inventory.models import Placement, PlacementPrice
from sponsorship.inventory.rules import price_on

CardPrice = Callable[[int, date], int]


def read_rate_card(session: Session, newsletter_id: int) -> CardPrice:
    """Return a function of placement id and day: the list price of that day's issue, minor units."""
    query = (
        select(Placement.id, Placement.price_minor, PlacementPrice.starts_on, PlacementPrice.price_minor)
        .outerjoin(PlacementPrice, PlacementPrice.placement_id == Placement.id)
        .where(Placement.newsletter_id == newsletter_id)
    )
    first: dict[int, int] = {}
    changes: dict[int, list[tuple[date, int]]] = {}
    for placement_id, price_minor, starts_on, changed_minor in session.execute(query):
        first[placement_id] = price_minor
        if starts_on is not None:
            changes.setdefault(placement_id, []).append((starts_on, changed_minor))

    @cache
    def card_price(placement_id: int, day: date) -> int:
        return price_on(day, first[placement_id], sorted(changes.get(placement_id, [])))

    return card_price
