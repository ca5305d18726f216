"""The pages of figures: reports of placements and campaigns, rows behind figures, the outlook, exports."""

from sponsorship.reporting.views import exports, outlook, placements, rows
from sponsorship.reporting.views.door import blueprint

__all__ = ["blueprint", "exports", "outlook", "placements", "rows"]
