"""The publisher's pages about what there is to sell."""

from sponsorship.inventory.views import newsletters, placements, prices
from sponsorship.inventory.views.door import blueprint

__all__ = ["blueprint", "newsletters", "placements", "prices"]
