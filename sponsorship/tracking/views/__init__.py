"""The pages of tracking: following a link, where links lead, what the mail provider counted, settings."""

from sponsorship.tracking.views import conversions, links, mailings, settings, statistics
from sponsorship.tracking.views.door import blueprint

__all__ = ["blueprint", "conversions", "links", "mailings", "settings", "statistics"]
