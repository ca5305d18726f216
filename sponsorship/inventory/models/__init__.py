"""Rows of inventory, one file a noun."""

from sponsorship.inventory.models.issues import (
    AudienceShare,
    Issue,
    Newsletter,
    Placement,
    PriceRule,
    RhythmException,
    Slot,
    spots_of,
)

__all__ = ["AudienceShare", "Issue", "Newsletter", "Placement", "PriceRule", "RhythmException", "Slot", "spots_of"]
