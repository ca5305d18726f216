"""Rows of inventory, one file a noun."""

from sponsorship.inventory.models.issues import (
    AudienceShare,
    Issue,
    Newsletter,
    Placement,
    PlacementPrice,
    RhythmException,
    Slot,
    spots_of,
)
from sponsorship.inventory.models.prices import PriceRule, PromoCode

__all__ = [
    "AudienceShare",
    "Issue",
    "Newsletter",
    "Placement",
    "PlacementPrice",
    "PriceRule",
    "PromoCode",
    "RhythmException",
    "Slot",
    "spots_of",
]
