"""The pages of figures: reports of placements and campaigns, rows behind figures, the outlook, exports."""

from sponsorship.reporting.views import campaigns, exports, outlook, overview, placements, rows
from sponsorship.reporting.views.door import blueprint

__all__ = ["blueprint", "campaigns", "exports", "outlook", "overview", "placements", "rows"]
