"""The pages of tracking: following a link, where links lead, what the mail provider counted."""

from sponsorship.tracking.views import links, mailings, statistics
from sponsorship.tracking.views.door import blueprint

__all__ = ["blueprint", "links", "mailings", "statistics"]
